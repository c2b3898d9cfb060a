# shellcheck shell=bash
# Who runs what: PostgreSQL and RabbitMQ refuse or should not run as root, so root lends them their packages' accounts.

# run_as ACCOUNT: the command prefix that drops root for that account, in AS (empty when we are not root).
run_as() {
  AS=()
  [ "$EUID" = 0 ] && [ "$SERVICES_BY" = native ] || return 0
  local account capability capped
  account_of "$1"; account=$REPLY
  AS=(setpriv --reuid "$account" --regid "$(id -gn "$account")" --init-groups)
  "${AS[@]}" stat "$PIPELINE_HOME/." >/dev/null 2>&1 && return
  # A folder above is closed to it (a clone in /root, say): lend it the right to pass and read, and no other.
  for capability in dac_read_search dac_override; do
    capped=("${AS[@]}" --inh-caps "+$capability" --ambient-caps "+$capability")
    "${capped[@]}" stat "$PIPELINE_HOME/." >/dev/null 2>&1 && { AS=("${capped[@]}"); return; }
  done
  die "user $account cannot enter $PIPELINE_HOME: a folder above is closed to it (chmod o+x it, or set PIPELINE_HOME to an open place)"
}

account_of() {
  REPLY=$1
  id "$REPLY" >/dev/null 2>&1 || REPLY=nobody
}

# own ACCOUNT [-R] PATH: gives PATH to the account when we are root.
own() {
  [ "$EUID" = 0 ] || return 0
  account_of "$1"; shift
  if [ "$1" = -R ]; then chown -R "$REPLY": "$2"; else chown "$REPLY": "$1"; fi
}
