#!/bin/sh
printf 'one\ntwo \033[31mred\nthree without an end' >&2
printf 'Content-Type: text/plain\n\nok\n'
