#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: scripts/package.sh [--test]
#
# Builds the Debian packages polyport and polyport-dev (installing what that needs) into build/package.
#
#   --test   also installs them in a clean Debian, which debootstrap fetches: starts polyport there as its user, asks it
#            for a page, installs it once more over a changed configuration, and removes it without a trace; builds and
#            tests an example with polyport-dev and what it depends on. Needs root, and a source of Debian's packages
#
# Who makes the packages is named in them as their maintainer: DEBFULLNAME and DEBEMAIL, as for other tools of Debian.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

test=false
while [ $# -gt 0 ]; do
    case $1 in
    --test) test=true && shift ;;
    --help | -h)
        help_of "$0"
        exit 0
        ;;
    *)
        printf '%s: unknown argument %q; see --help\n' "${0##*/}" "$1" >&2
        exit 2
        ;;
    esac
done

install_for package
out=$root/build/package
say "Configuring build/package"
# What would be stripped need not be made.
cmake -S "$root" -B "$out" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O2 -g0 -DNDEBUG" -DCMAKE_INSTALL_PREFIX=/usr -DPOLYPORT_TESTS=OFF -DPOLYPORT_SYSTEM_SERVICE=ON
say "Building build/package"
cmake --build "$out" --parallel "$jobs"
say "Packing"
rm -f -- "$out"/*.deb
(cd -- "$out" && cpack -G DEB --config CPackConfig.cmake)
for package in "$out"/*.deb; do
    say "${package##*/}"
    dpkg-deb --info "$package" | sed -n '/^ Package/,$p'
    dpkg-deb --contents "$package" | awk '{ print $1, $2, $6 }' | grep -v '/$'
done

say "Checking"
# When it is in the archive of a distribution it will have a bug number and a revision. systemctl is called only where
# systemd runs.
lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs,maintainer-script-calls-systemctl \
    "$out"/*.deb
systemd-analyze security --offline=yes --threshold=25 "$root/config/polyportd.service" | tail -n 1
$test || exit 0

[ "$(id -u)" -eq 0 ] || fail "--test needs root"
clean=$out/clean
deb=$(echo "$out"/polyport_*.deb)
dev=$(echo "$out"/polyport-dev_*.deb)
cleanup()
{
    local status=$?
    [ -z "${daemon-}" ] || kill "$daemon" 2>/dev/null || true
    umount "$clean/proc" 2>/dev/null || true
    exit "$status"
}
trap cleanup EXIT
in_clean() { chroot "$clean" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

say "Making a clean Debian in build/package/clean"
if [ ! -e "$clean.tar" ]; then
    rm -rf -- "$clean"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$clean" >"$out/debootstrap.log" 2>&1 ||
        { tail "$out/debootstrap.log"; fail "debootstrap failed; see build/package/debootstrap.log"; }
    tar -C "$clean" -cf "$clean.tar" .
fi
rm -rf -- "$clean" && mkdir "$clean" && tar -C "$clean" -xf "$clean.tar"
mount -t proc proc "$clean/proc"
# The same sources as here.
rm -rf -- "$clean/etc/apt/sources.list" "$clean/etc/apt/sources.list.d"
mkdir "$clean/etc/apt/sources.list.d"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    if [ -f "$file" ] && grep -q 'deb.debian.org' "$file"; then
        cp -- "$file" "$clean/etc/apt/sources.list.d/"
    fi
done
cp /etc/resolv.conf "$clean/etc/" || true
cp -r /etc/apt/apt.conf.d/. "$clean/etc/apt/apt.conf.d/"
cp -- "$deb" "$clean/root/polyport.deb"
cp -- "$dev" "$clean/root/polyport-dev.deb"

# All files and accounts, so that what is left behind is seen.
trace()
{
    (cd -- "$clean" && find etc usr run srv opt home root var/lib -xdev \
        -not -path 'var/lib/dpkg/*' -not -path 'var/lib/apt/*' -not -path 'etc/ld.so.cache' -not -path '*/__pycache__*' \
        -not -path 'root/polyport*.deb' -not -path 'var/lib/systemd/*' \
        -not -path 'etc/*shadow-' -not -path 'run/adduser' | sort) # what adduser keeps for itself
    cut -d : -f 1 "$clean/etc/passwd" "$clean/etc/group"
}

in_clean_install() { in_clean apt-get -qq install --no-install-recommends -y "$@" >"$out/apt.log" || { cat "$out/apt.log"; false; }; }

# install_alone DEB: what it depends on comes first, so that the trace is that of the package alone.
install_alone()
{
    local needed
    mapfile -t needed < <(dpkg-deb -f "$clean/root/$1" Depends | tr ',' '\n' | sed 's/([^)]*)//; s/|.*//; s/ //g')
    in_clean_install "${needed[@]}"
    trace >"$out/before"
    in_clean_install "/root/$1"
}

# remove_it PACKAGE
remove_it()
{
    in_clean apt-get -qq purge -y "$1" >"$out/apt.log"
    trace >"$out/after"
    diff "$out/before" "$out/after" || fail "$1 leaves traces: see above"
}

say "Installing polyport"
in_clean apt-get -qq update
install_alone polyport.deb
in_clean polyportd --check --config /etc/polyport/polyport.conf
in_clean polyport --version
in_clean id polyport
for file in man/man8/polyportd.8.gz man/man1/polyport.1.gz doc/polyport/http.md \
    bash-completion/completions/polyport zsh/vendor-completions/_polyport fish/vendor_completions.d/polyport.fish; do
    test -s "$clean/usr/share/$file" || fail "polyport lacks /usr/share/$file"
done
for unit in service socket; do
    test -s "$clean/usr/lib/systemd/system/polyportd.$unit" || fail "polyport lacks polyportd.$unit"
done

say "Serving as the user polyport"
mkfifo "$out/ready" 2>/dev/null || true
in_clean install -d -o polyport -g polyport /run/polyport # as the service's RuntimeDirectory
# Not in_clean, which would be a shell between: this is to be signalled and waited for.
(exec chroot "$clean" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin setpriv --reuid polyport --regid polyport \
    --clear-groups --no-new-privs polyportd --config /etc/polyport/polyport.conf --http 127.0.0.1:0 --ready-fd 3 \
    3>"$out/ready") &
daemon=$!
port=$(python3 -c 'import json, sys; print(next(e["port"] for e in json.load(sys.stdin)["endpoints"] if e["service"] == "http"))' \
    <"$out/ready")
curl --silent --show-error --fail "http://127.0.0.1:$port/" | grep -o '<title>.*</title>'
in_clean polyport stats | sed -n 1p
in_clean polyport ps --service admin | grep ' admin ' || fail "polyport ps shows nothing at its usual path"
test "$(awk '/^Uid:/ { print $2 }' "/proc/$daemon/status")" -ne 0 || fail "polyportd runs as root"
kill "$daemon"
wait "$daemon"
daemon=
in_clean rmdir /run/polyport

say "Installing it again"
echo "# mine" >>"$clean/etc/polyport/polyport.conf"
in_clean_install --reinstall /root/polyport.deb
grep -q '^# mine' "$clean/etc/polyport/polyport.conf" || fail "an upgrade takes the administrator's configuration away"

say "Removing it"
remove_it polyport

say "Building an example with polyport-dev"
# What it depends on must be enough: of the rest, the tools alone.
in_clean_install cmake g++ make python3
install_alone polyport-dev.deb
in_clean cmake -S /usr/share/doc/polyport/examples/message -B /root/message
in_clean cmake --build /root/message
in_clean ctest --test-dir /root/message --output-on-failure --no-tests=error
rm -rf -- "$clean/root/message" "$clean/root/Testing"
remove_it polyport-dev
say "The packages install, serve, build and go without a trace"
