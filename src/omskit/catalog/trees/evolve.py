"""What an event makes of a category tree."""

from __future__ import annotations

from attrs import evolve as changed

from omskit.catalog.trees import events as e
from omskit.catalog.trees.model import Node, Tree
from omskit.core import StorageError


def evolve_tree(tree: Tree | None, event: e.TreeEvent) -> Tree:
    """Return the tree as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with its planting.
    """
    if isinstance(event, e.Planted):
        return event.tree
    if tree is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the tree was planted")
    if isinstance(event, e.NodeAdded):
        return changed(tree, nodes=_placed(tree.nodes, event.node, event.before))
    if isinstance(event, e.NodeMoved):
        moved = changed(tree.node(event.code), parent=event.parent)
        others = tuple(node for node in tree.nodes if node.code != event.code)
        return changed(tree, nodes=_placed(others, moved, event.before))
    if isinstance(event, e.NodeRenamed):
        nodes = (changed(node, names=event.names) if node.code == event.code else node for node in tree.nodes)
        return changed(tree, nodes=tuple(nodes))
    return changed(tree, nodes=tuple(node for node in tree.nodes if node.code != event.code))


def _placed(nodes: tuple[Node, ...], node: Node, before: str) -> tuple[Node, ...]:
    at = next((place for place, one in enumerate(nodes) if before and one.code == before), len(nodes))
    return (*nodes[:at], node, *nodes[at:])
