"""The quickstart takes a real month from receipt to proof, and its figures are those of the data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doc_blocks import blocks
from scripts import EXAMPLES, run_example, start_example

DAYS = 20

#: One worker waits for the month, and the others do something else meanwhile.
pytestmark = pytest.mark.xdist_group("quickstart")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the quickstart prints; it takes ten seconds, and runs once for all tests."""
    at = tmp_path_factory.mktemp("quickstart")
    text = run_example("quickstart.py", "month.db", at=at)
    assert (at / "month.db").stat().st_size > 10_000_000
    return text


def test_every_trading_day_is_lived_through(told: str) -> None:
    days = re.findall(r"^  (2010-12-\d\d) +(\d+) orders received, +(\d+) released$", told, re.MULTILINE)
    assert len(days) == DAYS
    assert sum(int(placed) for _, placed, _ in days) == 1_622


def test_receiving_the_whole_month_again_changes_nothing(told: str) -> None:
    assert "The whole month once more: 0 new orders, 1,948 known already." in told
    assert "Orders: 1,622 to 23 countries" in told


def test_every_cancellation_line_is_matched_or_reported(told: str) -> None:
    found = re.search(r"^Cancellation lines: (\d+); (\d+) matched", told, re.MULTILINE)
    assert found
    assert found[1] == "728"
    after = told[found.end() : told.index("Refused, with the reason:")]
    reported = [int(count) for count in re.findall(r"^ +(\d+)  \w+, as in C", after, re.MULTILINE)]
    assert int(found[2]) + sum(reported) == 728


def test_what_is_no_order_is_refused_with_a_reason(told: str) -> None:
    after = told[told.index("Refused, with the reason:") :]
    reasons = {code: int(count) for count, code in re.findall(r"^ +(\d+)  (\w+), as in", after, re.MULTILINE)}
    assert reasons == {"bad_line": 70, "no_goods": 5, "item_refused": 2}


def test_nothing_differs_in_the_end(told: str) -> None:
    assert re.search(r"^verify\(\): 0 differences in 1,622 orders, [\d,]+ fulfillments", told, re.MULTILINE)
    assert "Written: month.db (" in told


def test_it_never_writes_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "month.db").write_bytes(b"mine")
    done = start_example("quickstart.py", "month.db", at=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().strip() == "month.db is there already; name a file that is not."
    assert (tmp_path / "month.db").read_bytes() == b"mine"


def test_the_readme_shows_what_it_prints(told: str) -> None:
    page = (EXAMPLES.parent / "README.md").read_text("utf-8")
    (shown,) = (block.text for block in blocks(page) if block.info == "text" and "verify():" in block.text)
    wanted = [line for line in shown.splitlines() if line.strip() not in {"", "..."}]
    printed = iter(told.splitlines())
    assert [line for line in wanted if line not in printed] == []
