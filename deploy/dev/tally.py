"""Adds up the JUnit reports of ctest and pytest.

usage: tally.py REPORTS_DIR FAILED

Prints one line per part and, last, 'N passed, N failed'. FAILED is 1 when a step failed that no
report may show (a build, a server, a crashed runner). Exits non-zero when anything failed.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ET

# Criterion's last line: one ctest entry is a whole suite of its cases.
SYNTHESIS = re.compile(
    r"Tested: (?:\x1b\[[0-9;]*m|\s)*(\d+).*?Passing: (?:\x1b\[[0-9;]*m|\s)*(\d+)", re.DOTALL
)


def case_counts(case: ET.Element) -> tuple[int, int, int]:
    """(passed, failed, skipped) of one <testcase>."""
    if case.find("skipped") is not None:
        return 0, 0, 1
    broken = case.find("failure") is not None or case.find("error") is not None
    found = SYNTHESIS.search(case.findtext("system-out") or "")
    if not found:
        return (0, 1, 0) if broken else (1, 0, 0)
    tested, passed = int(found[1]), int(found[2])
    failed = tested - passed
    return passed, max(failed, 1) if broken else failed, 0


def main() -> int:
    passed = failed = skipped = 0
    print("== summary")
    for report in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
        counts = [case_counts(case) for case in ET.parse(report).iter("testcase")]
        part = [sum(count[i] for count in counts) for i in range(3)]
        print(f"{report.stem}: {part[0]} passed, {part[1]} failed, {part[2]} skipped")
        passed, failed, skipped = passed + part[0], failed + part[1], skipped + part[2]
    if sys.argv[2] != "0" and failed == 0:
        print("a step outside the tests failed; see above")
        failed = 1
    if passed + failed == 0:
        print("no test ran")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
