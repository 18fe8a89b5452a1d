#!/bin/sh
echo 'this is no header'
sleep 1000
