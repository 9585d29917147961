"""A refusal is an error as a value, so that the rest of a batch goes on."""

from omskit.core import Refusal, Refused


def test_an_error_becomes_a_value_with_all_it_said() -> None:
    refusal = Refusal.of("SO-572-4", Refused("short_stock", "2 of A are missing", sku="A", missing=2))
    assert refusal == Refusal("SO-572-4", "short_stock", "2 of A are missing", {"sku": "A", "missing": 2})


def test_a_refusal_reads_as_subject_code_and_message() -> None:
    assert str(Refusal("A-1", "short_stock", "2 are missing")) == "A-1: short_stock: 2 are missing"
    assert str(Refusal("A-1", "short_stock")) == "A-1: short_stock"
