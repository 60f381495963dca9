"""Adds up the JUnit reports of ctest and pytest.

usage: tally.py REPORTS_DIR

Each step of a test run leaves NAME.code, its exit code, and NAME.xml when it came so far. Prints one
line per step and, last, 'N passed, N failed'. Exits non-zero when anything failed or nothing ran.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ET

# Criterion's last line: one ctest entry is a whole suite of its cases.
SYNTHESIS = re.compile(r"Tested: [^0-9|]*(\d+)[^|]*\| Passing: [^0-9|]*(\d+)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# A leak is found when a test has passed already, and Criterion does not ask how its process ended.
SANITIZER = re.compile(r"^==\d+==ERROR: \w+Sanitizer.*?^SUMMARY: [^\n]*", re.DOTALL | re.MULTILINE)


def case_counts(case: ET.Element) -> tuple[int, int, int]:
    """(passed, failed, skipped) of one <testcase>."""
    if case.find("skipped") is not None:
        return 0, 0, 1
    broken = case.find("failure") is not None or case.find("error") is not None
    output = COLOUR.sub("", case.findtext("system-out") or "")
    report = SANITIZER.search(output)
    if report and not broken:
        print(f"{case.get('name')}: {report[0]}")
        broken = True
    found = SYNTHESIS.search(output)
    if not found:
        return (0, 1, 0) if broken else (1, 0, 0)
    tested, passed = int(found[1]), int(found[2])
    failed = tested - passed
    return passed, max(failed, 1) if broken else failed, 0


def step_counts(code_file: pathlib.Path) -> list[int]:
    """[passed, failed, skipped] of one step; one that failed without a failed test counts as one."""
    report = code_file.with_suffix(".xml")
    cases = ET.parse(report).iter("testcase") if report.exists() else []
    counts = [case_counts(case) for case in cases]
    passed, failed, skipped = (sum(count[i] for count in counts) for i in range(3))
    if code_file.read_text().strip() != "0" and failed == 0:
        print(f"{code_file.stem}: did not get through; see above")
        failed = 1
    return [passed, failed, skipped]


def main() -> int:
    print("== summary")
    steps = {file.stem: step_counts(file) for file in sorted(pathlib.Path(sys.argv[1]).glob("*.code"))}
    for name, (passed, failed, skipped) in steps.items():
        if passed + failed + skipped:
            print(f"{name}: {passed} passed, {failed} failed, {skipped} skipped")
    passed, failed, _ = (sum(step[i] for step in steps.values()) for i in range(3))
    if passed + failed == 0:
        print("no test ran")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
