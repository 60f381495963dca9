"""Rows of a dirty lead file, each made knowing what it is.

RowMaker.row() appends the text of one data row (with its newline) to a list and tells the Accounting
what must become of it.
"""

import random
from array import array
from dataclasses import dataclass

from dirty_accounting import FIELDS, Accounting
from dirty_phones import BAD, EXTENDED, EXTENSION, SPELLINGS, Numbers
from dirty_words import COMPANIES, FIRST_NAMES, LAST_NAMES, PLACES, STREETS

COLUMNS = (
    "first_name",
    "last_name",
    "company_name",
    "address",
    "city",
    "county",
    "state",
    "zip",
    "phone1",
    "phone2",
    "email",
    "web",
)
EXTERNAL_ID = "vendor_lead_code"
MORE_COLUMNS = ("country", "time_zone", "priority")  # of wild files
MAPPING = {name: name for name in (*FIELDS, "priority")} | {"phone": "phone1", "external_id": EXTERNAL_ID}
COUNTRIES = [("", None), ("US", "US"), ("us", "US"), ("USA", "US")]  # as written, as kept
BAD_FIELDS = [
    ("country", "Atlantis", "country_unknown"),
    ("time_zone", "Mars/Olympus", "time_zone_unknown"),
    ("priority", "high", "priority_not_a_number"),
    ("priority", "100", "priority_not_a_number"),
    ("priority", "-1", "priority_not_a_number"),
]
BAD_BYTES = {"utf-8": "\udcff", "cp1252": "\udc81"}


@dataclass
class Shape:
    """How the file is written, and how often each kind of row comes (shares of all rows)."""

    seed: int = 1
    columns: tuple = COLUMNS
    header: bool = True
    encoding: str = "utf-8"
    delimiter: str = ","
    newlines: tuple = ("\n",)
    on_duplicate: str = "skip"
    duplicates: float = 0.05
    bad: float = 0.02
    short: float = 0.01  # cut behind the phone
    blank: float = 0.002
    # What follows is for wild files alone.
    cut_anywhere: float = 0.0  # short, perhaps before the phone
    extra_cells: float = 0.0  # more cells than the header, half the time empty ones
    malformed_quote: float = 0.0
    unclosed_quote: float = 0.0
    open_quote_before_inches: float = 0.0
    bad_encoding: float = 0.0
    huge: float = 0.0
    identity_conflict: float = 0.0
    bad_field: float = 0.0


class Quoting:
    """RFC 4180 for one delimiter."""

    def __init__(self, delimiter):
        self.special = set(delimiter + '"\r\n')

    def cell(self, text):
        if self.special.isdisjoint(text):
            return text
        return self.quoted(text)

    @staticmethod
    def quoted(text):
        return '"' + text.replace('"', '""') + '"'


class RowMaker:
    def __init__(self, shape):
        self.shape = shape
        self.rng = random.Random(shape.seed)
        self.numbers = Numbers(shape.seed)
        self.quoting = Quoting(shape.delimiter)
        self.accounting = Accounting(shape.on_duplicate)
        self.accepted = array("Q")  # indexes of the numbers that became leads
        self.next_index = 0
        self.carried = {}  # index of a number -> external id that its lead has
        self.carriers = []  # (external id, index) of every row that carried one
        self.companies = [self.quoting.cell(text) for text in COMPANIES]
        self.has_external = EXTERNAL_ID in shape.columns
        self.has_more = MORE_COLUMNS[0] in shape.columns
        self.phone_place = shape.columns.index("phone1")
        self.force_quote = False  # the row before has an open quote: this one closes it badly
        self.forced = []  # what the rows to come are
        self.kinds = self._kinds()

    def _kinds(self):
        """Pairs (upper bound of the dice, method), for the kinds that this shape has."""
        shape, bound, kinds = self.shape, 0.0, []
        shares = [
            (shape.bad, self._bad_phone),
            (shape.duplicates, self._duplicate),
            (shape.extra_cells, self._extra_cells),
            (shape.malformed_quote, self._malformed_quote),
            (shape.unclosed_quote, self._unclosed_quote),
            (shape.bad_encoding, self._bad_encoding),
            (shape.huge, self._huge),
            (shape.identity_conflict, self._identity_conflict),
            (shape.bad_field, self._bad_field),
            (shape.open_quote_before_inches, self._open_quote_before_inches),
        ]
        for share, method in shares:
            if share > 0:
                bound += share
                kinds.append((bound, method))
        return kinds

    # ---- one row

    def row(self, out):
        rng = self.rng
        if self.forced:
            out.append(self.forced.pop()())
            return
        if not self.force_quote and rng.random() < self.shape.blank:
            out.append(self._blank(rng.random()) + self._newline())
        if self.force_quote:
            self.force_quote = False
            out.append(self._plain(quote_first=True))
            return
        dice = rng.random()
        for bound, method in self.kinds:
            if dice < bound:
                out.append(method())
                return
        out.append(self._plain())

    def _blank(self, dice):
        """No row: nothing, blanks, or the delimiters that spreadsheets leave."""
        if dice < 0.7:
            return "" if dice < 0.4 else "  "
        return self.shape.delimiter * (len(self.shape.columns) - 1)

    def _newline(self):
        newlines = self.shape.newlines
        return newlines[0] if len(newlines) == 1 else self.rng.choice(newlines)

    def _person(self, tidy=False):
        """Cells of a row without phone and id, as written, and the values that they stand for.

        tidy: no newline within a cell and no blanks around one."""
        rng = self.rng.random
        first = FIRST_NAMES[int(rng() * len(FIRST_NAMES))]
        last = LAST_NAMES[int(rng() * len(LAST_NAMES))]
        city, county, state, zip_code = PLACES[int(rng() * len(PLACES))]
        number = int(rng() * 9999) + 1
        address = f"{number} {STREETS[number % len(STREETS)]}"
        address_cell = address
        dice = rng()
        company = self.companies[3 if tidy else int(rng() * len(COMPANIES))]
        if dice < 0.10:
            address = f"{address}, Apt {number % 90}"
            address_cell = f'"{address}"'
        elif dice < 0.12 and not tidy:
            address_cell = f'"{address}\nApt {number % 90}"'
            address = f"{address} Apt {number % 90}"
        elif dice < 0.13:
            address_cell = f'{address} 5" pipe'
            address = address_cell
        elif dice < 0.14:
            address_cell = f'"{address} ""B"""'
            address = f'{address} "B"'
        elif dice < 0.15 and not tidy:
            address_cell = f"  {address} "
        email = "" if dice > 0.95 else f"{number}.{int(dice * 1e6)}@example.com"
        cells = {
            "first_name": first,
            "last_name": last,
            "company_name": company,
            "address": address_cell,
            "city": city,
            "county": county,
            "state": state,
            "zip": zip_code,
            "email": email,
            "web": "http://www.example.com/?a=1&b=2",
            "phone2": f"504-200-{number:04d}" if dice < 0.5 else "",
        }
        country = time_zone = None
        if self.has_more:
            cells["country"], country = COUNTRIES[int(rng() * len(COUNTRIES))]
            time_zone = "America/Chicago" if rng() < 0.3 else None
            cells["time_zone"] = time_zone or ""
            cells["priority"] = str(number % 100) if dice < 0.5 else ""
        return cells, [None, None, first, last, email, address, city, state, zip_code, country, time_zone]

    def _phone(self, index):
        """The number as somebody writes it, and the extension in that."""
        rng = self.rng.random
        parts = self.numbers.parts(index)
        if rng() < 0.03:
            return EXTENDED[int(rng() * len(EXTENDED))](*parts), EXTENSION
        return SPELLINGS[int(rng() * len(SPELLINGS))](*parts), None

    def _write(self, cells, more=()):
        line = [cells[name] for name in self.shape.columns]
        line.extend(more)
        return self.shape.delimiter.join(line) + self._newline()

    def _fresh(self):
        self.next_index += 1
        return self.next_index - 1

    def _fresh_id(self, index):
        return f"L{self.shape.seed}-{index}"

    # ---- good rows

    def _plain(self, quote_first=False, tidy=False, more=()):
        """A new lead, by chance cut short behind or (wild) before its phone."""
        index = self._fresh()
        cells, values = self._person(tidy or quote_first)
        cells["phone1"], values[1] = self._phone(index)
        external = self._give_external(cells, values, index)
        if quote_first:
            self._quote_first(cells)
        width = len(self.shape.columns)
        if not more and not quote_first:
            width = self._width(width)
        if width < len(self.shape.columns):
            return self._cut(cells, values, index, width)
        self._accept(index, values, external)
        return self._write(cells, more)

    def _quote_first(self, cells):
        """Put the first cell with text in quotes: there an open quote of the row before ends, badly."""
        name = next(name for name in self.shape.columns if cells[name])
        if not cells[name].startswith('"'):
            cells[name] = self.quoting.quoted(cells[name].strip())

    def _width(self, width):
        shape, dice = self.shape, self.rng.random()
        if dice < shape.short:
            return min(width, self.phone_place + 1 + int(self.rng.random() * 3))
        if dice < shape.short + shape.cut_anywhere:
            return 1 + int(self.rng.random() * (width - 1))
        return width

    def _cut(self, cells, values, index, width):
        while not "".join(cells[name] for name in self.shape.columns[:width]).strip():
            width += 1  # a blank row would be no row
        kept = self.shape.columns[:width]
        if self.phone_place >= width:
            self.accounting.reject("phone_missing")
        else:
            for place, name in enumerate(FIELDS):
                column = EXTERNAL_ID if name == "external_id" else name
                if column not in kept and name != "extension":
                    values[place] = None
            self._accept(index, values, values[0])
        return self.shape.delimiter.join(cells[name] for name in kept) + self._newline()

    def _give_external(self, cells, values, index):
        if not self.has_external:
            return None
        external = self._fresh_id(index) if self.rng.random() < 0.6 else ""
        cells[EXTERNAL_ID] = external
        values[0] = external or None
        return values[0]

    def _accept(self, index, values, external):
        self.accepted.append(index)
        self._carry(index, external)
        self.accounting.insert(self.numbers.digits(index), values)

    def _carry(self, index, external):
        if external:
            self.carried[index] = external
            self.carriers.append((external, index))

    def _duplicate(self):
        if not self.accepted:
            return self._plain()
        index = self.accepted[int(self.rng.random() * len(self.accepted))]
        cells, values = self._person()
        cells["phone1"], values[1] = self._phone(index)
        if self.has_external:
            values[0] = self.carried.get(index) if self.rng.random() < 0.5 else None
            cells[EXTERNAL_ID] = values[0] or ""
        self.accounting.duplicate(self.numbers.digits(index), values)
        return self._write(cells)

    # ---- rows with a problem

    def _bad_phone(self):
        code, pattern = BAD[int(self.rng.random() * len(BAD))]
        area, exchange, line = self.numbers.parts(self._fresh())
        cells, _ = self._person()
        cells["phone1"] = pattern.format(a=area, e=exchange, n=line)
        cells[EXTERNAL_ID] = ""
        self.accounting.reject(code)
        return self._write(cells)

    def _new_cells(self):
        index = self._fresh()
        cells, values = self._person(tidy=True)
        cells["phone1"], values[1] = self._phone(index)
        cells[EXTERNAL_ID] = ""
        return index, cells, values

    def _extra_cells(self):
        if self.rng.random() < 0.5:
            return self._plain(tidy=True, more=[""] * (1 + int(self.rng.random() * 3)))
        _, cells, _ = self._new_cells()
        self.accounting.reject("extra_cells")
        return self._write(cells, ["", "junk"])

    def _malformed_quote(self):
        _, cells, _ = self._new_cells()
        cells["company_name"] = '"Acme" Inc'
        self.accounting.reject("malformed_quote")
        return self._write(cells)

    def _unclosed_quote(self):
        """The next row's first cell comes in quotes, where this open one ends with text behind it."""
        _, cells, _ = self._new_cells()
        last = self.shape.columns[-1]
        cells[last] = '"open ' + cells[last].replace('"', "")
        self.force_quote = True
        self.accounting.reject("malformed_quote")
        return self._write(cells)

    def _open_quote_before_inches(self):
        """The next quote stands some rows on, where a delimiter follows it: they are rows all the same."""
        _, cells, _ = self._new_cells()
        cells["company_name"] = '"Acme'
        cells["address"] = cells["address"].replace('"', "").replace(self.shape.delimiter, "")
        self.forced = [self._inches] + [self._without_quotes] * (3 + int(self.rng.random() * 30))
        self.accounting.reject("unclosed_quote")
        return self._write(cells)

    def _inches(self):
        return self._without_quotes('Pipe 5"')

    def _without_quotes(self, company="Acme"):
        index, cells, values = self._new_cells()
        while '"' in cells["address"]:
            phone = cells["phone1"]
            cells, fresh = self._person(tidy=True)
            cells["phone1"], cells[EXTERNAL_ID] = phone, ""
            values[2:] = fresh[2:]
        cells["company_name"] = company
        self._accept(index, values, None)
        return self._write(cells)

    def _bad_encoding(self):
        """A byte that means nothing, for encode() to write as it is."""
        _, cells, _ = self._new_cells()
        cells["city"] += BAD_BYTES[self.shape.encoding]
        self.accounting.reject("bad_encoding")
        return self._write(cells)

    def _huge(self):
        index, cells, values = self._new_cells()
        dice = self.rng.random()
        size = 100_000 + int(self.rng.random() * 800_000)
        if dice < 0.6:  # in a column that is not mapped, and within what a cell may hold
            cells["company_name"] = self.quoting.quoted(("lorem, ipsum\n" * (size // 13)).strip())
            self._accept(index, values, None)
        elif dice < 0.8:
            cells["company_name"] = "x" * (size + 1_100_000)
            self.accounting.reject("field_too_long")
        else:
            cells["address"] = "x" * size
            self.accounting.reject("field_too_long")
        return self._write(cells)

    def _identity_conflict(self):
        """An external id that an earlier row carried with another number, this one new or known."""
        if not self.carriers:
            return self._plain()
        external, holder = self.carriers[int(self.rng.random() * len(self.carriers))]
        _, cells, _ = self._new_cells()
        if self.rng.random() < 0.3:
            known = self.accepted[int(self.rng.random() * len(self.accepted))]
            if known == holder:
                return self._duplicate()
            cells["phone1"], _ = self._phone(known)
        cells[EXTERNAL_ID] = external
        self.accounting.reject("identity_conflict")
        return self._write(cells)

    def _bad_field(self):
        name, text, code = BAD_FIELDS[int(self.rng.random() * len(BAD_FIELDS))]
        _, cells, _ = self._new_cells()
        cells[name] = text
        self.accounting.reject(code)
        return self._write(cells)
