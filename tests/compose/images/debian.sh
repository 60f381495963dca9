#!/usr/bin/env bash
# debian.sh FOLDER: what debian:12-slim holds, by debootstrap, as a tar on standard output.
set -euo pipefail
root=$1
rm -rf "$root"
debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian >&2
printf '%s\n' 'path-exclude /usr/share/doc/*' 'path-exclude /usr/share/man/*' \
    >"$root/etc/dpkg/dpkg.cfg.d/slim"
printf '%s\n' '#!/bin/sh' 'exit 101' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/usr/share/{doc,man}/*
tar -C "$root" --numeric-owner -c .
rm -rf "$root"
