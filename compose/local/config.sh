# shellcheck shell=bash
# Where things are and how they are set: environment, then what the running stack was told, then defaults.

# What .NET's tools would otherwise leave behind or leave running.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1   # no libicu on a bare system, and none is needed
export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_ADD_GLOBAL_TOOLS_TO_PATH=false
export DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=1 DOTNET_EnableDiagnostics_IPC=0
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 MSBUILDTERMINALLOGGER=off

# use_home DIR: makes DIR the place of everything this run keeps.
use_home() {
  mkdir -p "$1" || die "cannot create $1 (PIPELINE_HOME)"
  PIPELINE_HOME=$(cd "$1" && pwd -P) || die "cannot enter $1 (PIPELINE_HOME)"
  PIDS=$PIPELINE_HOME/pids LOGS=$PIPELINE_HOME/logs
  mkdir -p "$PIDS" "$LOGS" "$PIPELINE_HOME/tmp" "$PIPELINE_HOME/home" || die "cannot write in $PIPELINE_HOME"
  export PIPELINE_HOME TMPDIR=$PIPELINE_HOME/tmp
  [ -n "${HOME:-}" ] || export HOME=$PIPELINE_HOME/home
  # The SDK's own markers go into the clone; NuGet, which follows it there, finds the user's packages and sources.
  export DOTNET_CLI_HOME=$ROOT/.run/dotnet
  export NUGET_HTTP_CACHE_PATH=${NUGET_HTTP_CACHE_PATH:-$HOME/.local/share/NuGet/http-cache}
  mkdir -p "$DOTNET_CLI_HOME" "$HOME/.nuget" 2>/dev/null && [ -e "$DOTNET_CLI_HOME/.nuget" ] || ln -sfn "$HOME/.nuget" "$DOTNET_CLI_HOME/.nuget"
}

SETTINGS='PIPELINE_API_PORT PIPELINE_SCHEDULER_PORT PIPELINE_PG_PORT PIPELINE_AMQP_PORT PIPELINE_WORKERS
  PIPELINE_MODEL PIPELINE_MODEL_NAME PIPELINE_DEVICE PIPELINE_DTYPE PIPELINE_BACKEND
  PIPELINE_SPECULATION PIPELINE_DRAFT_MODEL'

# load_settings [any-port]: fills every setting. With any-port a default port that is busy gives way to a free one.
load_settings() {
  local name given=' '
  for name in $SETTINGS; do
    [ -n "${!name:-}" ] && { given+="$name "; declare "asked_$name=${!name}"; }
  done
  # shellcheck source=/dev/null
  [ -f "$PIPELINE_HOME/settings" ] && . "$PIPELINE_HOME/settings"
  for name in $SETTINGS; do
    local asked=asked_$name
    case $given in *" $name "*) declare -g "$name=${!asked}" ;; esac
  done
  default_port PIPELINE_API_PORT 8080 "${1:-}"
  default_port PIPELINE_SCHEDULER_PORT 8081 "${1:-}"
  default_port PIPELINE_PG_PORT 15432 "${1:-}"
  default_port PIPELINE_AMQP_PORT 15673 "${1:-}"
  : "${PIPELINE_WORKERS:=1}" "${PIPELINE_BACKEND:=local}" "${PIPELINE_DEVICE:=cpu}" "${PIPELINE_DTYPE:=float32}" "${PIPELINE_SPECULATION:=off}" "${PIPELINE_DRAFT_MODEL:=}"
  : "${PIPELINE_MODEL:=$ROOT/gpu-worker/models/pipeline-extract-small}"
  PIPELINE_MODEL=$(realpath -m -- "$PIPELINE_MODEL")
  : "${PIPELINE_MODEL_NAME:=$(basename "$PIPELINE_MODEL")}"
  case $PIPELINE_WORKERS in '' | *[!0-9]*) die "PIPELINE_WORKERS is '$PIPELINE_WORKERS', not a number" ;; esac
  case $PIPELINE_BACKEND in local | echo) ;; *) die "PIPELINE_BACKEND is '$PIPELINE_BACKEND': local or echo" ;; esac
  [ -z "$PIPELINE_DRAFT_MODEL" ] || PIPELINE_DRAFT_MODEL=$(realpath -m -- "$PIPELINE_DRAFT_MODEL")
  case $PIPELINE_SPECULATION in off | lookup | draft) ;; *) die "PIPELINE_SPECULATION is '$PIPELINE_SPECULATION': off, lookup or draft" ;; esac
  case $PIPELINE_DEVICE in cpu | cuda) ;; *) die "PIPELINE_DEVICE is '$PIPELINE_DEVICE': cpu or cuda" ;; esac
}

default_port() { # NAME DEFAULT any-port?
  local value=${!1:-}
  if [ -z "$value" ]; then
    value=$2
    if [ -n "$3" ] && port_listening "$value"; then free_port; value=$REPLY; fi
  fi
  case $value in *[!0-9]*) die "$1 is '$value', not a port" ;; esac
  declare -g "$1=$value"
}

# save_settings: a later `up` repairs this stack as it was; `down` forgets them.
save_settings() {
  local name
  for name in $SETTINGS; do printf '%s=%q\n' "$name" "${!name}"; done >"$PIPELINE_HOME/settings"
}

# load_secrets: passwords and the admin's key, made once per home.
load_secrets() {
  local file=$PIPELINE_HOME/secrets
  if [ ! -s "$file" ]; then
    (umask 077
     printf 'PG_PASSWORD=%s\nAMQP_PASSWORD=%s\nADMIN_KEY=sk-%s\n' \
       "$(random_hex 16)" "$(random_hex 16)" "$(random_hex 24)" >"$file") || die "cannot write $file"
  fi
  # shellcheck source=/dev/null
  . "$file"
  PG_URI="Host=127.0.0.1;Port=$PIPELINE_PG_PORT;Username=pipeline;Password=$PG_PASSWORD"
  AMQP_URI="amqp://pipeline:$AMQP_PASSWORD@127.0.0.1:$PIPELINE_AMQP_PORT/"
}

# write_env: what other programs need to talk to this stack.
write_env() {
  (umask 077
   cat >"$PIPELINE_HOME/env" <<ENV
export PIPELINE_HOME=$(printf %q "$PIPELINE_HOME")
export PIPELINE_URL=http://127.0.0.1:$PIPELINE_API_PORT
export PIPELINE_API_KEY=$ADMIN_KEY
export PIPELINE_SCHEDULER_URL=http://127.0.0.1:$PIPELINE_SCHEDULER_PORT
export PIPELINE_PG='$PG_URI;Database=pipeline'
export PIPELINE_AMQP='$AMQP_URI'
ENV
  ) || die "cannot write $PIPELINE_HOME/env"
}
