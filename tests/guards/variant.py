"""A build without one guard, and what tests say to it."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

from harness.settings import ROOT

BINARIES = ("leadspool", "leadspool-importer", "leadspool-recycler", "leadspool-stats")
TOOLS = ("offer_model",)  # of scenarios that the table names
# One folder for all: from one guard to the next little is compiled.
BUILD = ROOT / ".dev" / "build" / "break"
CACHE = [f"-DCMAKE_{language}_COMPILER_LAUNCHER=ccache" for language in ("C", "CXX")]
# How long a scenario waits for what will not come.
PATIENCE = "40"
FAILED_UNIT = re.compile(r"assertion failed", re.IGNORECASE)


def run(command, env=None):
    """(exit code, all that it printed)"""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT / "tests",
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return done.returncode, done.stdout


def is_unit(test):
    return "/" not in test


def must(command):
    code, text = run(command)
    if code != 0:
        raise RuntimeError(f"exit {code} of {command}\n{text[-3000:]}")


def build_gone():
    shutil.rmtree(BUILD, ignore_errors=True)


class Variant:
    """Built when made; the next one takes its place."""

    def __init__(self, guard, tests):
        self.guard = guard
        targets = [*BINARIES, *TOOLS, *filter(is_unit, tests)]
        settings = [f"-DLEADSPOOL_BREAK={guard}", *(CACHE if shutil.which("ccache") else [])]
        must(["cmake", "-S", ROOT, "--preset", "dev", "-B", BUILD, *settings])
        must(["cmake", "--build", BUILD, "--parallel", os.cpu_count(), "--target", *targets])
        for binary in BINARIES:
            must([BUILD / binary, "--version"])

    def objection(self, test):
        """What the test says to this build: the text of the assertion that failed, or None."""
        return self.unit_objection(test) if is_unit(test) else self.scenario_objection(test)

    def unit_objection(self, test):
        code, text = run([BUILD / test])
        lines = [line for line in text.splitlines() if FAILED_UNIT.search(line)]
        return lines[0] if code != 0 and lines else None

    def scenario_objection(self, test):
        report = BUILD / "report.xml"
        env = {"LEADSPOOL_TEST_BIN": str(BUILD), "LEADSPOOL_TEST_LONG": "0", "PATIENCE": PATIENCE}
        code, text = run([sys.executable, "-m", "pytest", test, f"--junitxml={report}"], env)
        if code not in (0, 1):
            raise RuntimeError(f"{self.guard}: {test} was not run: exit {code}\n{text[-3000:]}")
        return next(assertions(ET.parse(report).getroot()), None)


def assertions(report):
    """Text and place of each assertion that failed, in a test or in the check behind it. What else goes wrong, as
    preparing the test or the time that it may take, proves nothing."""
    for case in report.iter("testcase"):
        for found in (*case.iter("failure"), *case.iter("error")):
            text = found.get("message", "")
            if "AssertionError" in text and "failed on setup" not in text:
                place = (found.text or "").strip().splitlines()[-1:]
                yield " ".join([*text.split(), *place])
