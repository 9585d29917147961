"""How category trees are stored: a tree is one document."""

from __future__ import annotations

from typing import Any

from omskit.catalog.trees import commands as c
from omskit.catalog.trees import events as e
from omskit.catalog.trees.evolve import evolve_tree
from omskit.catalog.trees.model import Tree
from omskit.core import Codec, ColumnType, Kind, Row


def _row(tree: Tree) -> Row:
    return (tree.code,)


#: Commands by tag, for idempotency keys and audit.
TREE_COMMANDS: Codec[Any] = Codec(
    "tree command",
    {"plant": c.Plant, "add": c.AddNode, "move": c.MoveNode, "rename": c.RenameNode, "remove": c.RemoveNode},
)

#: The aggregate of this package.
TREES: Kind[Tree] = Kind(
    tag="tree",
    number="TR",
    state=Codec("tree", {"tree": Tree}),
    events=Codec(
        "tree event",
        {
            "planted": e.Planted,
            "added": e.NodeAdded,
            "moved": e.NodeMoved,
            "renamed": e.NodeRenamed,
            "removed": e.NodeRemoved,
        },
    ),
    evolve=evolve_tree,
    columns=(("code", ColumnType.TEXT),),
    row=_row,
    unique=(("code",),),
)
