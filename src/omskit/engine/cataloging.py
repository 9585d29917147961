"""The catalog desk: products, trees and listings as people and files change them, each call in one unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import evolve, frozen

from omskit import catalog as c
from omskit.catalog import LISTINGS, PRODUCTS, TREES, Product, Schema
from omskit.core import Change, Entry, Stored, UsageError
from omskit.engine.keeping import By, change_of, history_of, keep
from omskit.engine.surroundings import World, around, every_product, every_tree, in_pages, reading_of, states
from omskit.engine.units import Shop
from omskit.flow import load_listings, load_products
from omskit.storage import Op, Unit, Where


@frozen
class CatalogDesk:
    """The catalog by hand and by file.

    Args:
        shop: The engine's parts.
        schema: What products are checked against.
    """

    shop: Shop
    schema: Schema

    def product(self, code: str, command: c.Command, *, actor: str) -> Product:
        """Carry out a command on a product; ``Create`` takes its key from the storage.

        Raises:
            Refused: As :func:`omskit.catalog.decide` says.
            UsageError: ``unknown_product``.
        """

        def do(unit: Unit, _lock: bool) -> Product:  # noqa: FBT001
            stored = load_products(unit, [code], lock=True).get(code)
            before, key = (stored.state, stored.state.key) if stored else (None, 0)
            asked, after = command, before
            if isinstance(command, c.Create):
                (key,) = unit.keys(1)
                after = evolve(command.product, key=key)
                asked = c.Create(after)
            elif isinstance(command, c.Revise) and before:
                after = command.edit.apply(before)
            leaves = isinstance(command, c.Advance) and before and c.PRODUCT_MACHINE.has(before.status, c.SELLABLE)
            others = states(every_product(unit)) if leaves else around(unit, after)
            events = c.decide(
                before,
                asked,
                at=(at := self.shop.now()),
                actor=actor,
                schema=self.schema,
                others={one: product for one, product in others.items() if one != code},
                trees=every_tree(unit),
            )
            return keep(unit, PRODUCTS, key, stored, events, By(at, actor))

        return self.shop.attempt(do)

    def products(self, codes: Collection[str]) -> Mapping[str, Product]:
        """Return products by code, with all that their bundles hold; those that are not there are left out."""
        with self.shop.storage.begin(read=True) as unit:
            return {code: one.state for code, one in load_products(unit, codes).items()}

    def every(self) -> Mapping[str, Product]:
        """Return every product by code."""
        with self.shop.storage.begin(read=True) as unit:
            return states(every_product(unit))

    def history(self, code: str) -> tuple[c.Step, ...]:
        """Return who changed what of a product, and when.

        Raises:
            UsageError: ``unknown_product``.
        """
        with self.shop.storage.begin(read=True) as unit:
            entries = history_of(unit, PRODUCTS, Where("code", Op.EQ, code))
            if not entries:
                raise UsageError("unknown_product", f"{code!r} is not in the catalog", product=code)
            return c.history(entries, self.schema)

    def listing_history(self, channel: str, item: str) -> tuple[Entry, ...]:
        """Return who changed what an item of a channel stands for, or whether it is offered, and when.

        Raises:
            UsageError: ``unknown_listing``.
        """
        with self.shop.storage.begin(read=True) as unit:
            entries = history_of(
                unit, LISTINGS, Where("channel", Op.EQ, channel), Where("item", Op.EQ, item)
            )
            if not entries:
                raise UsageError("unknown_listing", f"{channel} {item} is not listed", item=item)
            return entries

    def tree_history(self, code: str) -> tuple[Entry, ...]:
        """Return who changed what of a category tree, and when.

        Raises:
            UsageError: ``unknown_tree``.
        """
        with self.shop.storage.begin(read=True) as unit:
            entries = history_of(unit, TREES, Where("code", Op.EQ, code))
            if not entries:
                raise UsageError("unknown_tree", f"{code!r} is no category tree", tree=code)
            return entries

    def tree(self, code: str, command: c.TreeCommand, *, actor: str) -> c.Tree:
        """Carry out a command on a category tree.

        Raises:
            Refused: As :func:`omskit.catalog.decide_tree` says.
            UsageError: Likewise.
        """

        def do(unit: Unit, _lock: bool) -> c.Tree:  # noqa: FBT001
            keys = unit.of(TREES).find(Where("code", Op.EQ, code), limit=1)
            stored = next(iter(unit.of(TREES).load(keys, lock=True).values()), None)
            asked, key = command, stored.state.key if stored else 0
            if isinstance(command, c.Plant):
                (key,) = unit.keys(1)
                asked = c.Plant(evolve(command.tree, key=key))
            at = self.shop.now()
            events = c.decide_tree(stored.state if stored else None, asked, at=at, actor=actor)
            return keep(unit, TREES, key, stored, events, By(at, actor))

        return self.shop.attempt(do)

    def plan(self, table: c.Table, columns: c.Columns, *, blank: c.Blank = c.Blank.KEEP) -> c.ImportPlan:
        """Return what a table would change, with an error for each wrong cell; nothing is written."""
        with self.shop.storage.begin(read=True) as unit:
            reading, stored = reading_of(unit, table, columns, self.schema, blank, every_tree(unit))
            return reading.plan(states(stored))

    def load(
        self,
        table: c.Table,
        columns: c.Columns,
        *,
        actor: str,
        blank: c.Blank = c.Blank.KEEP,
        whole: bool = True,
    ) -> c.ImportPlan:
        """Write what a table changes, in one unit.

        What is read of the catalog grows with the file and not with the catalog, but for a file that takes
        something off the sale, or a schema with values that are unique: those read it all.

        Args:
            table: From a file.
            columns: The declared columns.
            actor: Who loads it.
            blank: What an empty cell means.
            whole: Whether one wrong cell keeps everything from being written; otherwise the sound rows are.

        Returns:
            What was done, or with errors and ``whole`` what would have been.

        Raises:
            Refused: As :func:`omskit.catalog.decide` says, for what no cell shows; nothing is written then.
        """

        def do(unit: Unit, _lock: bool) -> c.ImportPlan:  # noqa: FBT001
            trees = every_tree(unit)
            reading, stored = reading_of(unit, table, columns, self.schema, blank, trees)
            plan = reading.plan(states(stored))
            if plan.planned and not (whole and plan.errors):
                self._apply(unit, plan, stored, trees, actor)
            return plan

        return self.shop.attempt(do)

    def export(self, columns: c.Columns | None = None) -> c.Table:
        """Return every product as a table; by default with all columns that lose nothing.

        Raises:
            UsageError: ``uncovered_paths``.
        """
        products = [one for _, one in sorted(self.every().items())]
        return c.export(products, columns or c.columns_for(products, self.schema), self.schema)

    def completeness(self, channel: str = "", *, codes: Collection[str] = ()) -> tuple[c.Completeness, ...]:
        """Return how far products are from being sold in a channel, the least complete first; by default all."""
        found = []
        with self.shop.storage.begin(read=True) as unit:
            for some, others in in_pages(unit, codes):
                found += [
                    c.completeness(one, self.schema, channel=channel, others=others)
                    for one in some
                    if not one.is_family
                ]
        return tuple(sorted(found, key=lambda one: (one.percent, one.code)))

    def listings(self, channel: str, items: Collection[str]) -> Mapping[str, c.Listing]:
        """Return the listings of some items of a channel."""
        with self.shop.storage.begin(read=True) as unit:
            return {item: one.state for item, one in load_listings(unit, channel, items).items()}

    def list_items(self, listings: Sequence[c.Listing], *, actor: str) -> Mapping[str, c.Listing]:
        """Say what items stand for, all in one unit; one that says so already is left alone.

        Orders that wait for them go on after :meth:`omskit.engine.ItemDesk.explain`.

        Raises:
            Refused: ``already_listed`` for an item that stands for something else: use ``Remap`` then.
        """

        def do(unit: Unit, _lock: bool) -> dict[str, c.Listing]:  # noqa: FBT001
            by_channel: dict[str, set[str]] = {}
            for one in listings:
                by_channel.setdefault(one.channel, set()).add(one.item)
            there = {
                (channel, item): found.state
                for channel, items in by_channel.items()
                for item, found in load_listings(unit, channel, items, lock=True).items()
            }
            keys, at = iter(unit.keys(len(listings))), self.shop.now()
            changes: list[Change[c.Listing]] = []
            known: dict[str, c.Listing] = {}
            for one in listings:
                before = there.get((one.channel, one.item))
                if before is not None and (before.code, before.per) == (one.code, one.per):
                    known[one.item] = before
                    continue
                asked = evolve(one, key=next(keys))
                events = c.decide_listing(before, c.List(asked), at=at, actor=actor)
                changes.append(change_of(LISTINGS, asked.key, None, events, By(at, actor, "list")))
                known[one.item] = there[one.channel, one.item] = changes[-1].state
            if changes:
                unit.of(LISTINGS).save(changes)
            return known

        return self.shop.attempt(do)

    def listing(self, channel: str, item: str, command: c.ListingCommand, *, actor: str) -> c.Listing:
        """Carry out a command on one listing; nothing incomplete or unsold is offered to a channel.

        Raises:
            Refused: As :func:`omskit.catalog.decide_listing` says.
            UsageError: ``unknown_listing``.
        """

        def do(unit: Unit, _lock: bool) -> c.Listing:  # noqa: FBT001
            stored = load_listings(unit, channel, [item], lock=True).get(item)
            if stored is None:
                raise UsageError("unknown_listing", f"{channel} {item} is not listed", item=item)
            known = {code: one.state for code, one in load_products(unit, [stored.state.code]).items()}
            product = known.get(stored.state.code)
            fit, sellable = None, False
            if product is not None:
                known |= {p: one.state for p, one in load_products(unit, product.names).items()}
                fit = c.completeness(product, self.schema, channel=channel, others=known)
                sellable = c.PRODUCT_MACHINE.has(product.status, c.SELLABLE)
            at = self.shop.now()
            events = c.decide_listing(
                stored.state, command, at=at, actor=actor, completeness=fit, sellable=sellable
            )
            return keep(unit, LISTINGS, stored.state.key, stored, events, By(at, actor))

        return self.shop.attempt(do)

    def _apply(
        self,
        unit: Unit,
        plan: c.ImportPlan,
        stored: Mapping[str, Stored[Product]],
        trees: Mapping[str, c.Tree] | None,
        actor: str,
    ) -> None:
        at = self.shop.now()
        world = World(states(stored))
        keys = iter(unit.keys(sum(one.before is None for one in plan.planned) or 1))
        changes = []
        for row in plan.planned:
            code = row.after.code
            before = stored.get(code)
            key = before.state.key if before else next(keys)
            state = before.state if before else None
            happened: list[c.Event] = []
            for command in row.commands(key):
                events = c.decide(
                    state,
                    command,
                    at=at,
                    actor=actor,
                    schema=self.schema,
                    others=world.around(row.after),
                    trees=trees,
                )
                for event in events:
                    state = c.evolve(state, event)
                happened += events
            if happened and state is not None:
                world.put(state)
                changes.append(change_of(PRODUCTS, key, before, happened, By(at, actor, "import")))
        if changes:
            unit.of(PRODUCTS).save(changes)
