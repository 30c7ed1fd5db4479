"""Pages: plain HTML with its own style, readable without a network, for exercise, mutants and impact."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

STYLE = """
:root{--ink:#1c2733;--soft:#5b6b7b;--line:#d9e0e7;--good:#1a7f4b;--goodbg:#e3f4ea;--bad:#b3261e;--badbg:#fde8e6;--quiet:#eef1f4}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);margin:0 auto;max-width:1080px;padding:32px 24px;background:#fff}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px;border-bottom:2px solid var(--ink);padding-bottom:4px}
h3{font-size:15px;margin:0;font-weight:600}p{margin:4px 0}.soft{color:var(--soft)}
.big{font-size:40px;font-weight:700;line-height:1}.row{display:flex;gap:32px;align-items:flex-end;margin:16px 0}
.bar{height:10px;background:var(--badbg);border-radius:5px;overflow:hidden;margin:8px 0 20px}.bar i{display:block;height:100%;background:var(--good)}
.card{border:1px solid var(--line);border-left:5px solid var(--good);border-radius:6px;padding:10px 14px;margin:8px 0}
.card.holes{border-left-color:var(--bad)}.head{display:flex;justify-content:space-between;gap:16px;align-items:baseline}
table{border-collapse:collapse;width:100%;margin-top:6px}td,th{padding:3px 8px 3px 0;vertical-align:top;text-align:left;border-top:1px solid var(--quiet)}
th{font-weight:600;border-top:0}td.r,th.r{text-align:right;white-space:nowrap}
.chip{display:inline-block;border-radius:10px;padding:0 9px;font-size:12.5px;margin:0 4px 2px 0;white-space:nowrap}
.yes{background:var(--goodbg);color:var(--good)}.no{background:var(--badbg);color:var(--bad);font-weight:600}.not{background:var(--quiet);color:var(--soft)}
details{margin:6px 0}summary{cursor:pointer;color:var(--bad)}pre{background:var(--quiet);border-radius:6px;padding:10px;overflow:auto;font-size:12.5px}
code{font-size:13px;background:var(--quiet);border-radius:3px;padding:0 3px}nav a{margin-right:16px}
@media print{details{display:none}.card{break-inside:avoid}}
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n'
    )


def chip(text: str, look: str) -> str:
    """A word in a coloured field: yes, no or not."""
    return f'<span class="chip {look}">{escape(text)}</span>'


def table(head: list[str], rows: Iterable[list[str]], right: Iterable[int] = ()) -> str:
    """A table; the cells are HTML, those of the columns named in `right` stand to the right."""
    ends = set(right)

    def cells(listed: list[str], word: str) -> str:
        return "".join(f"<{word}{' class=r' if n in ends else ''}>{cell}</{word}>" for n, cell in enumerate(listed))

    lines = [f"<tr>{cells([escape(cell) for cell in head], 'th')}</tr>"] if any(head) else []
    lines += [f"<tr>{cells(row, 'td')}</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>"
