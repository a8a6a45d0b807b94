#!/usr/bin/env bash
# Installs the Debian packages that qhub needs; asks apt for nothing when they are there already.
#   tools/install-dependencies.sh [build|test]     test, the default, is build and what the tests need on top
set -euo pipefail

# a|b stands for whichever of them is there, or the first one this release of the distribution has.
build_packages=(
  g++ cmake ninja-build ccache
  'libboost-json1.81-dev|libboost-json-dev' 'libboost-url1.81-dev|libboost-url-dev'
  libcurl4-openssl-dev libssl-dev libsqlite3-dev libarchive-dev libgit2-dev git pkg-config
  libfmt-dev libspdlog-dev libcli11-dev libtomlplusplus-dev libhwy-dev
  python3 python3-yaml python3-jinja2
)
test_packages=(libgtest-dev librapidcheck-dev python3-venv doxygen clang 'libclang-rt-14-dev|libclang-rt-dev')

case "${1:-test}" in
  build) packages=("${build_packages[@]}") ;;
  test) packages=("${build_packages[@]}" "${test_packages[@]}") ;;
  *)
    echo "usage: $0 [build|test]" >&2
    exit 2
    ;;
esac

installed() { [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

any_installed() {
  local package
  for package in ${1//|/ }; do
    if installed "$package"; then return; fi
  done
  return 1
}

if ! command -v apt-get >/dev/null; then
  echo "This script knows Debian and its relatives only. Please install what corresponds to: ${packages[*]}" >&2
  exit 1
fi
missing=()
for package in "${packages[@]}"; do any_installed "$package" || missing+=("$package"); done
if ((${#missing[@]} == 0)); then exit 0; fi

as_root=(env DEBIAN_FRONTEND=noninteractive)
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing: ${missing[*]//|*/}" >&2
    echo "Run $0 as root, or install sudo, so that they can be installed." >&2
    exit 1
  fi
  as_root=(sudo "${as_root[@]}")
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
  if ! "$@" </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    echo "$0: this command failed: $*" >&2
    exit 1
  fi
}

quietly "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=600 update
names=()
for package in "${missing[@]}"; do
  choice=${package%%|*}
  for candidate in ${package//|/ }; do
    if [[ -n $(apt-cache madison "$candidate" 2>/dev/null) ]]; then
      choice=$candidate
      break
    fi
  done
  names+=("$choice")
done
echo "Installing ${names[*]}"
# Debian 12 has two releases of Boost, whose headers exclude each other; apt then replaces the older one.
quietly "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends "${names[@]}"
