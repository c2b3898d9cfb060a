# shellcheck shell=bash
# `./pipeline test`: every tests/*.Tests project against a private PostgreSQL and RabbitMQ of its own.

run_tests() {
  local names=() options=() name project
  while [ $# -gt 0 ]; do
    case $1 in --) shift; options=("$@"); break ;; *) names+=("$1") ;; esac
    shift
  done
  local projects=()
  for project in "$ROOT"/tests/*.Tests; do
    [ ${#names[@]} = 0 ] && { projects+=("$project"); continue; }
    for name in "${names[@]}"; do
      case ${project##*/} in *"$name"*) projects+=("$project"); break ;; esac
    done
  done
  [ ${#projects[@]} -gt 0 ] || die "no test project is named like: ${names[*]}"

  say "${BOLD}pipeline test${RESET}   ${#projects[@]} projects"
  use_home "$PIPELINE_HOME/test"
  lock "$PIPELINE_HOME/lock" no-wait
  PIPELINE_PG_PORT='' PIPELINE_AMQP_PORT=''
  free_port; PIPELINE_PG_PORT=$REPLY
  free_port; PIPELINE_AMQP_PORT=$REPLY
  find_dotnet
  find_services
  case " ${projects[*]} " in *Engine.Tests*) find_cuda_compilers ;; esac
  case " ${projects[*]} " in *Tokenization.Tests*) find_references ;; esac
  case " ${projects[*]} " in *EndToEnd.Tests*) find_clients ;; esac
  build
  trap stop_test_services EXIT
  stop_test_services   # what a killed run left behind
  rm -rf "${PIPELINE_HOME:?}"/{postgres,rabbitmq,secrets,results}
  mkdir -p "$PIPELINE_HOME/results"
  load_secrets
  PG_EXTRA=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400)   # thrown away anyway
  start_services || die "the services of the tests did not start; logs are in $LOGS"

  PASSED=0 FAILED=0 SKIPPED=0
  for project in "${projects[@]}"; do run_project "$project" ${options[@]+"${options[@]}"}; done
  stop_test_services
  say ""
  say "$PASSED passed, $FAILED failed, $SKIPPED skipped"
  [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}

# run_project FOLDER [OPTION...]: one test program; its own report gives the counts, and no report is a failure.
run_project() {
  local project=$1 name log report status counts; shift
  name=${project##*/}; name=${name#Pipeline.}
  log=$LOGS/$name.log report=$PIPELINE_HOME/results/$name.xml
  dll "tests/${project##*/}"
  local program=$REPLY started
  now; started=$REPLY; last_notice=0
  (
    cd "$(dirname "$program")" || exit 1
    exec env -u PIPELINE_URL -u PIPELINE_API_KEY PIPELINE_PROCESS="$PIDS/tests" PIPELINE_REPO="$ROOT" PIPELINE_PG="$PG_URI;Database=postgres" \
      PIPELINE_AMQP="$AMQP_URI" HOME="$PIPELINE_HOME/home" timeout --kill-after=20 3600 \
      dotnet exec "$program" -noColor -noLogo -result-xml "$report" "$@"
  ) >"$log" 2>&1 </dev/null 3>&- 9>&- &
  CHILD=$!
  while kill -0 "$CHILD" 2>/dev/null; do waiting "$name" "$started"; sleep 0.2; done
  wait "$CHILD"; status=$?; CHILD=
  end_strays tests

  since "$started"
  counts=$(grep -o '<assembly [^>]*>' "$report" 2>/dev/null | head -n 1)
  if [ -z "$counts" ]; then
    part_of_tests "$name" failed "$REPLY" "ended without a report, exit code $status"
    tail_log "$log" 40 2>&1
    FAILED=$((FAILED + 1))
    return
  fi
  local passed failed skipped errors
  passed=$(attribute passed) failed=$(attribute failed) skipped=$(attribute skipped) errors=$(attribute errors)
  failed=$((failed + errors))
  [ "$failed" = 0 ] && [ "$status" != 0 ] && [ $((passed + skipped)) -gt 0 ] && failed=1   # it ended badly after its last test
  PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
  part_of_tests "$name" "$([ "$failed" = 0 ] && echo passed || echo failed)" "$REPLY" "$passed passed, $failed failed, $skipped skipped"
  [ "$skipped" = 0 ] || skips_of "$report"
  [ "$failed" = 0 ] || sed -n '/\[FAIL\]/,/^  *at \|^$/p' "$log" | head -n 200 | sed 's/^/    | /'
  [ "$failed" = 0 ] || say "    the whole of it: $log"
}

part_of_tests() {
  local colour=$GREEN
  [ "$2" = failed ] && colour=$RED
  printf '%s  %-22s %s%-7s%s %7s  %s\n' "$CLEAR" "$1" "$colour" "$2" "$RESET" "$3 s" "$4" >&3
}

attribute() { local value; value=$(printf %s "$counts" | grep -oE " $1=\"[0-9]+\"" | tr -cd 0-9); echo "${value:-0}"; }

# skips_of REPORT: the name of each skipped test and why.
skips_of() {
  awk 'BEGIN { RS = "<test " } /result="Skip"/ {
    name = $0; match(name, /(^| )name="[^"]*"/); name = substr(name, RSTART, RLENGTH); sub(/^ ?name="/, "", name); sub(/"$/, "", name)
    why = $0; sub(/^.*<reason>/, "", why); sub(/<\/reason>.*$/, "", why); gsub(/<!\[CDATA\[|\]\]>/, "", why)
    print "    skipped: " name ": " why }' "$1"
}

stop_test_services() {
  [ -z "${CHILD:-}" ] || { kill "$CHILD" 2>/dev/null; wait "$CHILD" 2>/dev/null; CHILD=; }
  local parts
  mapfile -t parts < <(all_parts)
  [ ${#parts[@]} = 0 ] || stop_parts "${parts[@]}" 3>/dev/null
  end_strays tests
}
