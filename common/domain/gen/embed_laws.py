#!/usr/bin/python3
"""Puts the law packs of a directory into C, as law_pack.c expects them (law_pack_files.h).

usage: embed_laws.py DIRECTORY OUTPUT.c
"""

import json
import sys
from pathlib import Path


def c_literal(text, width=96):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert quoted.isascii(), "a law pack has a character that is not ASCII: write it as \\u..."
    lines, line = [], ""
    for word in quoted.split(" "):
        if line and len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line += word + " "
    lines.append(line)
    return "\n".join(f'     "{line}"' for line in lines)


def main(directory, output):
    with open(output, "w", encoding="utf-8") as out:
        print("/* Made by common/domain/gen/embed_laws.py at build time. */", file=out)
        print('#include "domain/law_pack_files.h"\n', file=out)
        print("const LawPackFile law_pack_files[] = {", file=out)
        for path in sorted(Path(directory).glob("*.json")):
            text = json.dumps(json.loads(path.read_text(encoding="utf-8")))
            print(f'    {{"{path.name}",\n{c_literal(text)}}},', file=out)
        print("    {0, 0},\n};", file=out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
