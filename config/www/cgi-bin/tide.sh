#!/bin/sh
# Sends its answer piece by piece. What a browser shows at once, the server has passed on at once.
cat <<'PAGE'
Content-Type: text/html; charset=utf-8

<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The tide comes in</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="top"><a class="name" href="/"><img src="/images/buoy.png" width="36" height="36" alt="">polyport</a></header>
<main>
<h1>The tide comes in</h1>
<ol>
PAGE
for mark in 'low water' 'the mud flats are covered' 'the boats float' 'over the second step' 'high water'; do
    printf '<li>%s: %s</li>\n' "$(date +%H:%M:%S)" "$mark"
    sleep 1
done
cat <<'PAGE'
</ol>
<p><a href="/#programs">Back to the programs</a></p>
</main>
</body>
</html>
PAGE
