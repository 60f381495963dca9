# shellcheck shell=bash
# From nothing to an imported list, with a file as dirty as the world's are: shown step by step, and
# checked at the end. Each run makes a list of its own.

DEMO_ROWS=20000

demo_run() {
    build_preset dev leadspool leadspool-importer leadspool-recycler
    servers_up
    servers_export
    local leadspool=$BUILD/dev/leadspool list
    list=demo-$(date +%Y%m%d-%H%M%S)
    local file=$DEV/inbox/$list.csv expected=$DEV/inbox/$list.json jobs=$DEV/inbox/$list.jobs.json

    demo_step "the namespace: tables and topics"
    "$leadspool" migrate
    demo_importer

    demo_step "$DEMO_ROWS rows of a dirty file"
    "$PYTHON" "$ROOT/tests/generator/dirty_csv.py" --rows "$DEMO_ROWS" --seed 1 --out "$file" \
        --expected "$expected"
    head -n 6 "$file"

    demo_step "a new list"
    "$leadspool" list create --list-id "$list" --name Demo --campaign demo

    demo_step "dry run: the field proposed for each column, and what is wrong with how many rows"
    "$leadspool" import "$file" --list "$list" --dry-run |
        awk 'BEGIN { RS = ""; ORS = "\n\n" } NR == 2 || NR == 3' | expand -t 6,28

    demo_step "the import, through Kafka and the importer"
    "$leadspool" import "$file" --list "$list" --wait
    "$leadspool" job ls --list "$list" --json >"$jobs"

    demo_step "rejected rows, each with its reason, ready to be mended"
    head -n 6 "$DEV/outbox/$(demo_py rejects "$jobs")"

    demo_step "the list's counters"
    "$leadspool" stats --list "$list"

    demo_step "what its events say on Kafka"
    demo_py events "$list"

    demo_step "every row accounted for?"
    demo_py account "$jobs" "$expected" "$leadspool"
    demo_next "$list"
}

demo_step() {
    printf '\n== %s\n' "$*" >&2
}

demo_py() {
    "$PYTHON" "$ROOT/deploy/dev/demo.py" "$@"
}

demo_importer() {
    process_runs importer && return
    process_start importer "$BUILD/dev/leadspool-importer"
    sleep 0.5
    process_runs importer || process_failed importer
}

demo_next() {
    cat >&2 <<TEXT

Servers and importer go on. To try next:
  ./dev leadspool import FILE.csv --list $1 --on-duplicate update
  ./dev leadspool dnc add +15046218927
  ./dev leadspool job ls
  ./dev leadspool doctor
  ./dev down                 ends all of it and removes the data
TEXT
}
