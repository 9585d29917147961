"""The errors page names every code that the source can make, under its class, and no other."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

#: The source is read once.
pytestmark = pytest.mark.xdist_group("errors page")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "errors.md"
TREE = {
    "OmsError",
    "UsageError",
    "Refused",
    "PayloadError",
    "StorageError",
    "ConcurrencyConflict",
    "Duplicate",
    "ContractError",
    "Refusal",
}
#: Which argument of a constructor is the code.
CODE_AT = {"Refusal": 1}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Found = set[tuple[str, str]]


def _parents(tree: ast.AST) -> Mapping[ast.AST, ast.AST]:
    return {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _argument(call: ast.Call, at: int, name: str) -> ast.expr | None:
    by_name = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return by_name[0] if by_name else call.args[at] if len(call.args) > at else None


class Source:
    """All constructions of errors and refusals in a set of modules."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.trees = {name: ast.parse(text) for name, text in texts.items()}
        self.parents = {node: up for tree in self.trees.values() for node, up in _parents(tree).items()}
        nodes = [node for tree in self.trees.values() for node in ast.walk(tree)]
        self.calls = [node for node in nodes if isinstance(node, ast.Call)]
        self.base = {name: name for name in TREE}
        classes = [n for tree in self.trees.values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
        for _ in range(3):
            for node in classes:
                bases = [self.base[_name(base)] for base in node.bases if _name(base) in self.base]
                if bases and node.name not in TREE:
                    self.base[node.name] = bases[0]
        self.unreadable: list[str] = []

    def codes(self) -> Found:
        """Every (class, code) that a construction in the source can have."""
        found: Found = set()
        for call in self.calls:
            made = self._made(call)
            if made:
                code = _argument(call, CODE_AT.get(self.base[made], 0), "code")
                found |= {(self.base[made], text) for text in self._read(code, call, 0)}
        return found

    def _made(self, call: ast.Call) -> str:
        name = _name(call.func)
        if name == "__init__" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
            around = [up.name for up in self._up(call) if isinstance(up, ast.ClassDef) and up.name in self.base]
            return around[0] if around else ""
        return name if name in self.base and not self._is_method(call) else ""

    @staticmethod
    def _is_method(call: ast.Call) -> bool:
        return isinstance(call.func, ast.Attribute) and _name(call.func.value) in TREE

    def _up(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node

    def _read(self, code: ast.expr | None, call: ast.AST, depth: int) -> Iterator[str]:
        match code:
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp():
                yield from self._read(code.body, call, depth)
                yield from self._read(code.orelse, call, depth)
            case ast.Attribute(attr="code"):
                return  # a value is carried on; its code was read where it was made
            case ast.Name() if depth < 4:
                yield from self._read_name(code.id, call, depth)
            case _:
                self._unreadable(call, code)

    def _read_name(self, name: str, call: ast.AST, depth: int) -> Iterator[str]:
        for up in self._up(call):
            if isinstance(up, Function) and name in (names := self._parameters(up)):
                at = names.index(name)
                makers = {up.name, self._maker(up)} - {""}
                calls = [one for one in self.calls if _name(one.func) in makers and one is not call]
                for one in calls:
                    given = _argument(one, at, name)
                    if given is not None:
                        yield from self._read(given, one, depth + 1)
                return
            values = self._assigned(up, name)
            if values:
                for value in values:
                    yield from self._read(value, call, depth + 1)
                return
        if not any(isinstance(up, ast.ClassDef) and up.name in TREE for up in self._up(call)):
            self._unreadable(call, ast.Name(name))

    def _maker(self, function: Function) -> str:
        up = self.parents[function]
        return up.name if function.name == "__init__" and isinstance(up, ast.ClassDef) else ""

    def _parameters(self, function: Function) -> list[str]:
        given = function.args
        names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        plain = any(_name(mark) == "staticmethod" for mark in function.decorator_list)
        method = isinstance(self.parents[function], ast.ClassDef) and not plain
        return names[1:] if method else names

    @staticmethod
    def _assigned(scope: ast.AST, name: str) -> list[ast.expr]:
        if not isinstance(scope, Function | ast.Module):
            return []
        made = [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]
        return [node.value for node in made if any(_name(target) == name for target in node.targets)]

    def _unreadable(self, call: ast.AST, code: ast.expr | None) -> None:
        module = next(name for name, tree in self.trees.items() if tree in self._up(call))
        text = ast.unparse(code) if code else "nothing"
        self.unreadable.append(f"{module}:{getattr(call, 'lineno', 0)}: {text}")


@cache
def _source() -> tuple[frozenset[tuple[str, str]], tuple[str, ...]]:
    files = sorted((ROOT / "src" / "omskit").rglob("*.py"))
    source = Source({path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in files})
    return frozenset(source.codes()), tuple(source.unreadable)


def _page() -> list[tuple[str, str, str]]:
    rows, section = [], ""
    for line in PAGE.read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"## `(\w+)`", line):
            section = heading[1]
        elif section and (row := re.fullmatch(r"\| `(\w+)` \| (.+) \| (.+) \|", line)):
            rows.append((section, row[1], f"{row[2]} {row[3]}"))
    return rows


def _codes_of(text: str) -> Found:
    return Source({"a": text}).codes()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('raise UsageError("a", "said")', {("UsageError", "a")}),
        ('raise errors.Refused("a")', {("Refused", "a")}),
        ('Refusal("SO-1", "a", "said")', {("Refusal", "a")}),
        ('Refusal(subject="SO-1", code="a")', {("Refusal", "a")}),
        ("Refusal.of(subject, error)", set()),
        ("Refusal(subject, error.code)", set()),
        ('raise Refused("a" if x else "b")', {("Refused", "a"), ("Refused", "b")}),
        (
            'def f(x, code):\n    raise Refused(code)\nf(1, "a")\nf(1, code="b")',
            {("Refused", "a"), ("Refused", "b")},
        ),
        ('class T:\n    def f(self, code):\n        raise Refused(code)\nT().f("a")', {("Refused", "a")}),
        ('CODE = "a"\ndef f():\n    raise Refused(CODE)', {("Refused", "a")}),
        ('class CellError(PayloadError): ...\nraise CellError("a")', {("PayloadError", "a")}),
        (
            'class Full(Refused):\n    def __init__(self, x):\n        super().__init__("a", x)\nraise Full(1)',
            {("Refused", "a")},
        ),
    ],
)
def test_a_code_is_found_however_it_is_given(text: str, codes: Found) -> None:
    assert _codes_of(text) - {("Refused", "1")} == codes


def test_a_code_that_cannot_be_read_from_the_source_is_told() -> None:
    source = Source({"room.py": 'raise Refused(f"bad_{name}")'})
    assert source.codes() == set()
    assert source.unreadable == ["room.py:1: f'bad_{name}'"]


def test_every_code_in_the_source_can_be_read_but_that_of_a_refusal_that_is_handed_out_again() -> None:
    (again,) = _source()[1]
    assert re.fullmatch(r"src/omskit/engine/act\.py:\d+: document\['code'\]", again)


def test_every_code_of_the_source_stands_on_the_page() -> None:
    listed = {(section, code) for section, code, _ in _page()}
    assert sorted(_source()[0] - listed) == []


def test_every_code_of_the_page_can_be_made_by_the_source() -> None:
    listed = {(section, code) for section, code, _ in _page()}
    assert sorted(listed - _source()[0]) == []


def test_the_page_is_sorted_and_names_each_code_once_a_class() -> None:
    listed = [(section, code) for section, code, _ in _page()]
    sections = list(dict.fromkeys(section for section, _ in listed))
    assert [code for section in sections for code in sorted({c for s, c in listed if s == section})] == [
        code for _, code in listed
    ]


def test_every_code_says_what_it_means_and_what_to_do() -> None:
    assert all(len(text.split()) >= 6 for _, _, text in _page())


def test_codes_are_words_in_snake_case() -> None:
    codes = sorted(code for _, code in _source()[0])
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code)] == []
