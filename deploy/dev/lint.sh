# shellcheck shell=bash
# What can be said about the sources without running them.

# lint_files SUFFIX...: tracked or new, and there.
lint_files() {
    (cd "$ROOT" && git ls-files --cached --others --exclude-standard -- "${@/#/*}" | sort -u |
        while read -r file; do [[ -f $file ]] && echo "$file"; done)
}

# lint_run [--quick]
lint_run() {
    local failed=0 checks=(lint_format lint_layers lint_shell lint_python lint_manuals lint_units) check
    setup_all
    [[ ${1:-} == --quick ]] || checks+=(lint_asyncapi lint_tidy)
    cd "$ROOT" || return
    for check in "${checks[@]}"; do
        if "$check"; then
            say "ok    $check"
        else
            say "FAIL  $check"
            failed=1
        fi
    done
    return "$failed"
}

lint_format() {
    local found
    found=$(lint_files .c .h .cc | xargs -r clang-format --dry-run -Werror 2>&1 |
        sed -nE 's/^([^ :]+):[0-9]+:.*/\1/p' | sort | uniq -c)
    [[ -z $found ]] || {
        say "places that './dev fmt' would change:"
        say "$found"
        return 1
    }
}

lint_layers() {
    "$PYTHON" tests/lint/layers.py
}

lint_shell() {
    { echo dev && echo .ci/run && lint_files .sh .bash; } | xargs -r shellcheck -x
}

lint_python() {
    "$PYTHON" -m ruff check --quiet tests deploy
}

lint_manuals() {
    mandoc -T lint -W warning man/*.[1-9]
}

# AsyncAPI's own parser says whether the document is one; that it is what the product does, test_docs.py says.
lint_asyncapi() {
    local folder=$DEV/asyncapi from=$ROOT/tests/lint/asyncapi
    command -v npm >/dev/null || die "npm is missing: install Debian's npm, or Node.js with npm"
    if ! stamp_holds "$folder/stamp" "$from/package.json"; then
        rm -rf "$folder"
        mkdir -p "$folder"
        cp "$from/package.json" "$folder"
        (cd "$folder" && log_run npm npm install --no-audit --no-fund --ignore-scripts --silent) || return
        stamp_of "$from/package.json" >"$folder/stamp"
    fi
    cp "$from/check.mjs" "$folder"
    node "$folder/check.mjs" schemas/asyncapi.yaml
}

# The units as they are installed, but for the program, which need not be built. 15: an exposure of 1.5 of 10.
lint_units() {
    local folder units=() service code=0
    folder=$(mktemp -d)
    for service in importer recycler exporter stats; do
        units+=("leadspool-$service@lint.service")
        sed -e "s|@CMAKE_INSTALL_FULL_BINDIR@/leadspool-@SERVICE@|/bin/true|; s|@SERVICE@|$service|; s|@MEMORY_MAX@|1G|; s|@HTTP_PORT@|9464|" \
            deploy/systemd/leadspool-worker.service.in >"$folder/leadspool-$service@.service"
    done
    cp deploy/systemd/*.target "$folder"
    # A key that it does not know is no failure to it: what it says at all is one to us.
    SYSTEMD_UNIT_PATH=$folder: systemd-analyze verify --man=no "${units[@]}" leadspool@lint.target \
        >"$folder/told" 2>&1 || code=1
    [[ ! -s $folder/told ]] || code=1
    cat "$folder/told" >&2
    for service in "${units[@]}"; do
        SYSTEMD_UNIT_PATH=$folder: systemd-analyze security --offline=true --threshold=15 --no-pager \
            "$folder/${service/lint/}" >"$folder/told" || { cat "$folder/told" >&2 && code=1; }
    done
    rm -rf "$folder"
    return "$code"
}

# Half a minute on two cores. It needs the build's compile commands and generated headers.
lint_tidy() {
    log_run build build_preset dev || return
    lint_files .c | grep -E '^(common|services)/' |
        xargs -r -P "$(nproc)" -n 8 clang-tidy --quiet -p "$BUILD/dev" 2>/dev/null
}

fmt_run() {
    cd "$ROOT" || return
    lint_files .c .h .cc | xargs -r clang-format -i
}
