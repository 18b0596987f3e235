#!/usr/bin/env bash
# Installs what tests/editors/test_vscode.py drives: VS Code as code-server, Chromium to show it, and the extension's
# packages. Can be run again: what is there stays. Needs Debian, node 20 with npm, and root or sudo.
# code-server goes to $CTXBUDGET_TEST_HOSTS, else ctxbudget-test-hosts in the user's cache folder.
set -euo pipefail
extension=$(cd "$(dirname "$0")/.." && pwd)
quiet=(--no-audit --no-fund --loglevel=error)

# The last code-server that runs on node 20; npm brings its sources, so its native modules are built here.
version=4.100.3
hosts=${CTXBUDGET_TEST_HOSTS:-${XDG_CACHE_HOME:-$HOME/.cache}/ctxbudget-test-hosts}
host=$hosts/code-server-$version

debian_packages=(build-essential python3 pkg-config ripgrep chromium)
missing=()
for package in "${debian_packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
    as_root=()
    ((EUID == 0)) || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [[ ! $extension/node_modules/.package-lock.json -nt $extension/package-lock.json ]]; then
    (cd "$extension" && npm ci --ignore-scripts "${quiet[@]}")
fi

if [[ -e $host/.installed ]]; then
    echo "code-server $version is installed"
    exit 0
fi
# Built beside its place and moved there whole: an install that was interrupted is never taken for one that works.
mkdir -p "$hosts"
work=$(mktemp -d "$hosts/new.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
# The packages' own scripts are not run: one fetches ripgrep from a site of its own, others build what is not used.
npm init -y >/dev/null
npm install --ignore-scripts "${quiet[@]}" "code-server@$version"
npm rebuild "${quiet[@]}" argon2

cd node_modules/code-server/lib/vscode
npm install --ignore-scripts --omit=dev "${quiet[@]}"
npm rebuild "${quiet[@]}" @vscode/spdlog @parcel/watcher native-watchdog
mkdir -p node_modules/@vscode/ripgrep/bin
ln -sf "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
ln -sfn node_modules node_modules.asar
(cd extensions && npm install --ignore-scripts --omit=dev "${quiet[@]}")

cd "$work"
node node_modules/code-server/out/node/entry.js --version >/dev/null
touch .installed
rm -rf "$host"
mv "$work" "$host"
echo "code-server $version installed"
