"""The fixtures; conftest.py of each test folder imports them."""

import pytest

from harness.check import check_space
from harness.proxy import TcpProxy
from harness.settings import settings
from harness.space import Space


@pytest.fixture
def spaces(request):
    """A maker of namespaces, for a test that compares two; each is migrated, checked, dropped."""
    made = []

    def make():
        made.append(Space(request.node.name.replace("/", "_")))
        return made[-1].create()

    yield make
    try:
        for space in made:
            space.end_processes()
        for space in made:
            check_space(space)
    finally:
        for space in made:
            space.drop()


@pytest.fixture
def space(spaces):
    """One namespace of the test's own."""
    return spaces()


@pytest.fixture
def proxy():
    """Stands before PostgreSQL: give proxy.url to a process as its DATABASE_URL."""
    with TcpProxy(database=settings().database_url) as running:
        yield running
