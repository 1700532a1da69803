"""The contract as TypeScript: what each of its names is there, and web/webphone.d.ts."""

import re
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from typing import Any

from looks import SLOTS
from webphone import contract
from webphone.contract import Command, Kind, Setting, camel, kebab

SOURCE = "Generated from pyapp/webphone/contract.py by `make contract`"
SHAPES = (
    contract.Party,
    contract.Device,
    contract.Quality,
    contract.SideStats,
    contract.QualityWarning,
    contract.Timing,
    contract.CallView,
    contract.Member,
    contract.CallRecord,
)
# The words that a field of a shape may hold.
WORDS = {
    "CallView.state": contract.CALL_STATES,
    "Device.kind": contract.DEVICE_KINDS,
    "direction": contract.CALL_DIRECTIONS,
    "held_by": ["local", "remote", "both"],
    "disposition": contract.DISPOSITIONS,
    "step": contract.TIMED_STEPS,
    "code": contract.QUALITY_WARNINGS,
    "QualityWarning.direction": ["in", "out"],
    "ended_by": contract.ENDED_BY,
}
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
    Kind.STRINGS: "Record<string, string> | null",
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
# What no description of a call holds, as it is no data; in an iframe there is none.
STREAMS = [
    f"  /** {side} sound for the page to listen to, which the person sees; gone at the end. */\n"
    f"  readonly {name}?: MediaStream | null;"
    for name, side in (("localStream", "Our"), ("remoteStream", "Their"))
]
LISTENING = (
    ("on", "Calls f(detail, event) at each event of that name."),
    ("off", "Stops calling f."),
)


def one_of(words: Iterable[str]) -> str:
    return " | ".join(f'"{word}"' for word in words)


def type_of(annotation: str) -> str:
    """A Python annotation as TypeScript."""
    if annotation.endswith(" | None"):
        return type_of(annotation.removesuffix(" | None")) + " | null"
    if found := re.fullmatch(r"Mapping\[str, (\w+)\]", annotation):
        return f"Record<string, {type_of(found[1])}>"
    if found := re.fullmatch(r"(?:Sequence\[(\w+)|tuple\[(\w+), \.\.\.)\]", annotation):
        return f"{type_of(found[1] or found[2])}[]"
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


def declarations() -> str:
    """web/webphone.d.ts."""
    out = [f"// {SOURCE}.", ""]
    out += [f"export type PhoneState = {one_of(contract.PHONE_STATES)};"]
    out += [f"/** What `slot` of a child may say. */\nexport type WebPhoneSlot = {one_of(SLOTS)};"]
    out += [f"export type ErrorCode = {one_of(contract.ERRORS)};", ""]
    for shape in SHAPES:
        out += [f"/** {shape.__doc__} */", f"export interface {shape.__name__} {{"]
        for item in fields(shape):
            out.append(f"  {camel(item.name.rstrip('_'))}: {field_type(shape.__name__, item)};")
        if shape is contract.CallView:
            out += STREAMS
        out += ["}", ""]
    out += [
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
    for row in contract.SETTINGS.values():
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
    for name, kind in contract.COMMANDS.items():
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
    for row in contract.SETTINGS.values():
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
