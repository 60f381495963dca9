# shellcheck shell=bash
# From nothing to an imported list, with a file as dirty as the world's are, and half a minute of dialing:
# shown step by step, and checked at the end. Each run makes a list of its own.

DEMO_ROWS=20000

demo_run() {
    build_preset dev leadspool leadspool-importer leadspool-recycler leadspool-exporter leadspool-stats
    servers_up
    servers_export
    local leadspool=$BUILD/dev/leadspool list
    list=demo-$(date +%Y%m%d-%H%M%S)
    local file=$STATE/inbox/$list.csv expected=$STATE/inbox/$list.json jobs=$STATE/inbox/$list.jobs.json

    demo_step "the namespace: tables and topics"
    "$leadspool" migrate
    demo_worker importer
    demo_worker stats

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
    head -n 6 "$STATE/outbox/$(demo_py rejects "$jobs")"

    demo_step "the list's counters"
    "$leadspool" stats --list "$list"

    demo_step "what its events say on Kafka"
    demo_py events "$list"

    demo_step "every row accounted for?"
    demo_py account "$jobs" "$expected" "$leadspool"
    demo_dialing "$list"
    demo_export "$list"
    demo_next "$list"
}

# What the calls came to, as a file.
demo_export() {
    local list=$1 out=$STATE/inbox/$1.export.csv
    demo_worker exporter
    demo_step "who was reached in Louisiana or Texas, as a file"
    "$leadspool" export --list "$list" --where "contacted = true and state in (LA, TX)" --order due \
        --field phone=Telephone --field first_name --field state --field status --field last_called_at -o "$out"
    head -n 6 "$out"
}

# Half a minute of dialing on short intervals. The campaign may call at any hour, since the demo may
# run at night; the judge, which shares no code with the product, is told the same rules.
demo_dialing() {
    local list=$1 calls=$STATE/inbox/$1.calls.jsonl rules=$STATE/inbox/$1.rules.json lead
    demo_worker recycler
    demo_step "a campaign and its rules: No Answer again after 5 s, Busy after 2 s, voicemail after 8 s"
    "$leadspool" campaign put demo --inactive --window none --law-pack none --assume-zone America/New_York \
        --hopper-target 400 --cap-gap 1s --cap-calls 3 --max-attempts 5
    "$leadspool" rules set NA --campaign demo --max-attempts 3 --interval 5s
    "$leadspool" rules set B --campaign demo --max-attempts 3 --interval 2s
    "$leadspool" rules set A --campaign demo --max-attempts 2 --interval 8s
    demo_py rules demo "$rules"

    demo_step "a dialer cluster at work for half a minute"
    "$leadspool" dialer-sim --campaign demo --duration 30s --think 200ms-2s --channels 200 --agents 20 \
        --answer NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2 --duplicate 2 --reorder 2 --release 1 \
        --group "$list" --from latest --log "$calls" &
    local sim=$!
    sleep 5 # it takes offers from now on: none is made before it is there
    "$leadspool" campaign put demo --active >/dev/null
    demo_step "the list as Redis shows it, for five seconds: a line for each state that was seen"
    # timeout tells of its own work by an exit code
    { timeout 5 "$leadspool" stats --list "$list" --watch --json || true; } | demo_py moving
    sleep 9
    demo_step "what goes on, when the list runs dry, and why leads are not called now"
    "$leadspool" top --once
    "$leadspool" runway
    "$leadspool" stats --list "$list" --why
    wait "$sim"
    "$leadspool" campaign put demo --inactive >/dev/null

    demo_step "may the lead that was called first be called again?"
    lead=$(demo_py first_called "$calls")
    "$leadspool" explain "$lead"

    demo_step "was anybody called who may not be? (tests/judge.py)"
    "$PYTHON" "$ROOT/tests/judge.py" --rules "$rules" "$calls"
}

demo_step() {
    printf '\n== %s\n' "$*" >&2
}

demo_py() {
    "$PYTHON" "$ROOT/deploy/dev/demo.py" "$@"
}

demo_worker() {
    process_runs "$1" && return
    process_start "$1" "$BUILD/dev/leadspool-$1"
    sleep 0.5
    process_runs "$1" || process_failed "$1"
}

demo_next() {
    cat >&2 <<TEXT

Servers, importer, recycler, exporter and stats go on. To try next:
  ./dev leadspool import FILE.csv --list $1 --on-duplicate update
  ./dev leadspool dnc add +15046218927
  ./dev leadspool export --list $1 --where "attempts = 0" --dry-run
  ./dev leadspool campaign put demo --active
  ./dev leadspool dialer-sim --campaign demo --duration 10s
  ./dev leadspool offer ls --campaign demo
  ./dev leadspool top
  ./dev leadspool stats reconcile
  ./dev leadspool doctor
  ./dev down                 ends all of it and removes the data
TEXT
}
