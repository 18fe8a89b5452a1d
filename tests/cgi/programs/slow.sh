#!/bin/sh
printf 'Content-Type: text/plain\n\nfirst\n'
sleep "${QUERY_STRING:-0.5}"
echo second
