"""The page of an impact: the edits, and the claims that each of them changes."""

from __future__ import annotations

from html import escape

from payerrules.analysis.impact import FIRST, Impact
from payerrules.analysis.page import page, table


def impact_page(found: Impact) -> str:
    """The whole page."""
    told = found.to_dict()
    parts = [
        f"<h1>What changes from {escape(found.one)} to {escape(found.other)}</h1>",
        f"<div class=row><div class=big>{found.changed:,}</div><div><p>of <b>{found.total:,}</b> claims come out otherwise</p>"
        f"<p class=soft>allowed amount that pays as submitted: {signed(told['dollars'])}</p></div></div>",
        "<h2>Which edit changes how many</h2>",
        table(
            ["edit", "claims", "dollars"],
            [
                [f'<a href="#g{n}">{escape(group.words)}</a>', f"{len(group.claims):,}", signed(f"{group.dollars:.2f}")]
                for n, group in enumerate(found.groups)
            ],
            right=[1, 2],
        ),
    ]
    for number, group in enumerate(found.groups):
        parts.append(f'<h2 id="g{number}">{escape(group.words)}</h2><p class=soft>{escape(group.policy)}</p>')
        rows = [
            [
                f"<b>{escape(claim.id)}</b>",
                "<br>".join(escape(line) for line in claim.lines),
                f"{claim.before:.2f}",
                f"{claim.after:.2f}",
            ]
            for claim in group.claims[:FIRST]
        ]
        parts.append(table(["claim", "what changes", "before", "after"], rows, right=[2, 3]))
        if len(group.claims) > FIRST:
            parts.append(f"<p class=soft>and {len(group.claims) - FIRST:,} more</p>")
    quiet = [change for change in found.changes if not any(change.name in group.words for group in found.groups)]
    if quiet:
        parts.append("<h2>Edits that change none of these claims by themselves</h2>")
        parts.append(table(["policy", "edit"], [[escape(c.policy), escape(c.name)] for c in quiet]))
    return page(f"Impact: {found.one} to {found.other}", parts)


def signed(dollars: str) -> str:
    """Dollars with their sign."""
    return f"-${dollars[1:]}" if dollars.startswith("-") else f"+${dollars}"
