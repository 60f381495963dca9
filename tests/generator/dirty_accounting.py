"""What an import of a generated file must come to: counts, rejected rows, leads.

It is told what each row is by who made it, and parses nothing. Leads are kept one by one up to a
limit, and always as a digest that does not depend on their order, so that ten million of them can be
compared with a table.
"""

import hashlib

FIELDS = (
    "external_id",
    "extension",
    "first_name",
    "last_name",
    "email",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "time_zone",
)
MASK = (1 << 64) - 1


def lead_digest(phone, values):
    """64 bits of one lead: E.164 digits, then the values of FIELDS (None counts as empty)."""
    line = "\x1f".join([phone, *(value or "" for value in values)])
    return int.from_bytes(hashlib.blake2b(line.encode(), digest_size=8).digest(), "big")


def leads_digest(leads):
    """Of (phone, values) pairs in any order: {"count": …, "sum": …}."""
    count = total = 0
    for phone, values in leads:
        count += 1
        total = (total + lead_digest(phone, values)) & MASK
    return {"count": count, "sum": f"{total:016x}"}


class Accounting:
    """keep: leads to keep one by one; None keeps all (needed with on_duplicate update)."""

    def __init__(self, on_duplicate="skip", keep=20_000):
        self.update = on_duplicate == "update"
        self.keep = None if self.update else keep
        self.rows = self.inserted = self.updated = self.duplicate_in_file = 0
        self.rejects = {}
        self.leads = {}
        self.count = self.sum = 0

    def insert(self, phone, values):
        self.rows += 1
        self.inserted += 1
        if self.keep is None or len(self.leads) < self.keep:
            self.leads[phone] = list(values)
        if not self.update:
            self.sum = (self.sum + lead_digest(phone, values)) & MASK

    def duplicate(self, phone, values):
        self.rows += 1
        if not self.update:
            self.duplicate_in_file += 1
            return
        self.updated += 1
        lead = self.leads[phone]
        for place, value in enumerate(values):
            if value:
                lead[place] = value

    def reject(self, code):
        """code: one, or several between | where the form of the row leaves it open."""
        self.rows += 1
        self.rejects[self.rows] = code

    def result(self):
        if self.update:
            digest = leads_digest(self.leads.items())
        else:
            digest = {"count": self.inserted, "sum": f"{self.sum:016x}"}
        complete = len(self.leads) == self.inserted
        return {
            "rows": self.rows,
            "inserted": self.inserted,
            "updated": self.updated,
            "duplicate_in_file": self.duplicate_in_file,
            "duplicate_in_list": 0,
            "duplicate_in_campaign": 0,
            "duplicate": self.duplicate_in_file,
            "rejected": len(self.rejects),
            "rejects": {str(row): code for row, code in self.rejects.items()},
            "digest": digest,
            "leads": {
                phone: {name: value for name, value in zip(FIELDS, values, strict=True) if value}
                for phone, values in self.leads.items()
            }
            if complete
            else None,
        }
