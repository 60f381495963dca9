#!/bin/bash
# The first process of a machine of its own (machine.py gives it namespaces): this root under an overlay that is
# forgotten, with what is installed below $1 on top, and systemd in place of this shell.
set -euo pipefail
INSTALLED=$1 BASE=$2

mount --make-rprivate /
mount -t tmpfs tmpfs "$BASE"
mkdir "$BASE"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$BASE/upper,workdir=$BASE/work" "$BASE/root"
cd "$BASE/root"
cp -a "$INSTALLED/." .
# None of this machine's own services.
rm -rf etc/systemd/system/*.wants etc/systemd/system/*.requires etc/leadspool
for unit in systemd-udevd systemd-networkd systemd-resolved systemd-timesyncd systemd-logind; do
    ln -sf /dev/null "etc/systemd/system/$unit.service"
done
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mkdir -p var/lib/leadspool
mount -t tmpfs tmpfs var/lib/leadspool # files of an overlay are on no device that their folder is on
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm # RemoveIPC= looks here
mount -t mqueue mqueue dev/mqueue
mkdir .before
pivot_root . .before
umount -l /.before
mount --make-rshared / # as at a boot: the folders of credentials come by propagation
exec env -i container=test PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    /lib/systemd/systemd --unit=basic.target --log-target=journal
