"""Every format of a warehouse that is shipped keeps the promises of the kit."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from omskit.adapters.warehouses import Confirmed, Fact, csv_folder, qimen, qimen_reports
from omskit.core import Refusal
from omskit.testing import WarehouseKit
from omskit.testing.unknown import extended_xml
from omskit.testing.warehouses import ReadFacts, WriteWork

CONFIRM = """<?xml version="1.0" encoding="utf-8"?>
<request>
  <deliveryOrder>
    <deliveryOrderCode>FO-1</deliveryOrderCode><warehouseCode>BER</warehouseCode><outBizCode>B-1</outBizCode>
    <confirmType>1</confirmType><status>PARTDELIVERED</status>
    <orderConfirmTime>2026-03-02 17:00:00</orderConfirmTime>
    <extendProps><shelf>A3</shelf></extendProps>
  </deliveryOrder>
  <packages><package><logisticsCode>SF</logisticsCode><expressCode>SF1</expressCode><weight>1.25</weight>
    <items><item><itemCode>MUG</itemCode><quantity>2</quantity></item></items></package></packages>
  <orderLines><orderLine><orderLineNo>1</orderLineNo><itemCode>MUG</itemCode><planQty>3</planQty>
    <actualQty>2</actualQty></orderLine></orderLines>
</request>"""


class TestQimen(WarehouseKit):
    @pytest.fixture
    def read(self) -> ReadFacts:
        return lambda payload: qimen_reports.read("deliveryorder.confirm", payload)

    @pytest.fixture
    def report(self) -> bytes:
        return CONFIRM.encode()

    @pytest.fixture
    def extended(self, report: bytes) -> bytes:
        return extended_xml(report)

    @pytest.fixture
    def write(self) -> WriteWork:
        return qimen.write_work


class TestFolder(WarehouseKit):
    rows = ("F1,1,0,MUG,2,W1,SF,500", "F1,2,1,MUG,1,W2,SF,300", "F2,1,1,CUP,1,W3,SF,200")

    @pytest.fixture
    def read(self) -> ReadFacts:
        return csv_folder.read_shipments

    @pytest.fixture
    def report(self) -> bytes:
        return "\n".join([",".join(csv_folder.SHIPMENTS), *self.rows]).encode()

    @pytest.fixture
    def extended(self) -> bytes:
        head = ",".join(csv_folder.SHIPMENTS)
        return "\n".join([f"{head},colour", *(f"{row},blue" for row in self.rows)]).encode()


def test_both_increments_of_the_folder_s_sample_are_read() -> None:
    payload = "\n".join([",".join(csv_folder.SHIPMENTS), *TestFolder.rows]).encode()
    facts: Iterable[Fact | Refusal] = csv_folder.read_shipments(payload)
    assert [one.key for one in facts if isinstance(one, Confirmed)] == ["F1/1", "F1/2", "F2/1"]
