"""Waiting for something that happens elsewhere."""

import time


def wait_for(predicate, timeout=30.0, every=0.05, what=None):
    """The first true value of predicate(); AssertionError with its last value after timeout seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what or predicate}; last seen: {value!r}")
        time.sleep(every)


def settle(check, timeout=15.0, every=0.5):
    """check() until it asserts nothing any more: what it looks at may still move."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(every)
