# shellcheck shell=bash
# Detached processes, each known by $RUN/NAME.pid: "pid start-time". The start time (of the
# kernel, in ticks) tells a process from a later one that was given the same pid.

# Of one that has ended and only waits for its parent there is none; told by one look, since it may go at any moment.
process_start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The name in field 2 may hold blanks: count from its closing parenthesis.
    awk '$1 != "Z" {print $20}' <<<"${stat##*) }"
}

# process_pid NAME: prints the pid when that very process still runs.
process_pid() {
    local pid start
    [[ -s $RUN/$1.pid ]] && read -r pid start <"$RUN/$1.pid" || return 1
    [[ -n $start && $(process_start_time "$pid") == "$start" ]] || return 1
    echo "$pid"
}

process_runs() {
    process_pid "$1" >/dev/null
}

# process_adopt NAME PID: takes over a process that was started by other means.
process_adopt() {
    mkdir -p "$RUN"
    echo "$2 $(process_start_time "$2")" >"$RUN/$1.pid"
}

# process_start NAME COMMAND...: survives this shell, holds none of its files but its own log.
process_start() {
    local name=$1
    shift
    mkdir -p "$RUN" "$LOG"
    find "$LOG/$name.log" -size +16M -delete 2>/dev/null || true
    (cd / && exec setsid "$@" </dev/null >>"$LOG/$name.log" 2>&1 9>&-) &
    local pid=$!
    disown "$pid"
    echo "$pid $(process_start_time "$pid")" >"$RUN/$name.pid"
}

# process_stop NAME [SIGNAL]: asks, waits ten seconds, then ends it.
process_stop() {
    local name=$1 signal=${2:-TERM} pid
    if pid=$(process_pid "$name"); then
        kill -s "$signal" "$pid" 2>/dev/null || true
        kill -s CONT "$pid" 2>/dev/null || true
        wait_until 10 process_is_gone "$name" || kill -s KILL "$pid" 2>/dev/null || true
        wait_until 5 process_is_gone "$name" || die "$name (pid $pid) does not end"
    fi
    rm -f "$RUN/$name.pid"
}

process_is_gone() {
    ! process_runs "$1"
}

# wait_until SECONDS COMMAND...: polls ten times a second.
wait_until() {
    local polls=$(($1 * 10))
    shift
    until "$@"; do
        ((polls-- > 0)) || return 1
        sleep 0.1
    done
}

# process_await NAME SECONDS COMMAND...: until the server answers; fails at once when it ends.
process_await() {
    local name=$1 seconds=$2
    shift 2
    local deadline=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        if ! process_runs "$name" || ((SECONDS >= deadline)); then
            return 1
        fi
        sleep 0.1
    done
}

# process_failed NAME: what to look at, and what to do.
process_failed() {
    say "--- end of $LOG/$1.log"
    tail -n 25 "$LOG/$1.log" >&2 || true
    say "---"
    die "$1 did not come up; see above. './dev down && ./dev up' starts it from nothing."
}
