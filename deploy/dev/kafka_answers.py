"""Exit 0 when the broker at argv[1] answers and can coordinate groups."""

import sys

from confluent_kafka.admin import AdminClient


def main() -> int:
    admin = AdminClient({"bootstrap.servers": sys.argv[1], "log_level": 0})
    admin.list_topics(timeout=2)
    admin.list_consumer_groups(request_timeout=2).result(timeout=3)
    return 0


if __name__ == "__main__":
    sys.exit(main())
