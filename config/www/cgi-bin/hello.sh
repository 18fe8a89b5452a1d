#!/bin/sh
# A CGI program prints its part of the header, an empty line, and the page.
cat <<PAGE
Content-Type: text/html; charset=utf-8

<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hello from a shell script</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="top"><a class="name" href="/"><img src="/images/buoy.png" width="36" height="36" alt="">polyport</a></header>
<main>
<h1>Hello from a shell script</h1>
<p class="lead">It is $(date '+%H:%M:%S on %A, %e %B %Y'), and this is process $$, which ends with this page.</p>
<p><a href="/#programs">Back to the programs</a></p>
</main>
</body>
</html>
PAGE
