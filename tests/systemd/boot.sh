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
for unit in systemd-{udevd,networkd,resolved,timesyncd,logind,sysctl,modules-load,tmpfiles-setup-dev} kmod-static-nodes; do
    ln -sf /dev/null "etc/systemd/system/$unit.service"
done
mount -t proc proc proc
mount --bind proc/sys proc/sys # the kernel's settings are not the machine's alone
mount -o remount,bind,ro proc/sys
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for node in null zero full random urandom tty; do
    touch "dev/$node"
    mount --bind "/dev/$node" "dev/$node"
done
mkdir dev/{pts,shm,mqueue,hugepages}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm # RemoveIPC= looks here
mount -t mqueue mqueue dev/mqueue
mkdir .before
pivot_root . .before
umount -l /.before
mount --make-rshared / # as at a boot: the folders of credentials come by propagation
exec env -i container=test PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    /lib/systemd/systemd --unit=basic.target --log-target=journal
