"""A flow as Mermaid text, which wikis and code hosts draw by themselves."""

from __future__ import annotations

from typing import Final

from payerrules.show.flow import Box, Flow, Step

COLORS: Final = {
    "band": ("#1d2733", "#1d2733"),
    "require": ("#e3effc", "#2b6cb0"),
    "deny": ("#fde8e8", "#c53030"),
    "return": ("#fdeee3", "#c05621"),
    "pend": ("#fdf6d8", "#b7791f"),
    "flag": ("#eef1f4", "#718096"),
    "ask": ("#eee8fb", "#6b46c1"),
    "amount": ("#e6f6ec", "#2f855a"),
    "fact": ("#e8f4f4", "#2c7a7b"),
}
"""Fill and border of each kind of box."""


def as_mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart; each lane is a subgraph, the numbers in brackets are the sources below."""
    lines = [
        "---",
        f"title: {flow.title.replace(':', ',')}",
        "---",
        "flowchart TD",
        f"  start([{quoted(safe(flow.start))}])",
    ]
    before, label = "start", ""
    open_ends: list[str] = []
    number = 0
    for place, lane in enumerate(flow.lanes, 1):
        lines.append(f"  subgraph lane{place} [{quoted(safe(lane.title))}]")
        arrows: list[str] = []
        for step in lane.steps:
            number += 1
            node = f"s{number}"
            if step.question:
                lines.append(f"    {node}{{{{{quoted(*question(step))}}}}}")
                arrows += into(node, before, label, open_ends)
                before, label, open_ends = node, "no", []
                for part, box in enumerate(step.boxes, 1):
                    name = f"{node}b{part}"
                    lines.append(f"    {name}[{quoted(*words(box))}]:::{box.kind}")
                    arrows.append(
                        f"  {node if part == 1 else f'{node}b{part - 1}'} -->{'|yes|' if part == 1 else ''} {name}"
                    )
                    open_ends = [name]
            else:
                for part, box in enumerate(step.boxes, 1):
                    name = f"{node}b{part}"
                    lines.append(f"    {name}[{quoted(*words(box, step))}]:::{box.kind}")
                    arrows += into(name, before, label, open_ends)
                    before, label, open_ends = name, "", []
        lines += ["  end", *arrows]
    lines.append(f"  done([{quoted(*map(safe, flow.end))}])")
    lines += into("done", before, label, open_ends)
    lines += [f"  classDef {kind} fill:{COLORS[kind][0]},stroke:{COLORS[kind][1]},color:#1d2733" for kind in flow.kinds]
    lines += [f"  %% {flow.subtitle}"]
    lines += [f"  %% [{place}] {source}" for place, source in enumerate(flow.sources, 1)]
    return "\n".join(lines) + "\n"


def into(node: str, before: str, label: str, open_ends: list[str]) -> list[str]:
    """The arrows that lead to a node: from the step before it, and from what followed there."""
    arrow = f"-->|{label}|" if label else "-->"
    return [f"  {before} {arrow} {node}", *(f"  {end} --> {node}" for end in open_ends)]


def question(step: Step) -> list[str]:
    """The question of a step, with its title above and its sources below."""
    texts = [f"<b>{safe(step.title)}</b>"] if step.title else []
    texts += [safe(line) for line in step.question]
    small = "; ".join(part for part in (step.note, " ".join(f"[{n}]" for n in step.cites)) if part)
    return [*texts, f"<small>{safe(small)}</small>"] if small else texts


def words(box: Box, step: Step | None = None) -> list[str]:
    """The words of a box."""
    cites = "".join(f" [{n}]" for n in step.cites) if step else ""
    return [f"<b>{safe(box.head)}</b>{cites}", *(safe(line) for line in box.lines)]


def safe(text: str) -> str:
    """A text without what Mermaid would read as its own.

    >>> safe('Is it "above" 3?')
    'Is it #quot;above#quot; 3?'
    """
    for sign, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "")):
        text = text.replace(sign, entity)
    return text


def quoted(*lines: str) -> str:
    """Lines as one label."""
    return f'"{"<br>".join(lines)}"'
