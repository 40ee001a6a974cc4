#!/bin/bash
# First-boot script of a dispatch machine: one runner, one job, power off.
# It holds no credential; the one-job identity is taken, once, while it runs.
# shellcheck disable=SC1003,SC2016

RUNNER_KIND='gitea'
RUNNER_PATHS=('/usr/local/bin/gitea-runner' '/usr/bin/gitea-runner' '/usr/local/bin/act_runner' '/usr/bin/act_runner')
RUNNER_SHA256=''
RUNNER_CONFIGURATION=''
RUNNER_USER='runner'
FORGE_URL='https://git.example.org'
GIT_BASES=('https://git.example.org' 'https://example.org')
LABELS=('go:host' 'small:host')
IDENTITY_SOURCE='directory'
IDENTITY_DIRECTORY='/shared'
DYNAMODB_TABLE=''
DYNAMODB_REGION=''
DYNAMODB_KEY=''
BOOT_LIMIT_S='1001'
IDLE_LIMIT_S='1002'
MAXIMUM_AGE_S='1003'
METADATA='closed'
LOG_FILE='/var/log/dispatch.log'
SNIPPET_NAMES=()
SNIPPETS=()

set -Eeuo pipefail
umask 077
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin TZ=UTC AWS_PAGER=''

run=/run/dispatch                # this boot
state=/var/lib/dispatch          # this disk
work=$state/runner               # owned by the runner's user
per_boot=/var/lib/cloud/scripts/per-boot
stop_grace_s=30

# --- Power off: every path ends here ---------------------------------------

say() {
  local line
  printf -v line '%(%FT%TZ)T dispatch: %s' -1 "$*"
  printf '%s\n' "$line" >&3 || :
  printf '%s\n' "$line" >>"$LOG_FILE" || :
} 2>/dev/null

force_power_off() {
  poweroff -f || :
  systemctl poweroff -ff || :
  printf o >/proc/sysrq-trigger || :
}

power_off() {
  say "power off: $1"
  # Should `shutdown` hang, or succeed without effect.
  { sleep 90; force_power_off; } </dev/null >/dev/null 2>&1 3>&- &
  shutdown -h now || force_power_off
}

# SIGTERM lets the runner report its job as failed; the forge alone would take ten minutes to notice.
stop_runner() {
  local pid waited_s=0
  read -r pid <"$run/runner.pid" && kill -TERM "$pid" || return 0
  while ((waited_s++ < stop_grace_s)) && kill -0 "$pid"; do sleep 1; done
} 2>/dev/null

die() {
  ending=$1
  exit 1
}

finish() {
  local status=$?
  set +e # nothing may cut this short
  trap '' ERR HUP INT TERM
  stop_runner
  power_off "${ending:-the first-boot script failed with status $status}"
}

# --- Deadlines: run beside the script, need no network, survive its death ---

deadline() { # seconds, file that lifts it, sentence
  set +e
  sleep "$1"
  if [[ -n $2 && -e $run/$2 ]]; then return; fi
  say "$3"
  stop_runner
  power_off "$3"
}

guard() {
  set +e
  local stat
  while kill -0 $$; do
    # Dead, though its parent has not noticed.
    if read -r stat <"/proc/$$/stat" && [[ $stat == *') Z '* ]]; then break; fi
    sleep 1
  done
  stop_runner
  power_off 'the first-boot script is gone'
}

exec 3>&1 || exec 3>/dev/null
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'say "line $LINENO: a command failed with status $?"' ERR
rm -rf "$run" # the marks of an earlier boot must not lift a deadline of this one
{ printf '%s' -1000 >/proc/self/oom_score_adj; } 2>/dev/null || :
set -m # a process group each, so that killing the script's group spares them
deadline "$BOOT_LIMIT_S" started "boot limit: no runner was started within $BOOT_LIMIT_S s" </dev/null >/dev/null 2>&1 &
deadline "$MAXIMUM_AGE_S" '' "maximum age of $MAXIMUM_AGE_S s reached" </dev/null >/dev/null 2>&1 &
guard </dev/null >/dev/null 2>&1 &
set +m
mkdir -p "${LOG_FILE%/*}" || :
{ exec >>"$LOG_FILE"; } 2>/dev/null || :
exec 2>&1

# --- Before the identity: whatever may be wrong with the image --------------

first_boot_only() {
  if [[ -e $state/booted ]]; then
    die "$state/booted exists: rebooted, or an image made from a used machine"
  fi
  mkdir -p "$per_boot"
  install -d -m 0755 "$state"
  install -d -m 0700 "$run"
  # cloud-init runs user data at the first boot only, and would leave a rebooted machine without deadlines.
  {
    printf '#!/bin/bash\n'
    printf 'LOG_FILE=%q\n' "$LOG_FILE"
    declare -f say force_power_off power_off
    printf '%s\n' 'exec 3>&1' 'power_off "this machine serves one boot only"'
  } >"$per_boot/dispatch-power-off"
  chmod 0700 "$per_boot/dispatch-power-off"
  : >"$state/booted"
  sync
}

ordinary() { # what children must not inherit
  { printf 0 >/proc/self/oom_score_adj; } 2>/dev/null || :
  umask 022
  exec 3>&-
}

run_snippets() {
  local i
  for i in "${!SNIPPETS[@]}"; do
    say "snippet: ${SNIPPET_NAMES[i]}"
    (
      ordinary
      exec bash -euo pipefail -c "${SNIPPETS[i]}" </dev/null
    ) || die "snippet failed: ${SNIPPET_NAMES[i]}"
  done
}

find_runner() {
  local digest
  for program in "${RUNNER_PATHS[@]}"; do
    if [[ -f $program && -x $program ]]; then break; fi
    program=
  done
  if [[ -z $program ]]; then die "no runner in the image: looked for ${RUNNER_PATHS[*]}"; fi
  if [[ -z $RUNNER_SHA256 ]]; then return; fi
  digest=$(sha256sum <"$program")
  if [[ ${digest%% *} != "$RUNNER_SHA256" ]]; then
    die "wrong checksum: $program is ${digest%% *}, pinned is $RUNNER_SHA256"
  fi
}

prepare_user() {
  if ! id -u -- "$RUNNER_USER" >/dev/null 2>&1; then
    useradd --system --user-group --create-home --shell /bin/bash -- "$RUNNER_USER"
  fi
  uid=$(id -u -- "$RUNNER_USER")
  gid=$(id -g -- "$RUNNER_USER")
  if ((uid == 0)); then die "user $RUNNER_USER is root"; fi
  if [[ " ${LABELS[*]}" == *:docker* ]] && getent group docker >/dev/null; then
    usermod --append --groups docker -- "$RUNNER_USER"
  fi
  home=$(getent passwd "$RUNNER_USER" | cut -d: -f6)
}

close_with_nft() {
  nft -f - <<'RULES'
table inet dispatch {
  chain output {
    type filter hook output priority 0
    ip daddr 169.254.169.254 meta skuid != 0 reject with icmpx type admin-prohibited
    ip6 daddr fd00:ec2::254 meta skuid != 0 reject with icmpx type admin-prohibited
  }
  chain forward {
    type filter hook forward priority 0
    ip daddr 169.254.169.254 reject with icmpx type admin-prohibited
    ip6 daddr fd00:ec2::254 reject with icmpx type admin-prohibited
  }
}
RULES
}

# Raw, before any rule that a container engine adds to its chains later.
close_with_iptables() {
  iptables -t raw -I PREROUTING ! -i lo -d 169.254.169.254 -j DROP &&
    iptables -I OUTPUT -d 169.254.169.254 -m owner ! --uid-owner 0 -j REJECT --reject-with icmp-admin-prohibited ||
    return 1
  if [[ -e /proc/net/if_inet6 ]]; then
    ip6tables -t raw -I PREROUTING ! -i lo -d fd00:ec2::254 -j DROP &&
      ip6tables -I OUTPUT -d fd00:ec2::254 -m owner ! --uid-owner 0 -j REJECT
  fi
}

close_metadata() {
  if [[ $METADATA == open ]]; then
    say 'instance metadata is OPEN: the job may use the instance role'
  elif close_with_nft || close_with_iptables; then
    say 'instance metadata is closed to the job'
  elif [[ $METADATA == closed ]]; then
    die 'instance metadata cannot be closed to the job: neither nft nor iptables works in this image'
  else
    say 'WARNING: instance metadata is NOT closed to the job: neither nft nor iptables works in this image'
  fi
}

# --- The identity: taken once ------------------------------------------------

# A rename has one winner; the file's content is read only once it is ours.
take_from_directory() {
  local mine
  if [[ ! -f $IDENTITY_DIRECTORY/identity ]]; then return 1; fi
  mine=$(mktemp -d "$IDENTITY_DIRECTORY/.taken-XXXXXXXXXX") || return 1
  if ! mv -T "$IDENTITY_DIRECTORY/identity" "$mine/identity" 2>/dev/null; then
    rmdir "$mine" || :
    return 1
  fi
  wire=$(<"$mine/identity")
  rm -rf "$mine" || die "the identity could not be removed from $mine"
}

# DeleteItem has one winner too, and IAM lets this machine delete its own item only.
take_from_dynamodb() {
  local me key
  me=$(aws sts get-caller-identity --region "$DYNAMODB_REGION" --query UserId --output text) || return 1
  if [[ ! $me =~ ^[A-Za-z0-9]+:[A-Za-z0-9+=,.@_-]+$ ]]; then die "not a role session: aws:userid is $me"; fi
  key=${DYNAMODB_KEY//%USERID%/"$me"}
  wire=$(aws dynamodb delete-item --region "$DYNAMODB_REGION" --table-name "$DYNAMODB_TABLE" --key "$key" \
    --return-values ALL_OLD --query Attributes.identity.S --output text) || return 1
  [[ -n $wire && $wire != None ]]
}

take_identity() {
  case $IDENTITY_SOURCE in
    directory) take_from_directory ;;
    dynamodb) take_from_dynamodb ;;
  esac
}

# Lines of KEY=BASE64, so that no JSON parser is needed.
read_identity() {
  local line key
  while IFS= read -r line; do
    key=${line%%=*}
    if [[ ! $key =~ ^[a-z_]+$ ]]; then die 'the identity is malformed'; fi
    identity[$key]=$(base64 -d < <(printf '%s' "${line#*=}")) || die "the identity is malformed at $key"
  done < <(printf '%s\n' "$wire")
  unset wire
  for key in schema forge_url uuid token labels runner_name runner_file; do
    if [[ -z ${identity[$key]-} ]]; then die "the identity has no $key"; fi
  done
  expect schema 1
  expect forge_url "$FORGE_URL"
  expect labels "$(printf '%s\n' "${LABELS[@]}")"
}

expect() {
  if [[ ${identity[$1]} != "$2" ]]; then
    die "the identity is not for this machine: its $1 is ${identity[$1]//$'\n'/ }, not ${2//$'\n'/ }"
  fi
}

# --- Git and the runner, unprivileged ----------------------------------------

private_file() { # name, content; 0600 by the umask
  printf '%s' "$2" >"$work/$1"
  chown "$uid:$gid" "$work/$1"
}

# Each hostname as it is written in the clone URL: a rewrite (`insteadOf`) would take the
# request away from the `http.<url>.extraheader` that checkout actions set.
configure_git() {
  local base
  for base in "${GIT_BASES[@]}"; do
    # The empty helper drops those of the image: nothing stores a credential.
    printf '[credential "%s"]\n\thelper =\n\thelper = %s\n' "$base" "$state/git-credential"
  done >"$state/gitconfig"
  cat >"$state/git-credential" <<'HELPER'
#!/bin/sh
# Answers git with the clone credential, or else with the job's own token, which ends with the job.
[ "$1" = get ] || exit 0
if [ -r /var/lib/dispatch/runner/clone-credential ]; then
  cat /var/lib/dispatch/runner/clone-credential
else
  token=${GITEA_TOKEN:-${FORGEJO_TOKEN:-${GITHUB_TOKEN:-}}}
  [ -z "$token" ] || printf 'username=dispatch\npassword=%s\n' "$token"
fi
HELPER
  chmod 0755 "$state/git-credential"
  chmod 0644 "$state/gitconfig"
  printf '[include]\n\tpath = %s\n' "$state/gitconfig" >>/etc/gitconfig
  chmod 0644 /etc/gitconfig
  if [[ -n ${identity[clone_credential]-} ]]; then
    private_file clone-credential "${identity[clone_credential]}"$'\n'
  fi
}

prepare_runner() {
  local label
  command=("$program")
  if [[ -n $RUNNER_CONFIGURATION ]]; then command+=(--config "$RUNNER_CONFIGURATION"); fi
  if [[ $RUNNER_KIND == gitea ]]; then
    private_file .runner "${identity[runner_file]}"
    command+=(daemon --once)
  else
    private_file token "${identity[token]}"
    command+=(one-job --wait --url "$FORGE_URL" --uuid "${identity[uuid]}" --token-url "file:$work/token")
    for label in "${LABELS[@]}"; do command+=(--label "$label"); done
    if [[ -n ${identity[handle]-} ]]; then command+=(--handle "${identity[handle]}"); fi
  fi
}

# The first task lifts the idle limit; the runner has read its credential by then.
watch_runner() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    printf '%s\n' "$line" || :
    if [[ $line =~ 'task '[0-9]+' repo is ' && ! -e $run/task ]]; then
      rm -f "$work/.runner" "$work/token"
      : >"$run/task"
    fi
  done
}

run_runner() {
  local status=0 drop=(setpriv --reuid "$uid" --regid "$gid" --init-groups --inh-caps=-all)
  # Otherwise `sudo` would open what was just closed.
  if [[ $METADATA != open ]]; then drop+=(--no-new-privs); fi
  (
    ordinary
    cd "$work"
    # A login shell: the image sets the job's PATH in /etc/profile.d.
    exec env -i HOME="$home" USER="$RUNNER_USER" LOGNAME="$RUNNER_USER" SHELL=/bin/bash LANG=C.UTF-8 PATH="$PATH" \
      GIT_TERMINAL_PROMPT=0 "${drop[@]}" bash -lc 'exec "$@"' bash "${command[@]}"
  ) </dev/null > >(watch_runner) 2>&1 &
  local pid=$!
  printf '%s\n' "$pid" >"$run/runner.pid"
  : >"$run/started"
  say "runner ${identity[runner_name]} started: $program"
  set -m
  deadline "$IDLE_LIMIT_S" task "idle limit: no task within $IDLE_LIMIT_S s" </dev/null >/dev/null 2>&1 &
  set +m
  wait "$pid" || status=$?
  ending="the runner ended with status $status"
}

declare -A identity=()
first_boot_only
run_snippets
find_runner
prepare_user
close_metadata
if [[ $IDENTITY_SOURCE == dynamodb ]] && ! command -v aws >/dev/null; then die 'the AWS CLI is not in the image'; fi
say 'waiting for the identity'
until take_identity; do sleep 2; done
say 'identity taken'
read_identity
install -d -m 0700 -o "$uid" -g "$gid" "$work"
configure_git
prepare_runner
run_runner
