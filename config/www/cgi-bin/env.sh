#!/bin/sh
# Shows what a program is told about its request (RFC 3875, section 4.1).
cat <<'PAGE'
Content-Type: text/html; charset=utf-8

<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What a program is told</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="top"><a class="name" href="/"><img src="/images/buoy.png" width="36" height="36" alt="">polyport</a></header>
<main>
<h1>What a program is told</h1>
<table class="services">
<caption>The environment of this one run, all of it</caption>
<thead><tr><th scope="col">Variable</th><th scope="col">Value</th></tr></thead>
<tbody>
PAGE
# What comes from the request must not become markup.
env | LC_ALL=C sort | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g' \
    -e 's|^\([^=]*\)=\(.*\)$|<tr><th scope="row">\1</th><td><code>\2</code></td></tr>|'
cat <<'PAGE'
</tbody>
</table>
<p><a href="/#programs">Back to the programs</a></p>
</main>
</body>
</html>
PAGE
