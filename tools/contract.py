"""Write what pyapp/webphone/contract.py says about the outside, in each language that reads it.

With --check nothing is written; the exit status is 1 when a file is stale.
"""

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "pyapp"))

from webphone import contract  # noqa: E402
from webphone.contract import Command, Kind, Setting, camel, encode, kebab  # noqa: E402
from webphone.words.en import WORDS as SENTENCES  # noqa: E402

SOURCE = "Generated from pyapp/webphone/contract.py by `make contract`"
SHAPES = (contract.Party, contract.Quality, contract.CallView, contract.CallRecord)
# The words that a field of a shape may hold.
WORDS = {
    "CallView.state": contract.CALL_STATES,
    "direction": contract.CALL_DIRECTIONS,
    "held_by": ["local", "remote", "both"],
    "disposition": contract.DISPOSITIONS,
    "ended_by": contract.ENDED_BY,
}
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
SETTING_TYPES = {
    Kind.SHOWN: "boolean",
    Kind.BOOLEAN: "boolean",
    Kind.TEXT: "string",
    Kind.SECRET: "string",
    Kind.INTEGER: "number",
    Kind.LIST: "string[]",
    Kind.SERVERS: "string",
    Kind.ICE: "RTCIceServer[] | (() => Promise<RTCIceServer[]>)",
    Kind.OBJECT: "Record<string, unknown> | null",
    Kind.HEADERS: "Record<string, string> | null",
    Kind.FUNCTION: "((...told: any[]) => Promise<any>) | null",
}
# And as an attribute in JSX. React takes an attribute whose value is false away, which means the
# default: what is on by default is not turned off by it.
ATTRIBUTE_TYPES = {
    Kind.SHOWN: 'true | "true" | "false"',
    Kind.BOOLEAN: 'boolean | "true" | "false" | ""',
    Kind.TEXT: "string | number",
    Kind.INTEGER: "number | `${number}`",
}
NATIVE = (
    ("id", "Finds the phone by WebPhone.get(id); the key of its value in a form."),
    ("name", "The key of its value in a form, instead of `id`."),
    ("lang", "Language of the phone; the page's when missing."),
    ("dir", "Writing direction; the page's when missing."),
)
LISTENING = (
    ("on", "Calls f(detail, event) at each event of that name."),
    ("off", "Stops calling f."),
)


def settings() -> Iterable[Setting]:
    return contract.SETTINGS.values()


def methods() -> Iterable[tuple[str, type[Command]]]:
    return contract.COMMANDS.items()


# --- Types ----------------------------------------------------------------------------------------


def one_of(words: Iterable[str]) -> str:
    return " | ".join(f'"{word}"' for word in words)


def type_of(annotation: str) -> str:
    """A Python annotation as TypeScript."""
    if annotation.endswith(" | None"):
        return type_of(annotation.removesuffix(" | None")) + " | null"
    if found := re.fullmatch(r"Mapping\[str, (\w+)\]", annotation):
        return f"Record<string, {type_of(found[1])}>"
    if found := re.fullmatch(r"Sequence\[(\w+)\]", annotation):
        return f"{type_of(found[1])}[]"
    simple = {
        "str": "string",
        "Sentence": "string",
        "bool": "boolean",
        "int": "number",
        "float": "number",
    }
    return {**simple, "Json": "unknown"}.get(annotation, annotation)


def field_type(shape: str, item: Field[Any]) -> str:
    words = WORDS.get(item.name) or WORDS.get(f"{shape}.{item.name}")
    if words:
        return one_of(words) + (" | null" if "None" in str(item.type) else "")
    return type_of(str(item.type))


def setting_type(row: Setting) -> str:
    return one_of(row.choices) if row.choices else SETTING_TYPES[row.kind]


def returned(kind: type[Command]) -> str:
    return {"call": "CallView"}.get(kind.returns, kind.returns)


def parameters(kind: type[Command]) -> list[str]:
    """The method's parameters as TypeScript, each way in which it may be called."""
    if kind is contract.SetConfig:
        return ["changes: Partial<WebPhoneConfig> & { wsServers?: string | string[] }"]
    parts, options = [], []
    for item in fields(kind):
        told = type_of(str(item.type)).removesuffix(" | null")
        needed = "" if item.default is MISSING else "?"
        into = options if item.metadata.get("option") else parts
        into.append(f"{camel(item.name)}{needed}: {told}")
    if not options:
        return [", ".join(parts)]
    told = f"options?: {{ {'; '.join(options)} }}"
    alone = [told] if all("?:" in part for part in parts) else []
    return [", ".join([*parts, told]), *alone]


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


# --- The files ------------------------------------------------------------------------------------


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
            for row in settings()
        ],
        "methods": [name for name, _ in methods()],
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


def types() -> str:
    """web/webphone.d.ts."""
    out = [f"// {SOURCE}.", ""]
    out += [f"export type PhoneState = {one_of(contract.PHONE_STATES)};"]
    out += [f"export type ErrorCode = {one_of(contract.ERRORS)};", ""]
    for shape in SHAPES:
        out += [f"/** {shape.__doc__} */", f"export interface {shape.__name__} {{"]
        for item in fields(shape):
            out.append(f"  {camel(item.name.rstrip('_'))}: {field_type(shape.__name__, item)};")
        out += ["}", ""]
    out += [
        "export interface Device { id: string; kind: string; label: string }",
        "",
        "/** What a rejected promise and the `error` event carry. */",
        "export interface WebPhoneError extends Error {",
        '  readonly name: "WebPhoneError";',
        "  readonly code: ErrorCode;",
        "  readonly hint: string;",
        "  readonly sipCode?: number;",
        "}",
        "",
        "/** How a phone is set up; each one is a property of the element too. */",
        "export interface WebPhoneConfig {",
    ]
    for row in settings():
        out += [f"  /** {row.help} */", f"  {camel(row.name)}: {setting_type(row)};"]
    out += ["}", "", "/** The detail of each event. */", "export interface WebPhoneEventDetails {"]
    for event in contract.EVENTS.values():
        out += [f"  /** {event.help} */", f"  {event.name}: {double(event.detail)};"]
    out += [
        "}",
        "",
        "export type WebPhoneEventMap = {",
        "  [Name in keyof WebPhoneEventDetails]: CustomEvent<WebPhoneEventDetails[Name]>;",
        "};",
        "type Details = WebPhoneEventDetails;",
        "type Handler<Name extends keyof Details> =",
        "  ((detail: Details[Name], event: WebPhoneEventMap[Name]) => void) | null;",
        "",
        'type Readable = Omit<WebPhoneConfig, "password">;',
        "export interface WebPhone extends Readable {}",
        "/** The element `<web-phone>`. Methods may be called before Python is up: they wait. */",
        "export class WebPhone extends HTMLElement {",
        "  static readonly formAssociated: true;",
        "  /** The phone with that id, or null. */",
        "  static get(id: string): WebPhone | null;",
        "  name: string;",
        "  readonly form: HTMLFormElement | null;",
        "  /** Write-only. */",
        "  set password(value: string | null);",
    ]
    for reading in contract.READINGS.values():
        out += [f"  /** {reading.help} */"]
        out += [f"  readonly {camel(reading.name)}: {reading.type};"]
    for event in contract.EVENTS.values():
        if event.spec:
            out += [f"  /** {event.help} */", f'  {event.spec}: Handler<"{event.name}">;']
    for name, kind in methods():
        later = "" if kind.built else " Not built yet: rejects with `unsupported`."
        out.append(f"  /** {kind.help} Settles {kind.settles}.{later} */")
        for taken in parameters(kind):
            out.append(f"  {name}({taken}): Promise<{returned(kind)}>;")
    for name, help in LISTENING:
        out += [f"  /** {help} */", f"  {name}<Name extends keyof Details>("]
        out += ["    name: Name,", "    f: NonNullable<Handler<Name>>,", "  ): Promise<void>;"]
    for verb in ("add", "remove"):
        out += [
            f"  {verb}EventListener<Name extends keyof WebPhoneEventMap>(",
            "    name: Name,",
            "    listener: (this: WebPhone, event: WebPhoneEventMap[Name]) => void,",
            "    options?: boolean | AddEventListenerOptions,",
            "  ): void;",
            f"  {verb}EventListener(",
            "    name: string,",
            "    listener: EventListenerOrEventListenerObject,",
            "    options?: boolean | AddEventListenerOptions,",
            "  ): void;",
        ]
    out += ["}", "", "/** The attributes, for JSX. */", "export interface WebPhoneAttributes {"]
    out += ["  id?: string;", "  name?: string;"]
    for row in settings():
        if row.attribute:
            accepted = one_of(row.choices) or ATTRIBUTE_TYPES.get(row.kind, "string")
            out.append(f'  "{kebab(row.name)}"?: {accepted};')
    out += [
        "}",
        "",
        "declare global {",
        "  var WebPhone: typeof import('./webphone').WebPhone;".replace("'", '"'),
        "  interface HTMLElementTagNameMap {",
        '    "web-phone": WebPhone;',
        "  }",
        "}",
    ]
    return "\n".join(out) + "\n"


def double(text: str) -> str:
    return text.replace("'", '"')


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
        for row in settings()
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
        for row in settings()
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
        for name, kind in methods()
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
    for row in settings():
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
    for name, kind in methods():
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
    return "\n".join(out) + "\n"


def later(built: bool) -> str:
    return "" if built else " *later*"


def shown(default: Any) -> str:
    return " ".join(default) if isinstance(default, tuple) else str(encode(default)).lower()


def table_row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


FILES = {
    "web/contract.js": script,
    "web/webphone.d.ts": types,
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
