#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: scripts/run.sh [--bin DIR] [OPTION of polyportd…]
#
# Builds polyport (installing what that needs) and starts the demonstration: upper case over TCP and UDP on
# 127.0.0.1:8000 and over two UNIX sockets, and the web site of config/www with its CGI programs on
# http://127.0.0.1:8080. Ctrl-C ends it once the connections are done.
#
# Further arguments go to polyportd and win over the demonstration's settings: --http 9090 moves the site to
# another port, --log-level debug tells more. With --config FILE, that file is used in place of them all; with
# --ready-fd N, the launch report goes there, and what to try is not told.
#
#   --bin DIR   start the programs of this folder; install and build nothing

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

own_config=1
own_report=1
bin=
for argument; do
    case $argument in
    --help | -h)
        help_of "$0"
        echo
        echo "All options: build/release/bin/polyportd --help"
        exit 0
        ;;
    --config | --config=*) own_config=0 ;;
    --ready-fd | --ready-fd=*) own_report=0 ;;
    esac
done
if [ "${1-}" = --bin ]; then
    bin=${2:?--bin needs a folder}
    shift 2
fi

if [ -z "$bin" ]; then
    install_for run
    build release
    bin="$root/build/release/bin"
fi

if [ "$own_config" -eq 0 ]; then
    say "Starting polyportd $*"
    exec "$bin/polyportd" "$@"
fi

# A folder of this user alone: who can write to it could put a socket of their own in place of the daemon's.
parent=${XDG_RUNTIME_DIR:-/tmp}
[ -w "$parent" ] || parent=/tmp
dir="$parent/polyport-demo-$UID"
[ -e "$dir" ] || mkdir -m 700 -- "$dir"
if [ -L "$dir" ] || [ ! -O "$dir" ]; then
    fail "$dir belongs to somebody else; remove it, or set XDG_RUNTIME_DIR to a folder of your own"
fi
chmod 700 -- "$dir"

cat >"$dir/demo.conf" <<CONF
# Written by ${BASH_SOURCE[0]##*/} at each start. Every option: polyportd --help
tcp-uppercase = 127.0.0.1:8000
udp-uppercase = 127.0.0.1:8000
local-stream = $dir/stream.sock
local-datagram = $dir/datagram.sock
http = 127.0.0.1:8080
http-root = $root/config/www
CONF

# Runs beside the daemon until that is ready or has failed. Its own parent ends at once, so that the daemon, which
# takes this process over, has no child that is not its own.
show_what_to_try()
{
    local report
    IFS= read -r report || exit 0
    # endpoints SERVICE: the addresses or paths that the launch report names for it, one a line
    python3 - "$report" "$bin/polyport" <<'PYTHON'
import json, os, sys

report, client = json.loads(sys.argv[1]), min(sys.argv[2], os.path.relpath(sys.argv[2]), key=len)
try_it = {
    "tcp-uppercase": ["{client} send tcp://{at} 'hello over TCP'", "echo hello | ncat {host} {port}"],
    "udp-uppercase": ["{client} send udp://{at} 'hello over UDP'"],
    "local-stream": ["{client} send unix:{path} 'hello over a UNIX socket'", "{client} chat unix:{path}"],
    "local-datagram": ["{client} send unixgram:{path} 'hello in a UNIX datagram'"],
    "http": ["curl http://{at}/", "curl http://{at}/cgi-bin/hello.sh"],
}
print(f"\n== Ready: polyportd, process {report['pid']}. Try, in another terminal:\n")
for endpoint in sorted(report["endpoints"], key=lambda e: [*try_it, e["service"]].index(e["service"])):
    host, port = endpoint.get("address", ""), endpoint.get("port", "")
    at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    for line in try_it.get(endpoint["service"], []):
        print("  " + line.format(client=client, at=at, host=host, port=port, path=endpoint.get("path", "")))
    if endpoint["service"] == "http":
        print(f"\n  In a browser: http://{at}/")
print("\n== Ctrl-C ends it. Its log follows.\n", flush=True)
PYTHON
}

say "Starting polyportd --config $dir/demo.conf${*:+ $*}"
if [ "$own_report" -eq 0 ]; then
    exec "$bin/polyportd" --config "$dir/demo.conf" "$@"
fi
rm -f -- "$dir/ready"
mkfifo -m 600 -- "$dir/ready"
(show_what_to_try <"$dir/ready" &)
exec {ready}>"$dir/ready"
rm -f -- "$dir/ready"
exec "$bin/polyportd" --config "$dir/demo.conf" --ready-fd "$ready" "$@"
