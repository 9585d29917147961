"""The whole kit in one class, for an author to subclass."""

from __future__ import annotations

from omskit.testing.storage.booking import LedgerKit, LevelKit, PostingKit, ReservationKit
from omskit.testing.storage.mending import MendingKit
from omskit.testing.storage.racing import ProcessKit, ThreadKit
from omskit.testing.storage.receiving import InboxKit
from omskit.testing.storage.saving import HistoryKit, SavingKit, UniqueKit, VersionKit
from omskit.testing.storage.searching import ClaimKit, ConditionKit, PageKit
from omskit.testing.storage.sending import LeaseKit, SettlementKit
from omskit.testing.storage.units import CapabilityKit, InstantKit, KeyKit, ReadingKit, UnitKit


class StorageKit(
    UnitKit,
    ReadingKit,
    KeyKit,
    CapabilityKit,
    InstantKit,
    SavingKit,
    VersionKit,
    UniqueKit,
    HistoryKit,
    ConditionKit,
    PageKit,
    ClaimKit,
    LevelKit,
    ReservationKit,
    PostingKit,
    LedgerKit,
    MendingKit,
    LeaseKit,
    SettlementKit,
    InboxKit,
    ThreadKit,
    ProcessKit,
):
    """Every promise of a storage, one test each; the name of a test that fails is the promise that is broken.

    Subclass it in a test module under a name that pytest collects, and give it one fixture::

        class TestMyStorage(StorageKit):
            @pytest.fixture
            def opener(self, tmp_path: Path) -> Callable[[], Storage]:
                return partial(open_my_storage, tmp_path / "shop")

    ``opener`` returns a callable that opens the storage, made for :data:`KIT_KINDS` if it has to know its kinds.
    Within one test it opens the same data every time if the storage says that it is ``shared``, and then it is
    pickled for other processes; other storages are empty and alone every time. The capabilities that a storage
    names decide what else is asked: a test that does not apply is skipped and says why.

    Where balances are numbers of their own, that something else can write, give it a second fixture, ``damage``:
    a callable that sets one to a number, with (storage, balance, number). Then mending is tested too.
    """
