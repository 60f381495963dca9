"""Dead letters: shown, sent again once their cause is mended, set aside."""

from harness import read_topic, send_command
from harness.bus import flush_commands
from scenario import answer, create_list


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
    assert space.cli_json("dlq", "drop", named[0], "--yes") == {"letters": 1, "state": "dropped"}
    assert letters(space) == [(name, "open") for name in named[1:]]
    none = space.cli_json("dlq", "drop", "--all", "--code", "no_such_cause", "--yes")
    assert none["letters"] == 0
    assert space.cli_json("dlq", "drop", "--all", "--topic", "importer.commands", "--yes")["letters"] == 2
    assert letters(space) == []
    assert letters(space, "--closed", "--last", "2") == [(name, "dropped") for name in named[1:]]


def test_a_letter_sent_again_is_what_it_was(space):
    """It dies again, of the same cause, and is another letter."""
    space.importer()
    space.check_messages = False  # what is sent again is as bad as it was
    create_list(space)
    [before] = bury(space, 1)
    replayed = space.cli_json("dlq", "replay", "importer.commands/0", "--yes")
    assert replayed == {"letters": 1, "state": "replayed"}
    again = read_topic(space, "importer.commands.dlq", until=lambda seen: len(seen) == 2)[1]
    assert (again.key, again.raw) == (before.key, before.raw)
    mine = {name: text for name, text in before.headers.items() if name.startswith("ce_")}
    assert mine == {name: text for name, text in again.headers.items() if name.startswith("ce_")}
    assert letters(space, "--closed") == [("importer.commands/0", "replayed"), ("importer.commands/1", "open")]


def test_a_command_is_applied_when_its_cause_is_mended(space):
    """A letter of a good command: a worker that could not read it wrote it, and was mended since."""
    space.importer()
    create_list(space)
    added = {"__connect.errors.topic": "importer.commands", "leadspool_error_code": "unreadable"}
    send_command(
        space,
        "importer.commands.dlq",
        "a",
        "list.update",
        {"list_id": "a", "name": "at last"},
        id="late",
        headers=added,
        bad=True,
    )
    flush_commands(space)
    space.cli("dlq", "replay", "--all", "--yes")
    assert answer(space, "late").type == "command.completed"
    assert space.value("SELECT name FROM list") == "at last"
    assert letters(space) == []


def test_what_is_no_letter(space):
    for word in ("importer.commands", "importer.commands/x", "/1"):
        space.cli("dlq", "show", word, code=2)
    assert "no dead letter" in space.cli("dlq", "show", "importer.commands/7", code=1).stderr
    assert "topics print" in space.cli("dlq", "ls", "--topic", "nothing", code=1).stderr
    space.cli("dlq", "replay", code=2)
    space.cli("dlq", "replay", "importer.commands/0", "--all", code=2)
