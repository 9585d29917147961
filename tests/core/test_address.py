"""Decisions read a coarse destination; a contact is personal and never shows itself."""

import pytest

from omskit.core import Contact, Destination, PayloadError


def test_a_destination_is_a_country_with_what_is_known_below_it() -> None:
    assert Destination("DE") == Destination("DE", "", "")
    assert Destination("GB", postcode="SW1A 1AA").postcode == "SW1A 1AA"


@pytest.mark.parametrize("country", ["", "de", "DEU", "D", "Germany", "D1", "DE\n", "\u0414\u0415"])
def test_a_country_is_two_capital_letters(country: str) -> None:
    with pytest.raises(PayloadError) as refused:
        Destination(country)
    assert refused.value.code == "bad_country"
    assert refused.value.facts == {"value": country}


def test_a_contact_shows_nothing_of_itself() -> None:
    contact = Contact("Ada Lovelace", "+44 20 7946 0000", ("12 St James's Square",), "London")
    assert repr(contact) == "Contact()"
    assert "Ada" not in f"{contact}"
