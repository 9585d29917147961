"""A shop that keeps lots, driven by seeded steps; what must hold after each is added up here by hand."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from attrs import define, field
from shop import Clock, fulfillments, order, payload, shop

from omskit.core import Cell, Refused, readable
from omskit.engine import LotIn, Oms, Opening, Parcel
from omskit.fulfillment import ConfirmRecall, HandOver, LotPieces, Reject, RejectLines, Ship, Unship
from omskit.fulfillment import Parcel as Box
from omskit.inventory.lots import LotRule, ShelfLife
from omskit.inventory.transfers import CloseShort, Receive, Send
from omskit.returns import CaseKind, Disposition, Found
from omskit.storage import Storage

RULES = {"MILK": LotRule(ShelfLife(lock_up_days=5)), "PHONE": LotRule(serial=True)}
WAREHOUSES = ("BER", "POZ")
#: Refusals that a step may meet, as its shop stands; any other is a fault.
EXPECTED = frozenset(
    "lot_differs out_of_stock bad_lots bad_serials serial_twice not_allowed not_shipped not_enough_sold".split()
)

#: Steps that come more often than others.
OFTEN = {"receive": 4, "receive_phone": 4, "sell": 4, "ship": 3, "ship_named": 6, "come_back": 2, "transfer": 2}


@define
class LotShop:
    """A shop, the random source of its steps, and what it has made so far."""

    storage: Storage
    random: Random
    clock: Clock = field(factory=Clock)
    oms: Oms = field(init=False)
    orders: list[str] = field(factory=list)
    made: int = 0

    def __attrs_post_init__(self) -> None:
        self.oms = shop(self.storage, self.clock, lot_rules=RULES)

    def step(self) -> str:
        """Do something, and return what; a refusal that may happen is part of life."""
        names = [name.removeprefix("do_") for name in dir(self) if name.startswith("do_")]
        (name,) = self.random.choices(names, [OFTEN.get(name, 1) for name in names])
        self.clock.forward(minutes=7)
        try:
            getattr(self, f"do_{name}")()
        except Refused as refusal:
            if refusal.code not in EXPECTED:
                raise
            return f"{name} refused"
        return name

    def _number(self) -> int:
        self.made += 1
        return self.made

    def _place(self) -> str:
        return self.random.choice(WAREHOUSES)

    def do_receive(self) -> None:
        days = self.random.randint(6, 30)
        milk = LotIn("MILK", f"M{days}", self.random.randint(2, 9), self.clock().date() + timedelta(days=days))
        known = {one.code: one.expires for one in self.oms.lots.of("MILK")}
        if known.get(milk.lot, milk.expires) != milk.expires:
            milk = LotIn("MILK", f"M{self._number()}", milk.pieces, milk.expires)
        self.oms.lots.receive(self._place(), [milk], actor="amy")

    def do_receive_phone(self) -> None:
        self.oms.lots.receive(self._place(), [LotIn("PHONE", f"S{self.random.randint(1, 9)}")], actor="amy")

    def do_sell(self) -> None:
        lines = [("MILK", self.random.randint(1, 5))]
        if self.random.random() < 0.5:
            lines.append(("PHONE", self.random.randint(1, 2)))
        self.orders += self.oms.receive("web", payload(order(f"{self._number()}", *lines))).placed
        self.oms.run()

    def do_run(self) -> None:
        self.oms.run()

    def _work(self) -> str:
        open_ = [work for number in self.orders for work in fulfillments(self.oms, number)]
        if not open_:
            raise Refused("not_allowed", "nothing to do")
        return self.random.choice(open_)

    def do_ship(self) -> None:
        self.oms.do(self._work(), HandOver(f"WB-{self._number()}", "post"), actor="wms")

    def do_ship_named(self) -> None:
        number = self._work()
        (work,) = (one for one in self.oms.fulfillments() if readable("FO", one.key) == number)
        line = self.random.choice([line for line in work.lines if line.open])
        units = self.random.randint(1, line.open)
        codes = [one.code for one in self.oms.lots.of(line.sku) if one.warehouse == work.warehouse] or ["NONE"]
        lots = tuple(LotPieces(line.number, line.sku, self.random.choice(codes) or "NONE") for _ in range(units))
        box = Box(len(work.parcels) + 1, f"WB-{self._number()}", ((line.number, units),), lots=lots)
        self.oms.do(number, Ship((box,), final=False), actor="wms")

    def do_reject(self) -> None:
        self.oms.do(self._work(), Reject("broken", self.clock() + timedelta(minutes=20)), actor="wms")

    def do_reject_one(self) -> None:
        number = self._work()
        (work,) = (one for one in self.oms.fulfillments() if readable("FO", one.key) == number)
        line = self.random.choice([line for line in work.lines if line.open])
        self.oms.do(number, RejectLines(((line.number, 1),), "broken"), actor="wms")

    def do_unship(self) -> None:
        left = [one for one in self.oms.fulfillments() if one.parcels]
        if left:
            work = self.random.choice(left)
            parcel = self.random.choice(work.parcels).number
            self.oms.do(readable("FO", work.key), Unship(parcel, "here"), actor="wms")

    def do_cancel(self) -> None:
        if self.orders:
            number = self.random.choice(self.orders)
            works = fulfillments(self.oms, number)
            self.oms.cancel(number, actor="amy")
            for work in works:
                self.oms.do(work, ConfirmRecall(), actor="wms")

    def do_come_back(self) -> None:
        shipped = [one for one in self.oms.orders() if any(line.shipped > line.returned for line in one.lines)]
        if not shipped:
            return
        sold = self.random.choice(shipped)
        line = self.random.choice([line for line in sold.lines if line.shipped > line.returned])
        codes = [one.code for one in self.oms.lots.of(line.sku)]
        lot = self.random.choice(codes) if codes and self.random.random() < 0.3 else ""
        found = Found(line.sku, 1, lot=lot, disposition=self.random.choice(list(Disposition)[:3]))
        number = readable("SO", sold.key)
        case = self.oms.returns.open(
            Opening(number, CaseKind.RETURN, {line.number: 1}, authorised=True), actor="amy"
        )
        self.oms.returns.scan(Parcel(f"R{self._number()}", self._place(), (found,), case=case), actor="ber")

    def do_transfer(self) -> None:
        here, there = self.random.sample(WAREHOUSES, 2)
        pieces = self.random.randint(1, 4)
        sku = self.random.choice(list(RULES))
        number = self.oms.transfers.request(here, there, [(sku, pieces)], actor="amy")
        self.oms.transfers.do(number, Send("D", ((1, pieces),)), actor="ber")
        fit = self.random.randint(0, pieces)
        damaged = self.random.randint(0, pieces - fit)
        if fit or damaged:
            self.oms.transfers.do(number, Receive("R", ((1, fit, damaged),)), actor="poz")
        if fit + damaged < pieces:
            self.oms.transfers.do(number, CloseShort("lorry"), actor="amy")

    def do_move(self) -> None:
        kind = self.random.choice("spoiled restored scrapped withheld cleared failed locked_up unlocked".split())
        self.oms.stockroom.move(kind, self._place(), {self.random.choice(list(RULES)): 1}, actor="amy")

    def do_count(self) -> None:
        sku, place = self.random.choice(list(RULES)), self._place()
        level = self.oms.stock.levels([sku]).get(Cell(sku, place))
        there = max(0, (level.on_hand if level else 0) + self.random.randint(-2, 2))
        self.oms.stock.count(place, {sku: there}, as_of=self.clock(), actor="amy")

    def do_name(self) -> None:
        self.oms.lots.name(self._place(), [LotIn("PHONE", f"S{self.random.randint(1, 9)}")], actor="amy")

    def do_night(self) -> None:
        self.clock.forward(days=1)
        self.oms.lots.lock_up(actor="night")

    def do_recall(self) -> None:
        lots = [one for one in self.oms.lots.of("MILK") if one.code]
        if lots:
            one = self.random.choice(lots)
            self.oms.lots.recall("MILK", one.code, reason="glass", actor="qa")
            if self.random.random() < 0.5:
                self.oms.lots.allow("MILK", one.code, actor="qa")


def wrong_of(shop: LotShop) -> list[str]:
    """Return what is wrong in a shop: by its own proof, by the texts of its cells, by what buyers have."""
    return [*(str(one) for one in shop.oms.verify().drift), *_cells(shop.storage), *_buyers(shop)]


def _buyers(shop: LotShop) -> list[str]:
    """Hold what is out by lot against what order lines have of what was shipped."""
    orders = list(shop.oms.orders())
    with shop.storage.begin(read=True) as unit:
        out: dict[tuple[int, int], int] = {}
        for one in unit.stock.reservations([sold.key for sold in orders]):
            if "out+lot:" in one.cell.sku:
                out[one.claim] = out.get(one.claim, 0) + one.quantity
    wrong = []
    for sold in orders:
        for line in sold.lines:
            found, expected = out.get((sold.key, line.number), 0), line.shipped - line.returned
            if found != expected:
                wrong.append(f"{found} of {expected} pieces are out with {sold.key}/{line.number}")
    return wrong


def _cells(storage: Storage) -> list[str]:
    """Return what is wrong with lots in a book, added up from the texts of its cells."""
    pieces: dict[tuple[str, str], int] = {}
    lots: dict[tuple[str, str], int] = {}
    numbers: dict[str, int] = {}
    with storage.begin(read=True) as unit:
        for cell, level in unit.stock.all_levels():
            sku, _, mark = cell.sku.partition("\N{SYMBOL FOR UNIT SEPARATOR}")
            bucket, is_lot, code = mark.partition("lot:")
            bucket = bucket.removesuffix("+")
            if is_lot and bucket != "out":
                where = (f"{sku} {bucket}", cell.warehouse)
                lots[where] = lots.get(where, 0) + level.on_hand
                if sku == "PHONE" and code:
                    numbers[code] = numbers.get(code, 0) + level.on_hand
            elif not is_lot:
                pieces[f"{sku} {bucket}", cell.warehouse] = level.on_hand
    both = [(where, lots.get(where, 0), pieces.get(where, 0)) for where in sorted(pieces | lots)]
    wrong = [f"{where}: {found} of {expected}" for where, found, expected in both if found != expected]
    return [*wrong, *(f"{code} is there {count} times" for code, count in numbers.items() if count > 1)]
