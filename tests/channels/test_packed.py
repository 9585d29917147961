from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from omskit.channels import gunzip, unzip
from omskit.core import PayloadError


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_gzip_comes_out_whole() -> None:
    assert gunzip(gzip.compress(b"orders" * 100)) == b"orders" * 100


def test_zip_comes_out_by_name() -> None:
    assert unzip(zipped(a=b"1", b=b"2")) == {"a": b"1", "b": b"2"}


def test_a_gzip_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(PayloadError, match="too_big"):
        gunzip(gzip.compress(bytes(8 * 1024 * 1024)))


def test_a_zip_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(PayloadError, match="too_big"):
        unzip(zipped(a=bytes(8 * 1024 * 1024)))


def test_many_small_bombs_share_one_limit() -> None:
    with pytest.raises(PayloadError, match="too_big"):
        unzip(zipped(**{f"n{i}": bytes(1024 * 1024) for i in range(20)}))


GZIPS = {"empty": b"", "head": b"\x1f\x8b\x08\x00", "plain": b"plain", "cut off": gzip.compress(b"orders")[:-4]}
ZIPS = {"empty": b"", "head": b"PK\x03\x04", "cut off": zipped(a=b"1")[:-8]}


@pytest.mark.parametrize("payload", GZIPS.values(), ids=GZIPS)
def test_what_is_no_whole_gzip_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="bad_archive"):
        gunzip(payload)


@pytest.mark.parametrize("payload", ZIPS.values(), ids=ZIPS)
def test_what_is_no_whole_zip_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="bad_archive"):
        unzip(payload)


def test_a_zip_that_lies_about_the_size_of_its_file_is_refused() -> None:
    honest = zipped(a=bytes(100_000))
    size = (100_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    with pytest.raises(PayloadError, match="bad_archive"):
        unzip(honest.replace(size, (10).to_bytes(4, "little")))
