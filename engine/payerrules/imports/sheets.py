"""Sheets: the tables inside published files, whether zip, text, CSV or a workbook, as rows of text cells."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from payerrules.model.diagnostic import Diagnostic, Location

TEXTS: Final = (".csv", ".txt", ".tsv")
BOOKS: Final = (".xlsx", ".xlsm", ".xls")
XML: Final = ".xml"
READ: Final = (*TEXTS, XML, *BOOKS)
"""Kinds of files that are read, the better one first where a zip holds the same table twice."""


@dataclass(frozen=True)
class Sheet:
    """One file inside another, or a file itself: `name` is shown to people, `content` its bytes."""

    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        """The end of its name, such as `.csv`."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def at(self) -> Location:
        """Its first line, for messages."""
        return Location(self.name, 1, 1)

    def text(self) -> str:
        """Its text; bytes that are not UTF-8 are read as Windows-1252, as older files are written."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("cp1252", errors="replace")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Its rows with their numbers, from 1. Raises MissingReader where a workbook cannot be opened."""
        if self.suffix in BOOKS:
            yield from book_rows(self.content)
            return
        text = self.text()
        head = text[:20_000]
        delimiter = "\t" if head.count("\t") > head.count(",") else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for cells in reader:
            yield reader.line_num, cells


class MissingReader(Exception):
    """The library that opens workbooks is not installed."""


def book_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of every sheet of a workbook, one after the other."""
    try:
        from python_calamine import CalamineWorkbook
    except ImportError:
        raise MissingReader from None
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for place in range(len(book.sheet_names)):
        for number, row in enumerate(book.get_sheet_by_index(place).iter_rows(), 1):
            yield number, [plain(value) for value in row]


def plain(value: Any) -> str:
    """A cell of a workbook as it would be written: whole numbers without decimals, dates as 2026-01-31.

    >>> plain(20240701.0), plain(1.3), plain(None)
    ('20240701', '1.3', '')
    """
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def open_sheets(path: Path) -> tuple[list[Sheet], list[Diagnostic]]:
    """The readable files in a file: itself, or the members of a zip, of which each table is taken once."""
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be opened: {error.strerror or error}"
        return [], [Diagnostic("file-unreadable", message, Location(str(path), 1, 1), "Check the name and its rights.")]
    if path.suffix.lower() != ".zip":
        return [Sheet(path.name, content)], []
    try:
        return list(members(content, path.name)), []
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        hint = "Download it again; a download that was cut short has no end."
        return [], [Diagnostic("file-unreadable", f"the zip is damaged: {error}", Location(str(path), 1, 1), hint)]


def members(content: bytes, name: str) -> Iterator[Sheet]:
    """The members of a zip, zips in it opened; of two with one name and different ends, the plainer one."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        chosen: dict[str, str] = {}
        for member in sorted(archive.namelist()):
            kind = PurePosixPath(member).suffix.lower()
            if kind == ".zip":
                yield from members(archive.read(member), f"{name}/{member}")
            stem = str(PurePosixPath(member).with_suffix(""))
            if kind in READ:
                before = chosen.get(stem)
                if before is None or READ.index(kind) < READ.index(PurePosixPath(before).suffix.lower()):
                    chosen[stem] = member
        for member in chosen.values():
            yield Sheet(f"{name}/{member}", archive.read(member))
