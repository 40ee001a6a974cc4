#!/bin/bash
# First process of a test machine, in fresh mount, process, network and IPC namespaces: makes the root
# a machine's, then becomes its init. usage: enter.sh ROOT SHARED
set -euo pipefail
root=$1 shared=$2
trap 'echo "the machine did not boot" >"$root/bed/events"' ERR
mount --bind -o ro /usr "$root/host"
mount --bind "$shared" "$root/shared"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
ip link set lo up
ip address add 10.0.0.2/32 dev lo
ip address add 169.254.169.254/32 dev lo
# From another address, as on EC2; otherwise the answer of a packet filter meets its own rule.
ip route change local 169.254.169.254 dev lo table local src 10.0.0.2
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin INHERITED_SECRET=canary-environment \
  chroot "$root" /bin/bash /bed/init.sh
