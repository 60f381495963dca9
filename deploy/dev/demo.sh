# shellcheck shell=bash
# From nothing to an imported list, with a file as dirty as the world's are.

DEMO_ROWS=20000

demo_run() {
    build_preset dev
    servers_up
    servers_export
    local leadspool=$BUILD/dev/leadspool file=$DEV/inbox/demo.csv
    "$leadspool" migrate
    process_runs importer || process_start importer "$BUILD/dev/leadspool-importer"
    "$PYTHON" "$ROOT/tests/generator/dirty_csv.py" --rows "$DEMO_ROWS" --seed 1 --out "$file"
    "$leadspool" list create --list-id demo --name Demo --campaign demo
    "$leadspool" import "$file" --list demo --wait
    "$leadspool" stats --list demo
    say "demo: the servers and an importer go on; './dev leadspool ...' to look, './dev down' to end"
}
