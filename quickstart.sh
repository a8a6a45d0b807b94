#!/usr/bin/env bash
# From a fresh clone to a quantum job's result: installs what the build needs, builds, starts a hub on this machine and
# runs two jobs on it.
#   ./quickstart.sh          stops the hub at the end and removes its data
#   ./quickstart.sh --keep   leaves the hub running; standard output is then fit for  eval "$(./quickstart.sh --keep)"
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

keep=false
case "${1-}" in
  '') ;;
  --keep) keep=true ;;
  -h | --help)
    sed -n '2,5s/^# //p' "$0"
    exit 0
    ;;
  *)
    echo "usage: $0 [--keep]" >&2
    exit 2
    ;;
esac
exec 3>&1
if $keep; then exec 1>&2; fi

tools/install-dependencies.sh build
tools/build.sh release qhubd qhubctl quickstart
bin=$PWD/build/release/bin

data=$(mktemp -d "${TMPDIR:-/tmp}/qhub-quickstart.XXXXXX")
hub=
finish() {
  local status=$?
  if $keep && ((status == 0)); then return; fi
  if [[ -n $hub ]]; then
    kill "$hub" 2>/dev/null || true
    wait "$hub" 2>/dev/null || true
  fi
  rm -rf "$data"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A session of its own: neither Ctrl-C here nor a closed terminal ends a hub that was to be kept.
setsid "$bin/qhubd" serve --data-dir "$data" --listen 127.0.0.1:0 </dev/null >"$data/hub.log" 2>&1 3>&- &
hub=$!
url=
for ((attempt = 0; attempt < 300; ++attempt)); do
  url=$(sed -n 's|.*listening on \(http://[0-9.:]*\).*|\1|p' "$data/hub.log" | head -n 1)
  if [[ -n $url ]] || ! kill -0 "$hub" 2>/dev/null; then break; fi
  sleep 0.1
done
if [[ -z $url ]]; then
  echo "The hub did not start. It said:" >&2
  cat "$data/hub.log" >&2
  exit 1
fi
token=$(<"$data/owner-token")
echo "A hub of your own listens on $url"
echo
QHUB_URL=$url QHUB_TOKEN=$token "$bin/quickstart"
echo
login='build/release/bin/qhubctl login --hub "$QHUB_URL" --with-token <"$QHUB_DATA/owner-token"'
run='build/release/bin/qhubctl run examples/bell.qasm --backend aws.sim.sv1 --shots 1000'
if $keep; then
  printf 'Try next:\n  %s\n  %s\n  kill "$QHUB_PID"\n' "$login" "$run"
  printf 'QHUB_URL=%s\nQHUB_TOKEN=%s\nQHUB_DATA=%s\nQHUB_PID=%s\n' "$url" "$token" "$data" "$hub" >&3
else
  printf 'Try next:\n  %s\n  %s\n  %s\n' 'eval "$(./quickstart.sh --keep)"' "$login" "$run"
fi
