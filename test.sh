#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test and ends with ctest's summary.
#   ./test.sh [CTEST OPTION...]     e.g. ./test.sh -R official
# The tests run twice: on the release build, and on one in which any report of AddressSanitizer or
# UndefinedBehaviorSanitizer ends the program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

tools/install-dependencies.sh test
tests/environments.sh
tools/build.sh release --tests
tools/build.sh sanitize --tests

mkdir -p build/tests
printf 'subdirs("%s" "%s")\n' "$PWD/build/release" "$PWD/build/sanitize" >build/tests/CTestTestfile.cmake
exec ctest --test-dir build/tests --output-on-failure --parallel "$(nproc)" "$@" </dev/null
