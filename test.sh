#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test and ends with ctest's summary.
#   ./test.sh [--sanitize] [CTEST OPTION...]     e.g. ./test.sh -R official
# With --sanitize the tests run on a build in which any report of AddressSanitizer or UndefinedBehaviorSanitizer ends the
# program. It is a run of its own, since building everything twice takes longer than anybody waits.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

preset=release
if [[ ${1-} == --sanitize ]]; then
  preset=sanitize
  shift
fi
tools/install-dependencies.sh test
mkdir -p build
tests/environments.sh >build/environments.log 2>&1 &  # waits for the network while the compiler does not
environments=$!
trap 'kill "$environments" 2>/dev/null' EXIT
tools/build.sh "$preset" --tests
tests/fuzz.sh
if ! wait "$environments"; then
  cat build/environments.log >&2
  exit 1
fi
exec ctest --test-dir "build/$preset" --output-on-failure --parallel "$(nproc)" "$@" </dev/null
