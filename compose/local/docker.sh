# shellcheck shell=bash
# PostgreSQL and RabbitMQ in containers, for machines where they cannot be installed but a Docker engine runs.
# The .NET services stay processes of this machine.

docker_engine() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

docker_name() { REPLY=pipeline-$(printf %s "$PIPELINE_HOME" | cksum | cut -d' ' -f1)-$1; }

docker_pid_of() {
  docker_name "$1"
  REPLY=$(docker inspect -f '{{if .State.Running}}{{.State.Pid}}{{end}}' "$REPLY" 2>/dev/null)
  [ -n "$REPLY" ]
}

docker_start() { # NAME IMAGE PORT:INNER DATA_FOLDER [docker run options...]
  local name=$1 image=$2 ports=$3 data=$4 container; shift 4
  docker_name "$name"; container=$REPLY
  STARTED+=("$name")
  now; declare -g "started_$name=$REPLY"
  docker rm -f "$container" >/dev/null 2>&1
  logged "$name image" "$LOGS/$name.log" docker run -d --name "$container" -p "127.0.0.1:$ports" -v "$container:$data" "$@" "$image" \
    || { tail_log "$LOGS/$name.log"; return 1; }
  : >"$PIDS/.$name.container"
  docker_pid_of "$name" && echo "$REPLY" >"$PIDS/$name"
}

docker_stop() { # NAME
  docker_name "$1"
  docker logs "$REPLY" >>"$LOGS/$1.log" 2>&1
  docker rm -f "$REPLY" >/dev/null 2>&1 && part "$1" stopped ''
  rm -f "$PIDS/$1" "$PIDS/.$1.container"
}

docker_purge() { # NAME
  docker_name "$1"
  docker volume rm "$REPLY" >/dev/null 2>&1
}

docker_sql() {
  docker_name postgres
  docker exec -e PGPASSWORD="$PG_PASSWORD" "$REPLY" psql -qAtX -v ON_ERROR_STOP=1 -h 127.0.0.1 -U pipeline -d "$1" -c "$2"
}

docker_start_services() {
  pid_of postgres || docker_start postgres postgres:17 "$PIPELINE_PG_PORT:5432" /var/lib/postgresql/data \
    -e POSTGRES_USER=pipeline -e POSTGRES_PASSWORD="$PG_PASSWORD" || return 1
  pid_of rabbitmq || docker_start rabbitmq rabbitmq:4 "$PIPELINE_AMQP_PORT:5672" /var/lib/rabbitmq \
    --hostname pipeline -e RABBITMQ_DEFAULT_USER=pipeline -e RABBITMQ_DEFAULT_PASS="$AMQP_PASSWORD" || return 1
}
