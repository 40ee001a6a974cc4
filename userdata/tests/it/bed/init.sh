#!/bin/bash
# Process 1 of a test machine. Ends, and with it every process of the machine, when something powers off.

# What cloud-init does: scripts for each boot at each boot, then user data at the first.
cloud_init() {
  for script in /var/lib/cloud/scripts/per-boot/*; do
    if [[ -x $script && ! -e /bed/without-cloud-init ]]; then "$script"; fi
  done
  if [[ -e /bed/first-boot-done && ! -e /bed/without-cloud-init ]]; then return; fi
  : >/bed/first-boot-done
  set -m # a process group of its own, which a test may kill
  /bed/user-data &
  printf '%s' $! >/bed/script.pid
  wait
}

# A test's commands, as root of the machine.
obey() {
  while IFS= read -r command; do eval "$command"; done
}

# Longer than any test takes: a machine that does not power off fails its test, and must not stay.
{
  /usr/bin/sleep 60
  echo >/bed/power
} &
obey <>/bed/control >>/bed/console 2>&1 &
cloud_init </dev/null >>/bed/console 2>&1 &
IFS= read -r how </bed/power
[[ -n $how ]] || exit 1
printf '%s' "$how" >/bed/powered-off
