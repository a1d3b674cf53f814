#!/usr/bin/env bash
# PostgreSQL's server for the storage tests, from Debian's packages, when it is missing and we are root.
# The tests start a server of their own: the package makes no cluster here, so there is none to start.
set -euo pipefail
if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The storage tests need PostgreSQL. Install it first, for example: sudo apt-get install postgresql" >&2
    exit 1
fi
setting=/etc/postgresql-common/createcluster.d/vggweb-tests.conf
trap 'rm -f "$setting"' EXIT
mkdir -p "$(dirname "$setting")"
echo 'create_main_cluster = false' >"$setting"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
