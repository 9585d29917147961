"""Laws of the shared values: sums are exact, what is written reads back, names mean nothing."""

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from attrs import frozen
from hypothesis import assume, given
from hypothesis import strategies as st

from omskit.core import (
    MAX_AMOUNT_MINOR,
    SCALES,
    TERMINAL,
    Codec,
    Machine,
    PayloadError,
    Quantities,
    Refused,
    check_digit,
    format_amount,
    from_ms,
    key_of,
    parse_amount,
    readable,
    share,
    share_of_units,
    to_ms,
)

AMOUNTS = st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR)
WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=30).filter(any)
KEYS = st.integers(1, 2**63 - 1)
BAGS = st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 50)).map(Quantities)


@given(AMOUNTS, WEIGHTS)
def test_shares_sum_exactly(total: int, weights: list[int]) -> None:
    assert sum(share(total, weights)) == total


@given(AMOUNTS, WEIGHTS)
def test_a_share_is_less_than_one_unit_from_exact(total: int, weights: list[int]) -> None:
    base = sum(weights)
    for part, weight in zip(share(total, weights), weights, strict=True):
        assert abs(part - Fraction(total * weight, base)) < 1


@given(AMOUNTS, WEIGHTS)
def test_a_weight_of_zero_gets_nothing(total: int, weights: list[int]) -> None:
    assert all(part == 0 for part, weight in zip(share(total, weights), weights, strict=True) if weight == 0)


@given(AMOUNTS, WEIGHTS)
def test_the_sign_is_mirrored(total: int, weights: list[int]) -> None:
    assert share(-total, weights) == [-part for part in share(total, weights)]


@given(st.integers(0, MAX_AMOUNT_MINOR), WEIGHTS)
def test_a_heavier_or_earlier_line_never_gets_less(total: int, weights: list[int]) -> None:
    parts = share(total, weights)
    for i, weight in enumerate(weights):
        for j, other in enumerate(weights):
            if weight > other or (weight == other and i < j):
                assert parts[i] >= parts[j]


@given(AMOUNTS, WEIGHTS, st.integers(2, 1000))
def test_only_the_proportion_of_weights_matters(total: int, weights: list[int], factor: int) -> None:
    assert share(total, [weight * factor for weight in weights]) == share(total, weights)


@given(AMOUNTS, st.lists(st.integers(0, 40), min_size=1, max_size=12).filter(any))
def test_units_sum_to_the_line_in_any_grouping(total: int, groups: list[int]) -> None:
    units, gone, parts = sum(groups), 0, []
    for count in groups:
        parts.append(share_of_units(total, units, before=gone, count=count))
        gone += count
        assert abs(sum(parts) - Fraction(total * gone, units)) < 1
    assert sum(parts) == total


@given(AMOUNTS, st.integers(1, 100), st.data())
def test_units_never_carry_the_other_sign(total: int, units: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, units))
    part = share_of_units(total, units, before=before, count=data.draw(st.integers(0, units - before)))
    assert part * total >= 0
    assert abs(part) <= abs(total)


@given(AMOUNTS, st.sampled_from(sorted(SCALES)))
def test_an_amount_that_is_written_reads_back(amount_minor: int, currency: str) -> None:
    assert parse_amount(format_amount(amount_minor, currency), currency) == amount_minor


@given(st.text(max_size=25), st.sampled_from(("EUR", "JPY", "KWD")))
def test_any_text_reads_as_exactly_what_it_says_or_is_refused(text: str, currency: str) -> None:
    try:
        amount_minor = parse_amount(text, currency)
    except PayloadError:
        return
    assert text.isascii()
    assert Fraction(amount_minor, 10 ** SCALES[currency]) == Fraction(text)


@given(BAGS, BAGS, BAGS)
def test_bags_add_in_any_order(a: Quantities, b: Quantities, c: Quantities) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + Quantities() == a
    assert (a + b).total == a.total + b.total


@given(BAGS, BAGS)
def test_what_is_taken_and_what_is_left_make_the_bag(a: Quantities, b: Quantities) -> None:
    assert (a - b) + (a & b) == a
    assert (a + b) - b == a
    assert a & b == b & a


@given(BAGS, BAGS)
def test_a_bag_covers_another_when_nothing_of_it_is_missing(a: Quantities, b: Quantities) -> None:
    assert a.covers(b) == (b - a).is_empty == (a & b == b)
    assert (a + b).covers(a)


@given(KEYS, st.sampled_from(("SO", "FO", "RMA", "XX")))
def test_a_number_that_is_written_reads_back(key: int, prefix: str) -> None:
    assert key_of(readable(prefix, key), prefix) == key


@given(KEYS, st.data())
def test_one_wrong_digit_is_found(key: int, data: st.DataObject) -> None:
    number = readable("SO", key)
    at = data.draw(st.sampled_from([i for i, char in enumerate(number) if char.isdigit()]))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[at]))
    with pytest.raises(PayloadError, match="bad_number"):
        key_of(number[:at] + digit + number[at + 1 :], "SO")


@given(KEYS, st.data())
def test_two_neighbours_that_changed_places_are_found(key: int, data: st.DataObject) -> None:
    digits = str(key) + str(check_digit(str(key)))
    at = data.draw(st.integers(0, len(digits) - 2))
    assume(digits[at] != digits[at + 1])
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    with pytest.raises(PayloadError, match="bad_number"):
        key_of(f"SO-{swapped[:-1]}-{swapped[-1]}", "SO")


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_milliseconds_are_an_instant_and_back(milliseconds: int) -> None:
    assert to_ms(from_ms(milliseconds)) == milliseconds


@frozen
class Leaf:
    name: str
    count: int = 0


@frozen
class Tree:
    leaves: tuple[Leaf, ...] = ()
    note: str | None = None
    size: int = 1


TREES: Codec[Leaf | Tree] = Codec("trees", {"leaf": Leaf, "tree": Tree})
LEAVES = st.builds(Leaf, st.text(), st.integers())
FOREST = LEAVES | st.builds(Tree, st.lists(LEAVES).map(tuple), st.none() | st.text(), st.integers())


@given(FOREST)
def test_a_value_comes_back_equal_from_its_document(value: Leaf | Tree) -> None:
    assert TREES.load(TREES.tag_of(value), TREES.dump(value)) == value


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    """A sound machine: a spine that reaches every status, and moves at will."""
    statuses = [f"s{i}" for i in range(draw(st.integers(1, 6)))]
    moves = {(here, "step"): there for here, there in pairwise(statuses)}
    extra = st.tuples(st.sampled_from(statuses), st.sampled_from(("left", "right")), st.sampled_from(statuses))
    moves |= {(here, made): there for here, made, there in draw(st.lists(extra, max_size=8))}
    traits = {status: draw(st.sets(st.sampled_from(("green", "blue")))) | {TERMINAL} for status in statuses}
    return Machine("drawn", "s0", traits, moves)


def _walk(machine: Machine, triggers: list[str]) -> list[tuple[bool, frozenset[str]]]:
    status, seen = machine.initial, []
    for trigger in triggers:
        moved = machine.allows(status, trigger)
        if moved:
            status = machine.next(status, trigger)
        else:
            with pytest.raises(Refused, match="not_allowed"):
                machine.next(status, trigger)
        seen.append((moved, machine.states[status]))
    return seen


@given(machines(), st.lists(st.sampled_from(("step", "left", "right")), max_size=15), st.randoms())
def test_a_renamed_machine_behaves_the_same(machine: Machine, triggers: list[str], random: Random) -> None:
    names = sorted(machine.states)
    shuffled = [f"n{i}" for i in range(len(names))]
    random.shuffle(shuffled)
    renamed = machine.renamed(dict(zip(names, shuffled, strict=True)))
    assert not set(renamed.states) & set(machine.states)
    assert _walk(renamed, triggers) == _walk(machine, triggers)


@given(machines(), st.data())
def test_what_is_left_after_a_move_goes_is_sound_and_no_larger(machine: Machine, data: st.DataObject) -> None:
    assume(machine.moves)
    way = data.draw(st.sampled_from(sorted(machine.moves)))
    smaller = machine.changed(moves={way: None})
    assert smaller.problems() == ()
    assert way not in smaller.moves
    assert set(smaller.states) <= set(machine.states)
    assert all(machine.moves[kept] == to for kept, to in smaller.moves.items())
