# shellcheck shell=bash
# Packages of the npm registry, for what is compared with implementations in JavaScript: each set in a folder of its own.

# node_packages NAME PACKAGE_JSON PLACE: installs what the file pins, once; what there is already is kept. Where a package-lock.json is
# beside the file it pins all that comes along, by hash.
node_packages() {
  local name=$1 pinned=$2 place=$3 missing=() lock=${2%package.json}package-lock.json install=(install --no-package-lock)
  cmp -s "$pinned" "$place/package.json" && { [ ! -e "$lock" ] || cmp -s "$lock" "$place/package-lock.json"; } &&
    [ -e "$place/installed" ] && command -v node >/dev/null && return
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  if [ ${#missing[@]} -gt 0 ]; then
    may_install || { say "  missing ${missing[*]}, for $name: install with 'apt-get install ${missing[*]}'"; return 1; }
    logged packages "$LOGS/apt.log" install_packages "${missing[@]}" || { tail_log "$LOGS/apt.log"; return 1; }
  fi
  mkdir -p "$place" && rm -f "$place/installed" && cp "$pinned" "$place/" || return
  if [ -e "$lock" ]; then
    cp "$lock" "$place/" || return
    install=(ci)
  fi
  # Without optional packages, which are builds for other systems and GPUs, and without scripts, which would build them.
  logged "$name" "$LOGS/npm.log" npm "${install[@]}" --prefix "$place" --ignore-scripts --omit=optional --no-audit --no-fund ||
    { tail_log "$LOGS/npm.log"; return 1; }
  touch "$place/installed"
}

# find_references: PIPELINE_REFERENCES, the folder with Hugging Face's tokenizers and templates; without it those tests skip.
find_references() {
  local place=$PIPELINE_HOME/references
  node_packages references "$ROOT/tests/Pipeline.Tokenization.Tests/References/package.json" "$place" || return 0
  export PIPELINE_REFERENCES=$place
}

# find_clients: PIPELINE_OPENAI_NODE, the folder with OpenAI's client for JavaScript; without it its tests skip. The one for Python is on
# no registry that npm or apt reach: PIPELINE_OPENAI_PYTHON may name a Python that has it.
find_clients() {
  local place=$PIPELINE_HOME/clients
  node_packages clients "$ROOT/tests/Pipeline.EndToEnd.Tests/Clients/package.json" "$place" || return 0
  export PIPELINE_OPENAI_NODE=$place
}
