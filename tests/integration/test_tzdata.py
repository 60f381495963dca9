"""Time zones that the host replaces under a worker."""

from pathlib import Path

from harness import wait_for

ZONES = Path("/usr/share/zoneinfo")


def test_a_worker_tells_that_its_time_zones_are_old(space):
    """It read them once, and goes on by what it read."""
    folder = space.dir / "zones"
    folder.mkdir()
    for path in ZONES.iterdir():
        (folder / path.name).symlink_to(path)
    names = (ZONES / "tzdata.zi").read_text()
    version = names.split("\n", 1)[0].split()[-1]
    recycler = space.recycler({"TZDIR": str(folder)})
    old = f'leadspool_tzdata_changed{{version="{version}"}}'
    wait_for(lambda: recycler.metrics().get(old) == 0)
    (folder / "tzdata.zi").unlink()
    (folder / "tzdata.zi").write_text(names.replace(version, "2099z", 1))
    wait_for(lambda: recycler.metrics().get(old) == 1)
