#!/bin/bash
# Makes a clean Amazon Linux 2023 instance into an image for pools (README.md says what must be in one), then powers off.
# Runs once, as root, as the user data of the instance that `make-ami.sh` starts. Not verified on AWS.
set -Eeuo pipefail
trap 'echo "prepare: line $LINENO failed; the instance stays off without the mark of success"; shutdown -h now' ERR

# Filled in by make-ami.sh.
RUNNER_URL=@RUNNER_URL@
RUNNER_SHA256=@RUNNER_SHA256@
RUNNER_NAME=@RUNNER_NAME@

# The AWS CLI is part of Amazon Linux. Docker serves `docker://` labels; Node most actions.
dnf -y -q update
dnf -y -q install docker git nftables nodejs tar gzip unzip
systemctl enable --now docker

curl --fail --silent --show-error --location --proto '=https' --output /tmp/runner "$RUNNER_URL"
printf '%s  /tmp/runner\n' "$RUNNER_SHA256" | sha256sum --check --quiet
install -m 0755 /tmp/runner "/usr/local/bin/$RUNNER_NAME"
rm /tmp/runner

# What the first-boot script will look for; what is missing shows here and not in the first job.
for program in aws bash base64 docker getent git nft node setpriv sha256sum shutdown useradd usermod "$RUNNER_NAME"; do
  command -v "$program" >/dev/null || { echo "prepare: $program is missing"; false; }
done

# Each machine is a first boot with names, keys and logs of its own.
dnf -y -q clean all
cloud-init clean --logs --seed
rm -rf /etc/ssh/ssh_host_* /root/.ssh /home/*/.ssh /var/lib/dispatch /var/lib/cloud/scripts/per-boot/dispatch-power-off
truncate -s 0 /etc/machine-id

echo 'prepare: done'
shutdown -h now
