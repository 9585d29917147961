"""Published signature vectors; where a gateway publishes none, the rule is written out by hand."""

from __future__ import annotations

import hashlib

from omskit.adapters import signing
from omskit.channels import form_request


def test_top_signs_as_its_published_vector() -> None:
    parameters = {
        "app_key": "12345678",
        "fields": "num_iid,title,nick,price,num",
        "format": "json",
        "method": "taobao.item.seller.get",
        "num_iid": "11223344",
        "session": "test",
        "sign_method": "md5",
        "timestamp": "2016-01-01 12:00:00",
        "v": "2.0",
    }
    assert signing.wrapped_md5(parameters, "helloworld") == "66987CB115214E59E6EC978214934FB8"


def test_pinduoduo_signs_as_its_published_vector() -> None:
    parameters = {
        "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211",
        "client_id": "1",
        "data_type": "XML",
        "order_status": "1",
        "page": "1",
        "page_size": "10",
        "timestamp": "1480411125",
        "type": "pdd.order.number.list.get",
    }
    assert signing.wrapped_md5(parameters, "testSecret") == "E4DE3ED21002510DED352819E7AE6775"


def test_jd_signs_as_its_published_vector() -> None:
    body = (
        '{"end_date":null,"optional_fields":null,"order_state":"WAIT_SELLER_STOCK_OUT","page":"1",'
        '"page_size":"200","start_date":null}'
    )
    parameters = {
        "360buy_param_json": body,
        "access_token": "yourtoken",
        "app_key": "yourappkey",
        "method": "jingdong.pop.order.search",
        "timestamp": "2021-05-07 09:20:39.683+0800",
        "v": "2.0",
    }
    assert signing.wrapped_md5(parameters, "yourappSecret") == "D70825340F4084360B9362B60DFD7930"


def test_the_signature_itself_and_empty_values_are_not_signed_but_zero_is() -> None:
    assert signing.joined({"b": "0", "sign": "x", "a": "1", "c": ""}) == "a1b0"


def test_top_signs_by_hmac_without_wrapping_the_secret() -> None:
    # RFC 2202, test case 2 of HMAC-MD5: key "Jefe", data "what do ya want for nothing?"
    assert signing.joined_hmac({"what do ya want ": "for nothing?"}, "Jefe") == "750C783E6AB0B503EAA86E310A5DB738"


def test_qimen_signs_the_raw_body_between_parameters_and_secret() -> None:
    expected = hashlib.md5(b"sa1b2<x/>s").hexdigest().upper()  # noqa: S324 - the gateway's rule
    assert signing.wrapped_md5({"b": "2", "a": "1"}, "s", "<x/>") == expected


def test_wangdiantong_writes_lengths_before_names_and_values() -> None:
    expected = hashlib.md5(b"03-sid:0003-abc;09-timestamp:0002-12secret").hexdigest()  # noqa: S324
    assert signing.wangdiantong({"timestamp": "12", "sid": "abc"}, "secret") == expected


def test_douyin_signs_sorted_json() -> None:
    assert signing.sorted_json({"b": 1, "a": {"d": "二", "c": 2}}) == '{"a":{"c":2,"d":"二"},"b":1}'
    first = signing.douyin("k", "order.searchList", "{}", "1", "s")
    assert len(first) == 64
    assert first != signing.douyin("k", "order.searchList", "{}", "2", "s")


def test_a_signed_form_carries_its_signature() -> None:
    request = signing.signed_form(form_request("/r", {"method": "m"}, "k"), {"app_key": "1"}, "s")
    assert dict(request.fields)["sign"] == signing.wrapped_md5({"method": "m", "app_key": "1"}, "s")
    assert b"sign=" in request.body
    assert request.key == "k"
