#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'HTTP/1.1 299 Own\r\nX-Own: yes\r\nConnection: close\r\n\r\nraw\n'
