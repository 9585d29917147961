"""A channel adapter: one month of a real wholesaler's invoices, as omskit documents.

The data is an excerpt of "Online Retail" (Daqing Chen, UCI Machine Learning Repository, CC BY 4.0); see NOTICE.
Everything that a channel adapter has to say stands in ``read_invoices`` and in the two tables below it.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from omskit.channels import (
    Channel,
    ChannelLine,
    ChannelOrder,
    Fields,
    Listing,
    Listings,
    Meaning,
    Reversal,
    ReversedLine,
    objects,
)
from omskit.core import Destination, PayloadError, Refusal

DATA = Path(__file__).parent / "data" / "online_retail_2010-12.csv.gz"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def read_invoices(payload: bytes) -> Iterator[ChannelOrder | Reversal | Refusal]:
    """Read invoices from CSV; numbers that start with C take sales back."""
    rows = objects(csv.DictReader(payload.decode(errors="replace").splitlines()))
    for number, group in groupby(rows, key=lambda row: row.values.get("InvoiceNo")):
        invoice = list(group)
        try:
            yield read_invoice(invoice)
        except PayloadError as error:
            yield Refusal.of(number or invoice[0].path, error)


def read_invoice(rows: list[Fields]) -> ChannelOrder | Reversal:
    """Read one invoice; prices are pounds as text, and become pence for all units."""
    number = rows[0].text("InvoiceNo")
    placed_at = rows[0].instant("InvoiceDate")
    buyer = rows[0].text("CustomerID", "").removesuffix(".0")
    codes = [row.text("StockCode") for row in rows]
    counts = [row.whole("Quantity") for row in rows]
    amounts = [row.amount("UnitPrice", "GBP") * abs(n) for row, n in zip(rows, counts, strict=True)]
    if number.startswith("C"):
        back = zip(codes, counts, amounts, strict=True)
        return Reversal(number, placed_at, tuple(ReversedLine(c, -n, a) for c, n, a in back), buyer)
    country = COUNTRIES.get(name := rows[0].text("Country"))
    if country is None:
        raise PayloadError("unknown_country", name, path=f"{rows[0].path}.Country")
    lines = (
        ChannelLine(code, count, amount, external_id=str(n), title=row.text("Description", ""))
        for n, (row, code, count, amount) in enumerate(zip(rows, codes, counts, amounts, strict=True), 1)
    )
    return ChannelOrder(number, placed_at, "GBP", Destination(country), tuple(lines), buyer)


#: The file's names of countries; the Channel Islands go by the code of Jersey.
COUNTRIES = {
    "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Channel Islands": "JE",
    "Cyprus": "CY", "Denmark": "DK", "EIRE": "IE", "Finland": "FI", "France": "FR", "Germany": "DE",
    "Iceland": "IS", "Israel": "IL", "Italy": "IT", "Japan": "JP", "Lithuania": "LT",
    "Netherlands": "NL", "Norway": "NO", "Poland": "PL", "Portugal": "PT", "Spain": "ES",
    "Sweden": "SE", "Switzerland": "CH", "United Kingdom": "GB",
}  # fmt: skip

#: What the codes stand for that are no goods.
NO_GOODS = {
    "POST": Listing("postage", Meaning.CHARGE),
    "DOT": Listing("postage", Meaning.CHARGE),
    "C2": Listing("carriage", Meaning.CHARGE),
    "M": Listing("manual", Meaning.CHARGE),
    "m": Listing("manual", Meaning.CHARGE),
    "D": Listing("discount", Meaning.CHARGE),
    "gift_0001_40": Listing("gift_voucher", Meaning.CHARGE),
    "gift_0001_50": Listing("gift_voucher", Meaning.CHARGE),
    "S": Listing("samples are no sale", Meaning.REFUSED),
    "AMAZONFEE": Listing("a marketplace's fee is no order", Meaning.REFUSED),
    "BANK CHARGES": Listing("a bank's charge is no order", Meaning.REFUSED),
}

CHANNEL = Channel("wholesale", read_invoices, Listings(NO_GOODS, open=True), returns_to="LEEDS")


def days(path: Path = DATA) -> dict[str, bytes]:
    """Return the file's payload of each day, in order, as the shop would have sent them."""
    payloads: dict[str, list[str]] = {}
    for line in gzip.decompress(path.read_bytes()).decode().splitlines()[1:]:
        row = next(csv.reader([line]))
        payloads.setdefault(row[4][:10], [HEADER]).append(line)
    return {day: "\n".join(lines).encode() for day, lines in payloads.items()}
