"""A page of a policy as HTML: the Markdown rendered, with contents, links from each name to what it names, and a print style."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

STYLE: Final = """
:root { --ink: #1d2733; --soft: #5b6876; --line: #d5dce4; --paper: #fff; --tint: #f3f6f9; --link: #0b5cab; }
* { box-sizing: border-box; }
body {
  margin: 0;
  color: var(--ink);
  background: var(--paper);
  font: 16px/1.55 "Segoe UI", Helvetica, Arial, "Liberation Sans", sans-serif;
}
nav {
  position: fixed;
  top: 0;
  bottom: 0;
  left: 0;
  width: 17rem;
  overflow: auto;
  padding: 1.5rem 1.25rem;
  background: var(--tint);
  border-right: 1px solid var(--line);
  font-size: .9rem;
}
nav a { display: block; padding: .2rem 0; text-decoration: none; }
main { margin-left: 17rem; padding: 1.5rem 2.5rem 4rem; max-width: 68rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: .2rem 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 1rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
p, ul, ol { margin: 0 0 1rem; max-width: 52rem; }
li { margin: .2rem 0; }
em { color: var(--soft); font-style: normal; font-size: .9rem; }
a { color: var(--link); }
code {
  font: .88em "SF Mono", Consolas, "Liberation Mono", monospace;
  background: var(--tint);
  padding: .08em .3em;
  border-radius: 3px;
  overflow-wrap: anywhere;
}
a code { color: var(--link); }
table { border-collapse: collapse; margin: 0 0 1.3rem; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border: 1px solid var(--line); }
th { background: var(--tint); }
:target { outline: 2px solid var(--link); outline-offset: 3px; }
@media (max-width: 60rem) {
  nav { position: static; width: auto; border: 0; }
  main { margin: 0; padding: 1.25rem; }
  table { display: block; overflow-x: auto; }
}
@media print {
  nav { display: none; }
  main { margin: 0; padding: 0; max-width: none; }
  body { font-size: 10.5pt; }
  h2, strong { break-after: avoid; }
  p, tr { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""


def as_html(markdown: str, title: str) -> str:
    """A whole HTML document, which needs nothing beside it.

    >>> "<h2 id=\\"limits\\">Limits</h2>" in as_html("# T\\n\\n## Limits\\n", "T")
    True
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(markdown)
    contents = headings(tokens)
    link_names(tokens)
    body = reader.renderer.render(tokens, reader.options, {})
    links = "".join(f'<a href="#{anchor}">{html.escape(text)}</a>' for anchor, text in contents)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<nav aria-label="Contents">{links}</nav>\n<main>\n{body}</main>\n</body>\n</html>\n'
    )


def slug(text: str) -> str:
    """A text as an anchor: "Rules: each line by itself" is rules-each-line-by-itself."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def headings(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Give each heading an anchor; the contents are those of the second level, and the titles."""
    found: list[tuple[str, str]] = []
    seen: dict[str, int] = {}
    for token, inner in itertools.pairwise(tokens):
        if token.type == "heading_open":
            anchor = slug(inner.content)
            seen[anchor] = seen.get(anchor, 0) + 1
            anchor += f"-{seen[anchor]}" if seen[anchor] > 1 else ""
            token.attrSet("id", anchor)
            found.append((anchor, inner.content))
    return found


def link_names(tokens: Sequence[Token]) -> None:
    """A name in bold is where something is told; the same name elsewhere leads there."""
    places = [(token, children) for token in tokens if token.type == "inline" and (children := token.children or [])]
    told: dict[str, Token] = {}
    for _, children in places:
        for before, one in itertools.pairwise(children):
            if before.type == "strong_open" and one.type == "code_inline":
                told.setdefault(one.content, one)
    for token in told.values():
        token.attrSet("id", f"name-{slug(token.content)}")
    for token, children in places:
        token.children = [one for child in children for one in linked(child, told)]


def linked(token: Token, told: dict[str, Token]) -> list[Token]:
    """A name as a link to where it is told; anything else as it is."""
    target: Any = told.get(token.content) if token.type == "code_inline" else None
    if target is None or target is token:
        return [token]
    return [Token("link_open", "a", 1, {"href": f"#name-{slug(token.content)}"}), token, Token("link_close", "a", -1)]
