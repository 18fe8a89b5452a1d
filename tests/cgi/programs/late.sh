#!/bin/sh
sleep "${QUERY_STRING:-0.3}"
printf 'Content-Type: text/plain\n\nlate\n'
