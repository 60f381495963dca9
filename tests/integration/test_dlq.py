"""Dead letters: shown, sent again once their cause is mended, set aside."""

from harness import read_topic, send_command
from harness.bus import flush_commands
from scenario import all_published, answer, create_list, tell


def bury(space, count):
    """Commands that nobody can be answered about, since they name no type."""
    for n in range(count):
        value = f'{{"list_id": "a", "name": "buried{n}"}}'.encode()
        send_command(
            space, "importer.commands", "a", "list.update", value, id=f"c{n}", headers={"ce_type": None}, bad=True
        )
    return read_topic(space, "importer.commands.dlq", until=lambda seen: len(seen) == count)


def letters(space, *options):
    return [(row["letter"], row["state"]) for row in space.cli_json("dlq", "ls", *options)]


def test_letters_are_shown_and_closed(space):
    space.importer()
    create_list(space)
    letter = bury(space, 3)[0]
    named = [f"importer.commands/{n}" for n in range(3)]
    assert letters(space) == [(name, "open") for name in named]
    shown = space.cli_json("dlq", "show", named[0])
    assert shown["value"] == letter.raw.decode() and shown["key"] == "a"
    assert shown["headers"]["ce_id"] == "c0" and "leadspool_error_code" not in shown["headers"]
    assert shown["code"] == letter.headers["leadspool_error_code"]
    assert space.cli("dlq", "show", named[1], "--raw").stdout == '{"list_id": "a", "name": "buried1"}'

    space.cli("dlq", "drop", named[0], code=2)  # asks, and there is nobody to say yes
    assert space.cli_json("dlq", "drop", named[0], "--yes") == {"letters": 1, "state": "dropped", "left": 0}
    assert letters(space) == [(name, "open") for name in named[1:]]
    space.db.execute("UPDATE dead_letter_mark SET letter_offset = -1")  # as if retention had taken the first
    none = space.cli_json("dlq", "drop", "--all", "--code", "no_such_cause", "--yes")
    assert none["letters"] == 0
    assert space.cli_json("dlq", "drop", "--all", "--topic", "importer.commands", "--yes")["letters"] == 3
    assert letters(space) == []
    assert space.rows("SELECT letter_offset FROM dead_letter_mark ORDER BY 1") == [(0,), (1,), (2,)]
    assert letters(space, "--closed", "--last", "2") == [(name, "dropped") for name in named[1:]]


def test_a_letter_sent_again_is_what_it_was(space):
    """It dies again, of the same cause, and is another letter."""
    space.importer()
    space.check_messages = False  # what is sent again is as bad as it was
    create_list(space)
    [before] = bury(space, 1)
    replayed = space.cli_json("dlq", "replay", "importer.commands/0", "--yes")
    assert replayed == {"letters": 1, "state": "replayed", "left": 0}
    again = read_topic(space, "importer.commands.dlq", until=lambda seen: len(seen) == 2)[1]
    assert (again.key, again.raw) == (before.key, before.raw)
    mine = {name: text for name, text in before.headers.items() if name.startswith("ce_")}
    assert mine == {name: text for name, text in again.headers.items() if name.startswith("ce_")}
    assert letters(space, "--closed") == [("importer.commands/0", "replayed"), ("importer.commands/1", "open")]


def forge(space, topic, value, id, **headers):
    """A letter as a worker would write it."""
    added = {"__connect.errors.topic": topic, "leadspool_error_code": "unreadable"} | headers
    send_command(space, f"{topic}.dlq", "a", "list.update", value, id=id, headers=added, bad=True)


def test_what_can_be_sent_again_is(space):
    """A good command that PostgreSQL refused until that was mended. What was not kept whole, and what would come behind
    newer counters, stays and holds up nothing."""
    space.importer()
    create_list(space)
    forge(space, "importer.commands", b"", "large", leadspool_error_left="value")
    forge(space, "list.stats", {"list_id": "a"}, "old")
    flush_commands(space)
    space.db.execute("ALTER TABLE list ADD CONSTRAINT early CHECK (name <> 'at last')")
    tell(space, "list.update", {"list_id": "a", "name": "at last"}, id="late")
    letter = read_topic(space, "importer.commands.dlq", until=lambda seen: len(seen) == 2)[1]
    assert (letter.headers["ce_id"], letter.headers["leadspool_error_code"]) == ("late", "db_constraint")
    space.db.execute("ALTER TABLE list DROP CONSTRAINT early")
    done = space.cli("dlq", "replay", "--all", "--yes", code=1)
    assert done.stdout.split() == ["letters", "1", "state", "replayed", "left", "2"]
    assert "2 left as they are" in done.stderr and "too large" in done.stderr
    assert answer(space, "late").type == "command.completed"
    assert space.value("SELECT name FROM list") == "at last"
    assert letters(space) == [("importer.commands/0", "open"), ("list.stats/0", "open")]
    all_published(space)
    counters = read_topic(space, "list.stats")
    assert "stats rebuild" in space.cli("dlq", "replay", "list.stats/0", "--yes", code=1).stderr
    assert len(read_topic(space, "list.stats")) == len(counters) > 0
    assert "replayed already" in space.cli("dlq", "replay", "importer.commands/1", "--yes", code=1).stderr
    space.cli("dlq", "replay", "importer.commands/1", "--closed", "--yes")
    read_topic(space, "command.events", until=lambda seen: [record.headers["ce_correlationid"] for record in seen].count("late") == 2)
    assert space.cli_json("dlq", "drop", "--all", "--yes")["letters"] == 2


def test_what_is_no_letter(space):
    for word in ("importer.commands", "importer.commands/x", "/1"):
        space.cli("dlq", "show", word, code=2)
    assert "no dead letter" in space.cli("dlq", "show", "importer.commands/7", code=1).stderr
    assert "topics print" in space.cli("dlq", "ls", "--topic", "nothing", code=1).stderr
    space.cli("dlq", "replay", code=2)
    space.cli("dlq", "replay", "importer.commands/0", "--all", code=2)
    space.cli("dlq", "replay", "--all", "--closed", code=2)
