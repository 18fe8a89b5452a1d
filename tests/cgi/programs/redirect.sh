#!/bin/sh
# To where the query says.
printf 'Location: %s\n\n' "$QUERY_STRING"
