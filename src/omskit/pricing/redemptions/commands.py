"""What can be asked of a redemption."""

from __future__ import annotations

from attrs import frozen

from omskit.pricing.redemptions.model import Redemption
from omskit.pricing.result import Use


@frozen
class Reserve:
    """Hold what an order needs for its price, while it is being paid."""

    redemption: Redemption


@frozen
class Revise:
    """The order was changed and priced again: hold this instead."""

    uses: tuple[Use, ...]


@frozen
class Confirm:
    """The order stands; what it holds no longer ends by itself."""


@frozen
class Release:
    """The order was cancelled, its payment failed, or its time is over: it holds nothing any more."""

    reason: str = ""


@frozen
class Stand:
    """Other orders stand for the order from now on, or it does again; with the last of them it holds nothing more.

    Args:
        gone: Keys of orders that no longer stand for it.
        come: Keys of those that do; its own key for the order itself.
    """

    gone: tuple[int, ...]
    come: tuple[int, ...] = ()


Command = Reserve | Revise | Confirm | Release | Stand
