"""schemas/asyncapi.yaml: topics and messages as AsyncAPI 3, out of the tables and the schemas' own words."""

import yaml

ABOUT = """Commands in, replies and events out, as CloudEvents in Kafka binary mode: attributes in ce_* headers, a JSON
object as value. Unknown fields are refused on commands and added to events without notice. Within a topic,
ce_sequence rises for each ce_subject: a consumer drops what is not newer than the last it saw for that subject. An
event can come twice, with the same ce_id.
"""
HEADERS = {"command": "command", "outcome": "command", "reply": "event", "event": "event"}
BINDING_VERSION = "0.5.0"


def reference(*steps):
    return {"$ref": "#/" + "/".join(steps)}


def headers_of(message):
    part = "offer" if message["topic"] == "leads.dialable" else HEADERS[message["kind"]]
    return {"$ref": f"./messages/headers.json#/$defs/{part}"}


def key_binding(key):
    return {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": BINDING_VERSION}}


def message_of(message, tables):
    keys = {topic["topic"]: topic["key"] for topic in tables.topics}
    made = {
        "name": message["message"],
        "title": message["message"],
        "summary": tables.schemas[message["message"]]["description"],
        "contentType": "application/json",
        "headers": headers_of(message),
        "payload": {"$ref": f"./messages/{message['message']}.json"},
    }
    if message["kind"] in ("reply", "event"):
        made["correlationId"] = {
            "description": "ce_id of the command that caused it",
            "location": "$message.header#/ce_correlationid",
        }
    made["bindings"] = key_binding(keys.get(message["topic"], "that of the topic's other commands"))
    return made


def channel_of(topic, names):
    kept = {
        "cleanup.policy": ["compact" if topic["compacted"] else "delete"],
        "retention.ms": topic["retention_ms"],
    }
    return {
        "address": f"{{namespace}}.{topic['topic']}",
        "title": topic["topic"],
        "description": f"{topic['about'][0].upper()}{topic['about'][1:]}. Key: {topic['key']}.",
        "parameters": {
            "namespace": {"description": "One installation's prefix of all topics.", "default": "leadspool"}
        },
        "messages": {name: reference("components", "messages", name) for name in names},
        "bindings": {
            "kafka": {
                "partitions": topic["partitions"],
                "topicConfiguration": kept,
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def operations_of(topic):
    """What leadspool does with the topic: by itself receive, send, or both."""
    name, channel = topic["topic"], reference("channels", topic["topic"])
    made = {}
    if topic["taken_by"]:
        made[f"receive.{name}"] = {
            "action": "receive",
            "title": f"leadspool-{topic['taken_by']} reads {name}",
            "channel": channel,
            "bindings": {
                "kafka": {
                    "groupId": {"type": "string", "description": f"{{namespace}}.{topic['taken_by']}"},
                    "bindingVersion": BINDING_VERSION,
                }
            },
        }
    if name.endswith(".commands"):
        made[f"receive.{name}"]["reply"] = {"channel": reference("channels", "command.events")}
    elif name != "dialer.outcomes":
        made[f"send.{name}"] = {"action": "send", "title": f"leadspool tells {name}", "channel": channel}
    return made


class Dumper(yaml.SafeDumper):
    """Without anchors: each channel stands for itself."""

    def ignore_aliases(self, data):
        return True


def asyncapi(tables, version):
    channels, operations = {}, {}
    for topic in tables.topics:
        names = [m["message"] for m in tables.messages_of(topic["topic"])] or ["dead_letter"]
        channels[topic["topic"]] = channel_of(topic, names)
        operations.update(operations_of(topic))
    messages = {message["message"]: message_of(message, tables) for message in tables.messages}
    messages["dead_letter"] = {
        "name": "dead_letter",
        "title": "dead letter",
        "summary": "The original key and value, whatever they are; the original headers, and these.",
        "headers": {"$ref": "./messages/dlq_headers.json"},
        "bindings": key_binding("as it came"),
    }
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "leadspool", "version": version, "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": "localhost:9092", "protocol": "kafka"}},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }
    text = yaml.dump(document, Dumper=Dumper, sort_keys=False, width=110, allow_unicode=True)
    return {
        "schemas/asyncapi.yaml": "# Made by ./dev docs out of the tables of topics and messages.\n" + text
    }
