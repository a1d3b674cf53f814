#!/usr/bin/env bash
# nginx for the tests of its configuration, from Debian's packages, when it is missing and we are root.
# The tests start their own: the package's is not wanted.
set -euo pipefail
if command -v nginx >/dev/null || [ -x /usr/sbin/nginx ]; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests of the deployment need nginx. Install it first, for example: sudo apt-get install nginx-light" >&2
    exit 1
fi
apt-get update -qq
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light
