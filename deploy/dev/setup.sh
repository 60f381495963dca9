# shellcheck shell=bash
# What a fresh Debian 12 lacks. Three steps, each with its own check, so that a second run is quick.

PACKAGES=(
    build-essential ccache clang-format clang-tidy cmake git ninja-build pkg-config shellcheck
    libabsl-dev libcriterion-dev libcsv-dev libhiredis-dev libjansson-dev libmicrohttpd-dev
    libphonenumber-dev libpq-dev librdkafka-dev libssl-dev libsystemd-dev libuchardet-dev
    faketime libc-ares2 libevent-2.1-7 libutf8proc-dev libxxhash-dev python3-phonenumbers tzdata uthash-dev uuid-dev
    mandoc maven openjdk-17-jre-headless openssl postgresql-15 python3 python3-venv redis-server systemd
)

setup_all() {
    with_lock setup setup_steps
}

setup_steps() {
    setup_packages "${PACKAGES[@]}" && setup_venv && setup_kafka &&
        setup_program prometheus usr/bin/promtool && setup_program pgbouncer usr/sbin/pgbouncer
}

# packages_missing PACKAGE...
packages_missing() {
    local there package
    # shellcheck disable=SC2016 # dpkg-query's own variables
    there=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null) || true
    for package in "$@"; do
        grep -qx "ii *$package" <<<"$there" || echo "$package"
    done
    # Node.js comes in many ways; any will do.
    { command -v node && command -v npm; } >/dev/null || printf '%s\n' nodejs npm
}

# setup_packages PACKAGE...
setup_packages() {
    local missing sudo=()
    mapfile -t missing < <(packages_missing "$@")
    ((${#missing[@]})) || return 0
    say "setup: installing ${missing[*]}"
    if ! is_root; then
        command -v sudo >/dev/null || die "not root and no sudo; install: ${missing[*]}"
        sudo=(sudo)
    fi
    "${sudo[@]}" apt-get update -q || die "apt-get update failed"
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null ||
        die "apt-get could not install: ${missing[*]}"
}

# stamp_holds FILE INPUT...: was FILE written after a success with these very inputs?
stamp_holds() {
    local stamp=$1
    shift
    [[ -f $stamp && $(cat "$stamp") == "$(stamp_of "$@")" ]]
}

# The checkout's path is in it: a venv that was moved does not work.
stamp_of() {
    { echo "$ROOT" && cat "$@"; } | sha256sum
}

setup_venv() {
    local wanted=$ROOT/tests/requirements.txt stamp=$VENV/stamp
    if stamp_holds "$stamp" "$wanted" && "$PYTHON" -c '' 2>/dev/null; then
        return
    fi
    say "setup: Python packages of tests/requirements.txt"
    # Made anew only when it does not work: tests may be running from it.
    if ! "$PYTHON" -m pip --version >/dev/null 2>&1; then
        rm -rf "$VENV"
        mkdir -p "$DEV"
        /usr/bin/python3 -m venv "$VENV" || die "no Python venv"
    fi
    log_run pip "$PYTHON" -m pip install --quiet --requirement "$wanted" ||
        die "the Python packages could not be installed"
    stamp_of "$wanted" >"$stamp"
}

# setup_program PACKAGE PATH: of Debian's package this one program, so that no server is started.
setup_program() {
    local package=$1 path=$2 name
    name=$(basename "$path")
    [[ -x $DEV/programs/$name ]] && return
    say "setup: $name of Debian's $package"
    # shellcheck disable=SC2015 # either of them failing is the same
    (mkdir -p "$DEV/programs" && cd "$DEV/programs" && log_run "$name" apt-get download -q "$package" &&
        dpkg-deb --fsys-tarfile "${package}"_*.deb | tar -x --transform 's,.*/,,' "./$path" &&
        rm -f "${package}"_*.deb) || die "$name could not be fetched"
}

setup_kafka() {
    local pom=$ROOT/deploy/kafka/pom.xml stamp=$KAFKA_LIBS/stamp
    stamp_holds "$stamp" "$pom" && return
    say "setup: Kafka of deploy/kafka/pom.xml"
    rm -rf "$KAFKA_LIBS"
    log_run maven mvn --batch-mode --quiet --file "$pom" dependency:copy-dependencies \
        "-DoutputDirectory=$KAFKA_LIBS" || die "Maven could not fetch Kafka"
    stamp_of "$pom" >"$stamp"
}
