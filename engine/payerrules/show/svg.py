"""A flow as a picture: one sheet in SVG, its questions down the page, what follows beside them, wrapped into columns."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Final

from payerrules.show.flow import Box, Flow, Step
from payerrules.show.lettering import TIED, width, wrapped
from payerrules.show.mermaid import COLORS

FONT: Final = "Helvetica, Arial, 'Liberation Sans', sans-serif"
INK, SOFT, PAPER, TRUNK = "#1d2733", "#5b6876", "#ffffff", "#8a97a6"
MARGIN, GAP, COLUMN_GAP = 40, 30, 56
CODES: Final = re.compile(r"\b([A-Z]{2}) ([A-Z]?\d{1,3})\b")
ASK, TIP, ARROW, BOX = 340, 18, 56, 300
"""Widths: of a question with its two tips, of a tip, of the arrow to what follows, and of a box."""
COLUMN: Final = ASK + ARROW + BOX
PAD, LEAD = 11, 4
SIZE, SMALL = 14, 11
NAMES: Final = {
    "require": "asked of the line",
    "deny": "denied",
    "return": "returned for correction",
    "pend": "held for a person",
    "flag": "flag or remark",
    "ask": "a person is asked",
    "amount": "amount",
    "fact": "found out or added up",
}
"""What each kind of box is, in the legend."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its size and weight."""

    text: str
    size: int = SIZE
    bold: bool = False
    color: str = INK

    @property
    def height(self) -> int:
        """Its height with the space below it."""
        return self.size + LEAD


@dataclass(frozen=True, slots=True)
class Shape:
    """Something with text in it: `form` is ask, box, end or band."""

    form: str
    kind: str
    lines: tuple[Line, ...]
    wide: int

    @property
    def high(self) -> int:
        """Its height."""
        return sum(line.height for line in self.lines) + 2 * PAD - LEAD


@dataclass(frozen=True, slots=True)
class Row:
    """One step of the flow: what stands on the trunk, and what follows beside it."""

    trunk: Shape
    beside: tuple[Shape, ...] = ()

    @property
    def high(self) -> int:
        """Its height, with the space for the way back to the trunk."""
        boxes = sum(shape.high for shape in self.beside) + 10 * max(0, len(self.beside) - 1)
        return max(self.trunk.high, boxes) + (16 if self.beside else 0)


@dataclass
class Sheet:
    """The elements drawn so far."""

    parts: list[str] = field(default_factory=list)

    def text(self, x: int, y: int, line: Line, anchor: str = "start") -> None:
        """A line of text, `y` its top."""
        weight = ' font-weight="700"' if line.bold else ""
        at = f' text-anchor="{anchor}"' if anchor != "start" else ""
        base = y + line.size * 82 // 100
        self.parts.append(
            f'<text x="{x}" y="{base}" font-size="{line.size}" fill="{line.color}"{weight}{at}>{html.escape(line.text)}</text>'
        )

    def path(self, points: str, color: str, fill: str = "none", thick: str = "1.5", end: bool = False) -> None:
        """A line or an area."""
        marker = ' marker-end="url(#arrow)"' if end else ""
        self.parts.append(
            f'<path d="{points}" fill="{fill}" stroke="{color}" stroke-width="{thick}" stroke-linejoin="round"{marker}/>'
        )

    def shape(self, x: int, y: int, shape: Shape) -> None:
        """A shape with its text."""
        high, wide = shape.high, shape.wide
        fill, border = COLORS.get(shape.kind, ("#ffffff", INK))
        if shape.form == "ask":
            middle = y + high // 2
            right = x + wide
            self.path(
                f"M{x} {middle} L{x + TIP} {y} H{right - TIP} L{right} {middle} L{right - TIP} {y + high} H{x + TIP} Z",
                INK, PAPER,
            )  # fmt: skip
        else:
            round_ = {"end": min(22, high // 2), "band": 4}.get(shape.form, 5)
            self.parts.append(
                f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" rx="{round_}" fill="{fill}" stroke="{border}" stroke-width="1.5"/>'
            )
            if shape.form == "box":
                self.parts.append(f'<rect x="{x}" y="{y}" width="6" height="{high}" rx="3" fill="{border}"/>')
        top = y + PAD
        inset = TIP + 8 if shape.form == "ask" else 18 if shape.form == "box" else wide // 2
        for line in shape.lines:
            self.text(x + inset, top, line, "middle" if shape.form in ("end", "band") else "start")
            top += line.height


# --- shapes of a flow ------------------------------------------------------------------------------
def lettered(text: str, most: int, size: int = SIZE, bold: bool = False, color: str = INK) -> list[Line]:
    """A text in lines."""
    return [Line(part, size, bold, color) for part in wrapped(plain(text), size, most, bold)]


def plain(text: str) -> str:
    """A text without the marks of names; the codes of an outcome, such as CO 4, stay on one line."""
    return CODES.sub(rf"\1{TIED}\2", text.replace("`", ""))


def row_of(step: Step) -> Row:
    """A step as a row."""
    if not step.question:
        return Row(box_of(step.boxes[0], COLUMN, step), tuple(box_of(box, BOX) for box in step.boxes[1:]))
    most = ASK - 2 * TIP - 16
    lines = lettered(step.title, most, SIZE - 1, True) if step.title else []
    for number, text in enumerate(step.question):
        lines += lettered(text, most, bold=not step.title and number == 0)
    lines += foot(step, most)
    return Row(Shape("ask", "", tuple(lines), ASK), tuple(box_of(box, BOX) for box in step.boxes))


def foot(step: Step, most: int) -> list[Line]:
    """The small print of a step: its name, what else is to be known, its sources."""
    cites = " ".join(f"[{number}]" for number in step.cites)
    text = "; ".join(part for part in (step.id, step.note) if part)
    return lettered(f"{text} {cites}".strip(), most, SMALL, color=SOFT) if text or cites else []


def box_of(box: Box, wide: int, step: Step | None = None) -> Shape:
    """What follows as a box."""
    most = wide - 32
    lines = lettered(box.head, most, bold=True)
    for text in box.lines:
        lines += lettered(text, most, SIZE - 1)
    lines += foot(step, most) if step is not None else []
    return Shape("box", box.kind, tuple(lines), wide)


def rows_of(flow: Flow) -> list[Row]:
    """The whole flow as rows: where it starts, each lane with its heading, where it ends."""
    rows = [Row(Shape("end", "", tuple(lettered(flow.start, COLUMN - 60)), COLUMN))]
    for lane in flow.lanes:
        rows.append(Row(Shape("band", "band", tuple(lettered(lane.title, COLUMN - 60, SIZE, True, PAPER)), COLUMN)))
        rows += [row_of(step) for step in lane.steps]
    last = [line for place, text in enumerate(flow.end) for line in lettered(text, COLUMN - 60, bold=place == 0)]
    rows.append(Row(Shape("end", "", tuple(last), COLUMN)))
    return rows


# --- the sheet -------------------------------------------------------------------------------------
def columns_of(rows: list[Row], count: int) -> list[list[Row]]:
    """Rows in so many columns of about one height; no column ends with a heading."""
    total = sum(row.high + GAP for row in rows)
    columns: list[list[Row]] = [[]]
    used = 0
    for place, row in enumerate(rows):
        last = len(columns) == count
        heading = row.trunk.form == "band" and place + 1 < len(rows)
        need = row.high + (GAP + rows[place + 1].high if heading else 0)
        full = columns[-1] and (used + need // 2) * count > total * len(columns)
        if full and not last:
            columns.append([])
        columns[-1].append(row)
        used += row.high + GAP
    return columns


def height_of(column: list[Row]) -> int:
    """The height of a column."""
    return sum(row.high + GAP for row in column) - GAP


def laid_out(rows: list[Row]) -> list[list[Row]]:
    """Rows in as many columns as make the sheet most like a sheet of paper on its side; a short flow stays in one."""
    if sum(row.high + GAP for row in rows) < 1500:
        return [rows]
    ways = [columns_of(rows, count) for count in range(1, 10)]

    def off(columns: list[list[Row]]) -> int:
        wide = len(columns) * (COLUMN + COLUMN_GAP)
        high = max(map(height_of, columns)) + 300
        return abs(wide * 100 // high - 141)

    return min(ways, key=off)


def as_svg(flow: Flow) -> str:
    """The flow as one SVG document, which needs nothing beside it but a font as wide as Helvetica."""
    columns = laid_out(rows_of(flow))
    wide = 2 * MARGIN + len(columns) * COLUMN + (len(columns) - 1) * COLUMN_GAP
    sheet = Sheet()
    top = headed(sheet, flow, wide)
    bottom = top
    for number, column in enumerate(columns):
        x = MARGIN + number * (COLUMN + COLUMN_GAP)
        bottom = max(bottom, drawn(sheet, column, x, top, number, len(columns)))
    high = footed(sheet, flow, wide, bottom + 40)
    marker = (
        f'<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        f'<path d="M0 0 L10 5 L0 10 Z" fill="{TRUNK}"/></marker></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        f'font-family="{FONT}" role="img" aria-label="{html.escape(flow.title)}">\n'
        f"<title>{html.escape(flow.title)}</title>\n<desc>{html.escape(flow.subtitle)}</desc>\n{marker}\n"
        f'<rect width="{wide}" height="{high}" fill="{PAPER}"/>\n' + "\n".join(sheet.parts) + "\n</svg>\n"
    )


def headed(sheet: Sheet, flow: Flow, wide: int) -> int:
    """The title, the edition and its dates, and the legend; returns where the flow begins."""
    y = MARGIN
    for line in lettered(flow.title, wide - 2 * MARGIN, 24, True):
        sheet.text(MARGIN, y, line)
        y += line.height
    for line in lettered(flow.subtitle, wide - 2 * MARGIN, SIZE, color=SOFT):
        sheet.text(MARGIN, y + 4, line)
        y += line.height
    y += 18
    x = MARGIN
    sheet.path(f"M{x} {y + 8} L{x + 7} {y} H{x + 23} L{x + 30} {y + 8} L{x + 23} {y + 16} H{x + 7} Z", INK, PAPER)
    x = labelled(sheet, x + 38, y, "question")
    for kind in flow.kinds:
        name = NAMES[kind]
        if x + 60 + width(name, SIZE - 1) > wide - MARGIN:
            x, y = MARGIN, y + 26
        fill, border = COLORS[kind]
        sheet.parts.append(
            f'<rect x="{x}" y="{y}" width="24" height="16" rx="3" fill="{fill}" stroke="{border}" stroke-width="1.5"/>'
        )
        x = labelled(sheet, x + 32, y, name)
    if flow.sources:
        if x + 90 > wide - MARGIN:
            x, y = MARGIN, y + 26
        labelled(sheet, x, y, "[1] source")
    return y + 46


def labelled(sheet: Sheet, x: int, y: int, text: str) -> int:
    """A word of the legend; returns where the next one may begin."""
    line = Line(text, SIZE - 1)
    sheet.text(x, y + 1, line)
    return x + width(text, line.size) + 26


def drawn(sheet: Sheet, column: list[Row], x: int, top: int, number: int, count: int) -> int:
    """A column of the flow with its arrows; returns where it ends."""
    trunk = x + ASK // 2
    y = top
    if number:
        circle(sheet, trunk, y - 4, chr(ord("A") + number - 1))
        sheet.path(f"M{trunk} {y + 9} V{y + GAP - 2}", TRUNK, end=True)
        y += GAP
    for place, row in enumerate(column):
        bottom = y + row.trunk.high
        sheet.shape(x, y, row.trunk)
        end = y + row.high
        following = place + 1 < len(column)
        on = following or number + 1 < count
        if row.beside:
            back = beside(sheet, row, x, y)
            if on:
                sheet.path(f"M{back[0]} {back[1]} V{end + 6} H{trunk}", TRUNK)
        if on:
            stop = end + GAP - 2 if following else end + GAP - 4
            sheet.path(f"M{trunk} {bottom} V{stop}", TRUNK, end=True)
            if row.trunk.form == "ask":
                sheet.text(trunk + 7, bottom + 3, Line("no", SMALL + 1, color=SOFT))
        y = end + GAP
    if number + 1 < count:
        circle(sheet, trunk, y + 9, chr(ord("A") + number))
        y += 24
    return y - GAP


def beside(sheet: Sheet, row: Row, x: int, y: int) -> tuple[int, int]:
    """What follows beside a question, one below the other; returns where the way back to the trunk begins."""
    left = x + ASK + ARROW
    high = sum(shape.high for shape in row.beside) + 10 * (len(row.beside) - 1)
    top = y + max(0, row.trunk.high - high) // 2
    middle = y + row.trunk.high // 2
    first = row.beside[0]
    entry = min(max(middle, top + 12), top + first.high - 8) if row.trunk.form == "ask" else top
    if row.trunk.form == "ask":
        turn = x + ASK + ARROW // 2
        sheet.path(f"M{x + ASK} {middle} H{turn} V{entry} H{left - 2}", TRUNK, end=True)
        sheet.text(x + ASK + 4, middle - 17, Line("yes", SMALL + 1, color=SOFT))
    for place, shape in enumerate(row.beside):
        sheet.shape(left, top, shape)
        if place + 1 < len(row.beside):
            sheet.path(f"M{left + 24} {top + shape.high} V{top + shape.high + 10}", TRUNK)
        top += shape.high + 10
    return left + 24, top - 10


def circle(sheet: Sheet, x: int, y: int, letter: str) -> None:
    """The sign that a column goes on in the next one."""
    sheet.parts.append(f'<circle cx="{x}" cy="{y}" r="13" fill="{INK}"/>')
    sheet.text(x, y - 7, Line(letter, SIZE, True, PAPER), "middle")


def footed(sheet: Sheet, flow: Flow, wide: int, y: int) -> int:
    """The sources, in columns; returns the height of the sheet."""
    if not flow.sources:
        return y
    sheet.path(f"M{MARGIN} {y} H{wide - MARGIN}", "#d5dce4")
    y += 16
    sheet.text(MARGIN, y, Line("Sources", SIZE, True))
    y += 26
    count = max(1, (wide - 2 * MARGIN + COLUMN_GAP) // (COLUMN + COLUMN_GAP))
    each = (wide - 2 * MARGIN - (count - 1) * COLUMN_GAP) // count
    told = [lettered(f"[{place}] {source}", each, SIZE - 2, color=SOFT) for place, source in enumerate(flow.sources, 1)]
    per = -(-len(told) // count)
    low = y
    for column in range(count):
        at = y
        for lines in told[column * per : (column + 1) * per]:
            for line in lines:
                sheet.text(MARGIN + column * (each + COLUMN_GAP), at, line)
                at += line.height
            at += 3
        low = max(low, at)
    return low + MARGIN
