#!/usr/bin/env bash
# Builds targets of one preset with a counter for progress; the compiler's own words appear only when something fails.
#   tools/build.sh PRESET [--tests] [TARGET...]     without targets: everything
# A build folder once configured with the tests keeps them, so that calls with and without --tests share one folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=$1
shift
tests=false
if [[ ${1-} == --tests ]]; then
  tests=true
  shift
fi
folder=build/$preset
mkdir -p "$folder"
log=$folder/build.log

configured() { grep -qs "^QHUB_TESTS:BOOL=$1\$" "$folder/CMakeCache.txt" && [[ -e $folder/build.ninja ]]; }
configure() {
  if ! cmake --preset "$preset" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
  fi
}
if $tests; then
  configured ON || configure -DQHUB_TESTS=ON
else
  configured ON || configured OFF || configure -DQHUB_TESTS=OFF
fi

# One line that counts up on a terminal; a line for each tenth elsewhere.
progress() {
  local line tenth last=0
  while IFS= read -r line; do
    if [[ ! $line =~ ^\[([1-9][0-9]*)/([0-9]+)\] ]]; then continue; fi
    tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    if [[ -t 1 ]]; then
      printf '\r\e[KBuilding %s: %d of %d' "$preset" "${BASH_REMATCH[@]:1:2}"
    elif ((tenth > last)); then
      printf 'Building %s: %d of %d\n' "$preset" "${BASH_REMATCH[@]:1:2}"
    fi
    last=$tenth
  done
  if [[ -t 1 ]]; then printf '\r\e[K'; fi
}
SECONDS=0
targets=()
if (($#)); then targets=(--target "$@"); fi
if ! cmake --build "$folder" "${targets[@]}" 2>&1 | tee "$log" | progress; then
  cat "$log" >&2
  exit 1
fi
printf 'Built %s in %d min %d s.\n' "$preset" $((SECONDS / 60)) $((SECONDS % 60))
