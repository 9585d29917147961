"""The category tree: nodes with one parent each, asked by path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from attrs import frozen

from omskit.core import UsageError


@frozen
class Node:
    """One category.

    Args:
        code: Unique within the tree, and stable.
        parent: Code of the node above; empty for a root.
        names: (language, text) pairs.
    """

    code: str
    parent: str = ""
    names: tuple[tuple[str, str], ...] = ()

    def name(self, locale: str) -> str:
        """Return the name in a language; the code when there is none."""
        return dict(self.names).get(locale, self.code)


@frozen(slots=False)
class Tree:
    """A tree of categories; siblings stand in the order of ``nodes``.

    Args:
        key: Its 64-bit key.
        code: As memberships name it.
        nodes: All nodes.

    Raises:
        UsageError: ``bad_tree`` for a node without code, one that comes twice, an unknown parent, or a circle.
    """

    key: int
    code: str
    nodes: tuple[Node, ...] = ()

    def __attrs_post_init__(self) -> None:
        by_code = {node.code: node for node in self.nodes}
        unknown = [node.code for node in self.nodes if node.parent and node.parent not in by_code]
        if len(by_code) < len(self.nodes) or "" in by_code or unknown:
            raise UsageError(
                "bad_tree", f"{self.code}: codes are unique, parents known; not so {unknown}", tree=self.code
            )
        reached = sum(1 for _ in self.walk())
        if reached < len(self.nodes):
            raise UsageError("bad_tree", f"{self.code}: some nodes stand in a circle", tree=self.code)

    @cached_property
    def _by_code(self) -> Mapping[str, Node]:
        return {node.code: node for node in self.nodes}

    @cached_property
    def _below(self) -> Mapping[str, tuple[Node, ...]]:
        below: dict[str, list[Node]] = {}
        for node in self.nodes:
            below.setdefault(node.parent, []).append(node)
        return {parent: tuple(nodes) for parent, nodes in below.items()}

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def node(self, code: str) -> Node:
        """Return a node by code.

        Raises:
            UsageError: ``unknown_category``.
        """
        try:
            return self._by_code[code]
        except KeyError:
            raise UsageError(
                "unknown_category", f"{code!r} is not in {self.code}", tree=self.code, node=code
            ) from None

    def children(self, code: str = "") -> tuple[Node, ...]:
        """Return the nodes right below one; the roots without a code."""
        return self._below.get(code, ())

    def walk(self, code: str = "") -> Iterator[Node]:
        """Yield every node below one, parents before their children, siblings in order."""
        ahead = list(reversed(self.children(code)))
        while ahead:
            node = ahead.pop()
            yield node
            ahead += reversed(self.children(node.code))

    def path(self, code: str) -> tuple[Node, ...]:
        """Return the way from a root down to a node, both included.

        Raises:
            UsageError: ``unknown_category``.
        """
        way = [self.node(code)]
        while way[-1].parent:
            way.append(self.node(way[-1].parent))
        return tuple(reversed(way))

    def path_text(self, code: str, locale: str = "", separator: str = " > ") -> str:
        """Return the way down to a node as text, in a language.

        Raises:
            UsageError: ``unknown_category``.
        """
        return separator.join(node.name(locale) for node in self.path(code))

    def is_under(self, code: str, above: str) -> bool:
        """Whether a node is another one or lies anywhere below it.

        Raises:
            UsageError: ``unknown_category``.
        """
        return any(node.code == above for node in self.path(code))

    def subtree(self, code: str) -> frozenset[str]:
        """Return the codes of a node and of all below it, for searching products by category.

        Raises:
            UsageError: ``unknown_category``.
        """
        return frozenset({self.node(code).code, *(node.code for node in self.walk(code))})

    def find(self, *names: str, locale: str = "") -> tuple[Node, ...]:
        """Return the nodes whose path reads like this in a language, from a root down."""
        level = [node for node in self.children() if node.name(locale) == names[0]] if names else []
        for name in names[1:]:
            level = [node for above in level for node in self.children(above.code) if node.name(locale) == name]
        return tuple(level)
