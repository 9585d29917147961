"""Who changed what, and when: told from the entries of a product."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve as changed
from goods import CAMERA, SCHEMA, book

from omskit.catalog import (
    Advance,
    Attribute,
    Command,
    Create,
    Edit,
    Handling,
    Place,
    Product,
    Revise,
    Step,
    Value,
    decide,
    differences,
    evolve,
    history,
    last_change,
)
from omskit.core import Entry, StorageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def lived(*commands: Command) -> list[Entry]:
    product: Product | None = None
    entries: list[Entry] = []
    for hour, command in enumerate(commands):
        at = AT + timedelta(hours=hour)
        for event in decide(product, command, at=at, schema=SCHEMA, others=book()):
            product = evolve(product, event)
            entries.append(
                Entry(3, len(entries) + 1, at, "amy" if hour else "import", type(command).__name__, event)
            )
    return entries


LIFE = lived(
    Create(changed(CAMERA, attributes=CAMERA.attributes[:1], handling=Handling(600), relations=())),
    Advance("activate"),
    Revise(Edit(name="Camera II", attributes=(Attribute(Place("title", "zh"), Value.of_text("相机")),))),
    Revise(Edit(without=(Place("title", "zh"),))),
    Advance("discontinue", "no more parts"),
)


def test_a_history_tells_who_changed_what_and_when() -> None:
    created, *others = history(LIFE, SCHEMA)
    assert str(created) == (
        "2026-03-02 09:00Z import created: name = 'Camera'; type = 'camera'; unit = 'EA';"
        " handling.weight_g = '600'; attribute.net = '0.45 kg'"
    )
    assert [str(step) for step in others] == [
        "2026-03-02 10:00Z amy activate to active",
        "2026-03-02 11:00Z amy revised: name: 'Camera' -> 'Camera II'; attribute.title[zh] = '相机'",
        "2026-03-02 12:00Z amy revised: attribute.title[zh] emptied ('相机')",
        "2026-03-02 13:00Z amy discontinue to discontinued (no more parts)",
    ]


def test_the_last_change_of_a_field_is_found() -> None:
    step = last_change(LIFE, "name", SCHEMA)
    assert isinstance(step, Step)
    assert (step.actor, step.at, step.cause) == ("amy", AT + timedelta(hours=2), "Revise")
    assert last_change(LIFE, "customs.origin", SCHEMA) is None


def test_a_history_without_its_beginning_is_refused() -> None:
    with pytest.raises(StorageError):
        history(LIFE[1:], SCHEMA)


def test_two_states_differ_in_what_became_another() -> None:
    after = changed(CAMERA, name="New")
    assert [str(one) for one in differences(CAMERA, after, SCHEMA)] == ["name: 'Camera' -> 'New'"]
    assert differences(after, after, SCHEMA) == ()
