#!/usr/bin/env bash
# promtool for the tests of the alerts, out of Debian's package of Prometheus, into .venv/bin: nothing else of it is
# wanted, least of all the server that it would start.
set -euo pipefail
cd "$(dirname "$0")/.."
if command -v promtool >/dev/null || [ -x .venv/bin/promtool ]; then exit 0; fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "The tests of the alerts need promtool, which comes with Prometheus. Install it first." >&2
    exit 1
fi
here=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if [ "$(id -u)" = 0 ]; then
    apt-get update -qq
fi
apt-get download -qq -o APT::Sandbox::User=root prometheus
dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
install usr/bin/promtool "$here/.venv/bin/promtool"
