# shellcheck shell=bash
# CMake presets, configured and built under .dev/build/PRESET.

BUILD=$DEV/build

# build_preset PRESET [TARGET...]
build_preset() {
    setup_all
    mkdir -p "$BUILD"
    with_lock "build-$1" build_targets "$@"
}

build_targets() {
    local preset=$1 launcher=()
    shift
    if [[ ! -f $BUILD/$preset/build.ninja ]]; then
        if command -v ccache >/dev/null; then
            launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
        fi
        cmake -S "$ROOT" --preset "$preset" "${launcher[@]}" || return
    fi
    cmake --build "$BUILD/$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}

# leadspool_exec ARGS...: in the caller's own folder, since ARGS may name files.
leadspool_exec() {
    log_run build build_preset dev leadspool leadspool-importer leadspool-recycler leadspool-exporter leadspool-stats || die "the build failed; see above"
    servers_export
    exec "$BUILD/dev/leadspool" "$@"
}
