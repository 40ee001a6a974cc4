#!/bin/bash
# Process 1 of a test machine. Does what cloud-init does: scripts for each boot, then user data at the first boot
# only. Ends, and with it every process of the machine, when something powers off.
user_data() {
  printf booted >/bed/first-boot-done
  set -m # a process group of its own, which a test may kill
  /bed/user-data </dev/null >>/bed/console 2>&1 &
  set +m
  printf '%s' $! >/bed/script.pid
}

# A test's commands, as root of the machine.
while IFS= read -r command; do eval "$command"; done <>/bed/control >>/bed/console 2>&1 &
for script in /var/lib/cloud/scripts/per-boot/*; do
  if [[ -x $script && ! -e /bed/without-cloud-init ]]; then "$script" >>/bed/console 2>&1; fi
done
if [[ ! -e /bed/first-boot-done || -e /bed/without-cloud-init ]]; then user_data; fi
# Longer than any test takes: a machine that does not power off fails its test, and must not stay.
{ /usr/bin/sleep 60; echo >/bed/power; } &
IFS= read -r how </bed/power
[[ -n $how ]] || exit 1
printf '%s' "$how" >/bed/powered-off
