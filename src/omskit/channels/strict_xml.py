"""XML as strangers send it: a plain tree, without document types, entities or endless nesting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn
from xml.parsers import expat

from attrs import define, field

from omskit.channels.reading import Fields
from omskit.channels.strict_json import MAX_BYTES, MAX_DEPTH, must_fit
from omskit.core import PayloadError

#: Most elements of one document.
MAX_ELEMENTS = 1_000_000


@define
class Node:
    """One element.

    Args:
        name: Its name without namespace.
        path: Where it stands: ``/request/deliveryOrder``.
        space: Its namespace; empty for none.
        attributes: By name without namespace.
        text: Its own text, without surrounding blanks.
        children: Elements in it.
    """

    name: str
    path: str
    space: str = ""
    attributes: dict[str, str] = field(factory=dict)
    text: str = ""
    children: list[Node] = field(factory=list)

    def all(self, name: str) -> Iterator[Node]:
        """Yield the children of a name."""
        return (child for child in self.children if child.name == name)

    def first(self, *names: str) -> Node:
        """Return the first child of a name, going on downwards; an empty node where there is none."""
        node = self
        for name in names:
            node = next(node.all(name), Node(name, f"{node.path}/{name}"))
        return node

    def fields(self) -> Fields:
        """Return the children without children of their own as fields; the first of a name counts."""
        values: dict[str, str] = {}
        for child in self.children:
            if not child.children and child.text:
                values.setdefault(child.name, child.text)
        return Fields(values, self.path)


@define
class _Builder:
    """Collects a tree from the parser's calls."""

    root: Node | None = None
    stack: list[Node] = field(factory=list)
    texts: list[list[str]] = field(factory=list)
    count: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) >= MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise PayloadError("too_deep", f"beyond {MAX_DEPTH} levels or {MAX_ELEMENTS} elements", path="/")
        space, _, name = tag.rpartition(" ")
        above = self.stack[-1].path if self.stack else ""
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()} if attributes else {}
        node = Node(name, f"{above}/{name}", space, plain)
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
        self.stack.append(node)
        self.texts.append([])

    def end(self, _: str) -> None:
        self.stack.pop().text = "".join(self.texts.pop()).strip()

    def data(self, text: str) -> None:
        if self.texts:
            self.texts[-1].append(text)


def _refuse(*_: object) -> NoReturn:
    raise PayloadError("xml_doctype", "document types and entities are not read", path="/")


def parse_xml(payload: bytes, *, max_bytes: int = MAX_BYTES) -> Node:
    """Return the root of an XML document.

    Raises:
        PayloadError: ``bad_xml`` for what is not well-formed; ``xml_doctype`` for a document type or an entity;
            ``too_deep``; ``too_big``.
    """
    must_fit(payload, max_bytes)
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(payload, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise PayloadError("bad_xml", f"not well-formed: {str(error)[:120]}", path="/") from None
    if builder.root is None:
        raise PayloadError("bad_xml", "no element", path="/")
    return builder.root
