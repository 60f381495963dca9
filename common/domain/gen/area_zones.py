#!/usr/bin/python3
"""Writes the tables of zone_tables.h from libphonenumber's time zone data and place names
(python3-phonenumbers).

usage: area_zones.py NEWER.txt STATE.c OUTPUT.c

Links of tzdata are resolved where the system's tzdata.zi is at hand, so that one zone has one name.
STATE.c has the names and codes of states.
"""

import re
import sys
from pathlib import Path

from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

TZDATA = Path("/usr/share/zoneinfo/tzdata.zi")
CODES = range(200, 1000)
STATE = re.compile(r'\{"([A-Z]{2})", "(?:US|CA)", "([^"]+)"')
# What the place names call otherwise, or leave out: territories have country codes of their own.
OTHER_NAMES = {"Washington State": "WA", "Washington D.C.": "DC", "Philadelphia": "PA"}
TERRITORIES = {"340": "VI", "670": "MP", "671": "GU", "684": "AS", "787": "PR", "939": "PR"}


def links():
    if not TZDATA.exists():
        return {}
    lines = (line.split() for line in TZDATA.read_text(encoding="utf-8").splitlines())
    return {words[2]: words[1] for words in lines if words and words[0] == "L"}


def canonical(name, link_of):
    while name in link_of:
        name = link_of[name]
    return name


def load_prefixes():
    """Digits of a prefix with its country code -> zones as sorted text."""
    link_of = links()
    prefixes = {
        prefix: ",".join(sorted({canonical(zone, link_of) for zone in zones}))
        for prefix, zones in TIMEZONE_DATA.items()
    }
    # What is known of +1 as a whole, as of a toll-free number, is not where anybody is.
    del prefixes["1"]
    return prefixes


def load_newer(path):
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            area, zones, state = line.split()
            yield f"1{area}", zones, state


def with_newer(prefixes, newer):
    for area, zones, _ in newer:
        prefixes = {prefix: old for prefix, old in prefixes.items() if not prefix.startswith(area)}
        prefixes[area] = zones
    return prefixes


def longest(prefixes, digits):
    for end in range(len(digits), 0, -1):
        if digits[:end] in prefixes:
            return prefixes[digits[:end]]
    return ""


def states_of_place(name, code_of):
    """Codes of the states that a place name tells: "Florida", "Miami, FL", "Nova Scotia/Prince Edward Island"."""
    town = re.search(r", ([A-Z]{2})$", name)
    words = [town[1]] if town else name.split("/")
    return {code_of[word] for word in words if word in code_of}


def area_regions(newer, states):
    """Per area code its states as sorted text, by the name of the whole area or else of its towns."""
    code_of = {name: code for code, name in STATE.findall(Path(states).read_text(encoding="utf-8"))}
    code_of |= {code: code for code in code_of.values()} | OTHER_NAMES
    found = {f"1{area}": {code} for area, code in TERRITORIES.items()}
    for prefix in sorted(GEOCODE_DATA, key=len):
        area = prefix[:4]
        if prefix[0] == "1" and len(prefix) >= 4 and (len(prefix) == 4 or not found.get(area)):
            found[area] = states_of_place(GEOCODE_DATA[prefix].get("en", ""), code_of)
        # towns of an area that is not named as a whole: the first says it, since none spans states
    found |= {area: {state} for area, _, state in newer}
    return [",".join(sorted(found.get(f"1{area}", ()))) for area in CODES]


def c_array(values, per_line=20):
    rows = [values[at : at + per_line] for at in range(0, len(values), per_line)]
    return "\n".join("    " + " ".join(f"{value}," for value in row) for row in rows)


def nanp_areas(prefixes):
    """Per area code the zones of all of its exchanges: numbers are taken along from one to the other."""
    areas = []
    for area in CODES:
        zones = {longest(prefixes, f"1{area}{exchange}") for exchange in CODES}
        areas.append(",".join(sorted({zone for text in zones for zone in text.split(",") if zone})))
    return areas


def main(newer, states, output):
    newer = list(load_newer(newer))
    prefixes = with_newer(load_prefixes(), newer)
    areas = nanp_areas(prefixes)
    nanp = set(areas) - {""}
    abroad = {prefix: zones for prefix, zones in prefixes.items() if not prefix.startswith("1")}
    sets = ["", *sorted(nanp), *sorted(set(abroad.values()) - nanp)]
    id_of = {zones: at for at, zones in enumerate(sets)}
    of_area = area_regions(newer, states)
    regions = sorted({"", *of_area})

    with open(output, "w", encoding="utf-8") as out:
        print("/* Made by common/domain/gen/area_zones.py at build time. */", file=out)
        print('#include "domain/zone_tables.h"\n', file=out)
        print("const char *const zone_sets[] = {", file=out)
        for zones in sets:
            print(f'    "{zones}",', file=out)
        print("};\n\nconst uint8_t zone_nanp_areas[800] = {", file=out)
        print(c_array([id_of[zones] for zones in areas]), file=out)
        print("};\n\nconst char *const zone_regions[] = {", file=out)
        for region in regions:
            print(f'    "{region}",', file=out)
        print("};\n\nconst uint8_t zone_nanp_regions[800] = {", file=out)
        print(c_array([regions.index(region) for region in of_area]), file=out)
        print("};\n\nconst ZonePrefix zone_prefixes[] = {", file=out)
        for prefix in sorted(abroad, key=int):
            print(f"    {{{prefix}, {id_of[abroad[prefix]]}}},", file=out)
        print(f"}};\nconst size_t zone_prefix_count = {len(abroad)};", file=out)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
