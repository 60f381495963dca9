"""Runs commands on a terminal of its own and keeps what it showed: an asciicast (asciinema's version 2), and its
last state as text.

usage: record.py COMMANDS CAST TEXT; COMMANDS is a file with a shell command a line.
"""

import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

COLUMNS, LINES = 110, 40
PROMPT = "$ "
CLEAR = re.compile(r"\x1b\[[0-9;]*K")


def run(command, show):
    """The command's exit code; what it writes goes to show() as it comes."""
    main, side = pty.openpty()
    ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    process = subprocess.Popen(["bash", "-c", command], stdin=side, stdout=side, stderr=side, start_new_session=True)
    os.close(side)
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        show(piece.decode(errors="replace"))
    os.close(main)
    return process.wait()


def last_state(text):
    """Each line as it stood in the end: a carriage return begins it anew."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(CLEAR.sub("", line.rstrip("\r").rsplit("\r", 1)[-1]).rstrip() for line in lines)


def main(commands, cast, text):
    began, seen = time.monotonic(), []

    def show(piece):
        seen.append((round(time.monotonic() - began, 3), piece))

    for command in Path(commands).read_text().splitlines():
        if not command or command.startswith("#"):
            continue
        show(f"{PROMPT}{command}\r\n")
        code = run(command, show)
        if code != 0:
            sys.exit(f"record: exit {code} of: {command}\n{seen[-1][1]}")
        show("\r\n")
    head = {"version": 2, "width": COLUMNS, "height": LINES, "timestamp": int(time.time())}
    with open(cast, "w") as file:
        for line in [head, *([at, "o", piece] for at, piece in seen)]:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    Path(text).write_text(last_state("".join(piece for _, piece in seen)).rstrip("\n") + "\n")


main(*sys.argv[1:])
