#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'Content-Type: text/plain\nX-One: 1\nSet-Cookie: a=1\nSet-Cookie: b=2\nConnection: close\nKeep-Alive: 5\nDate: never\nServer: other\n\nok\n'
