"""The machines of fulfillment as data: the work, its parcels, their labels, and stopping a parcel on its way."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: The warehouse may still send something.
WORKING = "working"
#: A buyer is waited for, who shows a code.
AWAITED = "awaited"

ACCEPT = "accept"
REJECT = "reject"
REJECT_PART = "reject_part"
SHIP_PART = "ship_part"
SHIP = "ship"
#: Parcels left although the work had been stopped.
CONFLICT = "conflict"
RECALL = "recall"
CONFIRM_RECALL = "confirm_recall"
DENY_RECALL = "deny_recall"
AWAIT_PICKUP = "await_pickup"
EXPIRE = "expire"

#: The execution of a fulfillment order that omskit ships.
FULFILLMENT_MACHINE = Machine(
    name="fulfillment order",
    initial="requested",
    states={
        "requested": {WORKING},
        "accepted": {WORKING},
        "shipping": {WORKING},
        "recalling": {WORKING},
        "ready": {WORKING, AWAITED},
        "shipped": {TERMINAL},
        "rejected": {TERMINAL},
        "recalled": {TERMINAL},
        "uncollected": {TERMINAL},
        "conflicted": {TERMINAL},
    },
    moves={
        ("requested", ACCEPT): "accepted",
        ("requested", REJECT): "rejected",
        ("requested", REJECT_PART): "requested",
        ("requested", SHIP_PART): "shipping",
        ("requested", SHIP): "shipped",
        ("requested", RECALL): "recalling",
        ("requested", AWAIT_PICKUP): "ready",
        ("accepted", REJECT): "rejected",
        ("accepted", REJECT_PART): "accepted",
        ("accepted", SHIP_PART): "shipping",
        ("accepted", SHIP): "shipped",
        ("accepted", RECALL): "recalling",
        ("accepted", AWAIT_PICKUP): "ready",
        ("shipping", REJECT): "rejected",
        ("shipping", REJECT_PART): "shipping",
        ("shipping", SHIP_PART): "shipping",
        ("shipping", SHIP): "shipped",
        ("shipping", RECALL): "recalling",
        ("recalling", CONFIRM_RECALL): "recalled",
        ("recalling", DENY_RECALL): "accepted",
        ("recalling", REJECT): "rejected",
        ("recalling", REJECT_PART): "recalling",
        ("recalling", SHIP_PART): "shipping",
        ("recalling", SHIP): "shipped",
        ("ready", SHIP): "shipped",
        ("ready", RECALL): "recalling",
        ("ready", REJECT): "rejected",
        ("ready", EXPIRE): "uncollected",
        ("recalled", CONFLICT): "conflicted",
        ("rejected", CONFLICT): "conflicted",
        ("conflicted", CONFLICT): "conflicted",
    },
)



def sending(machine: Machine) -> tuple[str, ...]:
    """Return the statuses of work whose goods leave or have left, sorted."""
    left = {to for (_, trigger), to in machine.moves.items() if trigger in {SHIP, CONFLICT}}
    return tuple(sorted(left | {status for status in machine.states if machine.has(status, WORKING)}))


#: It is packed and has not left.
PACKED = "packed"
#: It has left, and no courier has said that it is there.
UNSCANNED = "unscanned"
#: It goes towards the buyer.
UNDER_WAY = "under_way"
#: The buyer has it.
ARRIVED = "arrived"
#: It goes back to the sender.
COMING_BACK = "coming_back"
#: The sender has it again.
BACK = "back"
#: Nobody has it.
GONE = "gone"

UNPACK = "unpack"
#: It had been told as shipped, and did not leave.
UNSHIP = "unship"
#: The buyer takes it at the counter.
COLLECT = "collect"

#: The courier has picked it up: the first scan.
PICKED_UP = "picked_up"
#: It is between two places of the courier.
IN_TRANSIT = "in_transit"
#: The last leg has begun.
OUT_FOR_DELIVERY = "out_for_delivery"
#: Something is wrong; where it stands does not change by that.
EXCEPTION = "exception"
#: Nobody can find it.
LOST = "lost"
#: Handed over, signed for.
DELIVERED = "delivered"
#: The buyer did not take it at the door.
REFUSED = "refused"
#: It has turned, and is on its way to the sender.
RETURNING = "returning"
#: The sender has it again.
RETURNED = "returned"

#: Every kind of fact that couriers tell, in the order of the way. Adapters map a courier's codes to these.
FACTS = (
    PICKED_UP,
    IN_TRANSIT,
    OUT_FOR_DELIVERY,
    EXCEPTION,
    LOST,
    DELIVERED,
    REFUSED,
    RETURNING,
    RETURNED,
)

_FORWARD = ("left", "picked_up", "in_transit", "out_for_delivery")

#: The life of a parcel. Facts are played in order of their time, so that what comes late finds its place.
PARCEL_MACHINE = Machine(
    name="parcel",
    initial="packed",
    states={
        "packed": {PACKED},
        "undone": {TERMINAL},
        "left": {UNDER_WAY, UNSCANNED},
        "picked_up": {UNDER_WAY},
        "in_transit": {UNDER_WAY},
        "out_for_delivery": {UNDER_WAY},
        "lost": {TERMINAL, GONE},
        "delivered": {TERMINAL, ARRIVED},
        "refused": {COMING_BACK},
        "returning": {COMING_BACK},
        "returned": {TERMINAL, BACK},
    },
    moves={
        ("packed", SHIP): "left",
        ("packed", COLLECT): "delivered",
        ("packed", UNPACK): "undone",
        ("left", UNSHIP): "undone",
        ("left", PICKED_UP): "picked_up",
        ("left", IN_TRANSIT): "in_transit",
        ("left", OUT_FOR_DELIVERY): "out_for_delivery",
        ("picked_up", IN_TRANSIT): "in_transit",
        ("picked_up", OUT_FOR_DELIVERY): "out_for_delivery",
        ("in_transit", OUT_FOR_DELIVERY): "out_for_delivery",
        **{(here, LOST): "lost" for here in (*_FORWARD, "refused", "returning")},
        **{(here, DELIVERED): "delivered" for here in (*_FORWARD, "lost", "refused", "returning")},
        **{(here, REFUSED): "refused" for here in (*_FORWARD, "lost", "delivered")},
        **{(here, RETURNING): "returning" for here in (*_FORWARD, "lost", "delivered", "refused")},
        **{(here, RETURNED): "returned" for here in (*_FORWARD, "lost", "delivered", "refused", "returning")},
    },
)

#: It is asked for, or it is there: the parcel needs no other.
HOLDS = "holds"

RECEIVE = "receive"
FAIL = "fail"
VOID = "void"
CONFIRM_VOID = "confirm_void"
#: The courier does not take it back; its cost stays.
REFUSE_VOID = "refuse_void"

#: The life of a label, apart from the life of its parcel.
LABEL_MACHINE = Machine(
    name="label",
    initial="requested",
    states={
        "requested": {HOLDS},
        "live": {HOLDS},
        "voiding": set(),
        "failed": {TERMINAL},
        "void": {TERMINAL},
        "kept": {TERMINAL},
    },
    moves={
        ("requested", RECEIVE): "live",
        ("requested", FAIL): "failed",
        ("requested", VOID): "voiding",
        ("live", VOID): "voiding",
        ("voiding", RECEIVE): "voiding",
        ("voiding", FAIL): "void",
        ("voiding", CONFIRM_VOID): "void",
        ("voiding", REFUSE_VOID): "kept",
    },
)

#: The courier has agreed to stop it.
AGREE = "agree"
DENY = "deny"
#: It is on its way back.
TURN = "turn"
#: It is back.
RECOVER = "recover"

#: The attempt to stop a parcel on its way. Only where the parcel ends decides it: back, or not.
INTERCEPTION_MACHINE = Machine(
    name="interception",
    initial="requested",
    states={
        "requested": set(),
        "accepted": set(),
        "returning": set(),
        "recovered": {TERMINAL},
        "failed": {TERMINAL},
    },
    moves={
        ("requested", AGREE): "accepted",
        ("requested", DENY): "failed",
        ("accepted", DENY): "failed",
        **{(here, TURN): "returning" for here in ("requested", "accepted", "failed")},
        **{(here, FAIL): "failed" for here in ("requested", "accepted", "returning")},
        **{(here, RECOVER): "recovered" for here in ("requested", "accepted", "returning", "failed")},
    },
)
