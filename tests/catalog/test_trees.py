"""Category trees: paths, moves without circles, nothing lost."""

from datetime import UTC, datetime

import pytest

from omskit.catalog import (
    TREES,
    AddNode,
    MoveNode,
    Node,
    NodeAdded,
    NodeMoved,
    NodeRemoved,
    NodeRenamed,
    Plant,
    Planted,
    RemoveNode,
    RenameNode,
    Tree,
    TreeCommand,
    decide_tree,
    evolve_tree,
)
from omskit.core import Refused, StorageError, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TREE = Tree(
    1,
    "shop",
    (
        Node("clothes", "", (("en", "Clothes"), ("zh", "服装"))),
        Node("shirts", "clothes", (("en", "Shirts"),)),
        Node("tees", "shirts", (("en", "T-shirts"),)),
        Node("polos", "shirts"),
        Node("cameras", "", (("en", "Cameras"),)),
    ),
)


def after(tree: Tree, *commands: TreeCommand) -> Tree:
    for command in commands:
        for event in decide_tree(tree, command, at=AT):
            tree = evolve_tree(tree, event)
    return tree


def refused(command: TreeCommand) -> Refused:
    with pytest.raises(Refused) as error:
        decide_tree(TREE, command, at=AT)
    return error.value


def test_a_path_leads_from_the_root_down() -> None:
    assert [node.code for node in TREE.path("tees")] == ["clothes", "shirts", "tees"]
    assert TREE.path_text("tees", "en") == "Clothes > Shirts > T-shirts"
    assert TREE.path_text("polos", "zh") == "服装 > shirts > polos"


def test_a_subtree_holds_a_node_and_all_below_it() -> None:
    assert TREE.subtree("shirts") == {"shirts", "tees", "polos"}
    assert TREE.is_under("tees", "clothes")
    assert not TREE.is_under("tees", "cameras")


def test_children_stand_in_order_and_the_walk_goes_down_first() -> None:
    assert [node.code for node in TREE.children()] == ["clothes", "cameras"]
    assert [node.code for node in TREE.walk()] == ["clothes", "shirts", "tees", "polos", "cameras"]


def test_nodes_are_found_by_the_names_of_their_path() -> None:
    assert [node.code for node in TREE.find("Clothes", "Shirts", "T-shirts", locale="en")] == ["tees"]
    assert TREE.find("Shirts", locale="en") == ()
    assert TREE.find() == ()


def test_a_node_moves_with_all_below_it() -> None:
    moved = after(TREE, MoveNode("shirts", "cameras"))
    assert [node.code for node in moved.path("tees")] == ["cameras", "shirts", "tees"]


def test_a_node_is_not_moved_below_itself() -> None:
    error = refused(MoveNode("clothes", "tees"))
    assert (error.code, error.facts["path"]) == ("category_cycle", ("clothes", "shirts", "tees"))
    assert refused(MoveNode("clothes", "clothes")).code == "category_cycle"


def test_a_node_is_placed_before_a_sibling() -> None:
    assert [n.code for n in after(TREE, MoveNode("polos", "shirts", "tees")).children("shirts")] == [
        "polos",
        "tees",
    ]
    assert [n.code for n in after(TREE, AddNode(Node("x", "shirts"), "tees")).children("shirts")] == [
        "x",
        "tees",
        "polos",
    ]
    assert refused(MoveNode("polos", "shirts", "cameras")).code == "not_a_sibling"


def test_what_has_something_below_or_in_it_is_not_removed() -> None:
    assert refused(RemoveNode("shirts")).code == "category_in_use"
    assert refused(RemoveNode("tees", members=3)).facts["members"] == 3
    assert "tees" not in after(TREE, RemoveNode("tees"))


def test_what_is_so_already_happens_as_no_event() -> None:
    for command in (
        RemoveNode("gone"),
        MoveNode("tees", "shirts"),
        AddNode(TREE.node("tees")),
        RenameNode("tees", (("en", "T-shirts"),)),
    ):
        assert decide_tree(TREE, command, at=AT) == ()


def test_a_code_is_taken_once() -> None:
    assert refused(AddNode(Node("tees", "cameras"))).code == "category_taken"
    assert refused(Plant(TREE)).code == "already_planted"


def test_names_change_and_the_code_stays() -> None:
    assert after(TREE, RenameNode("tees", (("en", "Tees"),))).node("tees").name("en") == "Tees"


@pytest.mark.parametrize(
    "nodes",
    [
        (Node("a"), Node("a")),
        (Node("a", "gone"),),
        (Node(""),),
        (Node("a", "b"), Node("b", "a")),
        (Node("a", "a"),),
    ],
)
def test_a_tree_that_is_none_is_refused(nodes: tuple[Node, ...]) -> None:
    with pytest.raises(UsageError) as error:
        Tree(1, "x", nodes)
    assert error.value.code == "bad_tree"


@pytest.mark.parametrize(
    "command", [AddNode(Node("x", "gone")), MoveNode("gone"), MoveNode("tees", "gone"), RenameNode("gone", ())]
)
def test_an_unknown_node_is_the_hosts_mistake(command: TreeCommand) -> None:
    with pytest.raises(UsageError) as error:
        decide_tree(TREE, command, at=AT)
    assert error.value.code == "unknown_category"


def test_a_tree_has_to_be_planted_first() -> None:
    with pytest.raises(UsageError) as error:
        decide_tree(None, RemoveNode("x"), at=AT)
    assert error.value.code == "unknown_tree"
    with pytest.raises(StorageError):
        evolve_tree(None, NodeRemoved("x"))
    assert evolve_tree(None, decide_tree(None, Plant(TREE), at=AT)[0]) == TREE


def test_a_tree_and_its_events_survive_storing() -> None:
    assert TREES.state.load("tree", TREES.state.dump(TREE)) == TREE
    node = Node("x", "shirts", (("en", "X"),))
    for event in (Planted(TREE), NodeAdded(node, "tees"), NodeMoved("x"), NodeRenamed("x", ()), NodeRemoved("x")):
        assert TREES.events.load(TREES.events.tag_of(event), TREES.events.dump(event)) == event


def test_a_tree_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omskit.catalog.trees.decide.MAX_NODES", 5)
    assert refused(AddNode(Node("x"))).code == "too_many_categories"
    with pytest.raises(UsageError):
        decide_tree(TREE, AddNode(Node("")), at=AT)
