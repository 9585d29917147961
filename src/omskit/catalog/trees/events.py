"""What happened to a category tree."""

from __future__ import annotations

from attrs import frozen

from omskit.catalog.trees.model import Node, Tree


@frozen
class Planted:
    """The tree came into the catalog, as it stands here."""

    tree: Tree


@frozen
class NodeAdded:
    """A node was added."""

    node: Node
    before: str = ""


@frozen
class NodeMoved:
    """A node went to another place, with all below it."""

    code: str
    parent: str = ""
    before: str = ""


@frozen
class NodeRenamed:
    """A node has other names."""

    code: str
    names: tuple[tuple[str, str], ...]


@frozen
class NodeRemoved:
    """A node is gone."""

    code: str


TreeEvent = Planted | NodeAdded | NodeMoved | NodeRenamed | NodeRemoved
