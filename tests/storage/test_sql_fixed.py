"""Columns that never change are written once; the others follow every state."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve, frozen
from sqlalchemy import select

from omskit.core import Change, Codec, ColumnType, Entry, Kind, Row
from omskit.storage.sql import SqlStorage, open_engine
from omskit.testing.storage.tickets import AT


@frozen
class Book:
    """A title on a shelf, lent so many times."""

    title: str
    shelf: str = "A"
    lent: int = 0


@frozen
class Kept:
    """A book is as it is."""

    book: Book


def _row(book: Book) -> Row:
    return (book.title, book.shelf, book.lent)


def _books(*fixed: str) -> Kind[Book]:
    return Kind(
        tag="book",
        state=Codec("book", {"book": Book}),
        events=Codec("book event", {"kept": Kept}),
        evolve=lambda _state, event: event.book,
        columns=(("title", ColumnType.TEXT), ("shelf", ColumnType.TEXT), ("lent", ColumnType.INT)),
        row=_row,
        fixed=fixed,
    )


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("fixed", [(), ("title",), ("title", "shelf"), ("title", "shelf", "lent")])
def test_a_state_that_is_written_anew_leaves_its_fixed_columns_alone(
    database: str, fixed: tuple[str, ...], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else f"sqlite:///{tmp_path}/shop.db"
    books = _books(*fixed)
    storage = SqlStorage(open_engine(url), (books,))
    storage.create()
    old = Book("Kepler")
    new = evolve(old, title="Tycho", shelf="B", lent=1)
    for before, book in enumerate((old, new)):
        with storage.begin() as unit:
            entry = Entry(1, before + 1, AT, "kit", "test", Kept(book))
            unit.of(books).save([Change(1, before, book, (entry,))])
    main = storage.tables.kinds["book"].main
    with storage.begin(read=True) as unit:
        assert unit.of(books).load([1])[1].state == new
    with storage.engine.begin() as connection:
        (row,) = connection.execute(select(main.c.title, main.c.shelf, main.c.lent)).all()
    names = ("title", "shelf", "lent")
    assert tuple(row) == tuple(
        one if name in fixed else other for name, one, other in zip(names, _row(old), _row(new), strict=True)
    )
    storage.close()
