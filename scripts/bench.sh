#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: scripts/bench.sh [OPTION…] [stream|udp|start|memory|kit|compile|http|cgi|admin|access|check]…
#
# Builds polyportd for release and measures it against the least that a server could do (tests/bench), and prints
# Markdown tables. The server runs on processor 0, the load on processor 1; the two servers take turns, and a
# ratio compares two neighbours in time. Without a group: all but check.
#
#   stream   TCP and UNIX stream uppercase, 100 connections, messages of 64 bytes, 4 KiB and 16 KiB
#   udp      UDP uppercase, 64 bytes, 128 datagrams under way
#   start    the time from starting the process to its launch report
#   memory   the memory of an idle connection
#   kit      the upper case service as one writes it with the kit, against the built-in one
#   compile  the compiler's time for one file with one service, of examples/, as cmake builds it for release
#   http     files over HTTP, against nginx, lighttpd and apache2, with wrk
#   cgi      programs run, against spawn_limit, lighttpd's mod_cgi and fcgiwrap behind nginx
#   admin    the control interface: lists of 10,000 connections, scrapes, top, and what it costs the services
#   access   10,000 access rules, passwords and a spray of sources, against polyportd without
#   check    the load generators and limit programs against others of the same names (with --reference)
#
#   --quick            fewer and shorter rounds: does it run at all
#   --rounds N         rounds of each measurement (7)
#   --seconds S        length of one load (2)
#   --bin DIR          measure the programs of this folder and build nothing
#   --reference DIR    programs to check ours against: tcp_limit, udp_limit, stream_load, udp_load

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

rounds=7
seconds=2
bin=
reference=
groups=()
while [ $# -gt 0 ]; do
    case $1 in
    --quick)
        rounds=2
        seconds=0.3
        ;;
    --rounds | --seconds | --bin | --reference)
        [ $# -gt 1 ] || fail "$1 needs a value; see --help"
        printf -v "${1#--}" %s "$2"
        shift
        ;;
    --help | -h)
        help_of "$0"
        exit 0
        ;;
    stream | udp | start | memory | kit | compile | http | cgi | admin | access | check) groups+=("$1") ;;
    *)
        printf '%s: unknown argument %q; see --help\n' "${0##*/}" "$1" >&2
        exit 2
        ;;
    esac
    shift
done
[ ${#groups[@]} -gt 0 ] || groups=(stream udp start memory kit compile http cgi admin access)

if [ -z "$bin" ]; then
    install_for bench >&2
    (cd -- "$root" && cmake --preset release -DPOLYPORT_BENCH=ON >/dev/null)
    build release >&2
    bin="$root/build/release/bin"
fi

work=$(mktemp -d)
servers=()
stop_servers()
{
    [ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true
    for pid in ${servers[@]+"${servers[@]}"}; do
        wait "$pid" 2>/dev/null || true
    done
    servers=()
}
trap 'stop_servers; rm -rf -- "$work"' EXIT

if [ "$(nproc)" -gt 1 ]; then
    on_server=(taskset -c 0)
    on_load=(taskset -c 1)
else
    echo "One processor: server and load share it, and the figures say little." >&2
    on_server=()
    on_load=()
fi

# Ports that are free now; another process could take one before the server does, and then this ends with an error.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start_daemon ARGUMENT…: sets $daemon to the process; $work/ready then holds the launch report.
start_daemon()
{
    rm -f -- "$work/ready"
    "${on_server[@]}" "$bin/${program:-polyportd}" --ready-file "$work/ready" "$@" 2>"$work/daemon.log" &
    daemon=$!
    servers+=("$daemon")
    for _ in $(seq 500); do
        [ ! -e "$work/ready" ] || return 0
        kill -0 "$daemon" 2>/dev/null || break
        sleep 0.01
    done
    fail "polyportd did not start: $(cat "$work/daemon.log")"
}

# start_limit PORT|PATH PROGRAM [ARGUMENT…]: sets $limit to the process.
start_limit()
{
    "${on_server[@]}" "${@:2:1}" "$1" "${@:3}" &
    limit=$!
    servers+=("$limit")
    for _ in $(seq 500); do
        ! is_bound "$1" || return 0
        kill -0 "$limit" 2>/dev/null || break
        sleep 0.01
    done
    fail "$2 did not start"
}

is_bound()
{
    case $1 in
    */*) [ -S "$1" ] ;;
    *) grep -qi ": 0100007F:$(printf %04X "$1") " /proc/net/tcp /proc/net/udp ;;
    esac
}

# User and system time of a process, in microseconds.
processor_time()
{
    local stat
    stat=$(<"/proc/$1/stat")
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    echo $(((${12} + ${13}) * 1000000 / ticks))
}
ticks=$(getconf CLK_TCK)

# measure PID LOAD…: "RATE MICROSECONDS": answers a second, and the server's processor time for one answer,
# whose number stands in the load's last field.
measure()
{
    local pid=$1 before after output
    before=$(processor_time "$pid")
    output=$("${@:2}") || fail "failed: ${*:2}: $output"
    after=$(processor_time "$pid")
    awk -v used=$((after - before)) '{printf "%s %.3f\n", $1, used / $NF}' <<<"$output"
}

load() { "${on_load[@]}" "$@"; }

# Reads rounds "LIMIT-RATE LIMIT-TIME RATE TIME", writes a row of the table.
row()
{
    awk -v what="$1" '
        function median(list, count,    i, j, t) {
            for (i = 2; i <= count; i++)
                for (j = i; j > 1 && list[j - 1] > list[j]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
            return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
        }
        { a[NR] = $1; at[NR] = $2; b[NR] = $3; bt[NR] = $4; ratio[NR] = $3 / $1; time_ratio[NR] = $2 / ($4 > 0 ? $4 : 1) }
        END {
            middle = median(ratio, NR)
            printf "| %s | %d | %d | **%.3f** | %.3f to %.3f | %.2f | %.2f | %.3f |\n", what, median(a, NR),
                median(b, NR), middle, ratio[1], ratio[NR], median(at, NR), median(bt, NR), median(time_ratio, NR)
        }'
}

# compare WHAT LIMIT-PID PID -- LOAD-OF-THE-LIMIT… -- LOAD…: rounds in turn, first one first, then the other.
compare()
{
    local what=$1 first=$2 second=$3 one=() other=() x y
    shift 4
    while [ "$1" != -- ]; do
        one+=("$1")
        shift
    done
    shift
    other=("$@")
    for round in $(seq "$rounds"); do
        if [ $((round % 2)) -eq 1 ]; then
            x=$(measure "$first" "${one[@]}")
            y=$(measure "$second" "${other[@]}")
        else
            y=$(measure "$second" "${other[@]}")
            x=$(measure "$first" "${one[@]}")
        fi
        echo "$x $y"
    done | row "$what"
}

head_of_table()
{
    local a=${1:-limit} b=${2:-polyportd}
    printf '| work | %s, /s | %s, /s | ratio | spread | %s, µs of processor | %s, µs | ratio |\n' "$a" "$b" "$a" "$b"
    printf '|---|---:|---:|---:|---|---:|---:|---:|\n'
}

bench_stream()
{
    local port size
    port=$(free_port)
    printf '\n### Stream uppercase, 100 connections\n\n'
    head_of_table
    start_daemon --tcp-uppercase "$port" --local-stream "$work/daemon.sock"
    local tcp_port
    tcp_port=$(free_port)
    start_limit "$tcp_port" "$bin/stream_limit"
    for size in 64 4096 16384; do
        compare "TCP, $size bytes" "$limit" "$daemon" -- load "$bin/stream_load" "$tcp_port" 100 "$size" "$seconds" -- \
            load "$bin/stream_load" "$port" 100 "$size" "$seconds"
    done
    start_limit "$work/limit.sock" "$bin/stream_limit"
    for size in 64 4096 16384; do
        compare "UNIX, $size bytes" "$limit" "$daemon" -- load "$bin/stream_load" "$work/limit.sock" 100 "$size" \
            "$seconds" -- load "$bin/stream_load" "$work/daemon.sock" 100 "$size" "$seconds"
    done
    stop_servers
}

bench_udp()
{
    local port limit_port
    port=$(free_port)
    limit_port=$(free_port)
    printf '\n### UDP uppercase, 128 datagrams under way\n\n'
    head_of_table
    start_daemon --udp-uppercase "$port"
    start_limit "$limit_port" "$bin/udp_limit" 64
    compare "64 bytes, against batches of 64" "$limit" "$daemon" -- load "$bin/udp_load" "$limit_port" 128 64 \
        "$seconds" -- load "$bin/udp_load" "$port" 128 64 "$seconds"
    limit_port=$(free_port)
    start_limit "$limit_port" "$bin/udp_limit" 1
    compare "64 bytes, against one at a time" "$limit" "$daemon" -- load "$bin/udp_load" "$limit_port" 128 64 \
        "$seconds" -- load "$bin/udp_load" "$port" 128 64 "$seconds"
    stop_servers
}

bench_start()
{
    local runs=$((rounds * 6)) times
    printf '\n### From start to ready, %s starts\n\n' "$runs"
    printf '| endpoints | median, ms | least | most |\n|---|---:|---:|---:|\n'
    times=$("${on_server[@]}" "$bin/start_time" "$runs" "$bin/polyportd" --tcp-uppercase 0 --ready-fd 3 \
        2>"$work/daemon.log") || fail "$(tail -n 3 "$work/daemon.log")"
    awk '{printf "| TCP alone | %s | %s | %s |\n", $1, $2, $3}' <<<"$times"
    times=$("${on_server[@]}" "$bin/start_time" "$runs" "$bin/polyportd" --tcp-uppercase 0 --udp-uppercase 0 \
        --local-stream "$work/s.sock" --local-datagram "$work/d.sock" --http 0 --http-root "$root/config/www" \
        --ready-fd 3 2>"$work/daemon.log") || fail "$(tail -n 3 "$work/daemon.log")"
    awk '{printf "| all services | %s | %s | %s |\n", $1, $2, $3}' <<<"$times"
}

bench_memory()
{
    local count cost
    printf '\n### Memory of the daemon for an idle connection that has been used, bytes\n\n'
    printf '| connections | TCP, proportional | TCP, private | UNIX, proportional | UNIX, private |\n'
    printf '|---:|---:|---:|---:|---:|\n'
    for count in 2000 8000; do
        printf '| %s |' "$count"
        for where in tcp unix; do
            local port
            port=$(free_port)
            start_daemon --tcp-uppercase "$port" --local-stream "$work/daemon.sock" --idle-timeout 10m
            [ "$where" = tcp ] || port=$work/daemon.sock
            cost=$("$bin/idle_cost" "$daemon" "$port" "$count") || fail "idle_cost: $count connections"
            awk '{printf " %s | %s |", $1, $2}' <<<"$cost"
            stop_servers
        done
        printf '\n'
    done
}

bench_http()
{
    python3 -B "$root/scripts/bench_http.py" "$bin/polyportd" --rounds "$rounds" --seconds "$seconds"
}

bench_cgi()
{
    python3 -B "$root/scripts/bench_cgi.py" "$bin" "$bin/../tests/cgi/www" --rounds "$rounds" --seconds "$seconds"
}

bench_admin()
{
    printf '\n### Counting\n\n| what | time |\n|---|---:|\n'
    load "$bin/metrics_cost"
    python3 -B "$root/scripts/bench_admin.py" "$bin" --rounds "$rounds" --seconds "$seconds"
}

bench_access()
{
    python3 -B "$root/scripts/bench_access.py" "$bin" --rounds "$rounds" --seconds "$seconds"
}

bench_kit()
{
    local one other size
    one=$(free_port)
    other=$(free_port)
    printf '\n### A handler made with the kit, 100 connections\n\n'
    head_of_table built-in kit
    # Both in one process, which the load goes to in turns.
    program=kit_uppercase start_daemon --tcp-uppercase "$one" --kit-uppercase "$other"
    for size in 64 4096 16384; do
        compare "TCP, $size bytes" "$daemon" "$daemon" -- load "$bin/stream_load" "$one" 100 "$size" "$seconds" -- \
            load "$bin/stream_load" "$other" 100 "$size" "$seconds"
    done
    stop_servers
}

bench_compile()
{
    local example options round
    [ -e "$root/build/release/include/polyport" ] || fail "compile needs build/release: do not use --bin"
    options=(-std=gnu++20 -O2 -g -DNDEBUG "-I$root/build/release/include" -DBOOST_ASIO_NO_DEPRECATED
        -DBOOST_ASIO_SEPARATE_COMPILATION)
    printf '\n### One file with one service\n\n| file | processor time, s |\n|---|---:|\n'
    for example in message/message chat/chat upload/upload; do
        for ((round = 0; round < rounds; ++round)); do
            (TIMEFORMAT='%U %S' && time "${CXX:-c++}" "${options[@]}" -c "$root/examples/$example.cpp" -o "$work/one.o") 2>&1
        done | sort -n | awk -v name="examples/$example.cpp" '
            { all[NR] = $1 + $2 }
            END { printf "| %s | %.1f |\n", name, all[int((NR + 1) / 2)] }'
    done
}

# Ours against the reference, each in its own place: the same load on both servers, then both loads on one server.
bench_check()
{
    local own other size
    [ -n "$reference" ] || fail "check needs --reference DIR"
    printf '\n### Our measuring tools against the reference\n\n'
    head_of_table reference ours
    other=$(free_port)
    start_limit "$other" "$reference/tcp_limit"
    local other_pid=$limit
    own=$(free_port)
    start_limit "$own" "$bin/stream_limit"
    local own_pid=$limit
    for size in 64 4096 16384; do
        compare_by_rate "stream_limit, $size bytes" "$other_pid" "$own_pid" "$reference/stream_load $other 100 $size" \
            "$reference/stream_load $own 100 $size"
        compare_by_rate "stream_load, $size bytes" "$own_pid" "$own_pid" "$reference/stream_load $own 100 $size" \
            "$bin/stream_load $own 100 $size"
    done
    start_limit "$work/reference.sock" "$reference/tcp_limit"
    other_pid=$limit
    start_limit "$work/own.sock" "$bin/stream_limit"
    own_pid=$limit
    for size in 64 4096 16384; do
        compare_by_rate "stream_limit, UNIX, $size bytes" "$other_pid" "$own_pid" \
            "$reference/stream_load $work/reference.sock 100 $size" "$reference/stream_load $work/own.sock 100 $size"
        compare_by_rate "stream_load, UNIX, $size bytes" "$own_pid" "$own_pid" \
            "$reference/stream_load $work/own.sock 100 $size" "$bin/stream_load $work/own.sock 100 $size"
    done
    for batch in 1 64; do
        other=$(free_port)
        start_limit "$other" "$reference/udp_limit" "$batch"
        other_pid=$limit
        own=$(free_port)
        start_limit "$own" "$bin/udp_limit" "$batch"
        own_pid=$limit
        compare_by_rate "udp_limit, batch $batch" "$other_pid" "$own_pid" "$reference/udp_load $other 128 64" \
            "$reference/udp_load $own 128 64"
        compare_by_rate "udp_load, batch $batch" "$own_pid" "$own_pid" "$reference/udp_load $own 128 64" \
            "$bin/udp_load $own 128 64"
    done
    stop_servers
}

# The reference loads do not print how many answers they had: their rate times their duration is near enough.
compare_by_rate()
{
    compare "$1" "$2" "$3" -- with_count "$4" -- with_count "$5"
}
with_count()
{
    # shellcheck disable=SC2086
    "${on_load[@]}" $1 "$seconds" | awk -v seconds="$seconds" '{print $0, $1 * seconds}'
}

printf 'Linux %s, %s, %s rounds of %s s\n' "$(uname -r)" \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$rounds" "$seconds"
for group in "${groups[@]}"; do
    "bench_$group"
done
