"""The listing: a channel's item that stands for one of our products."""

from __future__ import annotations

from attrs import frozen

from omskit.core import UsageError


@frozen
class Listing:
    """One item of a channel.

    Args:
        key: Its 64-bit key.
        channel: Code of the channel.
        item: The channel's id of the item; unique within the channel.
        code: The product it stands for.
        per: Units of the product in one of the item, above zero.
        status: Where it stands in its machine.
        title: What the channel shows.
        url: Where it is shown.
        note: What the channel last said of it: why it was rejected, why it is paused.

    Raises:
        UsageError: ``bad_listing`` without channel, item, code, or with fewer than one unit.
    """

    key: int
    channel: str
    item: str
    code: str
    per: int = 1
    status: str = ""
    title: str = ""
    url: str = ""
    note: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.channel or not self.item or not self.code or self.per < 1:
            raise UsageError(
                "bad_listing",
                f"{self.channel!r} {self.item!r} is {self.per} of {self.code!r}: channel, item, code, from 1 unit",
            )
