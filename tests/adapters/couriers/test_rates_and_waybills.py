from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from samples import fuzz, sample

from omskit.adapters.couriers import rates, waybills
from omskit.adapters.couriers.rates import BillDifference, BilledParcel
from omskit.adapters.couriers.waybills import Waybill, WaybillWish
from omskit.allocation import Insurance, Lane, RateCard, Service
from omskit.channels import Receiver
from omskit.core import Contact, PayloadError, Refusal, UsageError

SHEET = (
    "service,courier,areas,first_g,first_price,step_g,step_price,transit_days,origins,max_weight_g,divisor,carries,cod_fee\n"
    "std,SF,CN-ZJ CN-SH,1000,8.00,500,2.50,1,HZ,30000,6000,cold,5.00\n"
    "std,SF,CN,1000,12.00,1000,6.00,3,HZ,,,,\n"
    "std,SF,CN-XZ,0,,,,,HZ,,,,\n"
)
ANN = Receiver(Contact("Ann", "13800001234", ("Road 1",), "Hangzhou"), extension="77")


def test_a_sheet_of_rates_becomes_a_service() -> None:
    services, refused = rates.read_rates(SHEET.encode(), "CNY")
    near = Lane(frozenset({"CN-ZJ", "CN-SH"}), RateCard(1000, 800, 500, 250), 1, frozenset({"HZ"}))
    far = Lane(frozenset({"CN"}), RateCard(1000, 1200, 1000, 600), 3, frozenset({"HZ"}))
    out = Lane(frozenset({"CN-XZ"}), None, 1, frozenset({"HZ"}))
    assert refused == ()
    assert services == (
        Service("std", "SF", (near, far, out), 30000, 6000, frozenset({"cold"}), cod=True, cod_minor=500),
    )


def test_a_row_that_does_not_fit_leaves_out_its_service_and_is_told() -> None:
    text = SHEET + "ems,EMS,CN,500,20,00,,,,,,,\neco,YTO,CN,1000,7.00,1000,3.00,4,,,,,\n"
    services, refused = rates.read_rates(text.replace("20,00,,", "zwanzig,,,").encode(), "CNY")
    assert [one.code for one in services] == ["std", "eco"]
    assert [(one.subject, one.code, one.facts["path"]) for one in refused] == [("ems", "bad_amount", "row 5")]


def test_lanes_that_overlap_are_told_not_raised() -> None:
    text = SHEET + "std,SF,CN,1000,1.00,1000,1.00,3,HZ,,,,\n"
    services, refused = rates.read_rates(text.encode(), "CNY")
    assert (services, [one.code for one in refused]) == ((), ["overlapping_lanes"])


def test_bands_minimum_surcharge_rounding_and_days_are_read() -> None:
    text = (
        "service,courier,areas,first_g,first_price,step_g,step_price,bands,minimum,surcharge,round_g,since,until\n"
        "std,YTO,CN,3000,6.00,1000,1.00,500:2.80 1000:3.20,3.00,0.50,500,2026-11-01,2026-12-01\n"
    )
    ((service,), refused) = rates.read_rates(text.encode(), "CNY")
    card = RateCard(3000, 600, 1000, 100, ((500, 280), (1000, 320)), 300, 50, 500)
    (lane,) = service.lanes
    assert (refused, lane.rates) == ((), card)
    assert (lane.since, lane.until) == (date(2026, 11, 1), date(2026, 12, 1))


def test_what_a_declared_value_costs_is_read_with_its_bounds() -> None:
    text = (
        "service,courier,areas,first_g,first_price,insurance_rate,insurance_least,insurance_most\n"
        "std,SF,CN,1000,12.00,0.005,1.00,20000.00\n"
    )
    ((service,), refused) = rates.read_rates(text.encode(), "CNY")
    insurance = service.insurance
    assert (refused, insurance) == ((), Insurance(Decimal("0.005"), 100, 2_000_000))
    assert insurance is not None
    assert [insurance.fee_minor(value) for value in (0, 1, 20_000, 30_099, 30_100)] == [0, 100, 100, 150, 151]
    with pytest.raises(UsageError, match="bad_value"):
        insurance.fee_minor(2_000_001)
    services, refused = rates.read_rates(text.replace("0.005", "1.5").encode(), "CNY")
    assert (services, [one.code for one in refused]) == ((), ["bad_rate"])


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("bands", "500", "bad_amount"),
        ("bands", "500:x", "bad_amount"),
        ("bands", "500:2.80 400:3.00", "bad_rate"),
        ("since", "01.11.2026", "bad_day"),
        ("round_g", "0", "bad_rate"),
    ],
)
def test_what_makes_no_card_leaves_its_service_out(column: str, text: str, code: str) -> None:
    sheet = f"service,courier,areas,first_g,first_price,{column}\nstd,YTO,CN,3000,6.00,{text}\n"
    services, refused = rates.read_rates(sheet.encode(), "CNY")
    assert (services, [one.code for one in refused]) == ((), [code])


def test_a_band_sheet_is_a_service_that_asks_its_prices_and_takes_no_more() -> None:
    head = "service_code,zone_label,country_codes,min_weight,max_weight,rate,currency\n"
    rows = "S,Z1,DE,0,0.5,2.80,EUR\nS,Z1,DE,0.5,1,3.20,EUR\nS,Z1,DE,1,2,4.50,EUR\n"
    (sheet,) = rates.read_band_sheets((head + rows).encode())
    service = sheet.as_service("post", transit_days=2)
    (lane,) = service.lanes
    assert (service.code, service.max_weight_g, lane.transit_days) == ("S/Z1", 2000, 2)
    assert lane.rates is not None
    for weight_g in (1, 500, 501, 1000, 1001, 2000):
        assert lane.rates.freight_minor(weight_g) == sheet.price_minor(weight_g)


@pytest.mark.parametrize(
    "name",
    ["dhl_parcel_de", "australiapost", "usps", "purolator", "spring"],
)
def test_real_band_sheets_are_read(name: str) -> None:
    read = rates.read_band_sheets(sample(f"carriers/rate_sheets/{name}_services.csv"))
    assert read
    assert all(one.bands and one.price_minor(one.bands[0].to_g) == one.bands[0].price_minor for one in read)


def test_a_parcel_on_a_boundary_is_in_the_lower_band() -> None:
    (sheet, *_) = rates.read_band_sheets(sample("carriers/rate_sheets/australiapost_services.csv"))
    assert [sheet.price_minor(weight) for weight in (1, 500, 501)] == [895, 895, 1050]
    with pytest.raises(UsageError, match="no_band"):
        sheet.price_minor(10**6)


def test_a_sheet_with_other_columns_or_a_gap_is_refused() -> None:
    with pytest.raises(PayloadError, match="missing_column"):
        rates.read_band_sheets(sample("carriers/rate_sheets/landmark_services.csv"))
    head = "service_code,zone_label,country_codes,min_weight,max_weight,rate,currency\n"
    with pytest.raises(PayloadError, match="band_gap"):
        rates.read_band_sheets(f"{head}S,Z,DE,0,1,1.00,EUR\nS,Z,DE,2,3,2.00,EUR\n".encode())


def test_the_longest_code_says_whether_a_place_is_served() -> None:
    served = rates.read_coverage(b"service,area,served\nstd,,1\nstd,65*,0\nstd,6501,1\n")["std"]
    assert [served.reaches(code) for code in ("330106", "653001", "650102", "")] == [True, False, True, True]


BILL = "运单号,重量,金额\nW1,1.2,8.00\nW2,3.5,20.00\nW1,1.2,8.00\nW9,1,8.00\nW3,x,8.00\n"


def test_a_bill_is_held_against_what_was_expected() -> None:
    columns = {"waybill": "运单号", "weight_kg": "重量", "amount": "金额"}
    read = list(rates.read_bill(BILL.encode(), "CNY", columns))
    (refused,) = [one for one in read if isinstance(one, Refusal)]
    assert (refused.subject, refused.code) == ("W3", "bad_decimal")
    bill = [one for one in read if isinstance(one, BilledParcel)]
    assert rates.compare_bill(bill, {"W1": (1200, 800), "W2": (2000, 1200), "W5": (100, 700)}) == (
        BillDifference("W2", "heavier", 2000, 1200),
        BillDifference("W1", "twice", 800, 0),
        BillDifference("W9", "unknown", 800, 0),
        BillDifference("W5", "missing", 0, 700),
    )


def wish(id_: str, receiver: Receiver = ANN, orders: tuple[str, ...] = ("t1",)) -> WaybillWish:
    return WaybillWish(id_, orders, "TB", receiver, ("浙江省", "杭州市", "西湖区"), (("shirt", 1),), 500)


def drawn(*wishes: WaybillWish) -> list[dict[str, object]]:
    requests = waybills.ask(
        wishes, "SF", sender=ANN, region=("浙江省", "杭州市", ""), template="http://t", user="7"
    )
    bodies = [json.loads(dict(one.fields)["param_waybill_cloud_print_apply_new_request"]) for one in requests]
    return [parcel for body in bodies for parcel in body["trade_order_info_dtos"]]


def test_a_plain_receiver_is_sent_with_the_extension_of_a_virtual_number() -> None:
    (parcel,) = drawn(wish("P1"))
    assert parcel["object_id"] == "P1"
    assert parcel["recipient"] == {
        "address": {"province": "浙江省", "city": "杭州市", "district": "西湖区", "detail": "Road 1"},
        "name": "Ann",
        "mobile": "13800001234-77",
    }


def test_a_masked_receiver_goes_by_token_and_never_as_text() -> None:
    masked = Receiver(Contact("A*", "138****1234"), masked=True, token="OAID")
    (parcel,) = drawn(wish("P1", masked))
    assert "138" not in json.dumps(parcel["recipient"])
    assert (parcel["recipient"]["oaid"], parcel["recipient"]["tid"]) == ("OAID", "t1")  # type: ignore[index]
    with pytest.raises(UsageError, match="masked_receiver"):
        drawn(wish("P1", Receiver(Contact("A*"), masked=True)))


def test_waybills_are_asked_for_by_the_ten_and_orders_by_the_hundred() -> None:
    many = [wish(f"P{n}") for n in range(11)]
    assert len(waybills.ask(many, "SF", sender=ANN, region=("", "", ""), template="t", user="7")) == 2
    for orders in ((), tuple(str(n) for n in range(101))):
        with pytest.raises(UsageError, match="bad_waybill_wish"):
            drawn(wish("P", orders=orders))


ANSWER = (
    b'{"cainiao_waybill_ii_get_response":{"modules":{"waybill_cloud_print_response":[{"object_id":"P1",'
    b'"waybill_code":"SF1","parent_waybill_code":"SF0","real_cp_code":"SF","print_data":"{secret}"},{"object_id":"P2"}]}}}'
)


def test_waybills_that_were_drawn_are_read_and_the_label_does_not_show() -> None:
    one, none = waybills.read(ANSWER)
    assert one == Waybill("P1", "SF1", "SF", "SF0", "{secret}")
    assert "secret" not in repr(one)
    assert isinstance(none, Refusal)
    assert none.code == "no_waybill"


def test_an_unused_waybill_is_given_back() -> None:
    assert dict(waybills.cancel("SF", "SF1").fields)["waybill_code"] == "SF1"
    assert waybills.read_cancel(b'{"cainiao_waybill_ii_cancel_response":{"cancel_result":true}}')


def test_mutants_meet_only_typed_errors() -> None:

    assert fuzz(lambda payload: rates.read_rates(payload, "CNY"), [SHEET.encode()], 300) == 300
    assert fuzz(waybills.read, [ANSWER], 300) == 300
