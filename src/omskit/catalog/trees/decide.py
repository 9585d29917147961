"""What a command does to a category tree: events, or a refusal. A tree has no process, and so no machine."""

from __future__ import annotations

from datetime import datetime

from omskit.catalog.trees import commands as c
from omskit.catalog.trees import events as e
from omskit.catalog.trees.model import Tree
from omskit.core import Refused, UsageError

#: Most nodes of one tree.
MAX_NODES = 50_000

TreeEvents = tuple[e.TreeEvent, ...]


def decide_tree(
    tree: Tree | None,
    command: c.TreeCommand,
    *,
    at: datetime,  # noqa: ARG001 - every aggregate is asked in the same way
    actor: str = "",  # noqa: ARG001
) -> TreeEvents:
    """Return the events of a command; one that is already satisfied happens as no event.

    Raises:
        Refused: ``already_planted``; ``category_taken`` for a code that is there; ``category_cycle`` for a node
            that would stand below itself; ``category_in_use`` for one that has nodes below it or products in it;
            ``not_a_sibling`` when the node to stand before has another parent; ``too_many_categories``.
        UsageError: ``unknown_tree``; ``unknown_category``; ``bad_tree`` for a node without code.
    """
    if isinstance(command, c.Plant):
        if tree is not None:
            raise Refused("already_planted", f"{tree.code} is in the catalog", tree=tree.code)
        return (e.Planted(command.tree),)
    if tree is None:
        raise UsageError("unknown_tree", f"{type(command).__name__} for a tree that is not there")
    if isinstance(command, c.AddNode):
        return _add(tree, command)
    if isinstance(command, c.MoveNode):
        return _move(tree, command)
    if isinstance(command, c.RenameNode):
        same = tree.node(command.code).names == command.names
        return () if same else (e.NodeRenamed(command.code, command.names),)
    return _remove(tree, command)


def _add(tree: Tree, command: c.AddNode) -> TreeEvents:
    node = command.node
    if node.code in tree:
        if tree.node(node.code) == node:
            return ()
        raise Refused("category_taken", f"{node.code} is in {tree.code}", tree=tree.code, node=node.code)
    if not node.code:
        raise UsageError("bad_tree", "a node has a code", tree=tree.code)
    if len(tree.nodes) >= MAX_NODES:
        raise Refused("too_many_categories", f"{tree.code} has {MAX_NODES} nodes", tree=tree.code)
    _place(tree, node.parent, command.before)
    return (e.NodeAdded(node, command.before),)


def _place(tree: Tree, parent: str, before: str) -> None:
    if parent:
        tree.node(parent)
    if before and tree.node(before).parent != parent:
        raise Refused(
            "not_a_sibling", f"{before} is not below {parent or 'the root'}", tree=tree.code, node=before
        )


def _move(tree: Tree, command: c.MoveNode) -> TreeEvents:
    node = tree.node(command.code)
    _place(tree, command.parent, command.before)
    if command.before == node.code or (node.parent == command.parent and not command.before):
        return ()
    if command.parent and tree.is_under(command.parent, node.code):
        way = tuple(one.code for one in tree.path(command.parent))
        raise Refused("category_cycle", f"{node.code} would stand below itself: {' > '.join(way)}", path=way)
    return (e.NodeMoved(node.code, command.parent, command.before),)


def _remove(tree: Tree, command: c.RemoveNode) -> TreeEvents:
    if command.code not in tree:
        return ()
    below = tree.children(command.code)
    if below or command.members:
        raise Refused(
            "category_in_use",
            f"{command.code} has {len(below)} nodes below it and {command.members} products in it",
            tree=tree.code,
            node=command.code,
            members=command.members,
        )
    return (e.NodeRemoved(command.code),)
