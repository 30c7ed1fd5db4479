"""The pictures: those of docs/pictures are current, and in each no text leaves its shape and no shape another.

`make pictures` draws those of docs/pictures anew.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from payerrules.library.library import Library
from payerrules.show.flow import Flow, flow_of
from payerrules.show.lettering import width
from payerrules.show.mermaid import as_mermaid
from payerrules.show.subject import Subject
from payerrules.show.svg import NAMES, as_svg

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
SVG = "{http://www.w3.org/2000/svg}"
KX = ("speech-carries-gn", "incurred")
MEDICARE = (
    "speech-carries-gn",
    "speech-not-go-gp",
    "units-above-the-edit",
    "hospice-unrelated",
    "together-only-if-distinct",
    "incurred",
)
DRAWN = {
    "kx.svg": ("medicare/outpatient-therapy", "2026-05-11", KX),
    "medicare.svg": ("medicare/outpatient-therapy", "2026-05-11", MEDICARE),
    "ehb_plan.svg": ("commercial/ehb-plan/speech", "", ()),
}
"""The pictures of the docs: policy, day, rules."""


@lru_cache(maxsize=1)
def library() -> Library:
    return Library.open([ROOT / "policies"])[0]


def flow(policy: str, as_of: str = "", only: tuple[str, ...] = ()) -> Flow:
    day = date.fromisoformat(as_of).toordinal() if as_of else None
    for text in library().shelf[policy]:
        for composed in library().composed[text.label]:
            for window in composed.windows:
                if day is None or window.holds(day):
                    return flow_of(
                        Subject(library().meaning(composed, window), composed, library().vocabulary, day), only
                    )
    raise LookupError(f"{policy} has no edition on {as_of}")


@pytest.mark.parametrize("name", DRAWN)
def test_the_picture_of_the_docs_is_current(name: str) -> None:
    drawn = as_svg(flow(*DRAWN[name]))
    assert (PICTURES / name).read_text(encoding="utf-8") == drawn, "run `make pictures`"


# --- what the flow says ------------------------------------------------------------------------------
def test_a_step_that_asks_for_an_authorization_asks_before_it_denies_and_tells_whom_a_base_spares() -> None:
    steps = [
        s for lane in flow("medicaid/oh/therapy").lanes for s in lane.steps if "above 30 visits" in "".join(s.question)
    ]
    assert {any("no approved authorization covers" in text for text in step.question) for step in steps} == {True}
    spared = [" ".join(step.question) for step in steps]
    assert any("is entitled to EPSDT" in text for text in spared)
    assert any("is not entitled to EPSDT" in text for text in spared)


def test_the_flow_of_the_threshold_is_told_as_a_manual_tells_it() -> None:
    told = flow("medicare/outpatient-therapy", "2026-05-11", KX)
    steps = [(s.question, [b.head for b in s.boxes]) for lane in told.lanes for s in lane.steps if s.question]
    assert steps == [
        (
            (
                "The line's discipline is SLP",
                "and the line's code is not in `hearing_codes`",
                "and the line has neither GO nor GP?",
            ),
            ["Must carry GN as its first or second modifier"],
        ),
        (("Therapy expenses this year: above $2,480.00?",), ["Must carry KX"]),
        (("Therapy expenses this year: above $3,000.00?",), ["Flag `targeted_medical_review`"]),
    ]
    assert told.end == ("Submit the line as corrected", "as CODE-GN or CODE-GN-KX")


def test_the_day_decides_the_value() -> None:
    told = flow("medicare/outpatient-therapy", "2025-05-11", ("incurred",))
    assert [s.question for s in told.lanes[-1].steps][1] == ("Therapy expenses this year: above $2,410.00?",)


def test_without_a_day_the_latest_value_is_named_with_its_dates() -> None:
    told = flow("medicare/outpatient-therapy", "", ("incurred",))
    assert [s.question for s in told.lanes[-1].steps][1] == ("Therapy expenses this year: above $2,480.00 (2026)?",)


def test_every_rule_and_step_is_in_the_whole_flow() -> None:
    for policy, editions in library().shelf.items():
        composed = library().composed[editions[0].label][0]
        subject = Subject(library().meaning(composed, composed.windows[0]), composed, library().vocabulary)
        drawn = {step.id for lane in flow_of(subject).lanes for step in lane.steps}
        wanted = {rule.id.partition("#")[2] for rule in subject.rules}
        wanted |= {f"{limit.name}/{step}" for limit in subject.limits for step, _ in limit.beyonds}
        assert wanted - drawn == set(), policy


def test_a_rule_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"no rule or limit `incured`.*incurred"):
        flow("medicare/outpatient-therapy", "", ("incured",))


# --- how it is drawn ---------------------------------------------------------------------------------
POLICIES = sorted(library().shelf)


def boxes_of(path: ET.Element | str) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of a shape that holds text; None for a line."""
    if isinstance(path, str):
        numbers = re.fullmatch(r"M(\d+) (\d+) L(\d+) (\d+) H(\d+) L(\d+) (\d+) L(\d+) (\d+) H(\d+) Z", path)
        return (int(numbers[1]), int(numbers[4]), int(numbers[6]), int(numbers[9])) if numbers else None
    x, y, wide, high = (int(path.get(key, "0")) for key in ("x", "y", "width", "height"))
    return x, y, x + wide, y + high


@pytest.mark.parametrize("policy", POLICIES)
def test_shapes_do_not_meet_and_texts_stay_inside(policy: str) -> None:
    root = ET.fromstring(as_svg(flow(policy)))
    wide, high = int(root.get("width", "0")), int(root.get("height", "0"))
    rects = [boxes_of(e) for e in root.iter(f"{SVG}rect") if int(e.get("width", "0")) not in (6, 24, wide)]
    paths = [boxes_of(e.get("d", "")) for e in root.iter(f"{SVG}path")]
    shapes = [shape for shape in (*rects, *paths) if shape]
    clashes = [
        (one, two)
        for place, one in enumerate(shapes)
        for two in shapes[place + 1 :]
        if one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
    ]
    assert clashes == []
    out = []
    for element in root.iter(f"{SVG}text"):
        size, x, y = (int(element.get(key, "0")) for key in ("font-size", "x", "y"))
        long = width(element.text or "", size, element.get("font-weight") == "700")
        left = x - long // 2 if element.get("text-anchor") == "middle" else x
        holder = next((s for s in shapes if s[0] <= x <= s[2] and s[1] <= y <= s[3]), (0, 0, wide, high))
        if left < holder[0] or left + long > holder[2] or y > holder[3]:
            out.append(element.text)
    assert out == []


@pytest.mark.parametrize("policy", POLICIES)
def test_the_legend_has_every_kind_of_box_and_no_other(policy: str) -> None:
    told = flow(policy)
    texts = {element.text for element in ET.fromstring(as_svg(told)).iter(f"{SVG}text")}
    assert {kind for kind, name in NAMES.items() if name in texts} == set(told.kinds)


@pytest.mark.parametrize("policy", POLICIES)
def test_mermaid_names_each_node_once_and_leads_everywhere(policy: str) -> None:
    text = as_mermaid(flow(policy))
    nodes = re.findall(r'^ +(\w+)(?:\{\{|\[|\(\[)"', text, re.MULTILINE)
    arrows = re.findall(r"^ +(\w+) -->(?:\|\w+\|)? (\w+)$", text, re.MULTILINE)
    assert len(nodes) == len(set(nodes))
    assert {name for arrow in arrows for name in arrow} == set(nodes)
    assert set(nodes) - {end for _, end in arrows} == {"start"}


def draw() -> None:
    """Draw the pictures of the docs."""
    PICTURES.mkdir(exist_ok=True)
    for name, what in DRAWN.items():
        (PICTURES / name).write_text(as_svg(flow(*what)), encoding="utf-8")


if __name__ == "__main__" and sys.argv[1:] == ["--draw"]:
    draw()
