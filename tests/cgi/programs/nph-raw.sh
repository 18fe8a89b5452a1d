#!/bin/sh
printf 'HTTP/1.1 299 Own\r\nX-Own: yes\r\nConnection: close\r\n\r\nraw\n'
