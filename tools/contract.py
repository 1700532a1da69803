"""Write what pyapp/webphone/contract.py says about the outside, in each language that reads it.

With --check nothing is written; the exit status is 1 when a file is stale.
"""

import json
import sys
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "pyapp"))

from looks import PARTS, SLOTS, STATES, TOKENS  # noqa: E402
from typescript import (  # noqa: E402
    LISTENING,
    SHAPES,
    SOURCE,
    declarations,
    double,
    field_type,
    returned,
    setting_type,
    type_of,
)
from webphone import contract  # noqa: E402
from webphone.contract import Command, camel, encode, kebab  # noqa: E402
from webphone.words.en import WORDS as SENTENCES  # noqa: E402

# What the page's scripts say themselves, before Python is up or beside a frame.
SAID_BY_SCRIPTS = (
    *(
        "frame_mute",
        "frame_boxed",
        "frame_removed",
        "frame_loaded_again",
        "function_in_frame",
        "on_needs",
    ),
    "event_unknown",
)
NATIVE = (
    ("id", "Finds the phone by WebPhone.get(id); the key of its value in a form."),
    ("name", "The key of its value in a form, instead of `id`."),
    ("lang", "Language of the phone; the page's when missing."),
    ("dir", "Writing direction; the page's when missing."),
)


def call_signature(name: str, kind: type[Command]) -> str:
    """The method as a person reads it: `answer(id?, {video})`."""
    parts = [
        camel(item.name) + ("" if item.default is MISSING else "?")
        for item in fields(kind)
        if not item.metadata.get("option")
    ]
    options = [camel(item.name) for item in fields(kind) if item.metadata.get("option")]
    if options:
        parts.append("{" + ", ".join(options) + "}")
    return f"{name}({', '.join(parts)})"


def script() -> str:
    """web/contract.js: the names that the element is built from."""
    told = {
        "settings": [
            {
                "property": camel(row.name),
                **({"attribute": kebab(row.name)} if row.attribute else {}),
                "kind": row.kind.name.lower(),
                **({} if row.default is None or row.secret else {"initial": encode(row.default)}),
                **({"secret": True} if row.secret else {}),
            }
            for row in contract.SETTINGS.values()
        ],
        "methods": [name for name, _ in contract.COMMANDS.items()],
        "events": {
            row.name: {
                "bubbles": row.bubbles,
                "cancelable": row.cancelable,
                **({"handler": row.spec} if row.spec else {}),
            }
            for row in contract.EVENTS.values()
        },
        "readings": {camel(row.name): row.initial for row in contract.READINGS.values()},
        "errors": contract.ERRORS,
        "words": {key: [SENTENCES[key], SENTENCES[f"{key}_hint"]] for key in SAID_BY_SCRIPTS},
    }
    lines = []
    for key, value in told.items():
        mark = "[]" if isinstance(value, list) else "{}"
        rows = (
            [json.dumps(item, ensure_ascii=False) for item in value]
            if isinstance(value, list)
            else [f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items()]
        )
        lines += [f"  {key}: {mark[0]}", *(f"    {row}," for row in rows), f"  {mark[1]},"]
    body = "\n".join(lines)
    meanings = (ROOT / "tools" / "meanings.js").read_text()
    return f"// {SOURCE}.\nglobalThis.__webphone ??= Object.freeze({{\n{body}\n{meanings}}});\n"


def manifest() -> str:
    """web/custom-elements.json: what editors and documentation tools read."""
    attributes = [
        {"name": name, "description": help, "type": {"text": "string"}} for name, help in NATIVE
    ] + [
        {
            "name": kebab(row.name),
            "description": row.help,
            "type": {"text": setting_type(row)},
            **({} if row.secret else {"default": json.dumps(encode(row.default))}),
            "fieldName": camel(row.name),
        }
        for row in contract.SETTINGS.values()
        if row.attribute
    ]
    members: list[dict[str, Any]] = [
        {
            "kind": "field",
            "name": camel(row.name),
            "description": row.help,
            "type": {"text": setting_type(row)},
            **({"attribute": kebab(row.name)} if row.attribute else {}),
        }
        for row in contract.SETTINGS.values()
    ]
    members += [
        {
            "kind": "field",
            "name": camel(row.name),
            "description": row.help,
            "type": {"text": row.type},
            "readonly": True,
        }
        for row in contract.READINGS.values()
    ]
    members += [
        {
            "kind": "method",
            "name": name,
            "description": f"{kind.help} Settles {kind.settles}.",
            "parameters": [
                {
                    "name": camel(item.name),
                    "description": item.metadata["help"],
                    "type": {"text": type_of(str(item.type))},
                    **({} if item.default is MISSING else {"optional": True}),
                }
                for item in fields(kind)
                if not item.metadata.get("option")
            ],
            "return": {"type": {"text": f"Promise<{returned(kind)}>"}},
        }
        for name, kind in contract.COMMANDS.items()
    ]
    members += [{"kind": "method", "name": name, "description": help} for name, help in LISTENING]
    declaration = {
        "kind": "class",
        "customElement": True,
        "name": "WebPhone",
        "tagName": "web-phone",
        "description": "A SIP phone.",
        "superclass": {"name": "HTMLElement"},
        "attributes": attributes,
        "members": members,
        "events": [
            {
                "name": row.name,
                "description": row.help,
                "type": {"text": f"CustomEvent<{double(row.detail)}>"},
            }
            for row in contract.EVENTS.values()
        ],
        "slots": [{"name": name, "description": help} for name, help in SLOTS.items()],
        "cssProperties": [{"name": each.name, "description": each.help} for each in TOKENS],
        "cssParts": [{"name": name, "description": help} for name, help in PARTS.items()],
        "cssStates": [{"name": name, "description": help} for name, help in STATES.items()],
    }
    reference = {"name": "WebPhone", "module": "webphone.js"}
    module = {
        "kind": "javascript-module",
        "path": "webphone.js",
        "declarations": [declaration],
        "exports": [
            {"kind": "custom-element-definition", "name": "web-phone", "declaration": reference}
        ],
    }
    whole = {"schemaVersion": "1.0.0", "readme": "", "modules": [module]}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def reference() -> str:
    """docs/reference.md."""
    out = [
        "# Reference",
        "",
        f"<!-- {SOURCE}. -->",
        "",
        "Names are kebab-case in HTML, camelCase in JavaScript and snake_case in Python.",
        "*later* marks what answers `unsupported` so far.",
        "",
        "## Attributes and properties",
        "",
        "| attribute | property | values | default | meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, help in NATIVE:
        out.append(table_row(f"`{name}`", f"`{name}`", "text", "-", help))
    for row in contract.SETTINGS.values():
        values = ", ".join(row.choices) if row.choices else row.kind.value
        default = "-" if row.secret or row.default in ("", (), None) else shown(row.default)
        out.append(
            table_row(
                f"`{kebab(row.name)}`" if row.attribute else "-",
                f"`{camel(row.name)}`",
                values,
                default,
                row.help + later(row.built),
            )
        )
    out += ["", "Read-only:", "", "| property | type | meaning |", "| --- | --- | --- |"]
    for reading in contract.READINGS.values():
        told = reading.help + later(reading.built)
        out.append(table_row(f"`{camel(reading.name)}`", f"`{reading.type}`", told))
    out += [
        "",
        "## Methods",
        "",
        "All return promises; they may be called before Python is up and then run in order.",
        "",
        "| method | what it does | settles |",
        "| --- | --- | --- |",
    ]
    for name, kind in contract.COMMANDS.items():
        told = kind.help + later(kind.built)
        out.append(table_row(f"`{call_signature(name, kind)}`", told, kind.settles))
    for name, help in LISTENING:
        out.append(table_row(f"`{name}(name, f)`", help, "at once"))
    out += [
        "",
        "## Events",
        "",
        "Composed CustomEvents on the element. `preventDefault()` prevents what a cancelable one",
        "announces; in Python a plain listener that returns `False` does.",
        "",
        "| event | handler | detail | bubbles | cancelable | meaning |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for event in contract.EVENTS.values():
        out.append(
            table_row(
                f"`{event.name}`",
                f"`{event.spec}`" if event.spec else "-",
                f"`{double(event.detail)}`",
                "yes" if event.bubbles else "no",
                "yes" if event.cancelable else "no",
                event.help + later(event.built),
            )
        )
    out += ["", "## Shapes", ""]
    for shape in SHAPES:
        out += [f"### {shape.__name__}", "", str(shape.__doc__), ""]
        out += ["| field | type |", "| --- | --- |"]
        for item in fields(shape):
            name = camel(item.name.rstrip("_"))
            out.append(table_row(f"`{name}`", f"`{field_type(shape.__name__, item)}`"))
        out.append("")
    out += [
        "## Errors",
        "",
        "A rejected promise and the `error` event carry a `WebPhoneError`",
        "`{code, message, sipCode?, hint}`; the code is stable, the sentences are for a person.",
        "",
        "| code | message | hint |",
        "| --- | --- | --- |",
    ]
    for code, (message, hint) in contract.ERRORS.items():
        out.append(table_row(f"`{code}`", message, hint))
    out += [
        "",
        "## Looks",
        "",
        "A page restyles the phone from outside, as the [themes](../examples/themes.css) do. What",
        "is not named here may change with any version.",
        "",
        "| custom property | what it is |",
        "| --- | --- |",
        *(table_row(f"`{each.name}`", each.help) for each in TOKENS),
        "",
        "| `web-phone::part(…)` | what it is |",
        "| --- | --- |",
        *(table_row(f"`{name}`", help) for name, help in PARTS.items()),
        "",
        '| `slot="…"` on a child of the element | where the page\'s own nodes are shown |',
        "| --- | --- |",
        *(table_row(f"`{name}`", help) for name, help in SLOTS.items()),
        "",
        "| `web-phone:state(…)` | when |",
        "| --- | --- |",
        *(table_row(f"`{name}`", help) for name, help in STATES.items()),
    ]
    return "\n".join(out) + "\n"


def later(built: bool) -> str:
    return "" if built else " *later*"


def shown(default: Any) -> str:
    return " ".join(default) if isinstance(default, tuple) else str(encode(default)).lower()


def table_row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


FILES = {
    "web/contract.js": script,
    "web/webphone.d.ts": declarations,
    "web/custom-elements.json": manifest,
    "docs/reference.md": reference,
}


def main() -> int:
    status = 0
    for name, written in FILES.items():
        path, fresh = ROOT / name, written()
        if path.exists() and path.read_text() == fresh:
            continue
        if "--check" in sys.argv:
            print(f"{name} is stale: run make contract")
            status = 1
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(fresh)
            print(f"{name}: written")
    return status


if __name__ == "__main__":
    sys.exit(main())
