"""systemd as the first process of a machine of its own: namespaces of the kernel and a copy of this root, by boot.sh.
The network is this machine's, so that the private servers are where they are."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from harness import wait_for
from harness.settings import settings

BOOT = Path(__file__).with_name("boot.sh")
CGROUPS = ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")  # beside version 1, or alone


class Machine:
    def __init__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="leadspool-machine-"))
        self.cgroup = next(Path(top) for top in CGROUPS if Path(top, "cgroup.procs").exists()) / self.dir.name
        self.console = self.dir / "console"
        self.process = None

    def boot(self):
        installed, base = self.dir / "installed", self.dir / "base"
        command = ["cmake", "--install", settings().bin]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": str(installed)})
        base.mkdir()
        self.cgroup.mkdir()
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--cgroup", "--ipc", "--uts"]
        with self.console.open("wb") as console:
            self.process = subprocess.Popen(
                ["bash", "-c", 'echo $$ >"$0/cgroup.procs"; exec "$@"', self.cgroup, *unshare, BOOT, installed, base],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_for(lambda: self.run("systemctl", "is-system-running", ok=False) == "running\n", 120, 0.5, what=self)
        self.run("systemd-sysusers")
        self.run("systemd-tmpfiles", "--create", "leadspool.conf")
        return self

    def __repr__(self):
        return f"a machine that says {self.console.read_text(errors='replace')[-2000:]}"

    @property
    def pid(self):
        """Of its systemd, as this machine sees it; None while there is none."""
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children")
        assert children.exists(), self
        return int(children.read_text().split()[0]) if children.read_text() else None

    def run(self, *words, ok=True, **options):
        """Standard output of a command in it."""
        if self.pid is None:
            return ""
        enter = ["nsenter", "-t", str(self.pid), "--mount", "--pid", "--cgroup", "--ipc", "--uts", "--"]
        if "input" not in options:
            options["stdin"] = subprocess.DEVNULL
        done = subprocess.run([*enter, *map(str, words)], capture_output=True, text=True, **options)
        assert not ok or done.returncode == 0, f"{words}: {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def write(self, path, text, mode="0600"):
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, input=text)

    def show(self, unit, *names):
        """What systemd knows of it."""
        lines = self.run("systemctl", "show", unit, "-p", ",".join(names)).splitlines()
        known = dict(line.split("=", 1) for line in lines)
        return known[names[0]] if len(names) == 1 else [known[name] for name in names]

    def journal(self, unit):
        """What it said, and what its systemd said of it."""
        return self.run("journalctl", "--no-pager", "-o", "cat", "-u", unit)

    def forget_cgroups(self):
        """True when all are gone: the kernel keeps one until its last process is."""
        for folder, _, _ in os.walk(self.cgroup, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        return not self.cgroup.exists()

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)  # takes its child along, and that the whole machine
            self.process.wait(30)
        wait_for(self.forget_cgroups, 30, what=f"{self.cgroup} is empty")
        shutil.rmtree(self.dir, ignore_errors=True)
