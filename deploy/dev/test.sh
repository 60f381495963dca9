# shellcheck shell=bash
# Unit tests (Criterion by ctest, once plain and once under sanitizers), integration and chaos
# tests (pytest, against the private servers), benchmarks. Each step leaves its exit code and its
# report under .dev/reports; tally.py adds them up.

REPORTS=$DEV/reports

# test_run [unit|integration|chaos|sanitized|threads|guards|compose|systemd|demo|fuzz]... [NAME] [SECONDS] [--long]
test_run() {
    local parts=() name='' was_up=1 part
    while (($#)); do
        case $1 in
        unit | integration | chaos | sanitized | threads | guards | compose | systemd | demo | fuzz) parts+=("$1") ;;
        --long) export LEADSPOOL_TEST_LONG=1 ;;
        [0-9]*) FUZZ_SECONDS=$1 ;;
        -*) die "test: unknown option $1" ;;
        *) name=$1 ;;
        esac
        shift
    done
    if ((${#parts[@]} == 0)); then
        parts=(unit integration chaos sanitized)
        [[ ${LEADSPOOL_TEST_LONG:-} != 1 ]] || parts+=(threads guards compose systemd demo fuzz)
    fi
    servers_run || was_up=0
    rm -rf "$REPORTS"
    mkdir -p "$REPORTS" "$LOG/tests"
    find "$LOG/tests" -mindepth 1 -maxdepth 1 -mmin +240 -exec rm -rf {} +
    if [[ ${parts[*]} == fuzz ]]; then
        test_fuzz "$name"
    elif test_step build build_preset dev && test_step servers servers_up; then
        servers_export
        test_parts "$name" "${parts[@]}"
        [[ ! -d $REPORTS/used ]] || test_private
    fi
    ((was_up)) || ! servers_run || servers_down
    /usr/bin/python3 "$ROOT/deploy/dev/tally.py" "$REPORTS"
}

# What waits more than it computes: one after the other, beside the rest. What they print comes when they have ended.
BESIDE=(unit sanitized alone)

# test_parts NAME PART...
test_parts() {
    local name=$1 part rest=() beside=() pid
    shift
    [[ " $* " != *" chaos "* ]] || set -- "$@" alone
    for part in "$@"; do
        if [[ " ${BESIDE[*]} " == *" $part "* ]]; then
            beside+=("$part")
        else
            rest+=("$part")
        fi
    done
    if ((${#rest[@]} == 0 || ${#beside[@]} == 0)); then
        test_each "$name" "$@"
        return
    fi
    set -m # a group of its own, to end all of it
    test_each "$name" "${beside[@]}" >"$REPORTS/beside.log" 2>&1 </dev/null &
    pid=$!
    set +m
    # shellcheck disable=SC2064 # that very group
    trap "kill -TERM -- -$pid 2>/dev/null || true" EXIT
    test_each "$name" "${rest[@]}"
    wait "$pid" || true
    trap - EXIT
    cat "$REPORTS/beside.log" >&2
}

# test_each NAME PART...
test_each() {
    local name=$1 part
    shift
    for part in "$@"; do
        "test_$part" "$name"
    done
}

# What the scenarios used of phone numbers and names stands in no log.
test_private() {
    say "== no phone number and no name in a log"
    LEADSPOOL_TEST_NOTES=$REPORTS/used PYTHONPATH=$ROOT/tests/integration \
        test_step private "$PYTHON" -c 'import sys; from harness.privacy import main; sys.exit(main(sys.argv[1]))' \
        "$LOG" || true
}

# test_step NAME COMMAND...: in a subshell, so that one that dies does not take the summary with it.
test_step() {
    local name=$1 code=0
    shift
    ("$@") || code=$?
    echo "$code" >"$REPORTS/$name.code"
    return "$code"
}

test_unit() {
    local preset
    for preset in dev asan; do
        say "== unit tests, $preset"
        test_step "unit-$preset" test_unit_preset "$preset" "$1" || true
    done
}

# test_unit_preset PRESET NAME
test_unit_preset() {
    local preset=$1 name=$2
    build_preset "$preset" unit_tests || return
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
        UBSAN_OPTIONS=print_stacktrace=1 \
        LSAN_OPTIONS=suppressions=$ROOT/tests/lint/lsan.supp:print_suppressions=0 \
        ctest --test-dir "$BUILD/$preset" --parallel "$(nproc)" --output-on-failure --no-tests=ignore \
        --timeout $((${LEADSPOOL_TEST_LONG:-0} == 1 ? 1800 : 300)) \
        --test-output-size-passed 200000 --test-output-size-failed 200000 \
        --output-junit "$REPORTS/unit-$preset.xml" ${name:+-R "$name"}
}

test_integration() {
    test_folder integration "$1"
}

test_chaos() {
    test_folder chaos "$1"
}

# Scenarios that stop the servers (pytest.ini: alone) have servers of their own, and run one by one.
test_alone() {
    local name=$1
    say "== chaos tests that stop the servers"
    test_step chaos-alone test_pytest_alone "$name" || true
}

test_pytest_alone() {
    local code=0
    export LEADSPOOL_DEV_SET=alone
    "$ROOT/dev" up || return
    eval "$("$ROOT/dev" env)"
    test_pytest chaos-alone chaos "$1" -m alone || code=$?
    "$ROOT/dev" down
    return "$code"
}

# Scenarios have a namespace each and wait more than they compute: a few run beside each other.
WORKERS=${LEADSPOOL_TEST_WORKERS:-$(($(nproc) < 4 ? $(nproc) + 3 : 6))}

test_folder() {
    local name=$2
    say "== $1 tests"
    test_step "$1" test_pytest "$1" "$1" "$name" -m "not alone" -n "$WORKERS" --dist worksteal || true
}

# Builds without one guard each, and a test that has to see it; see tests/guards. Long: not in a plain run.
# One after the other: they share a build folder.
test_guards() {
    say "== guards tests"
    test_step guards test_pytest guards guards "$1" || true
}

# docker-compose.yml on an engine of our own; see tests/compose. Long: not in a plain run.
test_compose() {
    local was_up=1
    say "== compose tests"
    process_runs engine || was_up=0
    if test_step engine engine_start; then
        eval "$(engine_env)"
        test_step compose test_pytest compose compose "$1" || true
    fi
    ((was_up)) || engine_stop
}

# The units of deploy/systemd under a systemd, as root; see tests/systemd. Long: not in a plain run.
test_systemd() {
    say "== systemd tests"
    test_step systemd test_pytest systemd systemd "$1" || true
}

# ./dev demo, which checks its own end, on servers of its own. Long: not in a plain run.
test_demo() {
    say "== the demo"
    [[ -n $1 && demo != *"$1"* ]] || test_step demo test_demo_alone || true
}

test_demo_alone() {
    local code=0
    unset LEADSPOOL_TEST_LONG # the binaries would refuse it
    export LEADSPOOL_DEV_SET=demo
    "$ROOT/dev" demo || code=$?
    "$ROOT/dev" down
    ((code)) || echo '<testsuite><testcase name="demo"/></testsuite>' >"$REPORTS/demo.xml"
    return "$code"
}

# Coverage-guided fuzzing, of this many seconds for each target; see fuzz.sh. Long: not in a plain run.
FUZZ_SECONDS=30

test_fuzz() {
    say "== fuzzing"
    test_step fuzz fuzz_each "$1" "$FUZZ_SECONDS" || true
}

# Scenarios that go through most of the code, with the importer and the command line under sanitizers.
SANITIZED=(
    "integration/test_import.py::test_update_within_one_file"
    "integration/test_import.py::test_wild_files[1]"
    "integration/test_commands.py::test_cases"
    "chaos/test_kill.py::test_stops_in_order_change_nothing"
)

test_sanitized() {
    say "== scenarios under sanitizers"
    test_step sanitized test_pytest_sanitized || true
}

test_pytest_sanitized() {
    build_preset asan || return
    cd "$ROOT/tests" || return
    LEADSPOOL_TEST_BIN=$BUILD/asan ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
        "$PYTHON" -m pytest "${SANITIZED[@]}" "${RERUNS[@]}" --junitxml="$REPORTS/sanitized.xml"
}

# Scenarios in which the threads of each worker meet, with all programs under ThreadSanitizer. Long: not in a plain run.
THREADS=(
    "integration/test_import.py::test_update_within_one_file"
    "integration/test_sweep_lanes.py"
    "integration/test_export.py::test_each_export_is_one_version"
    "integration/test_floor.py"
    "integration/test_stats_dialing.py"
)

test_threads() {
    say "== scenarios under ThreadSanitizer"
    test_step threads test_pytest_threads "$1" || true
}

test_pytest_threads() {
    build_preset tsan || return
    cd "$ROOT/tests" || return
    LEADSPOOL_TEST_BIN=$BUILD/tsan LD_PRELOAD=$BUILD/tsan/libthread_sanitizer.so \
        TSAN_OPTIONS="suppressions=$ROOT/tests/lint/tsan.supp second_deadlock_stack=1" LEADSPOOL_TEST_LONG='' \
        "$PYTHON" -m pytest "${THREADS[@]}" "${RERUNS[@]}" --timeout 900 --junitxml="$REPORTS/threads.xml" \
        ${1:+-k "$1"} || [[ $? == 5 ]]
}

# CI tries a scenario that failed once more, and says which: its machine is shared, and scenarios have
# deadlines. At a desk a failure is a failure.
RERUNS=(${CI:+--reruns 1 -rR})

# test_pytest REPORT FOLDER NAME OPTIONS...: exit 5 says that there was no test, which is no failure here.
test_pytest() {
    local report=$1 folder=$2 name=$3 code=0
    shift 3
    cd "$ROOT/tests" || return
    "$PYTHON" -m pytest "$folder" "$@" "${RERUNS[@]}" --durations=10 --junitxml="$REPORTS/$report.xml" \
        ${name:+-k "$name"} || code=$?
    ((code == 5)) && code=0
    return "$code"
}

# bench_run [NAME [OPTIONS]]
bench_run() {
    local files=("$ROOT"/tests/bench/*.py) file
    if [[ -n ${1:-} ]]; then
        files=("$ROOT/tests/bench/$1.py")
        shift
    fi
    [[ -f ${files[0]} ]] || die "bench: no ${files[0]}"
    build_preset release
    export LEADSPOOL_DEV_STORAGE=disk
    storage_is_disk || servers_down
    servers_up
    servers_export
    for file in "${files[@]}"; do
        [[ $(basename "$file") == _* ]] && continue
        say "== $(basename "$file" .py)"
        LEADSPOOL_TEST_BIN=$BUILD/release PYTHONPATH=$ROOT/tests/integration:$ROOT/tests/generator \
            "$PYTHON" "$file" "$@"
    done
}
