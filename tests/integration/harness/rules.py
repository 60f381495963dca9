"""What the rules were while dialers worked, and tests/judge.py's verdict on that.

    rules = Rules(slack_s=0)
    rules.note("campaign.put", {"campaign_id": "c", "windows": []}, at=clock.now)
    rules.place("+15046218927", ["America/Chicago"], ["LA"])
    ...
    verdict = rules.verdict(space)              # fails with the violating pairs when there are any
"""

import json
import subprocess
import sys
from datetime import UTC, datetime

from harness.dialer import rfc3339
from harness.settings import ROOT

KINDS = ("double_offers", "while_paused", "outside_window", "over_cap", "dnc_called", "over_attempts")


class Rules:
    def __init__(self, slack_s=1):
        self.scenario = {"commands": [], "leads": {}, "resets": [], "slack_s": slack_s}

    def note(self, type, data, at=None, sent=None):
        """A command that was carried out: it holds from at (its reply), perhaps from sent on."""
        at = at or datetime.now(UTC)
        command = {"type": type, "data": data, "at": rfc3339(at), "sent": rfc3339(sent or at)}
        self.scenario["commands"].append(command)

    def place(self, phone, zones, regions=()):
        """Where a lead may be; of numbers that are not told the numbering plan is asked."""
        self.scenario["leads"][phone] = {"zones": list(zones), "regions": list(regions)}

    def reset(self, list_id, at):
        self.scenario["resets"].append({"list_id": list_id, "at": rfc3339(at)})

    def judge(self, space):
        """(verdict, violating pairs) on all that the dialers of the space noted."""
        path = space.logs / "rules.json"
        path.write_text(json.dumps(self.scenario))
        program = [sys.executable, ROOT / "tests" / "judge.py", "--rules", path, "--explain"]
        done = subprocess.run([*program, *space.calls], capture_output=True, text=True, timeout=3600)
        assert done.returncode in (0, 1) and done.stdout, done.stderr
        verdict, *pairs = map(json.loads, done.stdout.splitlines())
        return verdict, pairs

    def verdict(self, space):
        verdict, pairs = self.judge(space)
        told = "\n".join(map(json.dumps, pairs[:20]))
        assert not any(verdict[kind] for kind in KINDS), f"{verdict}; {space.logs}\n{told}"
        return verdict
