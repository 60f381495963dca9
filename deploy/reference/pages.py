"""docs/reference/*.md: the tables as Markdown."""

NOTE = "<!-- Made by ./dev docs out of the tables that implement it; changes here are lost. -->\n\n"
DAY_MS = 86_400_000


def cell(text):
    return str(text if text is not None else "").replace("|", "\\|").replace("\n", " ")


def code(text):
    return f"`{cell(text)}`" if text else ""


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def settings_page(tables):
    rows = [
        [
            s["setting"],
            code(s["default"]) or "none",
            code(s["allowed"]),
            "yes" if s["secret"] else "",
            cell(s["about"]),
        ]
        for s in tables.settings
    ]
    return (
        f"# Settings\n\n{NOTE}"
        "All settings come from the environment, for the workers and the command line alike; an empty value counts as\n"
        "not set. A wrong or unknown `LEADSPOOL_*` stops the start and says what is allowed. `--check-config` of each\n"
        "binary shows what is in force.\n\n"
        + table(["setting", "default", "allowed", "secret", "what"], rows)
        + "\nA secret may come from a file in place: the same name with `_FILE` (`DATABASE_URL_FILE=/run/secrets/db`).\n\n"
        "Any other librdkafka property: `KAFKA_` and its name, with `_` for a dot, `__` for a hyphen, `___` for an\n"
        "underscore (`KAFKA_SECURITY_PROTOCOL=SSL`); `KAFKA_CONSUMER_…` and `KAFKA_PRODUCER_…` reach one side only. What\n"
        "would void a promise (`acks`, `enable.auto.commit` and others) is refused. Kubernetes' service links\n"
        "(`LEADSPOOL_…_SERVICE_HOST` and such) are recognised and ignored.\n"
    )


def keeping(topic):
    return "compacted" if topic["compacted"] else f"{topic['retention_ms'] // DAY_MS} d"


def messages_page(tables):
    text = (
        f"# Topics and messages\n\n{NOTE}"
        "Messages are CloudEvents in Kafka's binary mode: attributes in `ce_*` headers, a JSON object as value. The\n"
        "schemas are in schemas/messages, the AsyncAPI document is schemas/asyncapi.yaml. Names of topics begin with the\n"
        "namespace: `leadspool.importer.commands`. Unknown fields are refused on commands and may appear on events.\n\n"
        "## Topics\n\n"
    )
    text += table(
        ["topic", "key", "partitions", "kept", "read by", "what"],
        [
            [
                t["topic"],
                cell(t["key"]),
                str(t["partitions"]),
                keeping(t),
                f"leadspool-{t['taken_by']}" if t["taken_by"] else "",
                cell(t["about"]),
            ]
            for t in tables.topics
        ],
    )
    for topic in tables.topics:
        messages = tables.messages_of(topic["topic"])
        if messages:
            text += f"\n## {topic['topic']}\n\n" + table(
                ["message", "kind", "what"],
                [
                    [
                        f"[{m['message']}](../../schemas/messages/{m['message']}.json)",
                        m["kind"],
                        cell(tables.schemas[m["message"]]["description"]),
                    ]
                    for m in messages
                ],
            )
    attributes = tables.schemas["headers"]["$defs"]["attributes"]
    text += "\n## Headers\n\n" + table(
        ["header", "what"],
        [
            [name, cell(value.get("description", value.get("const", "")))]
            for name, value in attributes["properties"].items()
        ],
    )
    text += (
        f"\nEach message has {', '.join(attributes['required'])}; what leadspool sends has "
        f"{', '.join(tables.schemas['headers']['$defs']['event']['required'])} besides.\n"
    )
    letters = tables.schemas["dlq_headers"]
    text += (
        "\n## Headers of a dead letter\n\nOn top of the original's; key and value are the original bytes.\n\n"
        + table(
            ["header", "always", "what"],
            [
                [name, "yes" if name in letters["required"] else "", cell(value.get("description", ""))]
                for name, value in letters["properties"].items()
            ],
        )
    )
    return text


def redis_page(tables):
    rows = [[code(k["key"]), k["type"], cell(k["about"]), k["expires"]] for k in tables.redis]
    return (
        f"# Redis keys\n\n{NOTE}"
        "`NS` is the namespace, `ID` a list's, campaign's or job's id. `leadspool-stats` alone writes them.\n"
        "[schemas/redis.md](../../schemas/redis.md) has the fields of each hash and a client.\n\n"
        + table(["key", "type", "is", "expires"], rows)
    )


def metrics_page(tables):
    rows = [
        [m["metric"], m["type"], m["unit"], m["labels"], m["worker"], cell(m["about"])]
        for m in tables.metrics
    ]
    return (
        f"# Metrics\n\n{NOTE}"
        "Each worker answers `/metrics` on `LEADSPOOL_HTTP_PORT` in Prometheus' text format. `all` are the runtime's,\n"
        "in each worker; the others belong to the worker that is named. A metric with labels appears with its first\n"
        "value.\n\n" + table(["metric", "type", "unit", "labels", "worker", "what"], rows)
    )


def exit_codes_page(tables):
    rows = [[str(e["code"]), cell(e["command"]), cell(e["worker"])] for e in tables.exit_codes]
    return (
        f"# Exit codes\n\n{NOTE}"
        + table(["code", "`leadspool`", "a worker"], rows)
        + (
            "\nA process that a signal ended has no exit code of its own; a shell shows 128 and the signal's number.\n"
        )
    )


def option_name(option):
    return f"--{option['option']}" + (f" {option['value']}" if option["value"] else "")


def verb_section(verb):
    text = f"\n### leadspool {verb['verb']}\n\n"
    text += f"{verb['about']}\n\n```\nleadspool {' '.join(filter(None, [verb['verb'], verb['words']]))} [OPTIONS]\n```\n\n"
    if verb["options"]:
        text += table(["option", "what"], [[code(option_name(o)), cell(o["about"])] for o in verb["options"]])
    return (
        text + "\nExamples:\n\n```\n" + "".join(f"leadspool {line}\n" for line in verb["examples"]) + "```\n"
    )


def cli_page(tables):
    text = (
        f"# The command line\n\n{NOTE}"
        "`leadspool NOUN [VERB] [WORDS] [OPTIONS]`. Each verb has `--help`, and with `--json` prints one line of JSON on\n"
        'standard output, also when it fails: `{"error":{"code","field","message"}}`. On a terminal tables are aligned;\n'
        "elsewhere cells are separated by tabs. It uses no colours. What destroys shows its counts and asks, or takes\n"
        "`--yes`.\n\n"
    )
    text += table(
        ["noun", "what"], [[f"[{n['noun']}](#{n['noun']})", cell(n["about"])] for n in tables.nouns]
    )
    for noun in tables.nouns:
        text += f"\n## {noun['noun']}\n" + "".join(verb_section(verb) for verb in noun["verbs"])
    return text


PAGES = {
    "settings": ("Settings", settings_page),
    "messages": ("Topics, messages and their headers", messages_page),
    "redis": ("Redis keys", redis_page),
    "metrics": ("Metrics", metrics_page),
    "exit-codes": ("Exit codes", exit_codes_page),
    "cli": ("The command line", cli_page),
}


def pages(tables):
    made = {f"docs/reference/{name}.md": make(tables) for name, (_, make) in PAGES.items()}
    made["docs/reference/README.md"] = f"# Reference\n\n{NOTE}" + "".join(
        f"- [{title}]({name}.md)\n" for name, (title, _) in PAGES.items()
    )
    return made
