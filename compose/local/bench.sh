# shellcheck shell=bash
# `./pipeline bench NAME [OPTION...]`: a benchmark, built in Release with everything else, run alone.

bench() {
  local options=" $* "
  case $options in *' --device cuda'* | *' --suite cuda '*) export PIPELINE_DEVICE=cuda ;; esac
  case $options in *' --peer llama.cpp '* | *' --peer=llama.cpp '* | *' --suite cpu '* | *' --verify '*) find_llama_cpp ;; esac
  export PIPELINE_BENCH_OUT=$ROOT/artifacts/bench
  program tests/Pipeline.Benchmarks "$@"
}

# find_llama_cpp: node-llama-cpp with its prebuilt llama.cpp, of the versions that Peers/package.json pins, in this home.
find_llama_cpp() {
  local peers=$ROOT/tests/Pipeline.Benchmarks/Peers place=$PIPELINE_HOME/bench/peers/llama.cpp missing=()
  [ "$(uname -sm)" = 'Linux x86_64' ] || die "llama.cpp as a peer is prebuilt for Linux on x86-64 only"
  cmp -s "$peers/package.json" "$place/package.json" && [ -e "$place/installed" ] && command -v node >/dev/null && return
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  if [ ${#missing[@]} -gt 0 ]; then
    may_install || die "missing ${missing[*]}, for llama.cpp as a peer: install with 'apt-get install ${missing[*]}'"
    logged packages "$LOGS/apt.log" install_packages "${missing[@]}" || { tail_log "$LOGS/apt.log"; die "could not install ${missing[*]}"; }
  fi
  mkdir -p "$place" && rm -f "$place/installed" && cp "$peers/package.json" "$place/" || die "cannot write $place"
  # Without the optional packages, which are its builds for other systems and GPUs, and without scripts, which would build it.
  logged llama.cpp "$LOGS/npm.log" npm install --prefix "$place" --ignore-scripts --omit=optional --no-audit --no-fund --no-package-lock ||
    { tail_log "$LOGS/npm.log"; die "npm could not install node-llama-cpp"; }
  touch "$place/installed"
}
