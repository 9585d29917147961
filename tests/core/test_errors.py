"""Every error carries a stable code and its facts, and says whose fault it is."""

import pickle

import pytest

from omskit.core import (
    ConcurrencyConflict,
    ContractError,
    Duplicate,
    OmsError,
    PayloadError,
    Refused,
    StorageError,
    UsageError,
)


def test_an_error_reads_as_code_message_and_facts() -> None:
    error = Refused("short_stock", "2 of A are missing", sku="A", missing=2)
    assert str(error) == "short_stock: 2 of A are missing (sku='A', missing=2)"
    assert error.code == "short_stock"
    assert error.facts == {"sku": "A", "missing": 2}


def test_an_error_without_message_or_facts_reads_as_its_code() -> None:
    assert str(UsageError("naive_datetime")) == "naive_datetime"


def test_facts_may_be_called_like_the_arguments() -> None:
    error = PayloadError("bad", "no", code="x", message="y")
    assert error.code == "bad"
    assert error.facts == {"code": "x", "message": "y"}


@pytest.mark.parametrize(
    "kind", [UsageError, Refused, PayloadError, StorageError, ConcurrencyConflict, Duplicate, ContractError]
)
def test_an_error_survives_the_way_between_processes(kind: type[OmsError]) -> None:
    sent = kind("a_code", "a sentence", value=7)
    got = pickle.loads(pickle.dumps(sent))  # noqa: S301 - our own bytes
    assert type(got) is kind
    assert (got.code, got.message, got.facts) == ("a_code", "a sentence", {"value": 7})


def test_what_a_retry_can_cure_is_a_storage_error() -> None:
    assert issubclass(ConcurrencyConflict, StorageError)
    assert issubclass(Duplicate, StorageError)
    assert not issubclass(Refused, StorageError)
