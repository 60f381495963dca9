"""completion/leadspool.bash: verbs, options and what can be named after them."""

# What an ID is: by the noun of a verb's own word, and by the option.
WORD_LISTS = {"list": "lists", "campaign": "campaigns", "job": "jobs"}
OPTION_LISTS = {"list": "lists", "campaign": "campaigns", "job": "jobs", "undo": "jobs"}
MOVE_LISTS = {"from": "lists", "to": "lists"}

BODY = """
# The ids that there are, or nothing when the record cannot be asked at once.
_leadspool_ids() {
    case $1 in
        lists) timeout 2 leadspool list ls 2>/dev/null | cut -f1 ;;
        campaigns) timeout 2 leadspool campaign ls 2>/dev/null | cut -f1 ;;
        jobs) timeout 2 leadspool job ls 2>/dev/null | cut -f1 ;;
    esac
}

_leadspool_values() {
    case $1 in
        files) compopt -o filenames 2>/dev/null; compgen -f -- "$2" ;;
        lists | campaigns | jobs) compgen -W "$(_leadspool_ids "$1")" -- "$2" ;;
        *) compgen -W "$1" -- "$2" ;;
    esac
}

_leadspool() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} noun=${COMP_WORDS[1]} verbs verb values
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$_leadspool_nouns help --help --version --check-config" -- "$word")
        return
    fi
    verbs=$(_leadspool_verbs "$noun")
    verb=$noun
    if ((COMP_CWORD > 2)) && [[ " $verbs " == *" ${COMP_WORDS[2]} "* ]]; then
        verb="$noun ${COMP_WORDS[2]}"
    fi
    values=$(_leadspool_option_values "$verb" "$before")
    if [[ -n $values ]]; then
        [[ $values == - ]] || mapfile -t COMPREPLY < <(_leadspool_values "$values" "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_leadspool_options "$verb") --help" -- "$word")
    else
        values=$(_leadspool_words "$verb")
        mapfile -t COMPREPLY < <(
            ((COMP_CWORD == 2)) && compgen -W "$verbs" -- "$word"
            [[ -z $values ]] || _leadspool_values "$values" "$word"
        )
    fi
}

complete -F _leadspool leadspool
"""


def values_of(verb, option):
    """What follows the option: words, a name of _leadspool_ids, files, "-" for what cannot be known, or "" for a
    flag."""
    value = option["value"]
    if not value:
        return ""
    known = {**OPTION_LISTS, **(MOVE_LISTS if verb["verb"] == "move" else {})}
    if value in ("ID", "JOB") and option["option"] in known:
        return known[option["option"]]
    if value == "FILE":
        return "files"
    if "|" in value and value == value.lower():
        return " ".join(value.split("|"))
    return "-"


def words_of(verb, tables):
    if verb["verb"] == "reference":
        return " ".join(tables.names)
    if verb["words"] == "FILE":
        return "files"
    noun = verb["verb"].split()[0]
    if verb["words"] in ("ID", "JOB"):
        return WORD_LISTS.get(noun, "jobs" if verb["words"] == "JOB" else "")
    return ""


def choose(name, rows):
    """A function that prints the second of the row whose first it is given."""
    lines = "".join(f"        {pattern}) echo '{text}' ;;\n" for pattern, text in rows if text)
    return f"\n{name}() {{\n    case $* in\n{lines}    esac\n}}\n"


def completion(tables):
    verbs = [verb for noun in tables.nouns for verb in noun["verbs"]]
    text = "# bash completion for leadspool. Made by ./dev docs out of the verbs' tables.\n\n"
    text += f"_leadspool_nouns='{' '.join(noun['noun'] for noun in tables.nouns)}'\n"
    text += choose(
        "_leadspool_verbs",
        [
            (n["noun"], " ".join(v["verb"].split()[1] for v in n["verbs"] if " " in v["verb"]))
            for n in tables.nouns
        ],
    )
    text += choose(
        "_leadspool_options",
        [(f"'{v['verb']}'", " ".join(f"--{o['option']}" for o in v["options"])) for v in verbs],
    )
    text += choose(
        "_leadspool_option_values",
        [(f"'{v['verb']} --{o['option']}'", values_of(v, o)) for v in verbs for o in v["options"]],
    )
    text += choose("_leadspool_words", [(f"'{v['verb']}'", words_of(v, tables)) for v in verbs])
    return {"completion/leadspool.bash": text + BODY}
