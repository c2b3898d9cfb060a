# shellcheck shell=bash
# `./pipeline demo`: real documents through the whole stack, by way of the command-line client.

demo() {
  local documents=$ROOT/gpu-worker/models/samples/documents.jsonl keep='' batch work
  while [ $# -gt 0 ]; do
    case $1 in
      --docs) [ -n "${2:-}" ] || die "--docs needs a folder of documents, or a .jsonl file"; documents=$2; shift ;;
      --keep) keep=1 ;;
      *) die "demo knows --docs DIR and --keep, not '$1'" ;;
    esac
    shift
  done
  (cd "$CALLER" && [ -e "$documents" ]) || die "no documents at $documents"
  documents=$(cd "$CALLER" && realpath -- "$documents")

  up any-port
  [ -n "$WAS_UP$keep" ] || trap 'leave; down 3>/dev/null' EXIT
  # shellcheck source=/dev/null
  . "$PIPELINE_HOME/env"
  work=$PIPELINE_HOME/demo
  mkdir -p "$work"
  dll producer-api/Pipeline.Cli
  local cli=(dotnet "$REPLY")

  say ""
  say "  documents   $documents"
  batch=$("${cli[@]}" submit "$documents" --model "$PIPELINE_MODEL_NAME") || die "the batch was not accepted"
  now; local started=$REPLY
  watch_batch "$batch" "${cli[@]}" || die "the batch did not complete: ./pipeline logs worker-1"
  since "$started"; say "  done in $REPLY s"
  "${cli[@]}" results "$batch" -o "$work/output.jsonl" || die "no results of $batch"
  "${cli[@]}" demo-report "$batch" --documents "$documents" --results "$work/output.jsonl"
  local status=$?

  say ""
  say "  all answers   $work/output.jsonl"
  if [ -n "$WAS_UP$keep" ]; then
    show_urls
    say "  it keeps running: ./pipeline submit, ./pipeline status, ./pipeline down"
  else
    say "  while it runs (demo --keep), the API is documented at http://127.0.0.1:$PIPELINE_API_PORT/docs,"
    say "  and the scheduler's dashboard is at http://127.0.0.1:$PIPELINE_SCHEDULER_PORT/hangfire"
    say ""
    trap leave EXIT
    down
  fi
  [ $status = 0 ] || warn "not every document has an answer"
  return $status
}

# watch_batch BATCH CLIENT...: its bar on a terminal; elsewhere a line for each tenth, not for each job.
watch_batch() {
  local batch=$1; shift
  if [ -t 2 ]; then "$@" watch "$batch"; return; fi
  "$@" watch "$batch" 2>&1 | awk '
    $1 == "in_progress" { split($2, n, "/"); tenth = n[2] ? int(10 * n[1] / n[2]) : 0; if (seen && tenth == last) next; seen = 1; last = tenth }
    { print "  " $0; fflush() }' >&3
}
