# shellcheck shell=bash
# A private RabbitMQ node under $PIPELINE_HOME/rabbitmq: its own name, ports, cookie, user and epmd.

rabbitmq_find() {
  RABBITMQ_BIN=/usr/lib/rabbitmq/bin   # not /usr/sbin: those wrappers change user and drop the environment
  [ -x $RABBITMQ_BIN/rabbitmq-server ] && command -v erl >/dev/null && EPMD=$(command -v epmd)
}

# rabbitmq_environment: the node's whole configuration by environment, in RABBITMQ_ENV. It starts in its own folder
# and names it so: its scripts cannot bear a blank in a path, nor Erlang a closed folder above.
rabbitmq_environment() {
  local base=/proc/self/cwd
  # shellcheck source=/dev/null
  . "$PIPELINE_HOME/rabbitmq/ports"
  RABBITMQ_ENV=(HOME="$base" TMPDIR="$base" LANG=C.UTF-8
    RABBITMQ_NODENAME="pipeline@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
    RABBITMQ_NODE_PORT="$PIPELINE_AMQP_PORT" RABBITMQ_DIST_PORT="$DIST_PORT"
    ERL_EPMD_PORT="$EPMD_PORT" ERL_EPMD_ADDRESS=127.0.0.1
    RABBITMQ_BASE="$base" RABBITMQ_MNESIA_BASE="$base/mnesia" RABBITMQ_LOG_BASE="$base/log"
    RABBITMQ_CONFIG_FILE="$base/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$base/advanced.config"
    RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_GENERATED_CONFIG_DIR="$base/schema"
    RABBITMQ_ENABLED_PLUGINS_FILE="$base/enabled_plugins"
    RABBITMQ_CTL_ERL_ARGS="-start_epmd false" ERL_CRASH_DUMP="$base/log/erl_crash.dump" ERL_CRASH_DUMP_SECONDS=0
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
    RUNNING_UNDER_SYSTEMD=1 RABBITMQ_ALLOW_INPUT=)   # replace the shell: the pid we know is the node's own
}

# The AMQP listener opens last: a server that greets is a booted one.
rabbitmq_ready() {
  local greeting
  pid_of rabbitmq || return 1
  { exec 7<>"/dev/tcp/127.0.0.1/$PIPELINE_AMQP_PORT"; } 2>/dev/null || return 1
  printf 'AMQP\0\0\011\001' >&7
  greeting=$(timeout 2 head -c 1 <&7 | od -An -tx1)
  exec 7>&-
  [ "$greeting" = ' 01' ]
}
rabbitmq_detail() { echo "127.0.0.1:$PIPELINE_AMQP_PORT"; }

epmd_ready() { pid_of epmd && port_listening "$EPMD_PORT"; }
epmd_detail() { :; }

rabbitmq_start() {
  local base=$PIPELINE_HOME/rabbitmq
  run_as rabbitmq
  mkdir -p "$base"/{mnesia,log,schema} || return 1
  rabbitmq_ports "$base/ports"
  { cat "$ROOT/compose/local/rabbitmq.conf"
    echo "listeners.tcp.default = 127.0.0.1:$PIPELINE_AMQP_PORT"
    echo "default_user = pipeline"
    echo "default_pass = $AMQP_PASSWORD"; } >"$base/rabbitmq.conf" || return 1
  echo '[].' >"$base/enabled_plugins"
  echo '[].' >"$base/advanced.config"
  [ -s "$base/.erlang.cookie" ] || random_hex 16 >"$base/.erlang.cookie"
  chmod 400 "$base/.erlang.cookie"; chmod 600 "$base/rabbitmq.conf"; chmod 700 "$base"
  own rabbitmq -R "$base" || return 1
  rabbitmq_environment
  epmd_start || return 1
  cd "$base" || return 1
  spawn rabbitmq "${AS[@]}" env "${RABBITMQ_ENV[@]}" "$RABBITMQ_BIN/rabbitmq-server"
  cd "$ROOT" || return 1
}

# epmd_start: the node's name server, where it does not run. A node that outlived its own finds the new one by itself.
epmd_start() {
  local try
  pid_of epmd && return
  run_as rabbitmq
  rabbitmq_environment
  spawn epmd "${AS[@]}" env ERL_EPMD_ADDRESS=127.0.0.1 "$EPMD" -port "$EPMD_PORT"
  for try in {1..100}; do
    epmd_ready && return
    sleep 0.05
  done
  part epmd failed '' "port $EPMD_PORT"
  tail_log "$LOGS/epmd.log"
  return 1
}

# rabbitmq_ports FILE: the node's inner ports: free ones, kept while they stay free and epmd lives.
rabbitmq_ports() {
  local DIST_PORT='' EPMD_PORT=''
  # shellcheck source=/dev/null
  [ -f "$1" ] && . "$1"
  if [ -z "$DIST_PORT" ] || port_listening "$DIST_PORT"; then free_port; DIST_PORT=$REPLY; fi
  if ! pid_of epmd && { [ -z "$EPMD_PORT" ] || port_listening "$EPMD_PORT"; }; then free_port; EPMD_PORT=$REPLY; fi
  printf 'DIST_PORT=%s\nEPMD_PORT=%s\n' "$DIST_PORT" "$EPMD_PORT" >"$1"
}
