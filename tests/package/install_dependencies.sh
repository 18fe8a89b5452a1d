#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: install_dependencies.sh SCRIPT
# Lets scripts/install-dependencies.sh install packages in a system of its own, with an apt-get that acts as one with
# two services would: one that was there before, one that is new. The new one must be neither started nor enabled, and
# the machine's own policy must be there again, whether the installation succeeds, fails or is cut off.
set -euo pipefail

script=$1
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
export DPKG_ROOT=$work/system WORK=$work
PATH=$work/bin:$PATH:/usr/sbin

fail()
{
    echo "$*" >&2
    exit 1
}

mkdir -p "$work"/bin
cat >"$work/bin/sudo" <<'SH'
#!/bin/sh
exec "$@"
SH
cat >"$work/bin/sleep" <<'SH'
#!/bin/sh
SH
cat >"$work/bin/dpkg-query" <<'SH'
#!/bin/sh
echo "installed base-files"
SH
# What maintainer scripts do: links first, then the question.
cat >"$work/bin/apt-get" <<'SH'
#!/bin/sh
case " $* " in *" --simulate "* | *" update "*) exit 0 ;; esac
units=$DPKG_ROOT/usr/lib/systemd/system
wants=$DPKG_ROOT/etc/systemd/system/multi-user.target.wants
touch "$units/new.service" "$DPKG_ROOT/etc/init.d/new"
ln -sf "$units/new.service" "$wants/new.service"
ln -sf "$units/getty@.service" "$wants/getty@tty1.service"
ln -sf ../init.d/new "$DPKG_ROOT/etc/rc3.d/S01new"
for question in "new.service start" "new@1.service start" "new start" "--quiet new start" "old.service restart" \
    "--quiet old restart" "template@7.service start"; do
    # shellcheck disable=SC2086
    "$DPKG_ROOT/usr/sbin/policy-rc.d" $question && status=0 || status=$?
    echo "$question: $status"
done >"$WORK/answers"
case $OUTCOME in
fails) exit 100 ;;
ends) kill -TERM "$PPID" ;;
killed) kill -KILL "$PPID" ;;
esac
SH
# It asks for privileges, and for more of a system than there is here.
cat >"$work/bin/update-rc.d" <<'SH'
#!/bin/sh
[ "$2" = disable ] && mv "$DPKG_ROOT/etc/rc3.d/S01$1" "$DPKG_ROOT/etc/rc3.d/K01$1"
SH
chmod +x "$work"/bin/*

# try OUTCOME POLICY: in a system whose own policy-rc.d ends with status POLICY, or that has none.
try()
{
    rm -rf -- "$DPKG_ROOT"
    mkdir -p "$DPKG_ROOT"/{usr/sbin,usr/lib/systemd/system,etc/init.d,etc/rc3.d}
    mkdir -p "$DPKG_ROOT/etc/systemd/system/multi-user.target.wants"
    touch "$DPKG_ROOT"/usr/lib/systemd/system/{old,template@}.service "$DPKG_ROOT/etc/init.d/old"
    ln -s ../old.service "$DPKG_ROOT/etc/systemd/system/multi-user.target.wants/old.service"
    ln -s ../init.d/old "$DPKG_ROOT/etc/rc3.d/S01old"
    [ -z "$2" ] || install -m 755 /dev/stdin "$DPKG_ROOT/usr/sbin/policy-rc.d" <<<"#!/bin/sh
exit $2"
    again "$1"
}
again()
{
    status=0
    { OUTCOME=$1 "$script" --for bench >"$work/output" 2>&1; } 2>/dev/null || status=$?
}

expect_restored()
{
    local before=$1 there
    there=$(cd -- "$DPKG_ROOT" && find usr/sbin etc -type l -o -path 'usr/sbin/*' | sort)
    [ "$there" = "$(printf '%s\n' etc/rc3.d/K01new etc/rc3.d/S01old \
        etc/systemd/system/multi-user.target.wants/{getty@tty1,old}.service \
        ${before:+usr/sbin/policy-rc.d})" ] || fail "left behind: $there; it said: $(cat "$work/output")"
    [ -z "$before" ] || grep -qx "exit $before" "$DPKG_ROOT/usr/sbin/policy-rc.d" || fail "the policy is another one"
}

# expect_answers STATUS: of the policy for what was there before
expect_answers()
{
    diff -u - "$work/answers" <<ANSWERS || fail "the policy answered so"
new.service start: 101
new@1.service start: 101
new start: 101
--quiet new start: 101
old.service restart: $1
--quiet old restart: $1
template@7.service start: $1
ANSWERS
}

declare -A wanted=([succeeds]=0 [fails]=1 [ends]=143)
for outcome in "${!wanted[@]}"; do
    for policy in "" 101; do
        try "$outcome" "$policy"
        [ "$status" -eq "${wanted[$outcome]}" ] || fail "status $status: $(cat "$work/output")"
        expect_answers "${policy:-0}"
        expect_restored "$policy"
        grep -q "Neither started nor enabled: .*new" "$work/output" || fail "it did not say so: $(cat "$work/output")"
    done
done

# A run that is cut off leaves its policy; the next one sees that it is not the machine's.
for policy in "" 104; do
    try killed "$policy"
    [ "$status" -eq 137 ] || fail "status $status: $(cat "$work/output")"
    again succeeds
    mv "$DPKG_ROOT"/etc/rc3.d/{S,K}01new
    rm -f "$DPKG_ROOT/etc/systemd/system/multi-user.target.wants/new.service" # enabled before, as far as it can tell
    expect_restored "$policy"
done
echo "new services are neither started nor enabled, and nothing is left behind"
