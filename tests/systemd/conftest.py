"""A namespace, and a machine whose systemd runs its workers, for all tests of this folder."""

import pytest
from harness.check import check_space
from harness.space import Space
from machine import Machine
from workers import Workers


@pytest.fixture(scope="session")
def workers():
    space, machine = Space("systemd"), Machine()
    try:
        space.extra_env["LEADSPOOL_NUMBER_KEY"] = Workers.KEY
        space.create()
        workers = Workers(space, machine.boot())
        try:
            yield workers
        finally:
            workers.keep_journals()
        machine.end()
        check_space(space)
    finally:
        machine.end()
        space.drop()
