# shellcheck shell=bash
# The whole stack in the background: up, down, status, logs.

start_services() {
  if [ "$SERVICES_BY" = docker ]; then
    docker_start_services || return 1
  else
    if running rabbitmq; then epmd_start || return 1
    else port_is_free AMQP_PORT rabbitmq && rabbitmq_start || return 1; fi
    running postgres || { port_is_free PG_PORT postgres && postgres_start || return 1; }
  fi
  await 240 postgres rabbitmq
}

# port_is_free SETTING NAME: before NAME starts on its port.
port_is_free() {
  local setting=PIPELINE_$1 try
  for try in {1..30}; do   # a killed process gives its port back a moment later
    pid_of "$2" && return
    port_listening "${!setting}" || return 0
    sleep 0.1
  done
  port_owner "${!setting}"
  part "$2" failed '' "port ${!setting} is in use by $REPLY; set $setting to another"
  return 1
}

# service NAME PROJECT PORT [VARIABLE=VALUE...]: starts one of ours in its own folder, so that it finds its settings.
service() {
  local name=$1 port=$3 program; dll "$2"; program=$REPLY; shift 3
  cd "$(dirname "$program")" || return 1
  spawn "$name" env HOME="$PIPELINE_HOME/home" ASPNETCORE_URLS="http://127.0.0.1:$port" "${SERVICE_ENV[@]}" "$@" dotnet "$program"
  cd "$ROOT" || return 1
}

service_environment() {
  SERVICE_ENV=("ConnectionStrings__Pipeline=$PG_URI;Database=pipeline" "ConnectionStrings__RabbitMq=$AMQP_URI"
    "Pipeline__AdminApiKey=$ADMIN_KEY" "Pipeline__Models__0=$PIPELINE_MODEL_NAME"
    "Pipeline__Pricing__DeviceHour=${Pipeline__Pricing__DeviceHour:-2.00}"
    "Pipeline__Pricing__Currency=${Pipeline__Pricing__Currency:-USD}"
    # For estimates until a model has run: slow rather than fast.
    "Pipeline__Pricing__AssumedPromptTokensPerSecond=${Pipeline__Pricing__AssumedPromptTokensPerSecond:-1000}"
    "Pipeline__Pricing__AssumedOutputTokensPerSecond=${Pipeline__Pricing__AssumedOutputTokensPerSecond:-100}"
    "Pipeline__Worker__ModelDirectory=$PIPELINE_MODEL" "Pipeline__Worker__ModelName=$PIPELINE_MODEL_NAME"
    "Pipeline__Worker__Device=$PIPELINE_DEVICE" "Pipeline__Worker__Dtype=$PIPELINE_DTYPE"
    "Pipeline__Worker__Speculation=$PIPELINE_SPECULATION" "Pipeline__Worker__DraftModelDirectory=$PIPELINE_DRAFT_MODEL"
    "Pipeline__Worker__Backend=$PIPELINE_BACKEND")
  # The API reads the model's tokenizer, to see what the prompts of a batch share; an echo has none.
  [ "$PIPELINE_BACKEND" = echo ] || SERVICE_ENV+=("Pipeline__ModelDirectories__0=$PIPELINE_MODEL")
}

migrate() {
  dll db/Pipeline.Migrator
  postgres_database && cd "$(dirname "$REPLY")" && env HOME="$PIPELINE_HOME/home" "${SERVICE_ENV[@]}" dotnet "$REPLY"
}

api_ready()        { pid_of "$1" && http_status "$PIPELINE_API_PORT" /health/ready && [ "$REPLY" = 200 ]; }
api_detail()       { echo "http://127.0.0.1:$PIPELINE_API_PORT"; }
scheduler_ready()  { pid_of "$1" && http_status "$PIPELINE_SCHEDULER_PORT" /health/ready && [ "$REPLY" = 200 ]; }
scheduler_detail() { echo "http://127.0.0.1:$PIPELINE_SCHEDULER_PORT"; }
worker_port()      { REPLY=$(<"$PIDS/.$1.port"); }
worker_ready()     { pid_of "$1" && worker_port "$1" && http_status "$REPLY" /health/ready && [ "$REPLY" = 200 ]; }
worker_detail()    { echo "$PIPELINE_MODEL_NAME, $PIPELINE_BACKEND backend on $PIPELINE_DEVICE"; }

# start_stack: everything that is not running. Returns 1, with what this call started stopped again, when a part fails.
start_stack() {
  local number workers=() names=()
  STARTED=() WAS_UP=
  [ "$PIPELINE_BACKEND" = echo ] || [ -f "$PIPELINE_MODEL/config.json" ] || die "no model in $PIPELINE_MODEL (PIPELINE_MODEL)"
  load_secrets
  save_settings
  service_environment
  local api=0 scheduler=0
  running api && api=1 WAS_UP=1
  running scheduler && scheduler=1
  port_is_free API_PORT api && port_is_free SCHEDULER_PORT scheduler || { undo_start; return 1; }
  if ! start_services; then undo_start; return 1; fi
  if [ $api = 0 ]; then
    logged migrations "$LOGS/migrator.log" migrate || { tail_log "$LOGS/migrator.log"; undo_start; return 1; }
  fi
  for ((number = 1; number <= PIPELINE_WORKERS; number++)); do
    names+=("worker-$number")
    running "worker-$number" && continue
    free_port; echo "$REPLY" >"$PIDS/.worker-$number.port"
    workers+=("worker-$number:$REPLY")
  done
  [ $api = 1 ] || service api producer-api/Pipeline.ProducerApi "$PIPELINE_API_PORT"
  [ $scheduler = 1 ] || service scheduler scheduler/Pipeline.Scheduler "$PIPELINE_SCHEDULER_PORT"
  for number in ${workers[@]+"${workers[@]}"}; do service "${number%:*}" gpu-worker/Pipeline.GpuWorker "${number#*:}"; done
  if ! await 600 api scheduler ${names[@]+"${names[@]}"}; then undo_start; return 1; fi
  STARTED=()
  write_env
}

undo_start() {
  if [ ${#STARTED[@]} = 0 ]; then
    [ -n "${PIDS:-}" ] && [ -z "$(all_parts)" ] && rm -f "$PIPELINE_HOME/settings"
    return
  fi
  local parts=("${STARTED[@]}")
  STARTED=()
  say "  stopping what had been started"
  PATIENCE=5   # one that is still starting may not listen, and has nothing to lose
  stop_parts "${parts[@]}"
  [ -n "$(all_parts)" ] || rm -f "$PIPELINE_HOME/settings"
}

# stop_parts NAME...: in the order that lets each finish what it does: workers, services, then what they stand on.
stop_parts() {
  local name workers=() services=() ground=() epmd=()
  for name in "$@"; do
    if [ -f "$PIDS/.$name.container" ]; then docker_stop "$name"; continue; fi
    case $name in
      worker-*) workers+=("$name") ;;
      postgres | rabbitmq) ground+=("$name") ;;
      epmd) epmd+=("$name") ;;
      *) services+=("$name") ;;
    esac
  done
  stop TERM "${PATIENCE:-40}" ${workers[@]+"${workers[@]}"}
  stop TERM "${PATIENCE:-40}" ${services[@]+"${services[@]}"}
  stop TERM "${PATIENCE:-40}" ${ground[@]+"${ground[@]}"}
  stop TERM 5 ${epmd[@]+"${epmd[@]}"}
}

all_parts() { find "$PIDS" -maxdepth 1 -type f ! -name '.*' -printf '%f\n' 2>/dev/null | sort; }

up() {
  say "${BOLD}pipeline up${RESET}   $PIPELINE_HOME"
  lock "$PIPELINE_HOME/lock"
  load_settings "${1:-}"
  find_dotnet
  find_services
  build
  start_stack || die "not up; logs are in $LOGS"
  unlock
}

down() {
  lock "$PIPELINE_HOME/lock"
  find_services look
  local parts
  mapfile -t parts < <(all_parts)
  if [ ${#parts[@]} = 0 ]; then say "  nothing runs in $PIPELINE_HOME"; else stop_parts "${parts[@]}"; fi
  rm -f "$PIPELINE_HOME/settings" "$PIPELINE_HOME/env" "$PIDS"/.*.port
  if [ "${1:-}" = --purge ]; then
    [ "$SERVICES_BY" = docker ] && { docker_purge postgres; docker_purge rabbitmq; }
    rm -rf "${PIPELINE_HOME:?}"/{postgres,rabbitmq,secrets,logs,tmp,home,pids,demo}
    say "  data removed"
  fi
  unlock
}

status() {
  local name all=0 parts=()
  load_settings; load_secrets
  find_services look
  mapfile -t parts < <(all_parts)
  [ ${#parts[@]} -gt 0 ] || { say "  nothing runs in $PIPELINE_HOME"; return 3; }
  # shellcheck source=/dev/null
  [ -f "$PIPELINE_HOME/rabbitmq/ports" ] && . "$PIPELINE_HOME/rabbitmq/ports"
  for name in "${parts[@]}"; do
    if ! pid_of "$name"; then part "$name" down '' "see ./pipeline logs $name"; all=3; continue; fi
    local pid=$REPLY kind=${name%-[0-9]*} memory
    memory=$(awk '/^VmRSS/ { printf "%d MB", $2 / 1024 }' "/proc/$pid/status" 2>/dev/null)
    if "${kind}_ready" "$name"; then part "$name" ready '' "pid $pid  $memory  $("${kind}_detail" "$name")"
    else part "$name" failed '' "pid $pid  $memory  not ready"; all=3; fi
  done
  return $all
}

logs() {
  local follow=() name=
  while [ $# -gt 0 ]; do
    case $1 in -f | --follow) follow=(-F) ;; *) name=$1 ;; esac
    shift
  done
  [ -n "$name" ] || die "usage: ./pipeline logs NAME [-f]   names: $(find "$LOGS" -name '*.log' -printf '%f\n' | sed 's/\.log$//' | sort | paste -sd' ' -)"
  [ -f "$LOGS/$name.log" ] || die "no log of $name in $LOGS"
  if [ ${#follow[@]} -gt 0 ]; then exec tail -n 100 -F "$LOGS/$name.log"; else exec tail -n 200 "$LOGS/$name.log"; fi
}

show_urls() {
  say ""
  say "  API         http://127.0.0.1:$PIPELINE_API_PORT/v1   (documented at http://127.0.0.1:$PIPELINE_API_PORT/docs)"
  say "  dashboard   http://127.0.0.1:$PIPELINE_SCHEDULER_PORT/hangfire   (opens with PIPELINE_API_KEY)"
  say "  for other programs: . $(printf %q "$PIPELINE_HOME/env")   (PIPELINE_URL, PIPELINE_API_KEY, ...)"
}
