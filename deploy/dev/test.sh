# shellcheck shell=bash
# Unit tests (Criterion by ctest, once plain and once under sanitizers), integration and chaos
# tests (pytest, against the private servers), benchmarks.

REPORTS=$DEV/reports

test_run() {
    local parts=() name='' failed=0 was_up=1 part
    while (($#)); do
        case $1 in
        unit | integration | chaos) parts+=("$1") ;;
        --long) export LEADSPOOL_TEST_LONG=1 ;;
        -*) die "test: unknown option $1" ;;
        *) name=$1 ;;
        esac
        shift
    done
    ((${#parts[@]})) || parts=(unit integration chaos)
    servers_run || was_up=0
    rm -rf "$REPORTS"
    mkdir -p "$REPORTS"
    # A build or server that fails must not take the summary with it.
    (set -e && build_preset dev && servers_up) || failed=1
    if ((!failed)); then
        servers_export
        for part in "${parts[@]}"; do
            "test_$part" "$name" || failed=1
        done
    fi
    ((was_up)) || servers_down
    /usr/bin/python3 "$ROOT/deploy/dev/tally.py" "$REPORTS" "$failed"
}

test_unit() {
    local failed=0
    test_unit_preset dev "$1" || failed=1
    test_unit_preset asan "$1" || failed=1
    return "$failed"
}

# test_unit_preset PRESET NAME
test_unit_preset() {
    local preset=$1 name=$2
    say "== unit tests, $preset"
    build_preset "$preset" unit_tests || return
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
        UBSAN_OPTIONS=print_stacktrace=1 \
        LSAN_OPTIONS=suppressions=$ROOT/tests/lint/lsan.supp:print_suppressions=0 \
        ctest --test-dir "$BUILD/$preset" --output-on-failure --no-tests=ignore \
        --timeout 300 --test-output-size-passed 200000 \
        --output-junit "$REPORTS/unit-$preset.xml" ${name:+-R "$name"}
}

test_integration() {
    test_pytest integration "$1"
}

test_chaos() {
    test_pytest chaos "$1"
}

# test_pytest PART NAME: pytest's exit 5 says that there was no test, which is no failure here.
test_pytest() {
    local part=$1 name=$2 code=0
    [[ -d $ROOT/tests/$part ]] || return 0
    say "== $part tests"
    (cd "$ROOT/tests" && "$PYTHON" -m pytest "$part" --junitxml="$REPORTS/$part.xml" \
        ${name:+-k "$name"}) || code=$?
    ((code == 0 || code == 5))
}

bench_run() {
    local files=("$ROOT"/tests/bench/*.py) file
    [[ -n ${1:-} ]] && files=("$ROOT/tests/bench/$1.py")
    [[ -f ${files[0]} ]] || die "bench: no ${files[0]}"
    build_preset release
    servers_up
    servers_export
    for file in "${files[@]}"; do
        [[ $(basename "$file") == _* ]] && continue
        say "== $(basename "$file" .py)"
        LEADSPOOL_TEST_BIN=$BUILD/release PYTHONPATH=$ROOT/tests "$PYTHON" "$file"
    done
}
