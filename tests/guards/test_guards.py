"""Each guard that keeps a promise is taken out once, and a test has to see it.

A minute per guard on a quiet machine: part of `./dev test --long` only, and `./dev test guards`.
"""

import re

import pytest
from guard_tests import GUARDS, JUDGED, LAST_WORD
from harness.settings import ROOT
from variant import Variant, build_gone

NAME = re.compile(r"^    GUARD_([A-Z_]+), +/\* I\d", re.MULTILINE)
USES = re.compile(r"BROKEN\(([A-Z_]+)\)|-- guard ([A-Z_]+)$", re.MULTILINE)


def test_table_and_sources_name_the_same_guards():
    named = NAME.findall((ROOT / "common" / "base" / "guard.h").read_text())
    used = set()
    for path in [*ROOT.glob("common/*/*.c"), *ROOT.glob("services/*/*.c"), *ROOT.glob("schemas/sql/queries/*.sql")]:
        used |= {first or second for first, second in USES.findall(path.read_text())}
    assert sorted(named) == sorted(GUARDS) == sorted(used)


@pytest.fixture(scope="module", autouse=True)
def build():
    yield
    build_gone()


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("guard", GUARDS)
def test_missing_guard_is_seen(guard):
    """By every test that the table names."""
    variant = Variant(guard, GUARDS[guard])
    objections = {test: variant.objection(test) for test in GUARDS[guard]}
    for test, objection in objections.items():
        print(f"{guard}: {test}: {objection}")
    blind = [test for test, objection in objections.items() if objection is None]
    assert not blind, f"passed without {guard}"
    if guard in JUDGED:
        [verdict] = [objection for test, objection in objections.items() if test.startswith(LAST_WORD)]
        assert re.search(rf"'{JUDGED[guard]}': [1-9]", verdict), verdict
