#!/bin/bash
# Makes a machine image with prepare.sh: one instance, started clean, prepared, stopped, copied, ended.
# Prints the image's id and keeps it in an SSM parameter, where infra/template.yaml looks for it. Not verified on AWS.
#
#   RUNNER_URL=https://… RUNNER_SHA256=… SUBNET=subnet-… images/make-ami.sh
#
# RUNNER_URL and RUNNER_SHA256 come from the release page of the runner: gitea-runner or forgejo-runner, for the architecture of
# INSTANCE_TYPE. The subnet needs a way out. Nothing can come in: the instance has no key and no role.
set -euo pipefail
cd "$(dirname "$0")"

: "${RUNNER_URL:?the address of the runner, from its release page}"
: "${RUNNER_SHA256:?its SHA-256, from the same page}"
: "${SUBNET:?a subnet with a way out}"
INSTANCE_TYPE=${INSTANCE_TYPE:-t3.medium}
PARAMETER=${PARAMETER:-/dispatch/image}
RUNNER_NAME=${RUNNER_NAME:-gitea-runner}
NAME=${NAME:-dispatch-$(date -u +%Y%m%d-%H%M%S)}

[[ $RUNNER_URL =~ ^https://[A-Za-z0-9._~:/?#@!=%+-]+$ ]] || { echo "RUNNER_URL is not an https address without odd characters" >&2; exit 2; }
[[ $RUNNER_SHA256 =~ ^[0-9a-f]{64}$ ]] || { echo "RUNNER_SHA256 is not 64 hexadecimal digits" >&2; exit 2; }
[[ $RUNNER_NAME =~ ^(gitea-runner|act_runner|forgejo-runner)$ ]] || { echo "RUNNER_NAME is not the name of a runner" >&2; exit 2; }

architecture=$(aws ec2 describe-instance-types --instance-types "$INSTANCE_TYPE" \
  --query 'InstanceTypes[0].ProcessorInfo.SupportedArchitectures[-1]' --output text)
base="resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-$architecture"
prepare=$(sed -e "s|@RUNNER_URL@|'${RUNNER_URL//&/\\&}'|" -e "s|@RUNNER_SHA256@|$RUNNER_SHA256|" -e "s|@RUNNER_NAME@|$RUNNER_NAME|" prepare.sh)

say() { printf '%s\n' "$*" >&2; }

instance=$(aws ec2 run-instances --image-id "$base" --instance-type "$INSTANCE_TYPE" --subnet-id "$SUBNET" \
  --instance-initiated-shutdown-behavior stop --metadata-options HttpTokens=required,HttpPutResponseHopLimit=1 \
  --tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=$NAME}]" \
  --user-data "$prepare" --query 'Instances[0].InstanceId' --output text)
trap 'aws ec2 terminate-instances --instance-ids "$instance" >/dev/null' EXIT
say "preparing on $instance"
aws ec2 wait instance-running --instance-ids "$instance"
aws ec2 wait instance-stopped --instance-ids "$instance" # as long as ten minutes

# The console tells whether everything was done; it is there some minutes after the instance has stopped.
for ((tries = 0; tries < 30; tries++)); do
  console=$(aws ec2 get-console-output --instance-id "$instance" --latest --query Output --output text || true)
  [[ $console == *'prepare: '* ]] && break
  sleep 10
done
if [[ $console != *'prepare: done'* ]]; then
  say "the instance did not finish; the last it said:"
  printf '%s\n' "$console" | tail -n 20 >&2
  exit 1
fi

image=$(aws ec2 create-image --instance-id "$instance" --name "$NAME" --query ImageId --output text)
aws ec2 wait image-available --image-ids "$image"
aws ssm put-parameter --name "$PARAMETER" --type String --data-type aws:ec2:image --value "$image" --overwrite >/dev/null
say "$PARAMETER is now:"
printf '%s\n' "$image"
