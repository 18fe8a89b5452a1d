#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Leaves behind what is no child of it and has a session of its own. With a note called silent it says
# nothing and goes on.
(setsid sh -c "echo \$\$ >'$QUERY_STRING'; exec sleep 1000" &)
case $QUERY_STRING in
*silent) exec sleep 1000 ;;
esac
printf 'Content-Type: text/plain\n\ndone\n'
