# shellcheck shell=bash
# The three private servers together: up, down, env.

SERVERS=(postgres redis kafka)
PORT_NAMES=(POSTGRES_PORT REDIS_PORT KAFKA_PORT KAFKA_SASL_PORT KAFKA_CONTROLLER_PORT)
declare -A PORTS_OF=(
    [postgres]=POSTGRES_PORT
    [redis]=REDIS_PORT
    [kafka]="KAFKA_PORT KAFKA_SASL_PORT KAFKA_CONTROLLER_PORT"
)

servers_up() {
    setup_all
    with_lock servers servers_start
}

servers_start() {
    local server
    mkdir -p "$STATE/inbox" "$STATE/outbox"
    ports_load
    postgres_recover
    ports_choose
    for server in "${SERVERS[@]}"; do
        process_runs "$server" && continue
        say "up: $server"
        "${server}_start"
    done
    say "up: PostgreSQL $POSTGRES_PORT, Redis $REDIS_PORT, Kafka $KAFKA_PORT"
}

# Ports are chosen once and remembered, since others know them by now; one that another process still has after a while
# is chosen anew. A server that runs without one of its ports was started by an older version of this: it is started anew.
ports_choose() {
    local server name
    for server in "${SERVERS[@]}"; do
        if process_runs "$server"; then
            ports_known "$server" && continue
            "${server}_stop"
        fi
        for name in ${PORTS_OF[$server]}; do
            port_choose "$name"
        done
    done
    ports_save
}

port_choose() {
    local name=$1 old=${!1:-}
    if [[ -n $old ]]; then
        wait_until 10 port_is_free "$old" && return
        say "up: port $old of $server is another's now; './dev env' tells the new one"
        command -v ss >/dev/null && ss -Htanp "sport = :$old" >&2
    fi
    declare -g "$name=$(port_find)"
}

ports_known() {
    local name
    for name in ${PORTS_OF[$1]}; do
        [[ -n ${!name:-} ]] || return
    done
}

ports_load() {
    # shellcheck source=/dev/null
    [[ -f $PORTS ]] && source "$PORTS"
    return 0
}

ports_save() {
    local name
    for name in "${PORT_NAMES[@]}"; do
        echo "$name=${!name}"
    done >"$PORTS.new"
    mv "$PORTS.new" "$PORTS"
}

port_is_free() {
    [[ -n $1 ]] && /usr/bin/python3 -c '
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))' "$HOST" "$1" 2>/dev/null
}

# Below the range that the kernel gives to outgoing connections.
port_find() {
    local port
    while true; do
        port=$((RANDOM % 12000 + 20000))
        if port_is_free "$port" && ! port_is_chosen "$port"; then
            echo "$port"
            return
        fi
    done
}

port_is_chosen() {
    local name
    for name in "${PORT_NAMES[@]}"; do
        [[ ${!name:-} == "$1" ]] && return
    done
    return 1
}

servers_run() {
    local server
    for server in "${SERVERS[@]}"; do
        process_runs "$server" || return
    done
}

servers_env() {
    [[ -f $PORTS ]] || die "the servers were never started; run ./dev up"
    ports_load
    cat <<TEXT
export DATABASE_URL=postgresql://leadspool@$HOST:$POSTGRES_PORT/leadspool
export REDIS_URL=redis://$HOST:$REDIS_PORT/0
export KAFKA_BOOTSTRAP_SERVERS=$HOST:$KAFKA_PORT
export BROKER_SASL=$HOST:$KAFKA_SASL_PORT
export LEADSPOOL_INBOX=$(printf %q "$STATE/inbox")
export LEADSPOOL_OUTBOX=$(printf %q "$STATE/outbox")
TEXT
}

servers_export() {
    export -n LEADSPOOL_DEV_SET # no setting of the binaries, which refuse what they do not know
    eval "$(servers_env)"
}

# servers_down [--all]
servers_down() {
    [[ -d $DEV ]] || return 0
    with_lock servers servers_stop
    local other
    for other in "$DEV"/*/run; do # other sets, as seen from the first
        [[ -n $SET || ! -d $other ]] || LEADSPOOL_DEV_SET=$(basename "${other%/run}") "$ROOT/dev" down
    done
    if [[ ${1:-} == --all && -z $SET ]]; then
        rm -rf "$DEV"
        say "down: all stopped, .dev removed"
    else
        say "down: all stopped, data removed; builds, venv, jars and logs stay ('down --all' removes them)"
    fi
}

servers_stop() {
    local server file
    postgres_recover
    # What uses the servers goes first.
    for file in "$RUN"/*.pid; do
        server=$(basename "$file" .pid)
        [[ -f $file && " ${SERVERS[*]} " != *" $server "* ]] && process_stop "$server"
    done
    for server in "${SERVERS[@]}"; do
        "${server}_stop"
        "${server}_remove"
    done
    storage_remove
    rm -rf "$RUN" "$PORTS" "$STATE/inbox" "$STATE/outbox"
}
