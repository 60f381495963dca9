"""What holds for the scenarios of every folder."""

import pytest

TIME = pytest.StashKey()  # settings of the time-out


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item, settings):
    item.stash[TIME] = settings


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """A scenario that is tried once more has all of its time again: pytest-timeout starts its clock
    once for all tries, and a second try had no end."""
    hook = item.ihook
    if getattr(item, "execution_count", 1) > 1 and TIME in item.stash:
        hook.pytest_timeout_cancel_timer(item=item)
        hook.pytest_timeout_set_timer(item=item, settings=item.stash[TIME])


def pytest_terminal_summary(terminalreporter):
    """Why a scenario was tried once more: where only the last try is shown, the cause may be gone."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"tried once more after {report.when}: {report.nodeid}")
        terminalreporter.line("\n".join(report.longreprtext.splitlines()[-40:]))
