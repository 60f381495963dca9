"""The settings that README.md tells are those that the binary prints."""

import re
import subprocess

from harness.settings import ROOT, settings

SETTING = re.compile(r"^  ([A-Z_]+)\n      (.+)\n      .+; default (.+?)(?:; or a file.*)?$", re.MULTILINE)
ROW = re.compile(r"^\| ([A-Z_]+) \| (.+?) \| .+ \| (.+) \|$", re.MULTILINE)


def test_settings_table():
    done = subprocess.run([settings().bin / "leadspool-importer", "--help"], capture_output=True, text=True)
    printed = {name: (default, what) for name, what, default in SETTING.findall(done.stdout)}
    told = {name: (default, what) for name, default, what in ROW.findall((ROOT / "README.md").read_text())}
    assert len(printed) > 15
    assert told == printed
