"""Shares become quotas: what a courier or a warehouse may still have so that the day keeps to its share."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from three_sites import AT, POLICY, demand, line, network, service

from omskit.allocation import Supply, plan_batch, quotas_by_share
from omskit.core import Cell, UsageError


@pytest.mark.parametrize(
    ("shares", "had", "coming", "quotas"),
    [
        ({"post": 60, "dash": 40}, {}, 10, {"post": 6, "dash": 4}),
        ({"post": 60, "dash": 40}, {"post": 8, "dash": 2}, 10, {"post": 4, "dash": 6}),
        # beyond its share already: nothing, and the other may have all
        ({"post": 1, "dash": 1}, {"post": 30}, 10, {"post": 0, "dash": 20}),
        # largest remainder; ties go to the lower code
        ({"a": 1, "b": 1, "c": 1}, {}, 10, {"a": 4, "b": 3, "c": 3}),
        ({"post": 1, "dash": 0}, {}, 5, {"post": 5, "dash": 0}),
        ({"post": 1}, {"other": 7}, 2, {"post": 2}),
    ],
)
def test_a_quota_is_what_is_missing_to_the_share(
    shares: dict[str, int], had: dict[str, int], coming: int, quotas: dict[str, int]
) -> None:
    assert quotas_by_share(shares, had, coming) == quotas


def test_who_is_unlimited_has_a_share_and_no_quota() -> None:
    assert quotas_by_share({"post": 1, "dash": 1}, {}, 4, unlimited={"post"}) == {"dash": 2}


@pytest.mark.parametrize(
    ("shares", "had", "coming", "code"),
    [
        ({"post": -1}, {}, 1, "negative_weight"),
        ({"post": 0}, {}, 1, "unsharable"),
        ({"post": 1}, {}, -1, "bad_quantity"),
        ({"post": 1}, {"post": -1}, 1, "bad_quantity"),
    ],
)
def test_shares_that_make_no_sense_are_refused(
    shares: dict[str, int], had: dict[str, int], coming: int, code: str
) -> None:
    with pytest.raises(UsageError) as caught:
        quotas_by_share(shares, had, coming)
    assert caught.value.code == code


CODES = st.sampled_from("abcd")


@given(
    st.dictionaries(CODES, st.integers(0, 100), min_size=1).filter(lambda shares: any(shares.values())),
    st.dictionaries(CODES, st.integers(0, 50)),
    st.integers(0, 100),
)
def test_all_that_comes_finds_a_quota(shares: dict[str, int], had: dict[str, int], coming: int) -> None:
    quotas = quotas_by_share(shares, had, coming)
    assert sum(quotas.values()) >= coming
    total = sum(had.get(code, 0) for code in shares) + coming
    weights = sum(shares.values())
    for code, quota in quotas.items():
        # with its quota nobody is a whole parcel or more beyond the exact share, unless it was so before
        assert had.get(code, 0) + quota < total * shares[code] / weights + 1 or not quota


def test_a_batch_keeps_to_the_shares_at_the_least_cost() -> None:
    """Either courier costs 500; both quotas are used up, and no parcel costs more."""
    sites = network(services=(service(), service("fast", "dash")))
    asked = [demand(line(1, "A"), key=key) for key in range(1, 11)]
    quotas = quotas_by_share({"post": 70, "dash": 30}, {}, len(asked))
    made = plan_batch(asked, Supply({Cell("A", "W0"): 10}, quotas=quotas), sites, POLICY, at=AT)
    assert Counter(parcel.courier for one in made.decisions for parcel in one.parcels) == {"post": 7, "dash": 3}
    assert made.cost_minor == 10 * 610
