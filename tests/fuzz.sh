#!/usr/bin/env bash
# Runs libFuzzer on every reader of circuits, from its corpus, for so many seconds each.
#   tests/fuzz.sh [SECONDS [FOLDER]]     5 by default; FOLDER keeps what it finds from run to run
# An input that breaks a reader is written to build/fuzz/ and ends this with an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-5}
finds=${2:-}
if [[ -z $finds ]]; then
  finds=$(mktemp -d)
  trap 'rm -rf "$finds"' EXIT
fi
corpora=src/qhub/circuit/corpus
log=build/fuzz/fuzz.log

tools/build.sh fuzz openqasm_fuzz json_readers_fuzz
fuzz() {
  local program=$1
  shift
  mkdir -p "$finds/$program"
  if ! "build/fuzz/bin/$program" -max_total_time="$seconds" -timeout=30 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/$program-" "$finds/$program" "$@" >"$log" 2>&1; then
    tail --lines 60 "$log" >&2
    exit 1
  fi
  printf '%s: %s executions in %d s, no findings\n' "$program" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$seconds"
}
fuzz openqasm_fuzz "$corpora/openqasm" -dict="$corpora/openqasm.dict"
fuzz json_readers_fuzz "$corpora/json"
