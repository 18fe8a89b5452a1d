#!/bin/sh
exec <&-
printf 'Content-Type: text/plain\n\nclosed\n'
sleep 0.1
echo end
