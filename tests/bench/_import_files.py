"""The files of the import benchmark, all from one seed."""

import csv

from dirty_csv import make
from dirty_phones import Numbers

SEED = 7
DNC_ENTRIES = 100_000
DNC_HITS = 1_000
CAMPAIGN = "bench"
FAR_INDEX = 1_500_000_000  # of numbers that no file reaches


class Files:
    def __init__(self, folder, rows):
        self.folder = folder
        self.rows = rows
        self.clean = folder / "clean.csv"
        self.clean_queue = folder / "queue.csv"
        self.dirty = folder / "dirty.csv"
        self.dirty_expected = make(self.dirty, rows, SEED)  # 5 % duplicates, 2 % bad numbers
        self._million = self._twins = None

    def million(self):
        """(file, expected)"""
        if not self._million:
            file = self.folder / "million.csv"
            self._million = file, make(file, 1_000_000, SEED)
        return self._million

    def twins(self):
        """(file without duplicates, the same leads with other names and addresses, expected)"""
        if not self._twins:
            file, other = self.folder / "once.csv", self.folder / "other.csv"
            expected = make(file, self.rows, SEED, duplicates=0.0)
            write_other(file, other)
            self._twins = file, other, expected
        return self._twins


def write_other(source, target):
    """Every lead with another first name and, where it has one, address; what is bad stays bad."""
    with source.open(newline="") as lines, target.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        reader = csv.reader(lines)
        writer.writerow(next(reader))
        for cells in reader:
            if len(cells) > 1:  # else a blank row
                cells[0] = f"Neo {cells[0]}"
                cells[3] = f"1{cells[3].strip()}"
            writer.writerow(cells)


def dnc_phones():
    """The numbers on the do-not-call list; a few of them are in the files."""
    numbers = Numbers(SEED)
    for place in range(DNC_ENTRIES):
        yield int(numbers.digits(place * 17 if place < DNC_HITS else FAR_INDEX + place))
