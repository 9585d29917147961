"""Every example host runs, tells its story, and writes where it says and nowhere else."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from scripts import EXAMPLES, run_example, start_example

HOSTS = {
    "sync_host.py": (
        "Received 1 order; refused:",
        "  A-1002: bad_whole: expected a whole number @ $[1].lines[0].quantity",
        "BERLIN is asked to pick 2 MUG.",
        "VENLO is asked to pick 1 TEAPOT.",
        "The shop was told of 2 parcels.",
        "verify(): 0 differences.",
    ),
    "async_host.py": (
        "Three web hooks at once: 30 orders received.",
        "Looked at 30, released 25; 25 mugs were there.",
        "Orders now: 5 backordered, 25 completed",
        "The event loop came round meanwhile: True.",
        "verify(): 0 differences.",
    ),
    "joined_host.py": (
        "Amy checks out, and pays:",
        "Bob checks out, and his bank says no after the order was placed and released:",
        "verify(): 0 differences.",
    ),
    "fraud_check.py": (
        "The process: fraud check -> review -> source -> release",
        "  1    of amy  is released",
        "  2    of bob  is received, held: fraud_suspected, a first order of 690.00",
        "  3-0  of carl is received, held: fraud_suspected, 3 orders of this buyer at once",
        "  2    of bob  is released: a hold that was lifted is not put again",
        "verify(): 0 differences.",
    ),
    "phone_desk.py": (
        "  WELCOME takes 4.44 off 44.40 (line 1 3.45, line 2 0.99)",
        "  应付 44.86 EUR,其中税额 7.16",
        "  1 SPOON     0.00, given by SPOON",
        "  to pay 70.91 EUR with freight",
        "  26.05 EUR go back",
        "verify(): 0 differences.",
    ),
}


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_tells_its_story_and_writes_one_file(name: str, tmp_path: Path) -> None:
    told = run_example(name, "story.db", at=tmp_path).splitlines()
    assert [line for line in HOSTS[name] if line not in told] == []
    assert told[-1].startswith("Written: story.db")
    assert {path.name for path in tmp_path.iterdir()} <= {"story.db", "story.db-wal", "story.db-shm"}


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_never_writes_over_what_is_there(name: str, tmp_path: Path) -> None:
    (tmp_path / "story.db").write_bytes(b"mine")
    done = start_example(name, "story.db", at=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().strip() == "story.db is there already; name a file that is not."
    assert (tmp_path / "story.db").read_bytes() == b"mine"


def test_the_joined_host_keeps_both_its_cart_and_the_order_or_neither(tmp_path: Path) -> None:
    told = run_example("joined_host.py", "story.db", at=tmp_path).splitlines()
    kept = "  kept: 1 carts, 1 orders ['released'], 1 mugs reserved"
    assert [line for line in told if line.startswith("  kept:")] == [kept, kept]
    with sqlite3.connect(tmp_path / "story.db") as connection:
        carts = connection.execute('SELECT customer, "order" FROM carts').fetchall()
        orders = connection.execute("SELECT external_id FROM oms_order").fetchall()
        waiting = connection.execute("SELECT count(*) FROM oms_outbox").fetchone()
    connection.close()
    assert (carts, orders, waiting) == ([("amy", "SO-1-3")], [("cart-amy",)], (1,))


def test_the_web_shop_shows_what_it_reads(tmp_path: Path) -> None:
    said = [
        {"id": 1, "refund_of": "A-1", "at": "2026-03-02T08:15:00Z", "lines": [{"sku": "MUG", "quantity": 1}]},
        {"id": 2},
    ]
    told = run_example("web_shop.py", at=tmp_path, said=json.dumps(said).encode()).splitlines()
    assert told[0].startswith("Reversal(external_id='1'")
    assert told[1] == "2: not_an_object: expected an object @ $[1].ship_to, not NoneType"
    assert list(tmp_path.iterdir()) == []


def test_every_example_is_run_by_a_test() -> None:
    scripts = {path.name for path in EXAMPLES.glob("*.py") if '__name__ == "__main__"' in path.read_text("utf-8")}
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    assert sorted(name for name in scripts if not any(f'"{name}"' in text for text in texts)) == []
