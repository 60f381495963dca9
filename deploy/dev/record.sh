# shellcheck shell=bash
# The recording of docs/first-campaign: its commands, run for real in a fresh namespace with all four workers.

record_run() {
    local folder=$ROOT/docs/first-campaign files service code=0
    log_run build build_preset dev || die "the build failed; see above"
    servers_up
    servers_export
    LEADSPOOL_NAMESPACE=recording_$(date +%s)
    files=$(mktemp -d /tmp/leadspool.XXXX)
    export LEADSPOOL_NAMESPACE PATH="$BUILD/dev:$PATH" LEADSPOOL_INBOX=$files/inbox LEADSPOOL_OUTBOX=$files/outbox
    mkdir "$LEADSPOOL_INBOX" "$LEADSPOOL_OUTBOX"
    leadspool migrate >/dev/null
    for service in importer recycler exporter stats; do
        process_start "recorded-$service" "$BUILD/dev/leadspool-$service"
    done
    sleep "${RECORD_AFTER_S:-5}" # the workers take their partitions
    (cd "$folder" && "$PYTHON" "$ROOT/deploy/dev/record.py" commands session.cast session.txt) || code=$?
    for service in importer recycler exporter stats; do
        process_stop "recorded-$service"
    done
    rm -r "$files"
    return "$code"
}
