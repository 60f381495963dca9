# shellcheck shell=bash
# shellcheck disable=SC2034 # the parts use them
# Paths and small words that every part uses.

DEV=$ROOT/.dev
# A second set of servers beside the first, for tests that stop theirs: LEADSPOOL_DEV_SET is its name.
SET=${LEADSPOOL_DEV_SET:-}
STATE=$DEV${SET:+/$SET}
RUN=$STATE/run
LOG=$DEV/log${SET:+/$SET}
PORTS=$STATE/ports
VENV=$DEV/venv
PYTHON=$VENV/bin/python
HOST=127.0.0.1

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "dev: $*"
    exit 1
}

is_root() {
    [[ $(id -u) -eq 0 ]]
}

# with_lock NAME COMMAND...: one at a time per checkout. Closed in what is started detached.
# Functions may run where set -e does not hold (before ||, in if): they chain or die themselves.
with_lock() {
    local name=$1
    shift
    mkdir -p "$STATE"
    exec 9>"$DEV/$name.lock"
    flock 9
    local code=0
    "$@" || code=$?
    exec 9>&-
    return "$code"
}

# log_run NAME COMMAND...: quiet while it goes well; its whole output when it does not.
log_run() {
    local file=$LOG/$1.log
    shift
    mkdir -p "$LOG"
    if ! "$@" >"$file" 2>&1; then
        cat "$file" >&2
        return 1
    fi
}
