"""X12 segments: text to segments with their positions, one at a time, each interchange with its own delimiters."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from payerrules.formats.x12_problems import X12Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTHS: Final = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)  # of ISA01 to ISA16, which the standard fixes
_HEADER: Final = re.compile(
    r"ISA(?P<element>[^A-Za-z0-9\s])" + r"(?P=element)".join(f".{{{width}}}" for width in _WIDTHS) + r"[^A-Za-z0-9 ]",
    re.DOTALL,
)
_LOOSE_HEADER: Final = re.compile(
    r"ISA(?P<element>[^A-Za-z0-9\s])(?:(?:(?!(?P=element))[^\r\n]){0,40}(?P=element)){15}[^A-Za-z0-9\s]"
)
_NAME: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}\Z")
_BREAK: Final = re.compile(r"\s*[\r\n]\s*")
_SPACE: Final = (
    " \t\r\n\v\f\x00\x1a\ufeff"  # what may stand between segments: also the old end-of-file mark and NULs of padding
)


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that an interchange header chooses."""

    element: str
    component: str
    segment: str
    repetition: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name, its elements, and where it stands.

    >>> dtp = Segment("DTP", ("472", "D8", "20260511"), 27, 27, 1, Delimiters("*", ":", "~", "^"))
    >>> dtp.at(3), dtp.at(9), dtp.column_of(3)
    ('20260511', '', 12)
    """

    name: str
    elements: tuple[str, ...]
    number: int  # position in the file, from 1
    line: int
    column: int
    delimiters: Delimiters
    broken: bool = False  # a line break stood inside

    def at(self, position: int) -> str:
        """An element by its position from 1, without padding; empty where it is not given."""
        return self.elements[position - 1].strip() if position <= len(self.elements) else ""

    def parts(self, position: int) -> tuple[str, ...]:
        """The components of a composite element, without padding."""
        text = self.at(position)
        return tuple(part.strip() for part in text.split(self.delimiters.component)) if text else ()

    def part(self, position: int, component: int) -> str:
        """One component of a composite element, both counted from 1; empty where it is not given."""
        parts = self.parts(position)
        return parts[component - 1] if component <= len(parts) else ""

    def column_of(self, position: int | None) -> int:
        """The column at which an element starts; that of the segment for None."""
        if position is None or position > len(self.elements):
            return self.column
        return self.column + len(self.name) + 1 + sum(len(element) + 1 for element in self.elements[: position - 1])


class _Place:
    """Line and column of an offset, kept in step with a scan that only goes forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._line = 1
        self._start = 0

    def of(self, offset: int) -> tuple[int, int]:
        breaks = self._text.count("\n", self._offset, offset)
        if breaks:
            self._line += breaks
            self._start = self._text.rfind("\n", self._offset, offset) + 1
        self._offset = offset
        return self._line, offset - self._start + 1


def text_of(data: str | bytes) -> tuple[str, tuple[X12Problem, ...]]:
    """Text from the bytes of a file: UTF-8, else byte by byte as Latin-1, which is named.

    >>> text_of("ISA".encode())
    ('ISA', ())
    """
    if isinstance(data, str):
        return data, ()
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = X12Problem(
            "x12-not-utf8",
            f"byte {error.start + 1} is not UTF-8; the file was read as Latin-1",
            0,
            hint="Save the file as UTF-8 or plain ASCII if an id looks wrong.",
            line=line,
        )
        return data.decode("latin-1"), (problem,)


def segments(text: str) -> Iterator[Segment | X12Problem]:
    """Every segment of every interchange in `text`, in order, with the problems met on the way.

    The delimiters come from each interchange's own header. A problem `x12-truncated` stands where the text breaks off
    inside an interchange; the broken segment itself is not given.
    """
    place = _Place(text)
    headers = [match.start() for match in _HEADER.finditer(text)]
    number = 0
    position = _past_space(text, 0)
    found = False
    while position < len(text):
        header = _header_at(text, position)
        if header is None:
            following = _next_header(text, position + 1, headers)
            if found or following is not None or text.startswith("ISA", position):
                yield _outside(text, position, len(text) if following is None else following, number, place)
                found = True
            if following is None:
                break
            position = following
            continue
        found = True
        delimiters, strict = header
        if not strict:
            line, column = place.of(position)
            hint = "Pad the elements of the ISA segment to their fixed widths."
            message = "the header does not keep the fixed widths; its delimiters were taken from its order"
            yield X12Problem("x12-loose-header", message, number + 1, "ISA", None, hint, line=line, column=column)
        scan = _Interchange(text, position, _following(headers, position + 3, len(text)), delimiters, place, number)
        yield from scan.run()
        number = scan.number
        position = _past_space(text, scan.position)
    if not found:
        hint = "An 837P file begins with an ISA segment; if this is JSON or YAML, name the file accordingly."
        yield X12Problem("x12-not-x12", "the text is not X12: it holds no ISA segment", 0, hint=hint)


class _Interchange:
    """The scan of one interchange, from its header to its trailer or to where the next one starts."""

    def __init__(self, text: str, start: int, end: int, delimiters: Delimiters, place: _Place, number: int) -> None:
        self.text, self.position, self.end = text, start, end
        self.delimiters, self.place, self.number = delimiters, place, number

    def run(self) -> Iterator[Segment | X12Problem]:
        """Yield segments up to and with the trailer."""
        while True:
            start = _past_space(self.text, self.position, self.end)
            if start >= self.end:
                line, column = self.place.of(start)
                message = "the interchange ends without its IEA segment"
                yield X12Problem("x12-truncated", message, self.number, "", None, _RESEND, line=line, column=column)
                self.position = self.end
                return
            stop = self.text.find(self.delimiters.segment, start, self.end)
            line, column = self.place.of(start)
            ended = stop >= 0
            raw = self.text[start : stop if ended else self.end]
            self.position = stop + 1 if ended else self.end
            self.number += 1
            segment = self._segment(raw, line, column)
            if not ended:
                yield from self._unended(segment, line, column)
                return
            if not _NAME.match(segment.name):
                hint = "Look for a stray or missing terminator here."
                message = "text between two terminators does not begin with a segment name"
                yield X12Problem("x12-not-a-segment", message, self.number, "", None, hint, line=line, column=column)
                continue
            yield segment
            if segment.broken:
                hint = "A terminator is missing before the break, or the file was wrapped; write one segment a line."
                message = "a line break stands inside the segment; what was read of its claim is not relied on"
                yield X12Problem(
                    "x12-line-break", message, self.number, segment.name, None, hint, line=line, column=column
                )
            if segment.name == "IEA":
                return

    def _segment(self, raw: str, line: int, column: int) -> Segment:
        broken = "\n" in raw or "\r" in raw
        if broken:
            joined = _BREAK.sub("", raw.rstrip(_SPACE))
            broken = joined != raw.rstrip(_SPACE)
            raw = joined
        name, *elements = raw.split(self.delimiters.element)
        return Segment(name.strip(), tuple(elements), self.number, line, column, self.delimiters, broken)

    def _unended(self, segment: Segment, line: int, column: int) -> Iterator[Segment | X12Problem]:
        """The last segment has no terminator: a trailer may, anything else is cut."""
        if segment.name == "IEA" and segment.at(2) and not segment.broken:
            message = "the last segment has no terminator"
            hint = f"End the file with {self.delimiters.segment!r}."
            yield X12Problem(
                "x12-no-last-terminator", message, self.number, "IEA", None, hint, line=line, column=column
            )
            yield segment
            return
        name = segment.name if _NAME.match(segment.name) else ""
        message = "the text breaks off inside this segment"
        yield X12Problem("x12-truncated", message, self.number, name, None, _RESEND, line=line, column=column)


_RESEND: Final = "Fetch the whole file again; the claims before this place were read."


def _past_space(text: str, position: int, end: int | None = None) -> int:
    stop = len(text) if end is None else end
    while position < stop and text[position] in _SPACE:
        position += 1
    return position


def _header_at(text: str, position: int) -> tuple[Delimiters, bool] | None:
    """The delimiters of the header at `position`, and whether it keeps the fixed widths."""
    match = _HEADER.match(text, position)
    strict = match is not None
    if match is None:
        match = _LOOSE_HEADER.match(text, position)
        if match is None or match.end() >= len(text):
            return None
    header = match.group() if strict else match.group() + text[match.end()]
    element, component, terminator = match["element"], header[-2], header[-1]
    if len({element, component, terminator}) < 3 or terminator.isalnum() or terminator == " ":
        return None
    repetition = header.split(element)[11].strip()
    return Delimiters(
        element, component, terminator, None if repetition.isalnum() or not repetition else repetition
    ), strict


def _next_header(text: str, position: int, headers: list[int]) -> int | None:
    """Where the next header that can be read begins; `headers` are the places of those that keep their widths."""
    end, best = len(text), None
    for strict in headers[bisect_left(headers, position) :]:
        if _header_at(text, strict):
            end = best = strict
            break
    for match in _LOOSE_HEADER.finditer(text, position, end):
        if _header_at(text, match.start()):
            return match.start()
    return best


def _following(headers: list[int], position: int, end: int) -> int:
    """Where the next header begins: an interchange that lost its end does not swallow the next one."""
    index = bisect_left(headers, position)
    return headers[index] if index < len(headers) else end


def _outside(text: str, position: int, end: int, number: int, place: _Place) -> X12Problem:
    """Name text that begins with no readable header: a header cut short, one that is broken, or something else."""
    line, column = place.of(position)
    if not text.startswith("ISA", position):
        message = "text outside any interchange was passed over"
        hint = "Remove what does not belong to an interchange, or restore its ISA segment."
        return X12Problem("x12-text-outside", message, number, hint=hint, line=line, column=column)
    if end - position < sum(_WIDTHS) + len(_WIDTHS) + 4:
        message = "the text breaks off inside the interchange header"
        return X12Problem("x12-truncated", message, number + 1, "ISA", None, _RESEND, line=line, column=column)
    message = (
        "the interchange header cannot be read, so its delimiters are not known and the interchange is passed over"
    )
    hint = "ISA has 16 elements; its delimiters are three different characters, no letters or digits."
    return X12Problem("x12-bad-envelope", message, number + 1, "ISA", None, hint, line=line, column=column)


__all__ = ["Delimiters", "Segment", "segments", "text_of"]
