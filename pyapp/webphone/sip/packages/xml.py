"""XML of strangers: elements, attributes and text; what could be dangerous in it is refused.

No document type, no entity but the five that XML has itself, no processing instruction; so many
elements, so deep, and no more. Names lose their prefix: what we read has one meaning in any
namespace. The time grows with the length (the patterns never try a character twice).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from webphone.sip.wire.grammar import Malformed, visible

LARGEST = 65536  # characters
DEEPEST = 24
MOST_ELEMENTS = 4000
MOST_ATTRIBUTES = 32

# XMLDecl ::= '<?xml' VersionInfo EncodingDecl? SDDecl? S? '?>'
_DECLARATION = re.compile(r"\ufeff?<\?xml(?=\s)[^<>?]{0,200}\?>")
_ENCODING = re.compile(r"""encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
# Name ::= NameStartChar (NameChar)*
_NAME = r"[^\s<>/=&\"'?!;:.\-0-9][^\s<>/=&\"'?!;]*+"
_START = re.compile(rf"<({_NAME})")
_END = re.compile(rf"</({_NAME})\s*+>")
# Attribute ::= Name Eq AttValue
_ATTRIBUTE = re.compile(rf"""\s++({_NAME})\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')""")
_CLOSE = re.compile(r"\s*+(/?)>")
_TEXT = re.compile(r"[^<]++")
_COMMENT, _CDATA = "<!--", "<![CDATA["
# Reference ::= EntityRef | CharRef
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|([A-Za-z]{1,9}));|&")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}


@dataclass(slots=True)
class Element:
    """One element; `text` is its own, without what is inside others."""

    name: str
    attributes: Mapping[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says, fit for a screen."""
        return visible(" ".join("".join(self.pieces).split()))

    def get(self, name: str) -> str:
        """An attribute, fit for a screen; "" where it is not there."""
        return visible(self.attributes.get(name, "").strip())

    def all(self, name: str) -> Iterator[Element]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def find(self, *path: str) -> Element | None:
        """The first of the name in the first of the name, None where there is none."""
        found: Element | None = self
        for name in path:
            found = next(found.all(name), None) if found else None
        return found

    def saying(self, *path: str) -> str:
        """The text of what `find` finds, "" where there is none."""
        found = self.find(*path)
        return found.text if found else ""


def escaped(text: str) -> str:
    """Text as it may stand in an element or an attribute."""
    for char, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(char, f"&{name};")
    return visible(text)


def parse(data: bytes) -> Element:
    """The document's element; raises Malformed for what is no XML, or more than we read."""
    text = data.decode("utf-8", "replace")
    if len(text) > LARGEST:
        raise Malformed("more XML than anybody needs")
    declared = _DECLARATION.match(text)
    if declared:
        named = _ENCODING.search(declared[0])
        if named and named[1].lower() not in ("utf-8", "us-ascii"):
            raise Malformed(f"XML in {named[1][:20]}")
    return _Reader(text, declared.end() if declared else int(text.startswith("\ufeff"))).root()


class _Reader:
    """A document while it is read."""

    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self._at = position
        self._open: list[tuple[str, Element]] = []
        self._root: Element | None = None
        self._count = 0

    def root(self) -> Element:
        while self._at < len(self._text):
            self._step()
        if self._root is None or self._open:
            raise Malformed("XML that does not end")
        return self._root

    def _step(self) -> None:
        """Take what stands here."""
        text, at = self._text, self._at
        if text.startswith(_COMMENT, at):
            self._at = self._after("-->", at + len(_COMMENT))
        elif text.startswith(_CDATA, at):
            self._at = self._after("]]>", at + len(_CDATA))
            self._say(text[at + len(_CDATA) : self._at - 3])
        elif text.startswith(("<!", "<?"), at):
            raise Malformed("XML with a document type or an instruction")
        elif text.startswith("</", at):
            self._close()
        elif text.startswith("<", at):
            self._begin()
        else:
            found = _TEXT.match(text, at)
            assert found is not None
            self._at = found.end()
            self._say(_unescaped(found[0]))

    def _after(self, end: str, start: int) -> int:
        found = self._text.find(end, start)
        if found < 0:
            raise Malformed("XML that does not end")
        return found + len(end)

    def _say(self, said: str) -> None:
        if self._open:
            self._open[-1][1].pieces.append(said)
        elif said.strip():
            raise Malformed("XML with words around it")

    def _begin(self) -> None:
        found = _START.match(self._text, self._at)
        if found is None:
            raise Malformed("XML with a broken tag")
        attributes: dict[str, str] = {}
        at = found.end()
        while (attribute := _ATTRIBUTE.match(self._text, at)) is not None:
            if len(attributes) >= MOST_ATTRIBUTES:
                raise Malformed("XML with more attributes than anybody has")
            given = attribute[2] if attribute[2] is not None else attribute[3]
            attributes.setdefault(_local(attribute[1]), _unescaped(given))
            at = attribute.end()
        closed = _CLOSE.match(self._text, at)
        if closed is None:
            raise Malformed("XML with a broken tag")
        self._at = closed.end()
        self._add(found[1], Element(_local(found[1]), attributes), alone=bool(closed[1]))

    def _add(self, name: str, element: Element, *, alone: bool) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= DEEPEST:
            raise Malformed("XML of more or deeper elements than anybody needs")
        if self._open:
            self._open[-1][1].children.append(element)
        elif self._root is None:
            self._root = element
        else:
            raise Malformed("XML of two documents")
        if not alone:
            self._open.append((name, element))

    def _close(self) -> None:
        found = _END.match(self._text, self._at)
        if found is None or not self._open or self._open[-1][0] != found[1]:
            raise Malformed("XML whose tags do not match")
        self._open.pop()
        self._at = found.end()


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(_meant, text) if "&" in text else text


def _meant(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name in _ENTITIES:
        return _ENTITIES[name]
    number = int(decimal or hexadecimal or "-1", 16 if hexadecimal else 10)
    if not 0 < number < 0x110000 or 0xD800 <= number < 0xE000:
        raise Malformed("XML with an entity that it does not have itself")
    return chr(number)
