# shellcheck shell=bash
# Two compilers that the tests of the CUDA kernels want, and that need no GPU: NVIDIA's run-time compiler, which must accept
# the sources, and g++, which makes them run on the CPU. Where one cannot be had, those tests skip and say so.

# find_cuda_compilers: g++ on the PATH and PIPELINE_NVRTC, as far as they can be had.
find_cuda_compilers() {
  if ! command -v g++ >/dev/null && may_install; then
    logged g++ "$LOGS/g++.log" install_packages g++ || tail_log "$LOGS/g++.log"
  fi
  [ -z "${PIPELINE_NVRTC:-}" ] || return 0
  local place=$PIPELINE_HOME/nvrtc
  if ! nvrtc_in "$place" && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
    logged nvrtc "$LOGS/nvrtc.log" fetch_nvrtc "$place" || tail_log "$LOGS/nvrtc.log" 5
  fi
  nvrtc_in "$place" && export PIPELINE_NVRTC=$REPLY
  return 0
}

# nvrtc_in DIR: the library, unpacked there, in REPLY.
nvrtc_in() {
  REPLY=$(compgen -G "$1/usr/lib/*/libnvrtc.so.11.2") || return 1
}

# fetch_nvrtc DIR: unpacks it there: CUDA 11.8's, from Debian 12's non-free component. The machine's own package lists, sources
# and packages stay as they are.
fetch_nvrtc() {
  local new=$1.new
  rm -rf "$new"
  mkdir -p "$new/lists/partial" "$new/cache/archives/partial" || return
  (
    cd "$new" || exit
    echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm non-free' >sources.list
    apt=(apt-get -o "Dir::Etc::sourcelist=$new/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$new/lists"
      -o "Dir::Cache=$new/cache" -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=20)
    "${apt[@]}" update && "${apt[@]}" download libnvrtc11.2 libnvrtc-builtins11.8 || exit
    for package in ./*.deb; do dpkg-deb -x "$package" unpacked || exit; done
  ) || return
  rm -rf "$1"
  mv "$new/unpacked" "$1" && rm -rf "$new"
}
