#!/usr/bin/env bash
# Makes the Python environments of the acceptance tests, one per tests/requirements-*.txt, below build/python/.
# One that is there already and whose requirements have not changed since is left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p build/python
exec 9>build/python/lock
flock 9
for requirements in tests/requirements-*.txt; do
  name=$(basename "$requirements" .txt)
  folder=build/python/${name#requirements-}
  if cmp -s "$requirements" "$folder/installed.txt"; then continue; fi
  echo "Preparing Python environment ${name#requirements-}"
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --no-input --disable-pip-version-check --requirement "$requirements"
  cp "$requirements" "$folder/installed.txt"
done
