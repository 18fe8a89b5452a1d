#!/bin/sh
printf 'Status: %s\nContent-Type: text/plain\n\n%s\n' "$QUERY_STRING" "$QUERY_STRING"
