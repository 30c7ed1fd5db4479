"""The page of an exercise: the policies part by part, what is reached in green, holes in red with the encounter that would fill them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from payerrules.analysis.exercise import Exercise
from payerrules.analysis.page import chip, page, table
from payerrules.analysis.targets import Target
from payerrules.golden.written import case_text

SECTIONS = {
    "about": "Lines it speaks of", "value": "Parameters", "row": "Tables", "derive": "Derived facts", "limit": "Limits", "rule": "Rules",
}  # fmt: skip


def exercise_page(result: Exercise, titles: Mapping[str, str]) -> str:
    """The whole page; `titles` are those of the rules, by id."""
    reached, holes = len(result.reached), len(result.holes)
    parts = [
        "<h1>What the golden files exercise</h1>",
        f"<div class=row><div class=big>{result.percent}%</div><div><p><b>{reached}</b> reached, <b>{holes}</b> holes"
        f", {len(result.impossible)} that nothing can reach</p><p class=soft>A rule fired and not fired; a test true, false and, where it can be,"
        " unknown; a row taken; a value read on its first and last day; an effect struck, met and corrected.</p></div></div>",
        f'<div class=bar><i style="width:{result.percent}%"></i></div>',
    ]
    policies: dict[str, dict[str, list[Target]]] = {}
    for part, targets in result.by_part().items():
        policies.setdefault(targets[0].policy, {})[part] = targets
    parts.append("<nav>" + "".join(f'<a href="#{escape(p)}">{escape(p)}</a>' for p in sorted(policies)) + "</nav>")
    for policy, found in sorted(policies.items()):
        parts.append(f'<h2 id="{escape(policy)}">{escape(policy)}</h2>')
        for section, title in SECTIONS.items():
            mine = [(part, targets) for part, targets in found.items() if section_of(part, targets) == section]
            if mine:
                parts.append(f"<h3 class=soft>{title}</h3>")
                parts += [card(part, targets, result, titles) for part, targets in mine]
    return page("What the golden files exercise", parts)


def section_of(part: str, targets: list[Target]) -> str:
    """Under which heading a part stands."""
    return "derive" if "#derive/" in part else next((t.kind for t in targets if t.kind in SECTIONS), "rule")


def card(part: str, targets: list[Target], result: Exercise, titles: Mapping[str, str]) -> str:
    """One part: its name, how it came out as a whole, then what it consists of."""
    holes = [t for t in targets if t in set(result.holes)]
    whole = " ".join(mark(t, result) for t in targets if not t.words)
    by_words: dict[str, list[Target]] = {}
    for target in targets:
        if target.words:
            by_words.setdefault(target.words, []).append(target)
    rows = [[escape(words), " ".join(mark(t, result) for t in listed)] for words, listed in by_words.items()]
    title = titles.get(part, "")
    head = f"<div class=head><h3>{escape(part.partition('#')[2])}{f' <span class=soft>{escape(title)}</span>' if title else ''}</h3><div>{whole}</div></div>"
    by_text: dict[str, list[Target]] = {}
    for target in holes:
        data = result.fills.get(target)
        by_text.setdefault("" if data is None else case_text(part, data, {}, 0), []).append(target)
    filled = [filler(text, listed) for text, listed in by_text.items()]
    return f'<div class="card{" holes" if holes else ""}">{head}{table([], rows, right=[1]) if rows else ""}{"".join(filled)}</div>'


def mark(target: Target, result: Exercise) -> str:
    """How a target stands: reached, a hole, or out of reach."""
    if target in result.impossible:
        return chip(f"{target.wants}: cannot be", "not")
    return chip(target.wants, "yes" if target in result.reached else "no")


def filler(text: str, targets: list[Target]) -> str:
    """The encounter that would fill some holes, to be opened."""
    what = escape("; ".join(f"{t.words}: {t.wants}" if t.words else t.wants for t in targets))
    if not text:
        return f"<p class=soft>No encounter was found for: {what}</p>"
    return f"<details><summary>fill: {what}</summary><pre>{escape(text)}</pre></details>"
