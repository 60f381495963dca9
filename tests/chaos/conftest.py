"""Fixtures of the chaos tests; see harness/fixtures.py."""

from harness.fixtures import proxy, space, spaces  # noqa: F401
