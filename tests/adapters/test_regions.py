from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample

from omskit.adapters.regions import gazetteer, receivers
from omskit.adapters.regions.gazetteer import Found
from omskit.adapters.regions.provinces import PROVINCES, china
from omskit.adapters.regions.subdivisions import subdivision
from omskit.channels import Receiver
from omskit.core import Contact, Destination, PayloadError, PhoneNumber, phone_number

CHINA = gazetteer.china()


def test_all_codes_of_2023_are_there() -> None:
    counts = [sum(len(code) == length for code in CHINA.places) for length in (2, 4, 6)]
    assert counts == [34, 342, 2978]
    assert CHINA.name("330106") == "西湖区"
    with pytest.raises(PayloadError, match="unknown_place"):
        CHINA.name("999999")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("浙江省", "杭州市", "西湖区"), "330106"),
        (("浙江", "杭州", "西湖"), "330106"),
        (("北京市", "北京市", "朝阳区"), "110105"),
        (("北京", "市辖区", "朝阳区"), "110105"),
        (("重庆市", "县", "忠县"), "500233"),
        (("河南省", "省直辖县级行政区划", "济源市"), "419001"),
        (("湖北省", "", "仙桃市"), "429004"),
        (("湖北", "神农架林区", ""), "429021"),
        (("海南省", "", "文昌市"), "469005"),
        (("新疆维吾尔自治区", "", "石河子市"), "659001"),
        (("广东省", "东莞市", ""), "4419"),
        (("海南省", "三沙市", ""), "4603"),
        (("甘肃省", "嘉峪关市", ""), "6202"),
        (("浙江省", "", "义乌市"), "330782"),
        (("吉林省", "延边朝鲜族自治州", "延吉市"), "222401"),
        (("吉林省", "延边", "延吉"), "222401"),
        (("云南", "红河哈尼族彝族自治州", "弥勒市"), "532504"),
        (("内蒙古自治区", "锡林郭勒盟", "锡林浩特市"), "152502"),
        (("香港特别行政区", "", ""), "81"),
    ],
    ids=lambda value: "/".join(value) if isinstance(value, tuple) else str(value),
)
def test_case_21_names_are_found_through_every_exceptional_layer(names: tuple[str, ...], code: str) -> None:
    assert CHINA.find(*names) == Found(code)


def test_a_name_that_two_places_have_is_not_guessed() -> None:
    assert CHINA.find("江苏省", "", "鼓楼区") == Found("32", "鼓楼区")
    assert CHINA.find("江苏省", "徐州市", "鼓楼区") == Found("320302")


def test_a_district_that_was_merged_lives_on_under_another_code() -> None:
    assert CHINA.find("浙江省", "杭州市", "下城区") == Found("330105")
    assert CHINA.current("330103", date(2021, 3, 10)) == "330103"
    assert CHINA.current("330103", date(2021, 3, 11)) == "330105"
    assert CHINA.current("330106", date(2021, 3, 11)) == "330106"


def test_all_aliases_lead_to_places_that_are() -> None:
    assert [alias.to for alias in CHINA.aliases if alias.to not in CHINA.places] == []
    assert [alias.code for alias in CHINA.aliases if alias.code in CHINA.places] == []


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("浙江省杭州市西湖区文一路1号", "330106", "文一路1号"),
        ("浙江 杭州 西湖 文一路1号", "330106", "文一路1号"),
        ("北京市朝阳区建国路1号", "110105", "建国路1号"),
        ("广东省东莞市长安镇", "4419", "长安镇"),
        ("火星1号", "", "火星1号"),
    ],
)
def test_an_address_in_one_text_is_followed_by_the_longest_names(text: str, code: str, rest: str) -> None:
    assert CHINA.read(text) == Found(code, rest)


def test_of_another_years_codes_all_but_those_that_changed_are_known_under_their_name() -> None:
    rows = csv.DictReader(io.StringIO(sample("geo/cn/adcodes_with_coordinates.csv").decode("utf-8-sig")))
    theirs = {row["adcode"][:6]: row["name"] for row in rows}
    ours = {code.ljust(6, "0"): place.name for code, place in CHINA.places.items()}
    both = [code for code in theirs if code in ours]
    assert (len(theirs), len(both)) == (3511, 3087)
    same = [code for code in both if gazetteer.short_name(ours[code]) == gazetteer.short_name(theirs[code])]
    assert len(same) / len(both) > 0.98


@given(st.text(max_size=30))
def test_any_text_is_followed_without_error(text: str) -> None:
    found = CHINA.read(text)
    assert found.rest in "".join(text.split())


@pytest.mark.parametrize(("name", "short"), [("浙江省", "浙江"), ("东区", "东区"), ("延边朝鲜族自治州", "延边")])
def test_a_short_name_has_at_least_two_characters(name: str, short: str) -> None:
    assert gazetteer.short_name(name) == short


def test_every_province_has_both_codes() -> None:
    assert len(PROVINCES) == 34
    assert sorted(code for code, _ in PROVINCES.values()) == sorted(c for c in CHINA.places if len(c) == 2)
    assert china("广西壮族自治区") == china("45") == Destination("CN", "GX")
    assert china("", "000000") == Destination("CN")


@pytest.mark.parametrize(
    ("country", "name", "code"),
    [
        ("US", "Kentucky", "KY"), ("US", "ky", "KY"), ("US", "US-KY", "KY"), ("CA", "Québec", "QC"),
        ("BR", "São Paulo", "SP"), ("DE", "Bayern", "BY"), ("AU", "victoria", "VIC"),
        ("FR", "Bretagne", "Bretagne"),
    ],
)  # fmt: skip
def test_states_go_by_their_iso_code(country: str, name: str, code: str) -> None:
    assert subdivision(country, name) == code


@pytest.mark.parametrize(
    ("text", "digits", "extension"),
    [
        ("138 0000 1234", "13800001234", ""),
        ("+86 138-0000-1234", "13800001234", ""),
        ("１３８００００１２３４", "13800001234", ""),
        ("18877771111-123", "18877771111", "123"),
        ("18877771111转123", "18877771111", "123"),
        ("0571-88888888", "057188888888", ""),
        ("138****1234", "138****1234", ""),
        ("", "", ""),
    ],
)
def test_a_number_is_its_digits_and_perhaps_an_extension(text: str, digits: str, extension: str) -> None:
    assert phone_number(text) == PhoneNumber(digits, extension)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("13800001234", "138****1234"), ("18877771111-123", "188****1111-***"), ("12345", "1****5"), ("", "****")],
)
def test_a_masked_number_shows_no_middle(text: str, shown: str) -> None:
    assert receivers.mask_phone(text) == shown


@pytest.mark.parametrize(("text", "shown"), [("张三", "张*"), ("张", "张*"), ("Ann", "A**"), ("", "")])
def test_a_masked_name_shows_its_first_sign(text: str, shown: str) -> None:
    assert receivers.mask_name(text) == shown


ANN = Receiver(Contact("张 三", "１３８ 0000 1234", ("文一路　１号",), "杭州"))


def test_a_receiver_is_brought_into_one_form() -> None:
    made = receivers.normal(Receiver(Contact(" 张　三 ", "18877771111-123", ("文一路　１号", " "), "杭州")))
    assert (made.contact, made.extension) == (Contact("张 三", "18877771111", ("文一路 1号",), "杭州"), "123")


def test_what_may_be_shown_has_neither_street_nor_number() -> None:
    shown = receivers.masked(ANN)
    assert (shown.contact.name, shown.contact.phone, shown.contact.lines) == ("张**", "138****1234", ())
