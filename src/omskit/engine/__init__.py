"""The engine: the facade and what stands behind it; the only room that reads a clock."""

from omskit.engine.act import Act, Acting, Command, Done
from omskit.engine.announcing import InboundDesk
from omskit.engine.cataloging import CatalogDesk
from omskit.engine.costing import CostDesk, LineCost, Turnover, Unpriced, Worth
from omskit.engine.counter import Counter, Taken
from omskit.engine.desks import Desks
from omskit.engine.explain import explain
from omskit.engine.kinds import KINDS
from omskit.engine.looking import Drift
from omskit.engine.lots import LotDesk
from omskit.engine.lotstock import LotHolder, LotStock
from omskit.engine.mapping import Explained, ItemDesk
from omskit.engine.offering import OfferingDesk
from omskit.engine.oms import Oms
from omskit.engine.opening import define_tables, open_storage
from omskit.engine.parcels import MatchedBy, Parcel, Scanned
from omskit.engine.price_changing import PriceDesk
from omskit.engine.recalling import Recall
from omskit.engine.receive import Received, Receiving
from omskit.engine.registering import LotIn
from omskit.engine.rehearse import Rehearsal, Rehearsed
from omskit.engine.relay import Relay, Relayed, Request, Sender
from omskit.engine.repair import Left, RepairPlan, StateRepair
from omskit.engine.replaying import Replay
from omskit.engine.reserving import ReservationDesk, Swept
from omskit.engine.return_opening import Opening
from omskit.engine.returning import CaseDifference, ReturnDesk
from omskit.engine.runner import Run, Runner
from omskit.engine.settling import LotDifference
from omskit.engine.shipments import ShipmentDesk
from omskit.engine.sourcing import LookedAgain, SourcingDesk
from omskit.engine.stock import StockDesk
from omskit.engine.stockroom import Stockroom
from omskit.engine.tracking import Located, Scan, Tracking
from omskit.engine.transferring import TransferDesk, on_the_way
from omskit.engine.units import MAX_TRIES, Shop, save
from omskit.engine.verify import Verified, verify
from omskit.engine.watch import AtRisk, Unscanned
from omskit.engine.withholding import Withheld

__all__ = [
    "KINDS",
    "MAX_TRIES",
    "Act",
    "Acting",
    "AtRisk",
    "CaseDifference",
    "CatalogDesk",
    "Command",
    "CostDesk",
    "Counter",
    "Desks",
    "Done",
    "Drift",
    "Explained",
    "InboundDesk",
    "ItemDesk",
    "Left",
    "LineCost",
    "Located",
    "LookedAgain",
    "LotDesk",
    "LotDifference",
    "LotHolder",
    "LotIn",
    "LotStock",
    "MatchedBy",
    "OfferingDesk",
    "Oms",
    "Opening",
    "Parcel",
    "PriceDesk",
    "Recall",
    "Received",
    "Receiving",
    "Rehearsal",
    "Rehearsed",
    "Relay",
    "Relayed",
    "RepairPlan",
    "Replay",
    "Request",
    "ReservationDesk",
    "ReturnDesk",
    "Run",
    "Runner",
    "Scan",
    "Scanned",
    "Sender",
    "ShipmentDesk",
    "Shop",
    "SourcingDesk",
    "StateRepair",
    "StockDesk",
    "Stockroom",
    "Swept",
    "Taken",
    "Tracking",
    "TransferDesk",
    "Turnover",
    "Unpriced",
    "Unscanned",
    "Verified",
    "Withheld",
    "Worth",
    "define_tables",
    "explain",
    "on_the_way",
    "open_storage",
    "save",
    "verify",
]
