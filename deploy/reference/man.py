"""man/*: manual pages in mdoc."""

import re

DATE = "November 25, 2026"


def line_of(text):
    """As a line: nothing in it is taken for a request or an escape."""
    text = text.replace("\\", "\\e")
    return "\\&" + text if text[:1] in (".", "'") else text


def words(text):
    """As running text: a sentence a line, a paragraph for an empty one."""
    sentences = re.sub(r"([.?!]) +(?=\S)", r"\1\n", text).splitlines()
    return "\n".join(line_of(line.strip()) if line.strip() else ".Pp" for line in sentences)


def argument(text):
    """As an argument of a macro: one word, whatever it holds."""
    return '"' + line_of(text).replace('"', '""') + '"'


def head(name, section, about):
    return f".Dd {DATE}\n.Dt {name.upper()} {section}\n.Os\n.Sh NAME\n.Nm {name}\n.Nd {about}\n"


def literal(lines):
    return ".Bd -literal -offset indent\n" + "".join(line_of(line) + "\n" for line in lines) + ".Ed\n"


def tagged(items):
    """items: (the tag's macros, text)"""
    return ".Bl -tag -width Ds\n" + "".join(f".It {tag}\n{words(text)}\n" for tag, text in items) + ".El\n"


def verb_part(verb):
    usage = f".It Nm Cm {argument(verb['verb'])}" + (
        f" Ar {argument(verb['words'])}" if verb["words"] else ""
    )
    text = usage + f"\n{words(verb['about'])}\n"
    if verb["options"]:
        text += tagged(
            (f"Fl Fl {o['option']}" + (f" Ar {argument(o['value'])}" if o["value"] else ""), o["about"])
            for o in verb["options"]
        )
    return text + "Examples:\n" + literal(f"leadspool {line}" for line in verb["examples"])


def exit_part(tables, who):
    return ".Sh EXIT STATUS\n" + tagged((str(e["code"]), e[who]) for e in tables.exit_codes)


def command_page(tables):
    text = head("leadspool", 1, "lists of leads for outbound calling, from the command line")
    text += ".Sh SYNOPSIS\n.Nm\n.Ar noun\n.Op Ar verb\n.Op Ar words\n.Op Ar options\n"
    text += ".Nm\n.Cm help\n.Op Ar noun Op Ar verb\n.Nm\n.Fl Fl version | Fl Fl check-config\n"
    text += (
        ".Sh DESCRIPTION\n.Nm\nsends commands to the workers and shows what the record holds.\n"
        "Each verb takes\n.Fl Fl help ,\nand\n.Fl Fl json\nfor one line of JSON on standard output.\n"
        "Talk goes to standard error.\nNo colours are used.\n"
    )
    for noun in tables.nouns:
        text += f".Ss {noun['noun']}: {words(noun['about'])}\n.Bl -tag -width Ds\n"
        text += "".join(map(verb_part, noun["verbs"])) + ".El\n"
    text += ".Sh ENVIRONMENT\nThe settings of\n.Xr leadspool-importer 8 .\n"
    return (
        text
        + exit_part(tables, "command")
        + ".Sh SEE ALSO\n"
        + " ,\n".join(f".Xr leadspool-{service} 8" for service in sorted(tables.services))
        + "\n"
    )


def worker_page(tables, service):
    text = head(f"leadspool-{service}", 8, tables.summary_of(service))
    text += (
        ".Sh SYNOPSIS\n.Nm\n.Op Fl Fl help | Fl Fl version | Fl Fl check-config\n"
        ".Sh DESCRIPTION\n.Nm\nis one of the workers of leadspool.\n"
        "They take commands and events from Kafka and keep the record in PostgreSQL.\n"
        "Any number of each may run in one namespace.\n"
        ".Pp\nIt runs until SIGTERM or SIGINT, finishes what it is at, and ends within ten seconds.\n"
        "A second signal ends it at once.\nSIGHUP changes the log level to debug and back.\n"
        ".Pp\nWith\n.Fl Fl check-config\nthe settings in force are printed, and nothing else is done.\n"
        ".Sh ENVIRONMENT\n"
    )
    text += tagged((f"Ev {setting['setting']}", setting_text(setting)) for setting in tables.settings)
    text += (
        ".Pp\nAny other librdkafka property as\n.Ev KAFKA_*\n"
        "with _ for a dot, __ for a hyphen and ___ for an underscore.\n"
    )
    others = [f".Xr leadspool-{other} 8" for other in tables.services if other != service]
    return (
        text
        + exit_part(tables, "worker")
        + ".Sh SEE ALSO\n"
        + " ,\n".join([".Xr leadspool 1", *others])
        + "\n"
    )


def setting_text(setting):
    file = f" {setting['setting']}_FILE names a file that holds it." if setting["secret"] else ""
    return f"{setting['about']} ({setting['allowed']}; default {setting['default'] or 'none'}).{file}"


def manuals(tables):
    made = {f"man/leadspool-{service}.8": worker_page(tables, service) for service in tables.services}
    return {"man/leadspool.1": command_page(tables), **made}
