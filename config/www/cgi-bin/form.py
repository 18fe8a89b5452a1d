#!/usr/bin/env python3
"""Reads a form, from the query or from a POST, and shows it in upper case."""

import html
import os
import sys
from urllib.parse import parse_qs

LARGEST_FORM = 64 * 1024

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="top"><a class="name" href="/"><img src="/images/buoy.png" width="36" height="36" alt="">polyport</a></header>
<main>
<h1>{title}</h1>
{content}
<p><a href="/#programs">Back to the programs</a></p>
</main>
</body>
</html>
"""


def answer(title, content, status="200 OK"):
    page = PAGE.format(title=html.escape(title), content=content)
    sys.stdout.buffer.write(
        f"Status: {status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}".encode()
    )


def form():
    """The first value of each field; a POST's body wins over the query."""
    fields = parse_qs(os.environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if os.environ.get("REQUEST_METHOD") == "POST":
        length = int(os.environ.get("CONTENT_LENGTH") or 0)
        if length > LARGEST_FORM:
            raise ValueError(f"the form is larger than {LARGEST_FORM} bytes")
        body = sys.stdin.buffer.read(length).decode("utf-8", "replace")
        fields.update(parse_qs(body, keep_blank_values=True))
    return {name: values[0] for name, values in fields.items()}


def main():
    try:
        fields = form()
    except ValueError as problem:
        answer("That did not work", f"<p>{html.escape(str(problem))}</p>", "400 Bad Request")
        return
    name = fields.get("name", "").strip() or "stranger"
    text = fields.get("text", "").strip()
    if text:
        content = f"<blockquote>{html.escape(text.upper())}</blockquote>"
    else:
        content = "<p>There was no message to put in upper case.</p>"
    method = html.escape(os.environ.get("REQUEST_METHOD", "a shell"))
    content += f'<p class="soft">Sent with {method}, read by Python {sys.version.split()[0]}.</p>'
    answer(f"Aye, {name}", content)


if __name__ == "__main__":
    main()
