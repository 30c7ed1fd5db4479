"""Files into encounters: native files and 837P, told apart by the ending or by the first characters."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import chain
from pathlib import Path

from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.formats.native import read_line, read_native, read_ndjson
from payerrules.formats.payer_lists import payer_directory
from payerrules.formats.x12_837p import PayerDirectory, iterate_837p
from payerrules.formats.x12_claim import X12Claim
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic, Location, Severity, has_error
from payerrules.model.encounter import Encounter

X12_ENDINGS = (".837", ".x12", ".edi")
STANDARD_INPUT = "-"


def read_file(path: Path, vocabulary: Vocabulary, folders: Iterable[Path]) -> Iterator[Encounter | Diagnostic]:
    """The encounters of a native or 837P file, or of standard input where it is called `-`; what cannot be read is named.

    `Engine.read` does the same, and knows the formats of plugins.
    """
    raw = content_of(path)
    if isinstance(raw, Diagnostic):
        yield raw
    elif path.suffix.lower() in X12_ENDINGS or begins_as_x12(raw):
        yield from read_x12(raw, name_of(path), vocabulary, payer_directory(folders))
    else:
        yield from read_text(raw, name_of(path), vocabulary)


def name_of(path: Path) -> str:
    """A file as findings name it."""
    return "standard input" if str(path) == STANDARD_INPUT else str(path)


def content_of(path: Path) -> bytes | Diagnostic:
    """The bytes of a file, or why it cannot be read."""
    try:
        return sys.stdin.buffer.read() if str(path) == STANDARD_INPUT else path.read_bytes()
    except OSError as error:
        return unreadable(name_of(path), error)


def read_lines(path: Path, vocabulary: Vocabulary, payers: PayerDirectory) -> Iterator[Encounter | Diagnostic]:
    """The encounters of an NDJSON file, each read when it is asked for: no more than a line of the file is held."""
    name = name_of(path)
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == STANDARD_INPUT else path.open("rb") as file:
            first = file.readline()
            if begins_as_x12(first):
                yield from read_x12(first + file.read(), name, vocabulary, payers)
                return
            yield from lines_of(chain([first.removeprefix(codecs.BOM_UTF8)], file), name, vocabulary)
    except OSError as error:
        yield unreadable(name, error)


def lines_of(lines: Iterable[bytes], name: str, vocabulary: Vocabulary) -> Iterator[Encounter | Diagnostic]:
    """The encounters of lines; one that is no UTF-8 is named, and the others are read."""
    for number, raw in enumerate(lines, 1):
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            hint = "Save the file as UTF-8."
            yield Diagnostic("not-utf8", "the line is no UTF-8 text", Location(name, number, 1), hint)
            continue
        if line.strip():
            yield read_line(line, number, name, vocabulary)


def begins_as_x12(raw: bytes) -> bool:
    """Whether a file begins as X12 does, whatever it is called."""
    return raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:3] == b"ISA"


def read_text(
    raw: bytes, name: str, vocabulary: Vocabulary, *, lines: bool = False
) -> Iterator[Encounter | Diagnostic]:
    """The encounters of a native file; `lines` for one on each line, whatever the file is called."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        hint = "Save the file as UTF-8."
        yield Diagnostic("not-utf8", "the file is no UTF-8 text", Location(name, line, 1), hint)
        return
    yield from read_ndjson(text, name, vocabulary) if lines else read_native(text, name, vocabulary)


def unreadable(name: str, error: OSError) -> Diagnostic:
    """A file that cannot be opened, in words."""
    message, hint = f"it cannot be read: {error.strerror or error}", "Name a file that may be read."
    if isinstance(error, FileNotFoundError):
        message, hint = "there is no such file", "Name a file that is there; `-` is standard input."
    elif isinstance(error, IsADirectoryError):
        message, hint = "it is a folder", f"Name the files in it, such as {name.rstrip('/')}/*.yaml."
    return Diagnostic("file-unreadable", message, Location(name, 0, 0), hint)


def read_x12(raw: bytes, name: str, vocabulary: Vocabulary, payers: PayerDirectory) -> Iterator[Encounter | Diagnostic]:
    """The claims of an 837P file as encounters; one that is not whole pends, and says why."""
    unknown = [
        (0, f"lists of payers that can be used: {one.message}")
        for one in payers.wrong
        if one.severity is Severity.ERROR
    ]
    for found in iterate_837p(raw, payers):
        if not isinstance(found, X12Claim):
            yield found.diagnostic(name)
            continue
        encounter = encounter_from_dict(found.encounter, vocabulary, name)
        told = tuple(replace(problem.diagnostic(name)) for problem in found.problems)
        doubts = [*encounter.doubtful, *unknown]
        if not found.readable:
            why = next((d.message for d in told if d.severity is Severity.ERROR), "the claim is not whole")
            doubts.append((0, f"a claim that is whole: {why}"))
        unread = told if has_error(told) else (*told, *encounter.unread)
        yield replace(encounter, unread=unread, doubtful=tuple(doubts))
