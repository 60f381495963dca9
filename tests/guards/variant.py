"""A build without one guard, and what tests say to it."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

from harness.settings import ROOT

BINARIES = ("leadspool", "leadspool-importer")
BUILD = ROOT / ".dev" / "build"
# Files that other guards leave as they are come from the cache: paths in it are relative.
CACHE = {"CCACHE_NOHASHDIR": "1", "CCACHE_BASEDIR": str(ROOT)}
LAUNCHERS = [f"-DCMAKE_{language}_COMPILER_LAUNCHER=ccache" for language in ("C", "CXX")]
# How long a scenario waits for what will not come.
PATIENCE = "40"
FAILED_UNIT = re.compile(r"assertion failed|unexpected signal", re.IGNORECASE)


def run(command, env=None):
    """(exit code, all that it printed)"""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT / "tests",
        env={**os.environ, **CACHE, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return done.returncode, done.stdout


def is_unit(test):
    return "/" not in test


class Variant:
    """with Variant(guard, tests): built under .dev/build/break-GUARD, and gone afterwards."""

    def __init__(self, guard, tests):
        self.guard = guard
        self.tests = tests
        self.folder = BUILD / f"break-{guard}"

    def __enter__(self):
        targets = [*BINARIES, *filter(is_unit, self.tests)]
        launchers = LAUNCHERS if shutil.which("ccache") else []
        settings = [f"-DLEADSPOOL_BREAK={self.guard}", *launchers]
        self.must(["cmake", "-S", ROOT, "--preset", "dev", "-B", self.folder, *settings])
        self.must(["cmake", "--build", self.folder, "--parallel", os.cpu_count(), "--target", *targets])
        for binary in BINARIES:
            self.must([self.folder / binary, "--version"])
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def must(self, command):
        code, text = run(command)
        if code != 0:
            self.__exit__()
            raise RuntimeError(f"{self.guard}: exit {code} of {command}\n{text[-3000:]}")

    def objection(self, test):
        """What the test says to this build: the text of the assertion that failed, or None."""
        return self.unit_objection(test) if is_unit(test) else self.scenario_objection(test)

    def unit_objection(self, test):
        code, text = run([self.folder / test])
        lines = [line for line in text.splitlines() if FAILED_UNIT.search(line)]
        return lines[0] if code != 0 and lines else None

    def scenario_objection(self, test):
        report = self.folder / "report.xml"
        env = {"LEADSPOOL_TEST_BIN": str(self.folder), "LEADSPOOL_TEST_LONG": "0", "PATIENCE": PATIENCE}
        code, text = run([sys.executable, "-m", "pytest", test, f"--junitxml={report}"], env)
        if code not in (0, 1):
            raise RuntimeError(f"{self.guard}: {test} was not run: exit {code}\n{text[-3000:]}")
        return next(assertions(ET.parse(report).getroot()), None)


def assertions(report):
    """The texts of assertions that failed, in a test or in the check behind it. What else goes wrong, as
    preparing the test or the time that it may take, proves nothing."""
    for case in report.iter("testcase"):
        for found in (*case.iter("failure"), *case.iter("error")):
            text = found.get("message", "")
            if "AssertionError" in text and "failed on setup" not in text:
                yield text
