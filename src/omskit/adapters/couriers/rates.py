"""Rate cards, weight bands, coverage and bills of couriers, from the CSV files that people keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from attrs import frozen

from omskit.allocation import Insurance, Lane, RateCard, Service
from omskit.channels import Fields, read_cells
from omskit.core import OmsError, PayloadError, Refusal, UsageError

#: Columns of a file of rate cards; lists are separated by blanks.
RATES = (
    "service courier areas first_g first_price step_g step_price transit_days origins "
    "max_weight_g divisor carries "
    "cod_fee bands minimum surcharge round_g since until insurance_rate insurance_least insurance_most"
).split()
_NEEDED = ("service", "courier", "areas", "first_g", "first_price")


def _rows(payload: bytes, needed: Sequence[str]) -> Iterator[Fields]:
    cells = read_cells(payload)
    header = cells[0] if cells else []
    missing = [name for name in needed if name not in header]
    if missing or len(set(header)) < len(header):
        raise PayloadError(
            "missing_column", f"no column for {', '.join(missing) or 'one thing each'}", path="row 1"
        )
    for number, row in enumerate(cells[1:], 2):
        if any(row):
            yield Fields({name: text or None for name, text in zip(header, row, strict=False)}, f"row {number}")


def read_rates(payload: bytes, currency: str) -> tuple[tuple[Service, ...], tuple[Refusal, ...]]:
    """Read rate cards: one row a lane, rows of one service put together; a service with a bad row is left out.

    ``areas`` are those of :class:`omskit.allocation.Lane`, as in ``DE DE-BY AT/10``; an empty ``first_price``
    takes the areas out. ``cod_fee`` that is there, zero too, says that the courier collects money. ``bands`` are
    weights in grams with prices, as in ``500:2.80 1000:3.20``; ``since`` and ``until`` are days in ISO 8601.
    ``insurance_rate`` is a part, as in ``0.005``, with the least fee and the highest value beside it.

    Returns:
        The services, and a refusal for each row that does not fit.

    Raises:
        PayloadError: ``missing_column``; ``bad_table``.
    """
    lanes: dict[str, list[Lane]] = {}
    heads: dict[str, Fields] = {}
    refused: list[Refusal] = []
    bad: set[str] = set()
    for said in _rows(payload, _NEEDED):
        name = str(said.values.get("service") or said.path)
        heads.setdefault(name, said)
        try:
            lanes.setdefault(said.text("service"), []).append(_lane(said, currency))
        except OmsError as error:
            bad.add(name)
            refused.append(Refusal(name, error.code, error.message, {"path": said.path}))
    services: list[Service] = []
    for name, some in lanes.items():
        if name not in bad:
            try:
                services.append(_service(heads[name], tuple(some), currency))
            except OmsError as error:
                refused.append(Refusal(name, error.code, error.message, {"path": heads[name].path}))
    return tuple(services), tuple(refused)


def _lane(said: Fields, currency: str) -> Lane:
    card = None
    if said.values.get("first_price") is not None:
        card = RateCard(
            said.count("first_g"),
            said.amount("first_price", currency),
            said.count("step_g", 1000),
            said.amount("step_price", currency, 0),
            tuple(_bands(said, currency)),
            said.amount("minimum", currency, 0),
            said.amount("surcharge", currency, 0),
            said.count("round_g", 1),
        )
    areas, origins = frozenset(said.text("areas").split()), frozenset(said.text("origins", "").split())
    days = said.count("transit_days", 1)
    return Lane(areas, card, days, origins, _day(said, "since"), _day(said, "until"))


def _bands(said: Fields, currency: str) -> Iterator[tuple[int, int]]:
    for pair in said.text("bands", "").split():
        weight, _, price = pair.partition(":")
        one = Fields({"bands": weight, "price": price}, said.path)
        yield one.count("bands"), one.amount("price", currency)


def _day(said: Fields, name: str) -> date | None:
    text = said.text(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        path = f"{said.path}.{name}"
        message = f"expected a day as 2026-11-01 @ {path}"
        raise PayloadError("bad_day", message, path=path, value=text[:80]) from error


def _service(said: Fields, lanes: tuple[Lane, ...], currency: str) -> Service:
    fee = said.values.get("cod_fee")
    return Service(
        said.text("service"),
        said.text("courier"),
        lanes,
        said.count("max_weight_g", 0),
        said.count("divisor", 0),
        frozenset(said.text("carries", "").split()),
        cod=fee is not None,
        cod_minor=said.amount("cod_fee", currency, 0),
        insurance=_insurance(said, currency),
    )


def _insurance(said: Fields, currency: str) -> Insurance | None:
    if said.values.get("insurance_rate") is None:
        return None
    least, most = (said.amount(name, currency, 0) for name in ("insurance_least", "insurance_most"))
    return Insurance(said.decimal("insurance_rate"), least, most)


@frozen
class Band:
    """A price for weights above ``over_g`` and up to ``to_g`` (a parcel on a boundary is in the lower band)."""

    over_g: int
    to_g: int
    price_minor: int


@frozen
class BandSheet:
    """Prices of one service in one zone by weight.

    Args:
        service: The courier's code.
        zone: The sheet's name of the zone.
        countries: ISO 3166-1 codes; empty for the world.
        currency: ISO 4217.
        bands: Without gaps, lightest first.
    """

    service: str
    zone: str
    countries: frozenset[str]
    currency: str
    bands: tuple[Band, ...]

    def price_minor(self, weight_g: int) -> int:
        """Return the price of a parcel.

        Raises:
            UsageError: ``no_band`` for a weight beyond the sheet.
        """
        for band in self.bands:
            if weight_g <= band.to_g:
                return band.price_minor
        raise UsageError("no_band", f"{self.service} to {self.zone}: no price for {weight_g} g", weight_g=weight_g)

    def as_service(self, courier: str, *, transit_days: int = 1, divisor: int = 0) -> Service:
        """Return the sheet as a service that the planner can choose; it takes nothing beyond its last band.

        Raises:
            UsageError: ``bad_rate`` where a heavier band costs less than a lighter one.
        """
        *below, last = [(band.to_g, band.price_minor) for band in self.bands]
        card = RateCard(last[0], last[1], bands=tuple(below))
        lane = Lane(self.countries or frozenset({"*"}), card, transit_days)
        code = f"{self.service}/{self.zone}" if self.zone else self.service
        return Service(code, courier, (lane,), last[0], divisor)


def read_band_sheets(payload: bytes) -> tuple[BandSheet, ...]:
    """Read a sheet of services by zone and weight in kilograms.

    Raises:
        PayloadError: ``missing_column``; ``band_gap`` where a band does not begin at the end of the one before;
        else
            with the row of what does not fit.
    """
    needed = "service_code zone_label country_codes min_weight max_weight rate currency".split()
    sheets: dict[tuple[str, str, str, str], list[Band]] = {}
    for said in _rows(payload, needed):
        currency = said.currency("currency")
        countries = ",".join(
            sorted(part.strip() for part in said.text("country_codes", "").split(",") if part.strip())
        )
        key = (said.text("service_code"), said.text("zone_label", ""), countries, currency)
        bands = sheets.setdefault(key, [])
        low, high = (_grams(said.decimal(name)) for name in ("min_weight", "max_weight"))
        if bands and low != bands[-1].to_g:
            raise PayloadError("band_gap", f"{low} g after {bands[-1].to_g} g @ {said.path}", path=said.path)
        bands.append(Band(low, high, said.amount("rate", currency)))
    return tuple(
        BandSheet(service, zone, frozenset(filter(None, countries.split(","))), currency, tuple(bands))
        for (service, zone, countries, currency), bands in sheets.items()
    )


def _grams(kilograms: Decimal) -> int:
    return int((kilograms * 1000).quantize(Decimal(1), ROUND_HALF_UP))


@frozen
class Coverage:
    """Where a service delivers, by code of region or beginning of a postcode; the longest that fits counts.

    Args:
        areas: Code to whether it is served; an empty code is everywhere else.
    """

    areas: Mapping[str, bool]

    def reaches(self, code: str) -> bool:
        """Return whether a region's code, or a postcode, is served."""
        for length in range(len(code), -1, -1):
            served = self.areas.get(code[:length])
            if served is not None:
                return served
        return False


def read_coverage(payload: bytes) -> dict[str, Coverage]:
    """Read coverage by service: columns ``service, area, served``.

    Raises:
        PayloadError: ``missing_column``, or with the row of what does not fit.
    """
    areas: dict[str, dict[str, bool]] = {}
    for said in _rows(payload, ("service", "area", "served")):
        areas.setdefault(said.text("service"), {})[said.text("area", "").rstrip("*")] = said.flag("served")
    return {service: Coverage(some) for service, some in areas.items()}


@frozen
class BilledParcel:
    """One line of a courier's bill: what it says of one parcel."""

    waybill: str
    weight_g: int
    amount_minor: int
    zone: str = ""


@frozen
class BillDifference:
    """What a bill and our books do not agree on.

    Args:
        waybill: The parcel.
        reason: ``unknown`` (no parcel of ours), ``twice``, ``heavier``, ``dearer``, ``cheaper`` or ``missing``.
        billed_minor: What the courier asks for.
        expected_minor: What we expected.
    """

    waybill: str
    reason: str
    billed_minor: int
    expected_minor: int


def read_bill(payload: bytes, currency: str, columns: Mapping[str, str]) -> Iterator[BilledParcel | Refusal]:
    """Read a courier's bill; ``columns`` names the headers of ``waybill``, ``weight_kg``, ``amount`` and ``zone``.

    Raises:
        PayloadError: ``missing_column``; ``bad_table``.
        UsageError: ``bad_layout`` unless the first three are named.
    """
    for name in ("waybill", "weight_kg", "amount"):
        if name not in columns:
            raise UsageError("bad_layout", f"name the column of {name}", fields=name)
    for said in _rows(payload, [columns[name] for name in ("waybill", "weight_kg", "amount")]):
        try:
            zone = said.text(columns["zone"], "") if "zone" in columns else ""
            weight = _grams(said.decimal(columns["weight_kg"], Decimal(0)))
            amount = said.amount(columns["amount"], currency)
            yield BilledParcel(said.text(columns["waybill"]), weight, amount, zone)
        except PayloadError as error:
            yield Refusal.of(str(said.values.get(columns["waybill"]) or said.path), error)


def compare_bill(
    bill: Sequence[BilledParcel],
    expected: Mapping[str, tuple[int, int]],
    *,
    tolerance_minor: int = 0,
    tolerance_g: int = 0,
) -> tuple[BillDifference, ...]:
    """Hold a bill against what was expected: waybill to (weight in grams, cost). What agrees is not told.

    The cost is the freight, with the fees for collecting money and for a declared value.

    Parcels that are expected but not on the bill are ``missing``; they may come on the next one.
    """
    found: list[BillDifference] = []
    seen: set[str] = set()
    for one in bill:
        ours = expected.get(one.waybill)
        if ours is None or one.waybill in seen:
            found.append(BillDifference(one.waybill, "twice" if ours else "unknown", one.amount_minor, 0))
            continue
        seen.add(one.waybill)
        weight_g, freight = ours
        gap = one.amount_minor - freight
        if abs(gap) > tolerance_minor:
            heavier = gap > 0 and one.weight_g - weight_g > tolerance_g
            reason = "heavier" if heavier else "dearer" if gap > 0 else "cheaper"
            found.append(BillDifference(one.waybill, reason, one.amount_minor, freight))
    absent = (waybill for waybill in expected if waybill not in seen)
    return (*found, *(BillDifference(waybill, "missing", 0, expected[waybill][1]) for waybill in absent))
