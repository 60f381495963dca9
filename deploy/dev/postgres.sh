# shellcheck shell=bash
# PostgreSQL 15 with stock settings, but that its log names the role, that it keeps when transactions committed
# (tests/bench/_freshness.py), and that a benchmark may have statements counted (--explain). Its programs refuse to
# run as root, so root runs them as the
# Debian package's user, and keeps the data elsewhere when that user cannot reach the checkout.

PG_BIN=/usr/lib/postgresql/15/bin
PG_OWNER=postgres
PG_SOCKET_PATH_MAX=80 # of 107 bytes; the rest is for the socket's own name

as_pg() {
    if is_root; then
        (cd / && exec setpriv --reuid="$PG_OWNER" --regid="$PG_OWNER" --init-groups -- "$@")
    else
        "$@"
    fi
}

# postgres_dir: prints where data and socket lie; $STATE/postgres.dir remembers it.
postgres_dir() {
    if [[ -s $STATE/postgres.dir && -d $(cat "$STATE/postgres.dir") ]]; then
        cat "$STATE/postgres.dir"
        return
    fi
    local dir
    dir=$(storage_dir)/postgres
    mkdir -p "$dir"
    is_root && chown "$PG_OWNER:" "$dir"
    if ((${#dir} > PG_SOCKET_PATH_MAX)) || ! as_pg test -w "$dir"; then
        rmdir "$dir"
        dir=$(mktemp -d /var/tmp/leadspool-postgres.XXXXXX)
        is_root && chown "$PG_OWNER:" "$dir"
    fi
    echo "$dir" | tee "$STATE/postgres.dir"
}

postgres_init() {
    local dir=$1
    [[ -d $dir/data ]] && return
    rm -rf "$dir/data.new"
    log_run initdb as_pg "$PG_BIN/initdb" --pgdata="$dir/data.new" --username=leadspool \
        --auth=trust --encoding=UTF8 --locale=C.UTF-8 ||
        die "initdb failed"
    mv "$dir/data.new" "$dir/data"
}

# postgres_recover: what PostgreSQL's own pid file tells when ours does not. Its server is taken
# over; a file without its server would stop the start if another process has that pid now.
postgres_recover() {
    local dir lines
    [[ -s $STATE/postgres.dir ]] && dir=$(cat "$STATE/postgres.dir") || return 0
    [[ -s $dir/data/postmaster.pid ]] && ! process_runs postgres || return 0
    mapfile -t lines <"$dir/data/postmaster.pid"
    if grep -qsaF "$dir/data" "/proc/${lines[0]}/cmdline"; then
        process_adopt postgres "${lines[0]}"
        POSTGRES_PORT=${lines[3]}
    else
        rm -f "$dir/data/postmaster.pid"
    fi
}

postgres_answers() {
    "$PG_BIN/psql" -X -q -h "$HOST" -p "$POSTGRES_PORT" -U leadspool -d postgres -c 'SELECT 1' \
        >/dev/null 2>&1
}

postgres_start() {
    local dir
    dir=$(postgres_dir)
    postgres_init "$dir"
    postgres_spawn "$dir"
    # Children of a killed server hold its shared memory for a moment: once more, then.
    if ! process_await postgres 30 postgres_answers; then
        process_runs postgres || { sleep 2 && postgres_spawn "$dir"; }
        process_await postgres 60 postgres_answers || process_failed postgres
    fi
    postgres_database
}

postgres_spawn() {
    local command=("$PG_BIN/postgres" -D "$1/data" -p "$POSTGRES_PORT"
        -c "listen_addresses=$HOST" -c "unix_socket_directories=$1"
        -c "log_line_prefix=%m [%p] %u " -c track_commit_timestamp=on
        -c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track=none)
    if is_root; then
        command=(setpriv --reuid="$PG_OWNER" --regid="$PG_OWNER" --init-groups -- "${command[@]}")
    fi
    process_start postgres "${command[@]}"
}

postgres_database() {
    local psql=("$PG_BIN/psql" -X -q -A -t -h "$HOST" -p "$POSTGRES_PORT" -U leadspool -d postgres)
    [[ $("${psql[@]}" -c "SELECT 1 FROM pg_database WHERE datname = 'leadspool'") == 1 ]] ||
        "${psql[@]}" -c 'CREATE DATABASE leadspool'
}

postgres_stop() {
    process_stop postgres INT
}

postgres_remove() {
    [[ -s $STATE/postgres.dir ]] && rm -rf "$(cat "$STATE/postgres.dir")"
    rm -rf "$STATE/postgres.dir" "$STATE/postgres"
}
