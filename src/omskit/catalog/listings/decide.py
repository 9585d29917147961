"""What a command does to a listing: events, or a refusal. Nothing incomplete or unsold is offered to a channel."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve as changed

from omskit.catalog.listings import commands as c
from omskit.catalog.listings import events as e
from omskit.catalog.listings import machine as m
from omskit.catalog.listings.model import Listing
from omskit.catalog.products.check import Completeness
from omskit.core import Machine, Refused, UsageError

ListingEvents = tuple[e.ListingEvent, ...]


def decide_listing(
    listing: Listing | None,
    command: c.ListingCommand,
    *,
    at: datetime,  # noqa: ARG001 - every aggregate is asked in the same way
    actor: str = "",  # noqa: ARG001
    machine: Machine = m.LISTING_MACHINE,
    completeness: Completeness | None = None,
    sellable: bool = False,
) -> ListingEvents:
    """Return the events of a command; one that is already satisfied happens as no event.

    Args:
        listing: As it stands; None before the item was listed.
        command: What is asked.
        at: Now.
        actor: Who asks.
        machine: The listing's life.
        completeness: How far the product is for the listing's channel; needed where it comes to be offered.
        sellable: Whether the product may be sold.

    Raises:
        Refused: ``not_allowed`` by the machine; ``already_listed``; ``not_sellable``; ``incomplete_product`` with
            what is ``missing`` and the ``problems``.
        UsageError: ``unknown_listing``; ``no_completeness`` when it is needed, or is of another product or
            channel.
    """
    if isinstance(command, c.List):
        if listing is not None:
            raise Refused(
                "already_listed", f"{listing.channel} {listing.item} is {listing.code}", item=listing.item
            )
        return (e.Listed(changed(command.listing, status=machine.initial)),)
    if listing is None:
        raise UsageError("unknown_listing", f"{type(command).__name__} for an item that is not listed")
    if isinstance(command, c.Remap):
        return _remap(listing, command)
    return _turn(listing, command, machine, completeness, sellable=sellable)


def _remap(listing: Listing, command: c.Remap) -> ListingEvents:
    fields = ("code", "per", "title", "url")
    given = {name: value for name in fields if (value := getattr(command, name)) is not None}
    after = changed(listing, **given)
    if after == listing:
        return ()
    return (e.Remapped(after.code, after.per, after.title, after.url),)


def _turn(
    listing: Listing, command: c.Turn, machine: Machine, completeness: Completeness | None, *, sellable: bool
) -> ListingEvents:
    trigger = command.trigger
    if not machine.allows(listing.status, trigger) and listing.status in machine.reached_by(trigger):
        return ()
    status = machine.next(listing.status, trigger)
    if machine.has(status, m.OFFERED) and not machine.has(listing.status, m.OFFERED):
        _fit(listing, completeness, sellable=sellable)
    return (e.Turned(status, trigger, command.note),)


def _fit(listing: Listing, completeness: Completeness | None, *, sellable: bool) -> None:
    if completeness is None or (completeness.code, completeness.channel) != (listing.code, listing.channel):
        raise UsageError(
            "no_completeness",
            f"give the completeness of {listing.code} for {listing.channel}",
            product=listing.code,
            channel=listing.channel,
        )
    if not sellable:
        raise Refused("not_sellable", f"{listing.code} is not on sale", product=listing.code)
    if not completeness.is_complete:
        faults = [*completeness.missing, *map(str, completeness.problems)]
        raise Refused(
            "incomplete_product",
            f"{listing.code} for {listing.channel}: {'; '.join(faults)}",
            product=listing.code,
            missing=completeness.missing,
            problems=completeness.problems,
        )
