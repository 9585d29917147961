"""Twenty real days of a wholesaler: received, reviewed, sourced, shipped, taken back, and proven.

Run it: ``python examples/quickstart.py [shop.db]``. It needs nothing but omskit, and writes one SQLite file.

Real are the 42,481 invoice lines of December 2010 ("Online Retail", Daqing Chen, UCI Machine Learning Repository,
CC BY 4.0). Assumed are what the data does not say: four warehouses, their stock (drawn from the sales, with every
twentieth SKU scarce), three couriers with their rates, and 120 grams apiece.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

from attrs import define, evolve, field
from online_retail import CHANNEL, days
from summary import summarise

from omskit import Oms, Refusal
from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse, WorkingDays
from omskit.channels import ChannelOrder, Listing, Listings, PickRequest
from omskit.core import Component
from omskit.engine import Act, Request
from omskit.flow import Matched, direct
from omskit.fulfillment import HandOver
from omskit.orders import ALLOW_ALL, GUARDS, ReviewPolicy, Rule, Span, When
from omskit.storage import Delivery

#: No SKU of a wholesaler of gifts goes out in such numbers by a normal order.
ABSURD = Rule("absurd_quantity", When(largest=Span(low=2_000)), reason="2,000 or more of one article")
REVIEW = ReviewPolicy((*GUARDS, ABSURD), (ALLOW_ALL,))

WEEK = WorkingDays(weekdays=range(6))
EU = {"AT", "BE", "CY", "DE", "DK", "ES", "FI", "FR", "GR", "IE", "IT", "LT", "NL", "PL", "PT", "SE"}
NEAR = {"CH", "IS", "NO"}


def parcel(code: str, courier: str, home: str, *origins: str) -> Service:
    """Return a parcel service: cheap and fast at home, dearer within Europe, and up to 30 kg."""
    return Service(
        code,
        courier,
        (
            Lane({home}, RateCard(2_000, 420, 1_000, 35), 1, origins),
            Lane(EU - {home}, RateCard(2_000, 890, 1_000, 95), 3, origins),
            Lane({"GB", "JE", *NEAR} - {home}, RateCard(2_000, 1_190, 1_000, 120), 4, origins),
        ),
        max_weight_g=30_000,
        days=WEEK,
    )


FREIGHT = Service(
    "pallet",
    "Overland",
    (
        Lane({"GB"}, RateCard(100_000, 4_500, 50_000, 900), 3),
        Lane({"*"}, RateCard(100_000, 9_500, 50_000, 1_900), 7),
    ),
    days=WEEK,
)
NETWORK = Network(
    "GBP",
    (
        Warehouse("LEEDS", 1, parcel_minor=60, unit_minor=2, zone="Europe/London", cut_off=time(16), days=WEEK),
        Warehouse("VENLO", 2, parcel_minor=70, unit_minor=2, zone="Europe/Amsterdam", cut_off=time(16), days=WEEK),
        Warehouse("LEIPZIG", 3, parcel_minor=65, unit_minor=2, zone="Europe/Berlin", cut_off=time(15), days=WEEK),
        Warehouse("LYON", 4, parcel_minor=75, unit_minor=2, zone="Europe/Paris", cut_off=time(14), days=WEEK),
    ),
    (
        parcel("gb-parcel", "Albion", "GB", "LEEDS"),
        parcel("nl-parcel", "Tulip", "NL", "VENLO"),
        parcel("de-parcel", "Kranich", "DE", "LEIPZIG"),
        parcel("fr-parcel", "Coq", "FR", "LYON"),
        FREIGHT,
    ),
)
#: Of what is sold of an article within the month, in per cent.
SHARES = {"LEEDS": 92, "VENLO": 14, "LEIPZIG": 10, "LYON": 8}


@define
class Clock:
    """The shop's clock, which the story moves."""

    at: datetime = datetime(2010, 12, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Say what time it is."""
        return self.at


@define
class Story:
    """What happened on the way, for the summary."""

    days: int = 0
    placed: int = 0
    repeated: int = 0
    asked: list[PickRequest] = field(factory=list)
    notices: int = 0
    matched: list[Matched] = field(factory=list)
    refused: list[Refusal] = field(factory=list)

    def send(self, request: Request) -> Delivery:
        """Stand in for the host's HTTP client: remember what warehouses and the shop are told."""
        if isinstance(request.document, PickRequest):
            self.asked.append(request.document)
        else:
            self.notices += 1
        return Delivery.DONE


def sold(payloads: Iterable[bytes]) -> Mapping[str, int]:
    """Return the units of each article that the month's orders ask for."""
    units: Counter[str] = Counter()
    for payload in payloads:
        for document in CHANNEL.read(payload):
            if isinstance(document, ChannelOrder):
                units.update({line.item: 0 for line in document.lines})
                for line in document.lines:
                    units[line.item] += max(line.quantity, 0)
    return {item: units[item] for item in sorted(units) if item not in CHANNEL.listings.items}


def fill(oms: Oms, units: Mapping[str, int]) -> tuple[int, int]:
    """Put stock into the warehouses; return pieces and scarce articles. Every twentieth article is scarce."""
    pieces, scarce = 0, set(list(units)[::20])
    for warehouse, share in SHARES.items():
        stock = {
            sku: count * share // 100 // (2 if sku in scarce else 1) + (0 if sku in scarce else 1)
            for sku, count in units.items()
            if warehouse == "LEEDS" or sku not in scarce
        }
        stock = {sku: count for sku, count in stock.items() if count}
        oms.stock.receive(warehouse, stock, actor="opening", document="stock of 1 December")
        pieces += sum(stock.values())
    return pieces, len(scarce)


def live(oms: Oms, clock: Clock, payloads: Mapping[str, bytes]) -> Story:
    """Live through the month: hand over what was asked for the day before, receive, decide, ask."""
    story = Story()
    for day, payload in payloads.items():
        clock.at = datetime.fromisoformat(day).replace(hour=8, tzinfo=UTC)
        hand_over(oms, story)
        clock.at += timedelta(hours=12)
        received = oms.receive(CHANNEL.code, payload)
        story.days += 1
        story.placed += len(received.placed)
        story.matched += received.matched
        story.refused += received.refused
        run = oms.run(10_000)
        story.refused += run.refused
        oms.relay(story.send, 10_000, settle_every=500)
        released = run.moved.get("release", 0)
        print(f"  {day}  {len(received.placed):4} orders received, {released:4} released", flush=True)
    clock.at += timedelta(hours=12)
    hand_over(oms, story)
    return story


def hand_over(oms: Oms, story: Story) -> None:
    """Let the warehouses hand over everything that they were asked for."""
    acts = [Act(one.number, HandOver(f"WB{one.number}", one.courier)) for one in story.asked]
    story.asked.clear()
    story.refused += [one for one in oms.do_many(acts, actor="warehouse") if isinstance(one, Refusal)]
    oms.relay(story.send, 10_000, settle_every=500)


def main(path: Path) -> None:
    """Live through the month, and say what came of it."""
    started = perf_counter()
    payloads = days()
    units = sold(payloads.values())
    goods = {sku: Listing(sku, components=(Component(sku, weight_g=120),)) for sku in units}
    channel = evolve(CHANNEL, listings=Listings({**goods, **CHANNEL.listings.items}, open=True))
    clock = Clock()
    process = direct(NETWORK, Policy(max_parcels=4), review=REVIEW)
    oms = Oms.open(f"sqlite:///{path}", channels=[channel], process=process, clock=clock)

    pieces, scarce = fill(oms, units)
    print(f"Stock: {pieces:,} pieces of {len(units):,} articles in {len(SHARES)} warehouses; {scarce} are scarce.")
    print("December 2010, day by day:")
    story = live(oms, clock, payloads)
    again = oms.receive(channel.code, *payloads.values())
    story.repeated = again.repeated
    print(f"The whole month once more: {len(again.placed)} new orders, {again.repeated:,} known already.\n")
    print("\n".join(summarise(oms, story.matched, story.refused)))
    verified = oms.verify()
    oms.close()
    checked = ", ".join(f"{count:,} {kind}s" for kind, count in verified.checked.items() if count)
    print(f"\nverify(): {len(verified.drift)} differences in {checked}, their histories and all stock movements.")
    print(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB), in {perf_counter() - started:.1f} s.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
        if target.exists():
            sys.exit(f"{target} is there already; name a file that is not.")
    else:
        target = Path(tempfile.mkdtemp(prefix="omskit-")) / "shop.db"
    main(target)
