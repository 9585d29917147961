"""What can be asked of a category tree."""

from __future__ import annotations

from attrs import frozen

from omskit.catalog.trees.model import Node, Tree


@frozen
class Plant:
    """Take a tree into the catalog, with the nodes it has."""

    tree: Tree


@frozen
class AddNode:
    """Add a node, as the last one below its parent or before a sibling."""

    node: Node
    before: str = ""


@frozen
class MoveNode:
    """Move a node with all below it to another parent (empty: to the roots), last or before a sibling."""

    code: str
    parent: str = ""
    before: str = ""


@frozen
class RenameNode:
    """Give a node other names."""

    code: str
    names: tuple[tuple[str, str], ...]


@frozen
class RemoveNode:
    """Take a node away; ``members`` is how many products are still in it."""

    code: str
    members: int = 0


TreeCommand = Plant | AddNode | MoveNode | RenameNode | RemoveNode
