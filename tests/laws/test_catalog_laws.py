"""Laws of the catalog: check digits, padding, units, bundles, histories, files."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import evolve as changed
from goods import ALL, SCHEMA, book, contents
from hypothesis import given, settings
from hypothesis import strategies as st

from omskit.catalog import (
    ELEMENTS,
    PRODUCT_MACHINE,
    UNIT_FAMILIES,
    Advance,
    Article,
    Attribute,
    Blank,
    Bundle,
    BundlePart,
    Command,
    Create,
    Customs,
    Definition,
    Dimensions,
    Edit,
    Group,
    Gtin,
    Handling,
    Hazmat,
    Identifier,
    Isbn,
    Membership,
    MoveNode,
    Node,
    Option,
    Pack,
    Packs,
    Part,
    Place,
    Product,
    Relation,
    Revise,
    Row,
    Schema,
    ShelfLife,
    Sscc,
    Table,
    Take,
    Temperature,
    Tree,
    Type,
    Value,
    columns_for,
    columns_of,
    decide,
    decide_tree,
    edit_between,
    evolve,
    evolve_tree,
    explode,
    export,
    find_cycle,
    gs1_check_digit,
    guarded,
    isbn10_check_digit,
    plan_import,
    read_csv,
    read_json,
    read_scan,
    read_xlsx,
    sets_available,
    unguarded,
    write_csv,
    write_json,
    write_scan,
    write_xlsx,
)
from omskit.core import Money, OmsError, PayloadError, Quantities, fold, share

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
GTIN_BODIES = st.sampled_from([7, 11, 12, 13]).flatmap(
    lambda size: st.text("0123456789", min_size=size, max_size=size)
)
PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=20).filter(
    str.strip
)
WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-{*=", min_size=1, max_size=8)


#: For laws over whole files, which take long to make.
FEWER = settings(max_examples=settings().max_examples // 3)


def refusal(call: Callable[[], object]) -> str:
    """Return the code under which a call is refused; empty when it is not."""
    try:
        call()
    except OmsError as error:
        return error.code
    return ""


@given(GTIN_BODIES, st.data())
def test_every_single_wrong_digit_of_a_gtin_is_found(body: str, data: st.DataObject) -> None:
    digits = body + gs1_check_digit(body)
    at = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from([one for one in "0123456789" if one != digits[at]]))
    assert refusal(lambda: Gtin.read(digits[:at] + wrong + digits[at + 1 :])) == "wrong_check_digit"


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 9), st.integers(1, 10))
def test_every_single_wrong_digit_of_an_isbn_10_is_found(body: str, at: int, more: int) -> None:
    digits = body + isbn10_check_digit(body)
    other = (10 if digits[at] == "X" else int(digits[at])) + more
    wrong = "X" if at == 9 and other % 11 == 10 else str(other % 10)
    mistyped = digits[:at] + wrong + digits[at + 1 :]
    if mistyped == digits:
        return
    assert refusal(lambda: Isbn.read(mistyped)) == "wrong_check_digit"


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 8))
def test_every_swap_of_neighbours_in_an_isbn_10_is_found(body: str, at: int) -> None:
    digits = body + isbn10_check_digit(body)
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    if swapped == digits:
        return
    assert refusal(lambda: Isbn.read(swapped)) in ("wrong_check_digit", "not_a_digit")


@given(st.text("0123456789", min_size=9, max_size=9))
def test_isbn_10_to_13_and_back_is_the_same(body: str) -> None:
    ten = body + isbn10_check_digit(body)
    assert Isbn.read(Isbn.read(ten).digits).isbn10 == ten


@given(GTIN_BODIES, st.integers(0, 3))
def test_equality_over_padding_is_an_equivalence(body: str, more: int) -> None:
    digits = body + gs1_check_digit(body)
    forms = [Gtin.read(digits.zfill(size)) for size in (8, 12, 13, 14) if size >= len(digits)]
    assert all(one == other and hash(one) == hash(other) for one in forms for other in forms)
    assert Gtin.read(forms[more % len(forms)].text) == forms[0]


@given(GTIN_BODIES, st.integers(1, 9))
def test_a_pack_is_another_item_than_what_it_holds(body: str, indicator: int) -> None:
    gtin = Gtin.read(body + gs1_check_digit(body))
    pack = gtin.packed(indicator)
    assert pack.indicator == indicator
    assert pack.item == gtin.item
    assert pack == gtin or gtin.indicator != indicator


@given(st.text("0123456789", min_size=17, max_size=17))
def test_a_completed_sscc_is_valid(body: str) -> None:
    assert Sscc.read(Sscc.of(body).digits).digits[:17] == body


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    found = []
    for ai in draw(st.lists(st.sampled_from(sorted(ELEMENTS)), min_size=1, max_size=6, unique=True)):
        element = ELEMENTS[ai]
        if element.is_date:
            value = (
                draw(st.dates(date(2000, 1, 1), date(2060, 12, 31))).strftime("%y%m%d").ljust(element.least, "0")
            )
        else:
            size = draw(st.integers(element.least, element.most))
            digits = min(size, element.numeric)
            value = draw(st.text("0123456789", min_size=digits, max_size=digits))
            value += draw(st.text("ABC-019/", min_size=size - digits, max_size=size - digits))
            if element.check:
                place = element.check - 1
                value = value[:place] + gs1_check_digit(value[:place]) + value[place + 1 :]
        found.append(Part(ai, value))
    return found


@given(parts())
def test_a_scan_reads_what_was_written(said: list[Part]) -> None:
    for brackets in (False, True):
        found = read_scan(write_scan(said, brackets=brackets), year=2026).parts
        assert [(one.ai, one.value) for one in found] == [(one.ai, one.value) for one in said]


@given(st.text("0123456789AB()\x1d-]C", max_size=40))
def test_whatever_is_scanned_is_read_or_refused_with_a_position(text: str) -> None:
    try:
        position: object = read_scan(text, year=2026).parts[0].position
    except PayloadError as error:
        position = error.facts["position"]
    assert isinstance(position, int)
    assert 0 <= position <= len(text)


AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)


@given(st.sampled_from(sorted(UNIT_FAMILIES)), AMOUNTS, st.data())
def test_a_unit_there_and_back_is_the_same_amount(name: str, amount: Decimal, data: st.DataObject) -> None:
    family = UNIT_FAMILIES[name]
    units = st.sampled_from([unit.code for unit in family.units])
    one, other = data.draw(units), data.draw(units)
    assert family.convert(family.convert(amount, one, other), other, one) == Fraction(amount)


@st.composite
def packings(draw: st.DrawFn) -> Packs:
    units = ["EA", *(f"U{n}" for n in range(draw(st.integers(0, 4))))]
    sizes = st.tuples(st.integers(1, 50), st.integers(1, 50))
    made = []
    for at, unit in enumerate(units[1:], 1):
        holds, per = draw(sizes)
        made.append(Pack(unit, holds, draw(st.sampled_from(["", *units[:at]])), per=per))
    return Packs("EA", tuple(made))


@given(packings(), st.integers(0, 10**6), st.data())
def test_packs_there_and_back_are_the_same_quantity(packs: Packs, quantity: int, data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(packs.units)) for _ in range(2))
    assert packs.convert(packs.convert(quantity, one, other), other, one) == quantity


@given(packings(), st.integers(0, 10**6))
def test_a_quantity_broken_down_is_the_same_quantity(packs: Packs, quantity: int) -> None:
    code = refusal(lambda: packs.broken_down(quantity))
    assert code in ("", "not_whole")
    if not code:
        assert sum(count * packs.factor(unit) for count, unit in packs.broken_down(quantity)) == quantity


@st.composite
def bundles(draw: st.DrawFn) -> dict[str, Article]:
    """Bundles that contain only what was made before them, so that there is no circle."""
    made = {code: Article(Handling(draw(st.integers(0, 500)))) for code in "ABC"}
    for name in ("X", "Y", "Z"):
        codes = draw(st.lists(st.sampled_from(sorted(made)), min_size=1, max_size=3, unique=True))
        chosen = tuple(BundlePart(code, draw(st.integers(1, 4)), draw(st.integers(0, 3))) for code in codes)
        drawn = draw(st.booleans())
        group = Group("g", chosen, Take.DRAW, 2, 2, repeats=True) if drawn else Group("g", chosen)
        made[name] = Article(bundle=Bundle((group,)))
    return made


@given(bundles(), st.integers(0, 2**256 - 1), st.integers(1, 20), st.integers(1, 20))
def test_taking_apart_is_linear_in_quantity(book: dict[str, Article], draw: int, a: int, b: int) -> None:
    found = explode("Z", book, draw=draw)
    assert found.pieces(a) + found.pieces(b) == found.pieces(a + b)
    outer = book | {"OUT": Article(bundle=Bundle.of(BundlePart("Z", a)))}
    assert explode("OUT", outer, draw=draw).pieces() == found.pieces(a)


@given(bundles(), st.integers(0, 2**256 - 1), st.integers(0, 10**6))
def test_a_bundles_price_is_shared_without_rest_and_no_component_comes_twice(
    book: dict[str, Article], draw: int, price: int
) -> None:
    found = explode("Z", book, draw=draw, prices={"A": 100, "B": 33})
    skus = [one.sku for one in found.components]
    assert len(set(skus)) == len(skus) == len(found.weights)
    assert sum(share(price, found.weights)) == price
    assert explode("Z", book, draw=draw, prices={"A": 100, "B": 33}) == found


@given(bundles(), st.dictionaries(st.sampled_from("ABC"), st.integers(-5, 100)), st.integers(0, 9))
def test_sets_available_can_be_made_and_one_more_cannot(
    book: dict[str, Article], available: dict[str, int], draw: int
) -> None:
    found = explode("Z", book, draw=draw)
    sets = sets_available(dict(found.pieces()), available)
    there = Quantities({sku: max(count, 0) for sku, count in available.items()})
    assert there.covers(found.pieces(sets))
    assert not there.covers(found.pieces(sets + 1))


@given(
    st.dictionaries(
        st.sampled_from("ABCDEF"), st.lists(st.sampled_from("ABCDEF"), min_size=1, max_size=3, unique=True)
    )
)
def test_a_circle_is_found_exactly_when_taking_apart_meets_one(book: dict[str, list[str]]) -> None:
    made = {code: Bundle.of(*map(BundlePart, book[code])) if code in book else None for code in "ABCDEF"}
    articles = {code: Article(bundle=one) for code, one in made.items()}
    way = find_cycle("A", made)
    assert refusal(lambda: explode("A", articles)) == ("bundle_cycle" if way else "")
    assert not way or way[-1] in way[:-1]


CODES = [one.code for one in ALL]
EDITS = st.one_of(
    st.builds(lambda name: Edit(name=name), st.sampled_from(["", "a", "b", " bad"])),
    st.builds(
        lambda codes: Edit(identifiers=tuple(Identifier.read("gtin", one) for one in codes)),
        st.lists(st.sampled_from(["73513537", "614141999996", "4006381333931"]), unique=True),
    ),
    st.builds(lambda text: Edit(attributes=(Attribute(Place("title", "en"), Value.of_text(text)),)), PRINTABLE),
    st.just(Edit(without=(Place("title", "en"),))),
    st.builds(lambda grams: Edit(handling=Handling(grams)), st.integers(0, 9)),
    st.builds(lambda code: Edit(relations=(Relation("successor", code),)), st.sampled_from(CODES)),
    st.just(Edit(packs=Packs("BOX"))),
    st.builds(lambda code: Edit(bundle=Bundle.of(BundlePart(code))), st.sampled_from(CODES)),
    st.just(Edit(no_bundle=True)),
)
COMMANDS = st.one_of(
    st.builds(Revise, EDITS, st.sampled_from([None, 0, 3])),
    st.builds(Advance, st.sampled_from(sorted(PRODUCT_MACHINE.triggers))),
)


def live(life: list[Command], machine: Any = PRODUCT_MACHINE) -> tuple[Product, list[Any], list[str]]:
    start = Product(9, "NEW", name="New", type="shirt")
    events: list[Any] = []
    product: Product | None = None
    outcomes = []
    for command in (Create(start), *life):
        try:
            happened = decide(product, command, at=AT, machine=machine, schema=SCHEMA, others=book())
        except OmsError as error:
            outcomes.append(error.code)
            continue
        outcomes.append("done")
        for event in happened:
            events.append(event)
            product = evolve(product, event)
    assert product is not None
    return product, events, outcomes


@given(st.lists(COMMANDS, max_size=12))
def test_a_product_is_what_its_history_says(life: list[Command]) -> None:
    product, events, _ = live(life)
    assert fold(evolve, events) == product


@given(st.lists(COMMANDS, max_size=12))
def test_a_product_on_sale_is_sound_and_no_number_is_ever_forgotten(life: list[Command]) -> None:
    product, events, _ = live(life)
    state: Product | None = None
    numbers: set[tuple[str, str]] = set()
    for event in events:
        state = evolve(state, event)
        now = {(one.scheme, one.value) for one in state.identifiers}
        assert numbers <= now
        numbers = now
        selling = PRODUCT_MACHINE.has(state.status, "sellable")
        assert not selling or state.name
        assert state.claim == (state.gtin if selling else "")
    assert state == product


@given(st.lists(COMMANDS, max_size=12))
def test_renaming_every_status_of_a_product_changes_nothing_but_names(life: list[Command]) -> None:
    names = {status: f"host_{status}" for status in PRODUCT_MACHINE.states}
    machine = PRODUCT_MACHINE.renamed(names)
    product, _, outcomes = live(life)
    renamed = {code: changed(one, status=names[one.status]) for code, one in book().items()}
    here: Product | None = None
    found = []
    for command in (Create(Product(9, "NEW", name="New", type="shirt")), *life):
        try:
            for event in decide(here, command, at=AT, machine=machine, schema=SCHEMA, others=renamed):
                here = evolve(here, event)
            found.append("done")
        except OmsError as error:
            found.append(error.code)
    assert found == outcomes
    assert here == changed(product, status=names[product.status])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), max_size=20))
def test_no_move_of_a_tree_loses_a_node_or_makes_a_circle(moves: list[tuple[int, int]]) -> None:
    tree = Tree(1, "t", tuple(Node(str(n), str(n - 1) if n else "") for n in range(6)))
    for code, parent in moves:
        move = MoveNode(str(code), str(parent) if parent < 6 else "")
        refused = refusal(lambda move=move, tree=tree: decide_tree(tree, move, at=AT))  # type: ignore[misc]
        assert refused == ("category_cycle" if parent < 6 and tree.is_under(move.parent, move.code) else "")
        for event in () if refused else decide_tree(tree, move, at=AT):
            tree = evolve_tree(tree, event)
        assert {node.code for node in tree.walk()} == set("012345")


FREE = Schema(
    (
        Definition("text", localized=True, scoped=True),
        Definition("number", Type.NUMBER),
        Definition("mass", Type.NUMBER, unit_family="mass"),
        Definition("option", Type.OPTION, options=(Option("a"), Option("b b"))),
        Definition("options", Type.OPTIONS, options=(Option("a"), Option("b b"), Option("=c"))),
        Definition("day", Type.DATE),
        Definition("money", Type.MONEY),
        Definition("flag", Type.BOOLEAN),
        Definition("refs", Type.REFERENCE),
        Definition("files", Type.FILE),
    )
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6)
MULTILINE = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t"), min_size=1, max_size=30
).filter(str.strip)
VALUES = {
    "text": st.builds(Value.of_text, MULTILINE),
    "number": st.builds(Value.of_number, NUMBERS),
    "mass": st.builds(Value.of_number, NUMBERS, st.sampled_from(["GRM", "KGM", "LBR"])),
    "option": st.builds(Value.of_option, st.sampled_from(["a", "b b"])),
    "options": st.builds(Value.of_options, st.sets(st.sampled_from(["a", "b b", "=c"]), min_size=1)),
    "day": st.builds(Value.of_day, st.dates()),
    "money": st.builds(
        Value.of_money, st.builds(Money, st.integers(-(10**6), 10**6), st.sampled_from(["EUR", "JPY", "KWD"]))
    ),
    "flag": st.builds(Value.of_flag, st.booleans()),
    "refs": st.builds(Value.of_references, st.lists(WORDS, min_size=1, max_size=3, unique=True)),
    "files": st.builds(
        Value.of_files,
        st.lists(st.builds("https://x.example/{}".format, WORDS), min_size=1, max_size=3, unique=True),
    ),
}


@st.composite
def places(draw: st.DrawFn) -> tuple[Attribute, ...]:
    found = {}
    for code in draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=6)):
        place = Place(code)
        if code == "text":
            place = Place(code, draw(st.sampled_from(["", "de", "zh-CN"])), draw(st.sampled_from(["", "tmall"])))
        found[place] = Attribute(place, draw(VALUES[code]))
    return tuple(found.values())


@st.composite
def handlings(draw: st.DrawFn) -> Handling:
    maybe = st.booleans()
    sides = st.integers(1, 5000)
    return Handling(
        draw(st.integers(0, 10**5)),
        draw(st.builds(Dimensions, sides, sides, sides)) if draw(maybe) else None,
        draw(
            st.builds(
                Hazmat,
                st.just("3481"),
                st.just("9"),
                st.sampled_from(["", "II"]),
                st.booleans(),
                st.sampled_from(["", "ion"]),
            )
        )
        if draw(maybe)
        else None,
        draw(st.builds(lambda low, up: Temperature(low, low + up), st.integers(-30, 30), st.integers(0, 20)))
        if draw(maybe)
        else None,
        draw(
            st.builds(
                lambda left, one: ShelfLife(100, left, one),
                st.integers(0, 100),
                st.sampled_from([(), (("jd", 7),), (("a b", 0),)]),
            )
        )
        if draw(maybe)
        else None,
        tuple(draw(st.lists(WORDS, max_size=2))),
    )


@st.composite
def products(draw: st.DrawFn) -> tuple[Product, ...]:
    """Products that name only ones before them."""
    made: list[Product] = []
    for code in draw(st.lists(WORDS, min_size=1, max_size=4, unique=True)):
        before = [one.code for one in made]
        several = st.lists(st.sampled_from(before), min_size=1, max_size=2, unique=True) if before else st.just([])
        relations = tuple(
            Relation(
                kind,
                other,
                draw(st.integers(0, 2)),
                draw(st.integers(1, 2)),
                reason=draw(st.sampled_from(["", "why; so"])),
            )
            for kind in ("substitute", "goes with")
            for other in draw(several)
        )
        parts = tuple(
            BundlePart(other, draw(st.integers(1, 3)), draw(st.integers(0, 2)), draw(st.integers(1, 2)))
            for other in draw(several)
        )
        take = draw(st.sampled_from([Take.ALL, Take.CHOOSE]))
        group = Group(draw(st.sampled_from(["", "g"])), parts, take) if parts else None
        numbers = (
            (Identifier("mpn", draw(PRINTABLE.map(str.strip).filter(lambda text: text and ";" not in text))),)
            if draw(st.booleans())
            else ()
        )
        made.append(
            Product(
                0,
                code,
                name=draw(PRINTABLE).strip(),
                attributes=draw(places()),
                identifiers=numbers,
                packs=Packs(
                    "EA",
                    (
                        Pack("CS", draw(st.integers(1, 99)), gross_g=draw(st.integers(0, 9))),
                        Pack("M", 2, "CS", per=3),
                    ),
                ),
                handling=draw(handlings()),
                customs=draw(
                    st.sampled_from(
                        [Customs(), Customs("610910", "PT", 5, "EUR", "=a, b; c"), Customs(currency="JPY")]
                    )
                ),
                categories=tuple(Membership("shop", node) for node in draw(st.lists(WORDS, max_size=2))),
                relations=relations,
                bundle=Bundle((group,), weight_g=draw(st.integers(0, 1)))
                if group and draw(st.booleans())
                else None,
            )
        )
    return tuple(made)


@FEWER
@given(products())
def test_import_of_an_export_is_the_same(made: tuple[Product, ...]) -> None:
    columns = columns_for(made, FREE)
    table = export(made, columns, FREE)
    files = (
        read_csv(write_csv(table)),
        read_csv(write_csv(table, encoding="gb18030"), encoding="gb18030"),
        read_json(write_json(table)),
    )
    for again in files:
        plan = plan_import(again, columns, schema=FREE)
        assert plan.errors == ()
        assert contents(one.after for one in plan.planned) == contents(made)
        there = {one.code: changed(one, status="draft") for one in made}
        assert plan_import(again, columns, schema=FREE, products=there).planned == ()


@FEWER
@given(products())
def test_import_of_an_exported_workbook_is_the_same(made: tuple[Product, ...]) -> None:
    columns = columns_for(made, FREE)
    plan = plan_import(read_xlsx(write_xlsx(("P", export(made, columns, FREE)))), columns, schema=FREE)
    assert plan.errors == ()
    assert contents(one.after for one in plan.planned) == contents(made)


@given(st.text(max_size=10))
def test_guarding_a_cell_is_undone_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t\r\n")


@given(
    st.lists(
        st.lists(
            st.sampled_from(["", "X", "red", "=1", "12 kg", "a;b", "\t", "{", "🙂", "4006381333931"]),
            min_size=6,
            max_size=7,
        ),
        max_size=5,
    ),
    st.sampled_from(["Surprise", "Name"]),
)
def test_whatever_a_file_says_each_row_is_planned_or_told_and_no_column_is_lost(
    rows: list[list[str]], last: str
) -> None:
    columns = columns_of(["name", "type", "attribute.color", "attribute.net", "bundle", "identifier.gtin"], SCHEMA)
    header = ("SKU", "Type", "Color", "Net weight", "Bundle", "GTIN", last)
    table = Table(header, tuple(Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)))
    plan = plan_import(table, columns, schema=SCHEMA)
    told = {one.row for one in plan.errors} | {one.row for one in plan.planned}
    if last == "Surprise":
        assert (told, plan.planned) == ({1}, ())
    else:
        assert told == {row.number for row in table.rows}
        assert not {one.row for one in plan.errors} & {one.row for one in plan.planned}


CELLS = {
    "SKU": st.sampled_from([*CODES, "NEW", "OTHER", "THIRD"]),
    "Name": st.sampled_from(["", "", "A name"]),
    "Type": st.sampled_from(["shirt", "shirt", "shirt", "", "camera"]),
    "Status": st.sampled_from(["", "active", *PRODUCT_MACHINE.states]),
    "Family": st.sampled_from(["", "", "TEE", "NEW"]),
    "option.color": st.sampled_from(["", "red", "blue"]),
    "option.size": st.sampled_from(["", "M", "L"]),
    "Color": st.sampled_from(["", "red", "green"]),
    "Net weight": st.sampled_from(["", "1 kg"]),
    "GTIN": st.sampled_from(["", "", "", "73513537", "4006381333931"]),
    "Bundle": st.sampled_from(["", "", "NEW*2", "CAM; OTHER*3", "SET", "BAG"]),
    "Successor": st.sampled_from(["", "", "NEW", "CAM", "THIRD"]),
}


@given(st.lists(st.tuples(*CELLS.values()), min_size=1, max_size=6), st.sampled_from(Blank))
def test_what_an_import_plans_is_never_refused_when_it_is_done(rows: list[tuple[str, ...]], blank: Blank) -> None:
    paths = ["name", "type", "family", "option.color", "option.size", "attribute.color", "attribute.net"]
    columns = columns_of([*paths, "identifier.gtin", "bundle", "relation.successor"], SCHEMA)
    table = Table(tuple(CELLS), tuple(Row(number, cells) for number, cells in enumerate(rows, 2)))
    world = dict(book())
    plan = plan_import(table, columns, schema=SCHEMA, products=world, blank=blank)
    for key, row in enumerate(plan.planned, 100):
        product = row.before
        for command in row.commands(key):
            around = {**plan.products, **world}
            for event in decide(product, command, at=AT, schema=SCHEMA, others=around):
                product = evolve(product, event)
        assert product is not None
        world[product.code] = product
        assert edit_between(product, row.after).is_empty


@FEWER
@given(products(), products())
def test_an_edit_leads_exactly_to_where_it_was_taken_from(
    one: tuple[Product, ...], other: tuple[Product, ...]
) -> None:
    edit = edit_between(one[0], other[0])
    assert edit_between(edit.apply(one[0]), other[0]).is_empty
