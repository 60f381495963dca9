#!/usr/bin/env bash
# engine_inside.sh FOLDER: the engine, as the first process of its namespaces; see engine.sh.
set -euo pipefail
folder=$1

mount -t tmpfs tmpfs /run
# slirp4netns answers for names.
echo "nameserver 10.0.2.3" >/run/resolv.conf
resolv=$(readlink -f /etc/resolv.conf)
mkdir -p "$(dirname "$resolv")"
[[ -e $resolv ]] || touch "$resolv"
mount --bind /run/resolv.conf "$resolv"
ip link set lo up
exec dockerd --data-root "$folder/data" --exec-root /run/docker --pidfile /run/docker.pid \
    --host "unix://$folder/docker.sock" --bridge none --default-address-pool base=10.201.0.0/16,size=24 \
    --shutdown-timeout 8
