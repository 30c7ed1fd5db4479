"""Segments, their delimiters and their places."""

from __future__ import annotations

from payerrules.formats.x12_problems import X12Problem
from payerrules.formats.x12_tokens import Segment, segments
from tests.formats.x12_files import text


def names(given: str) -> list[str]:
    return [token.name if isinstance(token, Segment) else token.code for token in segments(given)]


def test_the_header_chooses_the_delimiters():
    given = text("siblings.837").replace("*", "|").replace(":", ">").replace("~\n", "'").replace("^", "+")
    first = next(iter(segments(given)))
    assert isinstance(first, Segment)
    chosen = first.delimiters
    assert (chosen.element, chosen.component, chosen.segment, chosen.repetition) == ("|", ">", "'", "+")


def test_segments_are_counted_over_the_whole_file():
    found = [token for token in segments(text("concatenated.837")) if isinstance(token, Segment)]
    assert [token.number for token in found] == list(range(1, len(found) + 1))


def test_line_and_column_are_those_of_the_text():
    given = text("concatenated.837")
    lines = given.split("\n")
    for token in segments(given):
        if isinstance(token, Segment):
            assert lines[token.line - 1][token.column - 1 :].startswith(token.name)


def test_empty_text_is_no_x12():
    assert names("") == names(" \r\n\x00") == ["x12-not-x12"]


def test_a_header_that_is_cut_is_named_as_cut():
    assert names(text("siblings.837")[:50]) == ["x12-truncated"]
    assert names(text("siblings.837") + text("siblings.837")[:50])[-2:] == ["IEA", "x12-truncated"]


def test_a_header_whose_delimiters_are_the_same_is_refused():
    assert names(text("siblings.837").replace("*T*:~", "*T*~~")) == ["x12-bad-envelope"]


def test_padding_after_the_file_is_nothing():
    assert names(text("siblings.837") + "\x1a\x00\x00 \r\n")[-1] == "IEA"


def test_text_that_nearly_is_a_header_takes_no_longer_than_its_length():
    found = list(segments("ISA" + "*a" * 200_000))
    assert [(type(token), token.code) for token in found if isinstance(token, X12Problem)] == [
        (X12Problem, "x12-bad-envelope")
    ]
