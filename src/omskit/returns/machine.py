"""Custody and money of a case as data: two axes, each with a small machine of its own."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Waits for somebody who says whether the goods may come back.
DECIDABLE = "decidable"
#: Goods may still come.
AWAITS_GOODS = "awaits_goods"
#: Ends by itself when its deadline has passed.
EXPIRABLE = "expirable"
#: Goods are here, and nobody knows whose they are.
OWNERLESS = "ownerless"
#: The goods stay with the buyer by agreement.
WAIVED = "waived"
#: Nothing more is to be decided about the money.
SETTLED = "settled"

REGISTER = "register"
AUTHORISE = "authorise"
REJECT = "reject"
WITHDRAW = "withdraw"
EXPIRE = "expire"
ANNOUNCE = "announce"
RECEIVE_PART = "receive_part"
RECEIVE = "receive"
CLAIM = "claim"
STOP = "stop"
WAIVE = "waive"
CLOSE = "close"

#: Where the goods of a case are.
CUSTODY_MACHINE = Machine(
    name="return custody",
    initial="requested",
    states={
        "requested": {DECIDABLE, AWAITS_GOODS},
        "authorised": {AWAITS_GOODS, EXPIRABLE},
        "underway": {AWAITS_GOODS},
        "receiving": {AWAITS_GOODS},
        "received": set(),
        "ownerless": {OWNERLESS},
        "closed": {TERMINAL},
        "refused": {TERMINAL},
        "withdrawn": {TERMINAL},
        "expired": {TERMINAL},
        "stopped": {TERMINAL},
        "waived": {TERMINAL, WAIVED},
    },
    moves={
        ("requested", REGISTER): "ownerless",
        ("requested", AUTHORISE): "authorised",
        ("requested", REJECT): "refused",
        ("requested", WITHDRAW): "withdrawn",
        ("requested", ANNOUNCE): "underway",
        ("requested", RECEIVE_PART): "receiving",
        ("requested", RECEIVE): "received",
        ("requested", STOP): "stopped",
        ("requested", WAIVE): "waived",
        ("requested", CLOSE): "closed",
        ("authorised", REJECT): "refused",
        ("authorised", WITHDRAW): "withdrawn",
        ("authorised", EXPIRE): "expired",
        ("authorised", ANNOUNCE): "underway",
        ("authorised", RECEIVE_PART): "receiving",
        ("authorised", RECEIVE): "received",
        ("authorised", STOP): "stopped",
        ("authorised", WAIVE): "waived",
        ("underway", ANNOUNCE): "underway",
        ("underway", WITHDRAW): "withdrawn",
        ("underway", RECEIVE_PART): "receiving",
        ("underway", RECEIVE): "received",
        ("underway", WAIVE): "waived",
        ("underway", CLOSE): "closed",
        ("receiving", ANNOUNCE): "receiving",
        ("receiving", RECEIVE_PART): "receiving",
        ("receiving", RECEIVE): "received",
        ("receiving", WAIVE): "waived",
        ("receiving", CLOSE): "closed",
        ("received", RECEIVE_PART): "received",
        ("received", RECEIVE): "received",
        ("received", CLOSE): "closed",
        ("ownerless", RECEIVE_PART): "ownerless",
        ("ownerless", RECEIVE): "ownerless",
        ("ownerless", CLAIM): "received",
        ("ownerless", CLOSE): "closed",
    },
)

AGREE = "agree"
DECLINE = "decline"
PAY_PART = "pay_part"
PAY = "pay"

#: What becomes of the money of a case; a word of no can be changed to yes, a word of yes cannot be taken back.
REFUND_MACHINE = Machine(
    name="return money",
    initial="open",
    states={"open": set(), "agreed": set(), "paid": {SETTLED}, "declined": {SETTLED}},
    moves={
        ("open", AGREE): "agreed",
        ("open", DECLINE): "declined",
        ("declined", AGREE): "agreed",
        ("agreed", AGREE): "agreed",
        ("agreed", PAY_PART): "agreed",
        ("agreed", PAY): "paid",
        ("paid", AGREE): "agreed",
    },
)
