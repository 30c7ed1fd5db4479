"""Each shipped policy as it is read back, held against a page on record.

`python -m tests.program.test_shown --record` writes the pages anew; read what changed before you commit it.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

import pytest

from payerrules.library.library import Library
from payerrules.show.page import page
from payerrules.show.subject import Subject

ROOT = Path(__file__).parents[2]
SHOWN = Path(__file__).parent / "shown"
RECORD = "run `python -m tests.program.test_shown --record`, and read the difference"


@lru_cache(maxsize=1)
def library() -> Library:
    return Library.open([ROOT / "policies"])[0]


@lru_cache(maxsize=1)
def pages() -> dict[str, str]:
    """The page of each edition of each shipped policy, by the name of its file."""
    found: dict[str, str] = {}
    for editions in library().shelf.values():
        for text in editions:
            for composed in library().composed[text.label]:
                for window in composed.windows:
                    subject = Subject(library().meaning(composed, window), composed, library().vocabulary)
                    name = f"{text.label.replace('/', '.').replace(' ', '.')}.md"
                    found[name] = found.get(name, "") + page(subject)
    return found


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_page_is_as_on_record(name: str) -> None:
    path = SHOWN / name
    assert path.is_file(), RECORD
    assert pages()[name] == path.read_text(encoding="utf-8"), RECORD


def test_no_page_is_on_record_without_its_policy() -> None:
    assert {path.name for path in SHOWN.glob("*.md")} - set(pages()) == set()


def record() -> None:
    """Write every page."""
    SHOWN.mkdir(exist_ok=True)
    for path in SHOWN.glob("*.md"):
        path.unlink()
    for name, text in pages().items():
        (SHOWN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__" and sys.argv[1:] == ["--record"]:
    record()
