"""What every test may ask for: a PostgreSQL database of its own, and long runs of the same code by option."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import postgres_server
import pytest
from hypothesis import HealthCheck, settings

ROOM = "omskit_postgres_room"
SKIPPED = "no PostgreSQL: install its server, or set OMSKIT_TEST_POSTGRES_URL"

settings.register_profile("short", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("short"), max_examples=2_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("omskit")
    group.addoption("--long", action="store_true", help="run the long tests too, and the laws with more examples")
    group.addoption("--require-postgres", action="store_true", help="fail, not skip, what needs PostgreSQL")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("long" if config.getoption("--long") else "short")
    if not hasattr(config, "workerinput") and _starts_its_own():
        config.stash[_ROOM] = postgres_server.make_room()


_ROOM = pytest.StashKey[Path]()


def _starts_its_own() -> bool:
    return not os.environ.get("OMSKIT_TEST_POSTGRES_URL") and postgres_server.binaries() is not None


def pytest_unconfigure(config: pytest.Config) -> None:
    if _ROOM in config.stash:
        postgres_server.stop(config.stash[_ROOM])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where the run's server is, or will be."""
    config, workerinput = node.config, node.workerinput  # type: ignore[attr-defined]  # xdist has no types
    workerinput[ROOM] = str(config.stash.get(_ROOM, ""))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="long: runs with --long"))


@pytest.fixture(scope="session")
def postgres_server_url(pytestconfig: pytest.Config) -> str:
    """Return the URL of a server in which databases may be made."""
    given = os.environ.get("OMSKIT_TEST_POSTGRES_URL", "")
    if given:
        return given
    known = getattr(pytestconfig, "workerinput", {}).get(ROOM) or pytestconfig.stash.get(_ROOM, None)
    if known:
        return postgres_server.start_once(Path(known))
    if pytestconfig.getoption("--require-postgres"):
        pytest.fail(SKIPPED)
    pytest.skip(SKIPPED)


@pytest.fixture(scope="session")
def postgres_database(postgres_server_url: str) -> Iterator[str]:
    """Return the URL of a database that one process has for its tests, one after the other."""
    with postgres_server.database(postgres_server_url, f"omskit_{uuid4().hex}") as url:
        yield url


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """Return the URL of an empty database."""
    postgres_server.empty(postgres_database)
    return postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of each kind that processes can share."""
    if request.param == "postgres":
        given: str = request.getfixturevalue("postgres_url")
        return given
    return f"sqlite:///{tmp_path}/shop.db"
