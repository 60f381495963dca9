# shellcheck shell=bash
# Coverage-guided fuzzing of what reads bytes from outside: tests/fuzz, by libFuzzer. What it learns stays in
# .dev/fuzz/TARGET and is where the next run begins; an input that breaks something is kept beside it.

FUZZ=$DEV/fuzz
FUZZ_PACKAGES=(clang-14 libclang-rt-14-dev)

# fuzz_one TARGET SECONDS
fuzz_one() {
    local target=$1 seconds=$2 words=$FUZZ/$1.dict
    mkdir -p "$FUZZ/found"
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
        "$BUILD/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$FUZZ/found/$target-" -dict="$words" "$FUZZ/$target" >"$FUZZ/$target.log" 2>&1
}

# fuzz_report TARGET CODE SECONDS: as JUnit has it, for tally.py.
fuzz_report() {
    local failure='' about
    (($2 == 0)) || failure="<failure message=\"see $FUZZ/$1.log\"/>"
    printf '<testsuite><testcase name="%s" time="%s">%s</testcase></testsuite>\n' "$1" "$3" "$failure" \
        >"$REPORTS/$1.xml"
    about=$(sed -nE 's/^stat::number_of_executed_units: *//p' "$FUZZ/$1.log")
    say "$1: ${about:-no} inputs"
    (($2 == 0)) || tail -n 40 "$FUZZ/$1.log" >&2
}

# fuzz_each NAME SECONDS: those whose name has NAME in it; each leaves its own exit code and report.
fuzz_each() {
    local source target code
    setup_packages "${FUZZ_PACKAGES[@]}"
    log_run fuzz-build build_preset fuzz fuzz_targets || return
    "$PYTHON" "$ROOT/tests/fuzz/seeds.py" "$ROOT" "$FUZZ" || return
    for source in "$ROOT"/tests/fuzz/fuzz_*.c; do
        target=$(basename "$source" .c)
        [[ $target == *"$1"* ]] || continue
        code=0
        fuzz_one "$target" "$2" || code=$?
        fuzz_report "$target" "$code" "$2"
        echo "$code" >"$REPORTS/$target.code"
    done
}
