"""What the scenarios share: a namespace of their own, processes, Kafka, PostgreSQL, faults.

Uses public clients only (confluent-kafka, psycopg, redis) and no code of the product. A test says

    def test_something(space):
        space.importer()                                  # one running leadspool-importer
        send_command(space, "importer.commands", "a", "list.create",
                     {"list_id": "a", "campaign_id": "c"})
        [created] = read_topic(space, "list.events", until=lambda seen: len(seen) == 1)
        assert space.value("SELECT count(*) FROM list") == 1

and what it left behind is checked when it ends: see check.py.
"""

from harness.bus import Record, read_topic, send_command
from harness.dialer import Clock, Dialer, DialerSim, offer_value, publish_offer
from harness.digest import digest
from harness.process import Worker
from harness.proxy import TcpProxy
from harness.rules import Rules
from harness.space import Space, db
from harness.wait import settle, wait_for

__all__ = [
    "Clock",
    "Dialer",
    "DialerSim",
    "Record",
    "Rules",
    "Space",
    "TcpProxy",
    "Worker",
    "db",
    "digest",
    "offer_value",
    "publish_offer",
    "read_topic",
    "send_command",
    "settle",
    "wait_for",
]
