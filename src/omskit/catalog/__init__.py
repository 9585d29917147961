"""Catalog: what is sold: products with typed attributes, numbers, packs, bundles, categories and listings."""

from omskit.catalog.attributes import (
    MAX_ITEMS,
    MAX_TEXT,
    Attribute,
    Place,
    Type,
    Value,
    checked_code,
    fallbacks,
    look_up,
)
from omskit.catalog.bundles import (
    MAX_DEPTH,
    MAX_PARTS,
    MAX_PICKS,
    Bundle,
    BundlePart,
    Group,
    Take,
    find_cycle,
    sets_available,
    short_of,
)
from omskit.catalog.definitions import Definition, Limits, Option
from omskit.catalog.element_table import ELEMENTS, Element
from omskit.catalog.exchange.columns import (
    CODE,
    STATUS,
    TITLES,
    Column,
    Columns,
    column,
    columns_for,
    columns_of,
    export,
    standard_columns,
)
from omskit.catalog.exchange.delimited import FIND, read_csv, write_csv
from omskit.catalog.exchange.documents import read_json, write_json
from omskit.catalog.exchange.drafts import Blank, CellError
from omskit.catalog.exchange.importing import (
    Asked,
    ImportPlan,
    Planned,
    Reading,
    codes_named,
    plan_import,
    read_import,
)
from omskit.catalog.exchange.sheets import read_xlsx, write_xlsx
from omskit.catalog.exchange.tables import (
    MAX_BYTES,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    CellFault,
    Row,
    Table,
    guarded,
    unguarded,
)
from omskit.catalog.exchange.templates import guide, template, write_template
from omskit.catalog.explosion import DRAWS, MAX_LEAVES, Article, Explosion, Pick, explode
from omskit.catalog.gs1_numbers import Gln, Gtin, Isbn, Sscc, Use, gs1_check_digit, isbn10_check_digit
from omskit.catalog.handling import (
    COLD,
    FROZEN,
    HAZMAT,
    LITHIUM,
    Customs,
    Dimensions,
    Handling,
    Hazmat,
    ShelfLife,
    Temperature,
)
from omskit.catalog.identifiers import GTIN, Identifier
from omskit.catalog.listings.commands import List, ListingCommand, Remap, Turn
from omskit.catalog.listings.decide import decide_listing
from omskit.catalog.listings.events import Listed, ListingEvent, Remapped, Turned
from omskit.catalog.listings.evolve import evolve_listing
from omskit.catalog.listings.kind import LISTING_COMMANDS, LISTINGS
from omskit.catalog.listings.machine import LISTING_MACHINE, OFFERED, VISIBLE
from omskit.catalog.listings.meanings import Meaning, Seen, Unmapped, meanings, unmapped
from omskit.catalog.listings.model import Listing
from omskit.catalog.packs import EACH, Pack, Packs
from omskit.catalog.paths import is_path
from omskit.catalog.problems import Problem
from omskit.catalog.products.assemble import assemble
from omskit.catalog.products.check import Completeness, completeness, needs, problems
from omskit.catalog.products.commands import Advance, Command, Create, Revise
from omskit.catalog.products.decide import OPEN_SCHEMA, articles, decide
from omskit.catalog.products.edits import Edit, edit_between
from omskit.catalog.products.events import Advanced, Created, Event, Revised
from omskit.catalog.products.evolve import evolve
from omskit.catalog.products.flat import Difference, differences, flatten
from omskit.catalog.products.history import Step, history, last_change
from omskit.catalog.products.kind import PRODUCT_COMMANDS, PRODUCTS
from omskit.catalog.products.machine import BUYABLE, EDITABLE, PRODUCT_MACHINE, SELLABLE
from omskit.catalog.products.model import Membership, Product, with_inherited
from omskit.catalog.products.numbers import Carrier, Numbers, by_number, scanned
from omskit.catalog.scans import MAX_SCAN, SEPARATOR, Part, Scan, day_of, read_scan, write_scan
from omskit.catalog.schema import ProductType, Requirement, Schema
from omskit.catalog.substitutes import (
    SUBSTITUTE,
    SUCCESSOR,
    Relation,
    Substitution,
    substitutes,
    substitution,
    successors,
)
from omskit.catalog.trees.commands import AddNode, MoveNode, Plant, RemoveNode, RenameNode, TreeCommand
from omskit.catalog.trees.decide import MAX_NODES, decide_tree
from omskit.catalog.trees.events import NodeAdded, NodeMoved, NodeRemoved, NodeRenamed, Planted, TreeEvent
from omskit.catalog.trees.evolve import evolve_tree
from omskit.catalog.trees.kind import TREE_COMMANDS, TREES
from omskit.catalog.trees.model import Node, Tree
from omskit.catalog.units import UNIT_FAMILIES, Unit, UnitFamily

__all__ = [
    "BUYABLE",
    "CODE",
    "COLD",
    "DRAWS",
    "EACH",
    "EDITABLE",
    "ELEMENTS",
    "FIND",
    "FROZEN",
    "GTIN",
    "HAZMAT",
    "LISTINGS",
    "LISTING_COMMANDS",
    "LISTING_MACHINE",
    "LITHIUM",
    "MAX_BYTES",
    "MAX_CELL",
    "MAX_COLUMNS",
    "MAX_DEPTH",
    "MAX_ITEMS",
    "MAX_LEAVES",
    "MAX_NODES",
    "MAX_PARTS",
    "MAX_PICKS",
    "MAX_ROWS",
    "MAX_SCAN",
    "MAX_TEXT",
    "OFFERED",
    "OPEN_SCHEMA",
    "PRODUCTS",
    "PRODUCT_COMMANDS",
    "PRODUCT_MACHINE",
    "SELLABLE",
    "SEPARATOR",
    "STATUS",
    "SUBSTITUTE",
    "SUCCESSOR",
    "TITLES",
    "TREES",
    "TREE_COMMANDS",
    "UNIT_FAMILIES",
    "VISIBLE",
    "AddNode",
    "Advance",
    "Advanced",
    "Article",
    "Asked",
    "Attribute",
    "Blank",
    "Bundle",
    "BundlePart",
    "Carrier",
    "CellError",
    "CellFault",
    "Column",
    "Columns",
    "Command",
    "Completeness",
    "Create",
    "Created",
    "Customs",
    "Definition",
    "Difference",
    "Dimensions",
    "Edit",
    "Element",
    "Event",
    "Explosion",
    "Gln",
    "Group",
    "Gtin",
    "Handling",
    "Hazmat",
    "Identifier",
    "ImportPlan",
    "Isbn",
    "Limits",
    "List",
    "Listed",
    "Listing",
    "ListingCommand",
    "ListingEvent",
    "Meaning",
    "Membership",
    "MoveNode",
    "Node",
    "NodeAdded",
    "NodeMoved",
    "NodeRemoved",
    "NodeRenamed",
    "Numbers",
    "Option",
    "Pack",
    "Packs",
    "Part",
    "Pick",
    "Place",
    "Planned",
    "Plant",
    "Planted",
    "Problem",
    "Product",
    "ProductType",
    "Reading",
    "Relation",
    "Remap",
    "Remapped",
    "RemoveNode",
    "RenameNode",
    "Requirement",
    "Revise",
    "Revised",
    "Row",
    "Scan",
    "Schema",
    "Seen",
    "ShelfLife",
    "Sscc",
    "Step",
    "Substitution",
    "Table",
    "Take",
    "Temperature",
    "Tree",
    "TreeCommand",
    "TreeEvent",
    "Turn",
    "Turned",
    "Type",
    "Unit",
    "UnitFamily",
    "Unmapped",
    "Use",
    "Value",
    "articles",
    "assemble",
    "by_number",
    "checked_code",
    "codes_named",
    "column",
    "columns_for",
    "columns_of",
    "completeness",
    "day_of",
    "decide",
    "decide_listing",
    "decide_tree",
    "differences",
    "edit_between",
    "evolve",
    "evolve_listing",
    "evolve_tree",
    "explode",
    "export",
    "fallbacks",
    "find_cycle",
    "flatten",
    "gs1_check_digit",
    "guarded",
    "guide",
    "history",
    "is_path",
    "isbn10_check_digit",
    "last_change",
    "look_up",
    "meanings",
    "needs",
    "plan_import",
    "problems",
    "read_csv",
    "read_import",
    "read_json",
    "read_scan",
    "read_xlsx",
    "scanned",
    "sets_available",
    "short_of",
    "standard_columns",
    "substitutes",
    "substitution",
    "successors",
    "template",
    "unguarded",
    "unmapped",
    "with_inherited",
    "write_csv",
    "write_json",
    "write_scan",
    "write_template",
    "write_xlsx",
]
