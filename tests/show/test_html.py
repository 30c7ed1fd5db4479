"""The page as HTML: whole, with contents, and with links that lead somewhere."""

from __future__ import annotations

import re

from payerrules.show.html import as_html

PAGE = """# A plan

It speaks of `codes` and of `nothing`.

## Limits

**Visits** (**`visits`**), in `codes`. Is 3 < 4?

## Sets of codes

- **`codes`**: A, B

## Limits
"""


def test_the_contents_lead_to_each_heading_once() -> None:
    text = as_html(PAGE, "A plan")
    assert re.findall(r'<a href="#([^"]+)">[^<]*</a>', text.split("<main>")[0]) == [
        "a-plan", "limits", "sets-of-codes", "limits-2",
    ]  # fmt: skip
    assert re.findall(r'<h[12] id="([^"]+)"', text) == ["a-plan", "limits", "sets-of-codes", "limits-2"]


def test_a_name_leads_to_where_it_is_told_and_no_other_is_a_link() -> None:
    main = as_html(PAGE, "A plan").split("<main>")[1]
    assert main.count('<a href="#name-codes">') == 2
    assert main.count('<code id="name-codes">codes</code>') == 1
    assert "<code>nothing</code>" in main


def test_signs_of_html_are_text() -> None:
    assert "Is 3 &lt; 4?" in as_html(PAGE, "A <b>plan</b>")
    assert "<title>A &lt;b&gt;plan&lt;/b&gt;</title>" in as_html(PAGE, "A <b>plan</b>")
