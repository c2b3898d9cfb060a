# shellcheck shell=bash
# `./pipeline bench NAME [OPTION...]`: a benchmark, built in Release with everything else, run alone.

bench() {
  local options=" $* "
  case $options in *' --device cuda'* | *' --suite cuda '*) export PIPELINE_DEVICE=cuda ;; esac
  case $options in *' --peer llama.cpp '* | *' --peer=llama.cpp '* | *' --suite cpu '* | *' --verify '*) find_llama_cpp ;; esac
  [ "${1:-}" != tokenizer ] || find_references
  export PIPELINE_BENCH_OUT=$ROOT/artifacts/bench
  program tests/Pipeline.Benchmarks "$@"
}

# find_llama_cpp: node-llama-cpp with its prebuilt llama.cpp, of the versions that Peers/package.json pins, in this home.
find_llama_cpp() {
  [ "$(uname -sm)" = 'Linux x86_64' ] || die "llama.cpp as a peer is prebuilt for Linux on x86-64 only"
  node_packages llama.cpp "$ROOT/tests/Pipeline.Benchmarks/Peers/package.json" "$PIPELINE_HOME/bench/peers/llama.cpp" ||
    die "llama.cpp could not be had as a peer (see above)"
}
