"""Documents of real payloads stay as they are, to the letter: their fingerprints are stored.

A change here changes what counts as the same content; a stored order would be taken for a changed one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from samples import sample

from omskit.adapters.channels import amazon, edi, shopify, woocommerce
from omskit.channels import DOCUMENTS

GOLDEN = Path(__file__).parent / "channels"
Reader = Callable[[bytes], Iterable[Any]]
CASES: list[tuple[str, Reader]] = [
    ("shopify/order.json", shopify.read),
    ("shopify/refund.json", shopify.read),
    ("shopify/goshopify_order_with_transaction.json", shopify.read),
    ("shopify/payouts_transactions.json", shopify.read_settlement),
    ("woocommerce/orders_batch.json", woocommerce.read),
    ("woocommerce/order_refunds_list.json", lambda payload: woocommerce.read_refunds(payload, "USD")),
    ("amazon_sp_api/OrderChangeNotification.examples.json", amazon.read_news),
    ("amazon_sp_api/getOrder.example.json", lambda payload: amazon.read(amazon.join(payload, []))),
    ("edi/x12.850.issue135.edi", edi.read_x12),
]


def written(read: Reader, payload: bytes) -> str:
    return "".join(f"{DOCUMENTS.tag_of(one)} {DOCUMENTS.dump(one)}\n" for one in read(payload))


@pytest.mark.parametrize(("name", "read"), CASES, ids=[name for name, _ in CASES])
def test_a_document_is_as_it_was(name: str, read: Reader) -> None:
    golden = GOLDEN / f"{name.replace('/', '.')}.txt"
    assert written(read, sample(f"channels/{name}")) == golden.read_text("utf-8")
