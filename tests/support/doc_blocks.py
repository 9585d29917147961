"""Runs the code blocks of a page of documentation, and holds what they print to what the page shows.

The rules: the ``python`` blocks of a page run in order and share their names. What a block prints stands in a
``text`` block right behind it. A ``json`` block with a file name writes that file. Days and times of day in the
output may differ, the rest may not. Other languages are shown and not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from attrs import frozen

_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
_WHEN = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?")


@frozen
class Block:
    """One fenced block.

    Args:
        info: What stands behind the fence: a language, and perhaps a file's name.
        text: What is inside.
        line: Number of the fence's line, from 1.
        shows: The output that the page shows for it; None where no ``text`` block follows directly.
    """

    info: str
    text: str
    line: int
    shows: str | None = None


def blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of a page in order."""
    found = list(_FENCE.finditer(page))
    for position, one in enumerate(found):
        after = found[position + 1] if position + 1 < len(found) else None
        shows = None
        if after and after[1].strip() == "text" and not page[one.end() : after.start()].strip():
            shows = after[2]
        yield Block(one[1].strip(), one[2], page.count("\n", 0, one.start()) + 1, shows)


def run_page(path: Path) -> dict[str, object]:
    """Run all blocks of a page in the current directory, and return the names they leave."""
    names: dict[str, object] = {"__name__": "__page__"}
    for block in blocks(path.read_text("utf-8")):
        if block.info.startswith("json "):
            Path(block.info.split()[1]).write_text(block.text, "utf-8")
        if block.info == "python":
            said = StringIO()
            with redirect_stdout(said):
                # Line numbers in a traceback are then those of the page.
                exec(compile("\n" * block.line + block.text, str(path), "exec"), names)  # noqa: S102
            assert timeless(said.getvalue()) == timeless(block.shows or ""), f"{path}:{block.line}"
    return names


def timeless(text: str) -> str:
    """Return a text with a mark in place of every day and time of day."""
    return _WHEN.sub("<when>", text).strip()
