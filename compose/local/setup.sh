# shellcheck shell=bash
# What a fresh machine lacks: PostgreSQL and RabbitMQ, and this project's own build.

# find_dotnet: an SDK that global.json accepts.
find_dotnet() {
  local place
  for place in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet; do
    command -v dotnet >/dev/null && break
    [ -n "$place" ] && [ -x "$place/dotnet" ] && PATH=$place:$PATH
  done
  command -v dotnet >/dev/null || die "the .NET SDK 10 is missing: see https://dot.net/download"
  (cd "$ROOT" && dotnet --version >/dev/null 2>&1) || die "no .NET SDK here fits global.json ($(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' -)): .NET SDK 10 is needed, see https://dot.net/download"
}

# find_services: decides who runs PostgreSQL and RabbitMQ: SERVICES_BY native or docker. Installs them when it may.
find_services() {
  local missing=()
  SERVICES_BY=native
  postgres_find || missing+=(postgresql)
  rabbitmq_find || missing+=(rabbitmq-server)
  [ ${#missing[@]} = 0 ] && return
  if [ "${1:-}" = look ]; then SERVICES_BY=docker; return; fi
  if may_install; then
    if logged packages "$LOGS/apt.log" install_packages "${missing[@]}"; then
      postgres_find && rabbitmq_find && return
      die "installed ${missing[*]}, but its programs are not where they should be"
    fi
    tail_log "$LOGS/apt.log"
    docker_engine || die "could not install ${missing[*]} (see above)"
  fi
  docker_engine || die "missing ${missing[*]}: install with 'apt-get install ${missing[*]}', or start a Docker engine"
  SERVICES_BY=docker
}

may_install() {
  command -v apt-get >/dev/null || return 1
  [ "$EUID" = 0 ] || sudo -n true 2>/dev/null
}

# install_packages NAME...: the programs alone. No cluster of the system's is made, nothing is started now or at boot.
install_packages() {
  local as_root=(bash)
  [ "$EUID" = 0 ] || as_root=(sudo -n env TMPDIR=/tmp bash)
  "${as_root[@]}" -s -- "$@" <<'SCRIPT'
set -eu
export DEBIAN_FRONTEND=noninteractive
guard=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d/pipeline-install.conf
made=
undo() { rm -f "$cluster"; rmdir --ignore-fail-on-non-empty -p "${cluster%/*}" 2>/dev/null || true; [ -z "$made" ] || rm -f "$guard"; }
trap undo EXIT
if [ ! -e "$guard" ]; then made=1; printf '#!/bin/sh\nexit 101\n' >"$guard"; chmod 755 "$guard"; fi
mkdir -p "${cluster%/*}"
echo 'create_main_cluster = false' >"$cluster"
enabled() { for unit in postgresql rabbitmq-server epmd.socket epmd.service; do
  systemctl is-enabled --quiet "$unit" 2>/dev/null && echo "$unit"; done; true; }
before=$(command -v systemctl >/dev/null && enabled || true)
apt-get update
apt-get install -y --no-install-recommends "$@"
if command -v systemctl >/dev/null; then
  for unit in $(enabled); do
    case " $(echo $before) " in *" $unit "*) ;; *) systemctl disable "$unit" || true ;; esac
  done
fi
SCRIPT
}

# dll PROJECT_FOLDER: the built program of a project, in REPLY.
dll() { REPLY=$ROOT/$1/bin/Release/net10.0/$(basename "$1").dll; }

# build: everything, once, unless nothing changed since.
build() {
  local stamp=$ROOT/.run/built properties=(-p:PipelineCuda=false) jobs status
  [ "${PIPELINE_DEVICE:-cpu}" = cuda ] && properties=(-p:PipelineCuda=true)
  exec 8>>"$ROOT/.run/build.lock" || die "cannot write $ROOT/.run"
  flock -n 8 || { say "  waiting for another build"; flock 8; }
  if [ -f "$stamp" ] && [ "$(<"$stamp")" = "${properties[*]}" ] && [ -z "$(changed_since "$stamp")" ]; then
    exec 8>&-
    return
  fi
  find_dotnet
  jobs=$(nproc); [ "$jobs" -le 8 ] || jobs=8
  [ -z "${CI:-}" ] || properties+=(-p:RestoreLockedMode=true)
  rm -f "$stamp"
  touch "$stamp.new"   # what changes while the build runs is newer than this
  local scratch=$ROOT/.run/build-tmp
  mkdir -p "$scratch"
  logged build "$LOGS/build.log" env TMPDIR="$scratch" dotnet build "$ROOT/Pipeline.sln" -c Release -m:"$jobs" -nodeReuse:false \
    -p:UseSharedCompilation=false -p:UseRazorBuildServer=false -v:minimal -nologo "${properties[@]}"
  status=$?
  rm -rf "$scratch"
  if [ $status != 0 ]; then
    grep -E '(error|warning) [A-Z]+[0-9]+:|error :' "$LOGS/build.log" | sort -u | head -n 20 | sed 's/^/    | /' >&2
    die "the build failed; its log is $LOGS/build.log"
  fi
  printf '%s' "${properties[0]}" >"$stamp.new.text"
  touch -r "$stamp.new" "$stamp.new.text"; mv -f "$stamp.new.text" "$stamp"; rm -f "$stamp.new"
  exec 8>&-
}

changed_since() {
  find "$ROOT" \( -name .git -o -name bin -o -name obj -o -name .run -o -name artifacts -o -name TestResults -o -path "$ROOT/gpu-worker/models" \) -prune \
    -o -path "$ROOT" -o -newer "$1" ! -name '*.md' ! -name '*.sh' ! -name pipeline ! -path "$ROOT/compose" ! -path "$ROOT/compose/local*" -print -quit
}
