# shellcheck shell=bash
# `./pipeline bench NAME [OPTION...]`: a benchmark, built in Release with everything else, run alone.

bench() {
  export PIPELINE_BENCH_OUT=$ROOT/artifacts/bench
  program tests/Pipeline.Benchmarks "$@"
}
