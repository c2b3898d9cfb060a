# shellcheck shell=bash
# `./pipeline bench NAME [OPTION...]`: a benchmark, built in Release with everything else, run alone.

bench() {
  local options=" $* "
  case $options in *' --device cuda'* | *' --suite cuda '*) export PIPELINE_DEVICE=cuda ;; esac
  case $options in *' --peer llama.cpp '* | *' --peer=llama.cpp '* | *' --suite cpu '* | *' --verify '*) find_llama_cpp ;; esac
  case $options in ' tokenizer '* | *' --vocabulary '* | *' --vocabulary='*) find_references ;; esac
  export PIPELINE_BENCH_OUT=$ROOT/artifacts/bench
  case $options in
    *' --help '* | *' -h '*) ;;
    ' ingest '* | ' end-to-end '* | ' fairness '* | ' cancel '*) bench_service "$@"; return ;;
  esac
  program tests/Pipeline.Benchmarks "$@"
}

# bench_service NAME [OPTION...]: against a stack of its own with an echo for a model (cancel has a real one), which is thrown away afterwards.
bench_service() {
  local planned=${PIPELINE_MODEL:-$ROOT/gpu-worker/models/pipeline-extract-small} status
  use_home "$PIPELINE_HOME/bench/service"
  PIPELINE_BACKEND=echo PIPELINE_MODEL_NAME=bench-echo PIPELINE_WORKERS=1
  case $1 in
    # A fixed pace, and one batch of 100,000.
    fairness) export Pipeline__Worker__Echo__DelayMilliseconds=100 Pipeline__Worker__MaxRunning=8 Pipeline__MaxBatchLines=100000 ;;
    cancel) PIPELINE_BACKEND=local PIPELINE_MODEL_NAME=bench-cancel ;;
  esac
  PIPELINE_API_PORT='' PIPELINE_SCHEDULER_PORT='' PIPELINE_PG_PORT='' PIPELINE_AMQP_PORT=''
  # Two models that no worker serves: the API makes plans for one, and knows but the name of the other. Without the model's
  # configuration its context is not known, and lines of any length are good.
  rm -rf "$PIPELINE_HOME/planned" && mkdir "$PIPELINE_HOME/planned" && ln -s "$planned"/* "$PIPELINE_HOME/planned/" && rm "$PIPELINE_HOME/planned/config.json" ||
    die "no model in $planned (PIPELINE_MODEL)"
  export Pipeline__Models__1=bench-planned Pipeline__Models__2=bench-unplanned
  export Pipeline__ModelDirectories__0='' Pipeline__ModelDirectories__1=$PIPELINE_HOME/planned
  up any-port
  trap 'leave; down --purge 3>/dev/null' EXIT
  # shellcheck source=/dev/null
  . "$PIPELINE_HOME/env"
  dll tests/Pipeline.Benchmarks
  dotnet "$REPLY" "$@" 3>&- &
  CHILD=$!
  wait "$CHILD"
  status=$?
  CHILD=
  return $status
}

# find_llama_cpp: node-llama-cpp with its prebuilt llama.cpp, of the versions that Peers/package.json pins, in this home.
find_llama_cpp() {
  [ "$(uname -sm)" = 'Linux x86_64' ] || die "llama.cpp as a peer is prebuilt for Linux on x86-64 only"
  node_packages llama.cpp "$ROOT/tests/Pipeline.Benchmarks/Peers/package.json" "$PIPELINE_HOME/bench/peers/llama.cpp" ||
    die "llama.cpp could not be had as a peer (see above)"
}
