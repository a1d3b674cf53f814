#!/usr/bin/env bash
# Redis's server for the tests with Celery workers, from Debian's packages, when it is missing and we are root.
# The tests start a server of their own: the package's is not wanted, and a test machine may already have one.
set -euo pipefail
if command -v redis-server >/dev/null; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests with Celery workers need Redis. Install it first, for example: sudo apt-get install redis-server" >&2
    exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server
