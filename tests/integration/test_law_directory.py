"""Law packs of a directory, which one host has and another lacks."""

import json

from harness import wait_for
from scenario import create_list, done, upsert

ANN = "+15046218927"
UNUSABLE = 'leadspool_campaigns{state="unusable_rules"}'
PACK = {"name": "ours", "title": "Ours", "revised": "2026-01-01", "rules": []}
FREE = {"active": True, "windows": [], "law_pack": "ours", "cap_gap_s": 0, "cap_calls": 0}


def test_a_campaign_is_left_to_a_host_that_has_its_law_pack(space):
    packs = space.dir / "packs"
    packs.mkdir()
    (packs / "ours.json").write_text(json.dumps(PACK))
    has = {"LEADSPOOL_LAW_PACKS": str(packs)}
    space.importer()
    first = space.recycler(has)
    create_list(space, "a", campaign_id="c")
    done(space, "campaign.put", {"campaign_id": "c"} | FREE)
    first.terminate()
    lacks = space.recycler()
    wait_for(lambda: lacks.metrics().get(UNUSABLE) == 1)
    upsert(space, phone=ANN)
    space.recycler(has)
    space.dialer().offers(1, phone=ANN)
    assert lacks.metrics().get(UNUSABLE) == 1


def test_a_recycler_does_not_start_with_a_malformed_pack(space):
    """Rather than call by the law that is left."""
    (space.dir / "ours.json").write_text(json.dumps(PACK | {"rules": [{"hours": 1}]}))
    recycler = space.recycler({"LEADSPOOL_LAW_PACKS": str(space.dir)}, ready=False)
    assert recycler.process.wait(30) == 2
    assert "LEADSPOOL_LAW_PACKS" in recycler.log() and "ours.json" in recycler.log()
