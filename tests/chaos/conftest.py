"""Fixtures of the chaos tests; see harness/fixtures.py."""

import pytest
from harness.fixtures import proxy, space, spaces  # noqa: F401
from servers import start_servers


@pytest.fixture(autouse=True)
def servers_up(request):
    """Whatever the scenario before left of the servers."""
    if request.node.get_closest_marker("alone"):
        start_servers()
