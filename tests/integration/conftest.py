"""Fixtures of the integration tests; see harness/fixtures.py."""

from harness.fixtures import proxy, space, spaces  # noqa: F401
