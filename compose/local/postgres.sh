# shellcheck shell=bash
# A private PostgreSQL under $PIPELINE_HOME/postgres: unprivileged, 127.0.0.1 only, a generated password, no socket file.

postgres_find() {
  PG_BIN=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$PG_BIN" ] || PG_BIN=$(dirname "$(command -v postgres 2>/dev/null)" 2>/dev/null)
  [ -x "$PG_BIN/postgres" ] && [ -x "$PG_BIN/initdb" ] && command -v psql >/dev/null
}

# postgres_sql DATABASE SQL: as the superuser.
postgres_sql() {
  if [ "$SERVICES_BY" = docker ]; then docker_sql "$@"; return; fi
  PGPASSWORD=$PG_PASSWORD PGCONNECT_TIMEOUT=3 psql -qAtX -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PIPELINE_PG_PORT" -U pipeline -d "$1" -c "$2"
}

postgres_ready()  { pid_of postgres && postgres_sql postgres 'select 1' >/dev/null 2>&1; }
postgres_detail() { echo "127.0.0.1:$PIPELINE_PG_PORT"; }

postgres_start() {
  local data=$PIPELINE_HOME/postgres
  run_as postgres
  if [ -f "$data/PG_VERSION" ]; then
    local version; version=$(<"$data/PG_VERSION")
    if [ "$("$PG_BIN/postgres" --version | grep -oE '[0-9]+' | head -n 1)" != "$version" ]; then
      PG_BIN=/usr/lib/postgresql/$version/bin
      [ -x "$PG_BIN/postgres" ] || die "$data was made by PostgreSQL $version, which is not installed (./pipeline down --purge starts afresh)"
    fi
  else
    postgres_init "$data" || return 1
  fi
  # A server that was killed leaves children for a moment, and a lock file that could name anyone by now.
  local try orphans
  for try in {1..50}; do
    orphans=$("${AS[@]}" find /proc -maxdepth 2 -name cwd -lname "$data" 2>/dev/null | cut -d/ -f3)
    [ -n "$orphans" ] || break
    # shellcheck disable=SC2086
    kill -QUIT $orphans 2>/dev/null
    sleep 0.1
  done
  rm -f "$data/postmaster.pid"
  cp "$ROOT/compose/local/postgresql.conf" "$data/pipeline.conf" && own postgres "$data/pipeline.conf" || return 1
  cd "$data" 2>/dev/null || cd /
  spawn postgres "${AS[@]}" "$PG_BIN/postgres" -D "$data" -c config_file="$data/pipeline.conf" -p "$PIPELINE_PG_PORT" \
    ${PG_EXTRA[@]+"${PG_EXTRA[@]}"}
  cd "$ROOT" || return 1
}

postgres_init() {
  local data=$1 password=$PIPELINE_HOME/tmp/pwfile
  rm -rf "$data"
  install -d -m 700 "$data" && own postgres "$data" || return 1
  (umask 077; printf '%s\n' "$PG_PASSWORD" >"$password") && own postgres "$password" || return 1
  logged initdb "$LOGS/initdb.log" "${AS[@]}" "$PG_BIN/initdb" -D "$data" -U pipeline --pwfile="$password" \
    -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --lc-collate=C
  local status=$?
  rm -f "$password"
  [ $status = 0 ] || { tail_log "$LOGS/initdb.log"; rm -rf "$data"; }
  return $status
}

# postgres_database: the database of the stack, made when it is missing.
postgres_database() {
  local found
  found=$(postgres_sql postgres "select 1 from pg_database where datname = 'pipeline'") || return 1
  [ -n "$found" ] || postgres_sql postgres 'create database pipeline'
}
