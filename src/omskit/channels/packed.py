"""Compressed payloads, taken apart only as far as they are worth it."""

from __future__ import annotations

import io
import zipfile
import zlib

from omskit.channels.strict_json import MAX_BYTES
from omskit.core import PayloadError

#: Most bytes that one compressed byte may become.
MAX_RATIO = 200
#: What small payloads may become whatever their ratio.
_FREE_BYTES = 64 * 1024
#: Most members of an archive.
MAX_MEMBERS = 1_000


def _limit(packed: int, max_bytes: int) -> int:
    return min(max_bytes, max(packed * MAX_RATIO, _FREE_BYTES))


def gunzip(payload: bytes, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return what a gzip payload holds.

    Raises:
        PayloadError: ``bad_archive`` for what is no whole gzip; ``too_big`` above ``max_bytes`` or
            :data:`MAX_RATIO`.
    """
    limit = _limit(len(payload), max_bytes)
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(payload, limit + 1)
    except zlib.error as error:
        raise PayloadError("bad_archive", f"no gzip: {error}", path="$") from None
    if len(content) > limit:
        raise PayloadError("too_big", f"more than {limit} bytes unpacked", path="$", limit=limit)
    if not unpacker.eof:
        raise PayloadError("bad_archive", "the gzip ends too early", path="$")
    return content


def unzip(payload: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, bytes]:
    """Return the files of a zip archive by name; ``max_bytes`` is for all of them.

    Raises:
        PayloadError: ``bad_archive``, also for an encrypted one; ``too_big``.
    """
    limit = _limit(len(payload), max_bytes)
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) > MAX_MEMBERS:
                raise PayloadError("too_big", f"{len(members)} files; at most {MAX_MEMBERS}", path="$")
            for one in members:
                limit -= one.file_size
                if limit < 0:
                    raise PayloadError("too_big", "more unpacked than is allowed", path=one.filename)
                files[one.filename] = archive.read(one)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError) as error:
        raise PayloadError("bad_archive", f"no zip: {str(error)[:120]}", path="$") from None
    return files
