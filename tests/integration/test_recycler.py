"""leadspool-recycler as a process: it comes up, answers on its topic, and leaves when asked."""

from harness import read_topic, send_command


def test_starts_answers_and_stops(space):
    recycler = space.recycler()
    send_command(space, "recycler.commands", "c", "no.such", {"campaign_id": "c"}, bad=True)
    [reply] = read_topic(space, "command.events", until=lambda seen: len(seen) == 1)
    assert (reply.type, reply.value["code"]) == ("command.rejected", "unknown_type")
    assert recycler.terminate() == 0
