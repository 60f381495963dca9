"""Each guard that keeps a promise is taken out once, and a test has to see it.

Half a minute and a scenario or two per guard: part of `./dev test --long` only, and `./dev test guards`.
"""

import re

import pytest
from guard_tests import GUARDS
from variant import Variant
from harness.settings import ROOT

NAME = re.compile(r"^    GUARD_([A-Z_]+), +/\* I\d", re.MULTILINE)
USES = re.compile(r"BROKEN\(([A-Z_]+)\)|-- guard ([A-Z_]+)$", re.MULTILINE)


def test_table_and_sources_name_the_same_guards():
    named = NAME.findall((ROOT / "common" / "base" / "guard.h").read_text())
    used = set()
    for path in [*ROOT.glob("common/*/*.c"), *ROOT.glob("services/*/*.c"), *ROOT.glob("schemas/sql/queries/*.sql")]:
        used |= {first or second for first, second in USES.findall(path.read_text())}
    assert sorted(named) == sorted(GUARDS) == sorted(used)


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("guard", GUARDS)
def test_missing_guard_is_seen(guard):
    """By at least one of its tests."""
    with Variant(guard, GUARDS[guard]) as variant:
        for test in GUARDS[guard]:
            objection = variant.objection(test)
            if objection:
                print(f"{guard}: {test}: {objection}")
                return
    pytest.fail(f"nobody misses {guard}: {', '.join(GUARDS[guard])} passed without it")
