# shellcheck shell=bash
# A Docker engine of this checkout's own: Debian's, in namespaces of its own (network, processes,
# mounts), so that its bridges, firewall rules and containers are seen by nobody else and end with it.
# slirp4netns lets builds reach the package mirror. As root only. Images stay over ./dev down.

ENGINE=$DEV/engine
ENGINE_SOCKET=$ENGINE/docker.sock
ENGINE_PACKAGES=(debootstrap docker.io iproute2 iptables slirp4netns)

engine_answers() {
    DOCKER_HOST=unix://$ENGINE_SOCKET docker version
}

engine_start() {
    is_root || die "a Docker engine of our own needs root"
    setup_packages "${ENGINE_PACKAGES[@]}"
    engine_compose
    process_runs engine && return
    mkdir -p "$ENGINE"
    process_start engine-space unshare --net --mount --pid --fork --kill-child --mount-proc \
        "$ROOT/deploy/dev/engine_inside.sh" "$ENGINE"
    wait_until 10 engine_adopt || process_failed engine-space
    process_start engine-net slirp4netns --configure --mtu=65520 --disable-host-loopback \
        "$(process_pid engine)" tap0
    process_await engine 60 engine_answers || process_failed engine-space
}

# The first process inside: what it leaves behind when it ends, the kernel ends.
engine_adopt() {
    local outside inside
    outside=$(process_pid engine-space) || return
    inside=$(cat "/proc/$outside/task/$outside/children") || return
    [[ -n $inside ]] && process_adopt engine "${inside%% *}"
}

engine_stop() {
    process_stop engine
    process_stop engine-net
    process_stop engine-space KILL
}

engine_env() {
    local compose=docker-compose
    ! docker compose version >/dev/null 2>&1 || compose="docker compose"
    echo "export DOCKER_HOST=unix://$ENGINE_SOCKET DOCKER_BUILDKIT=0 COMPOSE=$(printf %q "$compose")"
}

# The plugin of who has it; else Debian's Compose, which is of 2021.
engine_compose() {
    docker compose version >/dev/null 2>&1 || setup_packages docker-compose
}
