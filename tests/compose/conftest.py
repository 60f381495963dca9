"""One stack for all tests of this folder. Its images take minutes the first time, on an engine of its own
(deploy/dev/engine.sh)."""

import os
import time

import pytest
from harness.settings import ROOT
from images import forget_ours, make_all
from stack import WORKERS, Stack


@pytest.fixture(scope="session")
def stack():
    engine = f"unix://{ROOT}/.dev/engine/docker.sock"
    assert os.environ.get("DOCKER_HOST") == engine, "run it by `./dev test compose`: not on the machine's own engine"
    make_all()
    stack = Stack()
    stack.compose("down", "--volumes", "--remove-orphans")
    forget_ours()
    stack.began = time.time()
    try:
        stack.compose("up", "--detach")
        yield stack
    finally:
        stack.compose("logs", "--no-color", "--tail", "30", stderr=None)
        stack.down("--volumes", "--remove-orphans")
    assert all("event=service." in (stack.logs / f"container-{worker}.log").read_text() for worker in WORKERS)
    assert stack.compose("ps", "--all", "--quiet").split() == []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Building counts for the first test's time."""
    for item in items:
        item.add_marker(pytest.mark.timeout(3600))
