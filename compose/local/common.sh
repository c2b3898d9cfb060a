# shellcheck shell=bash
# Words on the screen, elapsed time, locks, ports. Sourced by ../../pipeline.

# Progress goes to descriptor 3: stdout for commands about the stack, stderr where stdout carries data.
exec 3>&1

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' RESET=$'\e[0m' CLEAR=$'\r\e[K'
else
  BOLD='' DIM='' RED='' GREEN='' RESET='' CLEAR=''
fi

say()  { printf '%s\n' "$*" >&3; }
warn() { printf '%spipeline: %s%s\n' "$CLEAR" "$*" "$RESET" >&2; }
die()  { printf '%s%spipeline: %s%s\n' "$CLEAR" "$RED" "$*" "$RESET" >&2; exit 1; }

# now: milliseconds on the clock, in REPLY.
now()     { REPLY=${EPOCHREALTIME/[.,]/}; REPLY=$((REPLY / 1000)); }
# since MS: seconds since then with one decimal, in REPLY.
since()   { local from=$1; now; REPLY=$(((REPLY - from) / 100)); REPLY=$((REPLY / 10)).$((REPLY % 10)); }

# part NAME STATE SECONDS DETAIL: one line of a table that grows as things happen.
part() {
  local colour=$GREEN
  case $2 in failed | stopped | down) colour=$RED ;; esac
  printf '%s  %-11s %s%-8s%s %6s  %s\n' "$CLEAR" "$1" "$colour" "$2" "$RESET" "${3:+$3 s}" "${4:-}" >&3
}

# waiting TEXT STARTED_MS: a line that is rewritten on a terminal and printed every 15 s elsewhere.
last_notice=0
waiting() {
  since "$2"
  local whole=${REPLY%.*}
  if [ -n "$CLEAR" ]; then
    printf '%s%s  … %s  %s s%s' "$CLEAR" "$DIM" "$1" "$whole" "$RESET" >&3
  elif [ "$whole" -ge $((last_notice + 15)) ]; then
    last_notice=$whole
    printf '  … %s, %s s\n' "$1" "$whole" >&3
  fi
}

# tail_log FILE: the end of a log, indented, on stderr.
tail_log() {
  [ -s "$1" ] || { printf '    (%s is empty)\n' "$1" >&2; return; }
  printf '%s    the end of %s:%s\n' "$BOLD" "$1" "$RESET" >&2
  tail -n "${2:-20}" "$1" | sed 's/^/    | /' >&2
}

# logged NAME LOG COMMAND...: runs it with its output in LOG, shows the seconds, and the log's end if it fails.
logged() {
  local name=$1 log=$2 started status; shift 2
  now; started=$REPLY; last_notice=0
  "$@" >"$log" 2>&1 </dev/null 9>&- &
  CHILD=$!
  while kill -0 "$CHILD" 2>/dev/null; do waiting "$name" "$started"; sleep 0.2; done
  wait "$CHILD"; status=$?; CHILD=
  since "$started"
  if [ $status = 0 ]; then part "$name" "done" "$REPLY"; else part "$name" failed "$REPLY" "exit code $status"; fi
  return $status
}

# lock FILE [no-wait]: one ./pipeline at a time works on a home; the others wait their turn, or say so.
lock() {
  mkdir -p "$(dirname "$1")" || die "cannot create $(dirname "$1")"
  exec 9>>"$1" || die "cannot write $1"
  flock -n 9 && return
  [ "${2:-}" = no-wait ] && die "another ./pipeline is at work on $(dirname "$1")"
  say "  waiting for another ./pipeline to finish with $(dirname "$1")"
  flock -w 900 9 || die "another ./pipeline has held $1 for 15 minutes"
}
unlock() { exec 9>&-; }

# random_hex BYTES: fresh secret text on stdout.
random_hex() { od -An -v -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# port_listening PORT: does anything on this machine listen on it? (From /proc: bare systems have no ss.)
port_listening() {
  local hex; printf -v hex ':%04X' "$1"
  awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# port_owner PORT: who listens on it, as "NAME (pid N)" or "another user's process", in REPLY.
port_owner() {
  local hex inode link; printf -v hex ':%04X' "$1"
  inode=$(awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10; exit }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  for link in /proc/[0-9]*/fd/*; do
    [ "$(readlink "$link" 2>/dev/null)" = "socket:[$inode]" ] || continue
    REPLY=${link#/proc/}; REPLY=${REPLY%%/*}
    REPLY="$(cat "/proc/$REPLY/comm" 2>/dev/null) (pid $REPLY)"
    return
  done
  REPLY="another user's process"
}

# free_port: a port nobody uses, below the range that client sockets are given, in REPLY.
taken_ports=' '
free_port() {
  local try
  for try in {1..200}; do
    REPLY=$((10240 + (RANDOM * 32768 + RANDOM) % 20000))
    case $taken_ports in *" $REPLY "*) continue ;; esac
    port_listening "$REPLY" && continue
    taken_ports+="$REPLY "
    return
  done
  die "no free port found in $try tries"
}
