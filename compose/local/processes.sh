# shellcheck shell=bash
# Background processes by name: start, find, await, stop. pids/NAME holds the id, pids/.NAME when it started:
# together they name one process for ever, however ids are reused.

# start_time PID: the kernel's start tick of a living process, in REPLY; fails for a dead one or a zombie.
start_time() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  stat=${stat##*) }   # the name before it may hold anything
  # shellcheck disable=SC2086
  set -- $stat
  [ "$1" != Z ] && [ "$1" != X ] && REPLY=${20}
}

# pid_of NAME: the id of our running process, in REPLY; fails when it does not run.
pid_of() {
  local pid started
  if [ -f "$PIDS/.$1.container" ]; then docker_pid_of "$1"; return; fi
  { read -r pid <"$PIDS/$1" && read -r started <"$PIDS/.$1"; } 2>/dev/null || return 1
  start_time "$pid" && [ "$REPLY" = "$started" ] && REPLY=$pid
}

# spawn NAME COMMAND...: runs it in a session of its own, output appended to logs/NAME.log. Every child inherits
# PIPELINE_PROCESS, by which strays are found.
spawn() {
  local name=$1 log=$LOGS/$1.log; shift
  [ -f "$log" ] && [ "$(stat -c %s "$log")" -gt 50000000 ] && mv -f "$log" "$log.1"
  forget "$name"
  PIPELINE_PROCESS=$PIDS/$name setsid "$@" >>"$log" 2>&1 </dev/null 3>&- 9>&- &
  local pid=$!
  disown "$pid"
  echo "$pid" >"$PIDS/$name"
  start_time "$pid" && echo "$REPLY" >"$PIDS/.$name"
  STARTED+=("$name")
  now; declare -g "started_${name//-/_}=$REPLY"
}
STARTED=()

# forget NAME: drops the record of a dead process, after ending what it left behind.
forget() {
  local old=
  { read -r old <"$PIDS/$1"; } 2>/dev/null
  end_strays "$1" "$old"
  rm -f "$PIDS/$1" "$PIDS/.$1"
  unset "started_${1//-/_}"
}

# end_strays NAME [SESSION]: kills what carries our mark, or lives in the dead leader's session.
end_strays() {
  local file pid AS=()
  case $1 in postgres | rabbitmq | epmd) run_as "${1/epmd/rabbitmq}" ;; esac   # only itself may read its environment
  for file in $("${AS[@]}" grep -lzxF "PIPELINE_PROCESS=$PIDS/$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=${file#/proc/}; pid=${pid%/environ}
    [ "$pid" = $$ ] || kill -KILL "$pid" 2>/dev/null
  done
  [ -n "${2:-}" ] && ! [ -d "/proc/$2" ] || return 0
  while read -r pid; do kill -KILL "$pid" 2>/dev/null; done < <(cat /proc/[0-9]*/stat 2>/dev/null |
    awk -v session="$2" '{ id = $1; sub(/.*\) /, ""); if ($4 == session) print id }')
}

# running NAME: pid_of, for one that is not on its way out. (A killed process of many threads lingers for a moment.)
running() {
  local kind=${1%-[0-9]*}
  pid_of "$1" || return 1
  "${kind}_ready" "$1" || { sleep 1; pid_of "$1"; }
}

# await SECONDS NAME...: until NAME_ready says so for each; a part that dies or takes too long is named with its log.
await() {
  local limit=$1 pending=() still name kind from since_all failed=0; shift
  now; since_all=$REPLY; last_notice=0
  pending=("$@")
  while [ ${#pending[@]} -gt 0 ]; do
    still=()
    for name in "${pending[@]}"; do
      kind=${name%-[0-9]*} from=started_${name//-/_}
      if "${kind}_ready" "$name"; then
        if [ -n "${!from:-}" ]; then since "${!from}"; else REPLY=''; fi
        part "$name" ready "$REPLY" "$("${kind}_detail" "$name")"
      elif ! pid_of "$name"; then
        since "${!from:-$since_all}"; part "$name" failed "$REPLY" "it ended while starting"
        tail_log "$LOGS/$name.log"; failed=1
      elif since "${!from:-$since_all}"; [ "${REPLY%.*}" -ge "$limit" ]; then
        part "$name" failed "$REPLY" "not ready after $limit s"
        tail_log "$LOGS/$name.log"; failed=1
      else
        still+=("$name")
      fi
    done
    [ $failed = 1 ] && return 1
    pending=("${still[@]}")
    [ ${#pending[@]} = 0 ] || { waiting "starting ${pending[*]}" "$since_all"; sleep 0.1; }
  done
}

# stop SIGNAL SECONDS NAME...: asks all of them at once, insists after SECONDS.
stop() {
  local signal=$1 limit=$2 name from asked=(); shift 2
  now; from=$REPLY
  for name in "$@"; do
    pid_of "$name" || { forget "$name"; continue; }
    asked+=("$name")
    case $name in postgres) kill -INT "$REPLY" ;; *) kill -"$signal" "$REPLY" ;; esac   # INT: its "fast" shutdown
  done
  for name in ${asked[@]+"${asked[@]}"}; do
    while pid_of "$name"; do
      local pid=$REPLY
      since "$from"
      if [ "${REPLY%.*}" -ge "$limit" ]; then
        warn "$name (pid $pid) did not stop within $limit s: killed"
        kill -KILL "$pid" 2>/dev/null
        sleep 0.5
      fi
      waiting "stopping $name" "$from"
      sleep 0.05
    done
    since "$from"; part "$name" stopped "$REPLY"
    forget "$name"
  done
}

# http_status PORT PATH: the status code of a GET, in REPLY; fails when nobody answers.
http_status() {
  local line=
  { exec 7<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&7 2>/dev/null
  read -r -t 5 line <&7
  exec 7>&-
  line=${line#* }; REPLY=${line%% *}
  [ -n "$REPLY" ]
}
