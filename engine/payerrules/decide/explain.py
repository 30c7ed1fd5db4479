"""Explaining: why a line was decided so, or why one rule did or did not fire, in an analyst's words."""

from __future__ import annotations

from typing import Any

from payerrules.language.spelling import closest
from payerrules.language.vocabulary import Vocabulary
from payerrules.library.library import Library
from payerrules.model.decision import Decision

SAID = {
    "fired": "applies, because",
    "not fired": "does not apply, because",
    "not evaluated": "could not be evaluated, because",
}


def explained(decision: Decision, line: int, rule: str, library: Library) -> str:
    """The explanation of a line; of one rule on it, where one is named by its id or the end of its id.

    Raises LookupError, with the nearest rule, where there is no such rule on the line.
    """
    data = decision.to_dict()
    entries = [entry for entry in data["trace"] if entry["line"] in (0, line)]
    shown = next(one for one in data["lines"] if one["line"] == line)
    if rule:
        found = [
            entry for entry in entries if entry["rule"] == rule or entry["rule"].endswith((f"#{rule}", f"/{rule}"))
        ]
        if not found:
            ids = sorted({entry["rule"] for entry in entries})
            near = closest(rule, [one.partition("#")[2] for one in ids])
            hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(ids)}"
            raise LookupError(f"no rule `{rule}` was in force on line {line}; {hint}")
        return "\n\n".join(entry_text(entry, library, whole=True) for entry in found)
    parts = [head(shown, library.vocabulary)]
    struck = [entry for entry in entries if entry.get("struck")]
    unknown = [entry for entry in entries if entry["verdict"] == "not evaluated" and "#derive/" not in entry["rule"]]
    for title, chosen in (("What stopped or changed it:", struck), ("What could not be evaluated:", unknown)):
        if chosen:
            parts.append("\n".join([title, *(entry_text(entry, library, whole=False) for entry in chosen)]))
    parts += [limit_text(limit) for limit in data["limits"] if limit["line"] == line]
    quiet = sum(entry["verdict"] == "not fired" for entry in entries)
    parts.append(f"{quiet} rules did not apply; ask for one with --rule ID.")
    return "\n\n".join(parts)


def head(line: dict[str, Any], vocabulary: Vocabulary) -> str:
    """The line in two sentences, with what it needs, in the words of the vocabulary too, and what is to do."""
    submitted, corrected = line["as_submitted"], line["as_corrected"]
    codes = ", ".join(f"{a['group']} {a['carc']}" for a in submitted["adjustments"])
    text = f"Line {line['line']}: bill as {line['billed_as']}. As submitted: {submitted['outcome']}{f' ({codes})' if codes else ''}. "
    text += f"As corrected: {corrected['outcome']}."
    for need in line["needs"]:
        known = vocabulary.facts.get(need)
        text += f"\n  needs: {need}{f': {known.meaning}' if known and known.meaning else ''}"
    for action in line["actions"]:
        text += f"\n  to do: {action['say']}"
    return text


def entry_text(entry: dict[str, Any], library: Library, *, whole: bool) -> str:
    """One rule: what it says, how it ended and why, and on whose authority."""
    title = titles(library).get(entry["rule"], "")
    lines = [f"- {entry['rule']}{f': {title}' if title else ''}"]
    other = entry.get("other")
    beside = f" (beside {f'line {other}' if str(other).isdigit() else other})" if other else ""
    because = entry["because"] or ["it has no condition"]
    lines.append(f"  {SAID[entry['verdict']]}{beside}:")
    lines += [f"    {sentence}" for sentence in because]
    if whole and entry["verdict"] == "fired" and entry.get("struck") is False:
        lines.append("    and the line has what it asks for, so nothing follows")
    if entry["sources"]:
        lines.append(f"  source: {authority(entry, library)}")
    return "\n".join(lines)


def titles(library: Library) -> dict[str, str]:
    """The titles of all rules that have been read."""
    return {rule.id: rule.title for meaning in library.meanings.values() for rule in meaning.rules}


def authority(entry: dict[str, Any], library: Library) -> str:
    """The source of a rule, with its status and address."""
    policy = entry["rule"].partition("#")[0]
    for text in library.shelf.get(policy, ()):
        source = text.sources.get(entry["sources"][0])
        if source is not None:
            return f"{source.title} [{source.status}] {source.url}".strip()
    return str(entry["sources"][0])


def number_text(found: Any) -> str:
    """A number of a limit, or its bounds, as a person reads it."""
    if isinstance(found, dict):
        most = found["at_most"]
        return f"at least {found['at_least']}" + (f", at most {most}" if most is not None else "")
    return str(found)


def period_text(limit: dict[str, Any]) -> str:
    """The period of a limit."""
    first, last = limit["period"]["from"], limit["period"]["through"]
    if limit["period"].get("known") is False:
        return "a period that is not known"
    return f"from {first} on" if first and not last else f"{first} to {last}" if first != last else str(first)


def next_text(ahead: dict[str, Any] | None) -> str:
    """The step that a limit comes to next."""
    if ahead is None:
        return "beyond all its steps"
    if ahead["at"] is None:
        return f"nobody knows where {ahead['step']} is"
    return f"{ahead['remaining']} left up to {ahead['at']} ({ahead['step']})"


def limit_text(limit: dict[str, Any]) -> str:
    """A limit at a line: the numbers in a sentence, then each service that was counted and each that was not, and why."""
    pool = ", ".join(f"{name} {value}" for name, value in limit["pool"].items())
    head = f"Limit {limit['limit']} ({limit['title']}{f'; {pool}' if pool else ''}), {period_text(limit)}, in {limit['unit']}: "
    numbers = {name: number_text(limit[name]) for name in ("before", "this", "after")}
    text = head + f"{numbers['before']} used before, {numbers['this']} by this line, {numbers['after']} after"
    ahead = limit["next"]
    lines = [f"{text}; {next_text(ahead)}."]
    if limit["opened_by"] == "counter":
        lines.append(f"  opened by a counter: {number_text(limit['opening'])}")
    for one in limit["counted"]:
        sure = "" if one.get("sure", True) else ", perhaps"
        lines.append(f"  counted: {one['service']}, {number_text(one['used'])}{sure}")
    lines += [f"  not counted: {one['service']}, {one['because']}" for one in limit["not_counted"]]
    if "reached_on" in limit:
        lines.append(f"  used up on {limit['reached_on']}")
    if ahead is None and "free_on" in limit:
        lines.append(f"  there is room again on {limit['free_on']}")
    return "\n".join(lines)
