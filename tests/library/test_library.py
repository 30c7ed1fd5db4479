"""The shelf: editions by date, overlaps and gaps, layers with their changes, and the lock."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payerrules.library.check import check_files, check_library
from payerrules.library.library import Library
from payerrules.library.lock import write_lock

ROOT = Path(__file__).parents[2]
RULE = "rules:\n  - {id: r, title: A rule, when: {line.code: 92507}, then: {flag: FLAG}, source: s}\n"
BASE = "policy: a/base\nedition: 1\ntitle: Base\nkind: base\neffective: {from: 2020-01-01, through: open}\n"
SOURCES = "sources: {s: {title: A manual, url: 'https://example.org/manual', status: primary}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vocabulary.yaml").write_text((ROOT / "policies" / "vocabulary.yaml").read_text())
    return tmp_path


def edition(
    folder: Path, name: str, first: str, last: str, flag: str = "one", more: str = "", rules: str = RULE
) -> Path:
    """Write one edition of a policy."""
    head = f"policy: a/policy\nedition: {name}\ntitle: T\napplies_to: {{payer: a}}\neffective: {{from: {first}, through: {last}}}\n"
    path = folder / f"policy_{name}.yaml"
    path.write_text(head + more + SOURCES + rules.replace("FLAG", flag))
    return path


def codes(folder: Path) -> list[str]:
    return [found.code for found in check_library(folder)]


def flags_on(folder: Path, day: str, known_on: str = "") -> list[str]:
    """The flags that the program of a day can set."""
    library, _ = Library.open([folder])
    known = date.fromisoformat(known_on).toordinal() if known_on else None
    selected = library.program_for({"id": "a"}, {}, [date.fromisoformat(day).toordinal()], known)
    assert selected.program is not None
    return [effect.flag for placed in selected.program.placed for effect in placed.item.effects]  # type: ignore[union-attr]  # rules that flag only


def test_the_edition_of_the_date_is_taken(folder: Path) -> None:
    edition(folder, "1", "2025-01-01", "2025-12-31", "one")
    edition(folder, "2", "2026-01-01", "2026-12-31", "two")
    assert (codes(folder), flags_on(folder, "2025-12-31"), flags_on(folder, "2026-01-01")) == ([], ["one"], ["two"])


def test_editions_that_overlap_are_an_error(folder: Path) -> None:
    edition(folder, "1", "2025-01-01", "2025-12-31")
    edition(folder, "2", "2025-12-31", "2026-12-31")
    assert codes(folder) == ["edition-overlap"]


def test_a_file_takes_the_place_of_the_edition_of_its_name_and_stands_beside_another(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    edition(folder, "1", "2025-01-01", "2025-12-31", "one")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    draft, other = (edition(elsewhere, number, "2025-01-01", "2025-12-31", "two") for number in ("1", "2"))
    library, found = Library.open([folder], [draft])
    assert ([one.code for one in found], [text.path for text in library.shelf["a/policy"]]) == ([], [str(draft)])
    _, found = Library.open([folder], [other])
    assert [one.code for one in found] == ["edition-overlap"]
    assert str(folder) in (found[0].hint or "")
    assert "takes its place" in (found[0].hint or "")


def test_a_later_publication_supersedes_from_the_day_it_is_known(folder: Path) -> None:
    edition(folder, "1", "2025-01-01", "2026-12-31", "one", "published: 2024-12-01\n")
    edition(folder, "2", "2026-01-01", "2026-12-31", "two", "published: 2025-11-01\n")
    assert codes(folder) == []
    assert flags_on(folder, "2026-03-01") == ["two"]
    assert flags_on(folder, "2026-03-01", known_on="2025-10-31") == ["one"]


def test_days_without_an_edition_are_a_warning(folder: Path) -> None:
    edition(folder, "1", "2025-01-01", "2025-11-30")
    edition(folder, "2", "2026-01-01", "2026-12-31")
    assert codes(folder) == ["edition-gap"]


def test_a_layer_switches_off_and_replaces_what_is_below(folder: Path) -> None:
    rules = "rules:\n  - {id: low, title: L, then: {flag: low}, source: s}\n  - {id: gone, title: G, then: {flag: gone}, source: s}\n"
    (folder / "base.yaml").write_text(BASE + SOURCES + rules)
    change = "{replace: rules.low.then, with: {flag: high}, because: Ours, source: s}, {switch_off: gone, because: Not ours, source: s}"
    edition(folder, "1", "2026-01-01", "2026-12-31", "top", f"extends: [a/base]\nchanges: [{change}]\n")
    assert codes(folder) == []
    assert sorted(flags_on(folder, "2026-03-01")) == ["high", "top"]


def test_a_base_is_never_in_force_by_itself(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE + SOURCES + RULE)
    library, _ = Library.open([folder])
    assert library.program_for({"id": "a"}, {}, [date(2026, 1, 1).toordinal()]).program is None


def test_a_released_edition_never_changes(folder: Path) -> None:
    path = edition(folder, "1", "2026-01-01", "2026-12-31")
    write_lock(folder, Library.open([folder])[0])
    assert codes(folder) == []
    path.write_text("# a comment changes nothing\n" + path.read_text())
    assert codes(folder) == []
    path.write_text(path.read_text().replace("92507", "92508"))
    assert codes(folder) == ["lock-changed"]
    edition(folder, "2", "2027-01-01", "2027-12-31")
    path.unlink()
    assert sorted(codes(folder)) == ["lock-gone", "lock-missing"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("<<<<<<< HEAD\n{}\n", (1, 1)), ('{"a 1": "x"\n"b 1": "y"}', (2, 1)), ("[]", (1, 1)), ('{"a 1": 1}', (1, 1))],
)
def test_a_lock_that_cannot_be_read_is_named_by_its_place(folder: Path, text: str, place: tuple[int, int]) -> None:
    edition(folder, "1", "2026-01-01", "2026-12-31")
    (folder / "payerrules.lock").write_text(text)
    wrong = check_library(folder)
    assert [one.code for one in wrong] == ["lock-unreadable"]
    assert wrong[0].at is not None
    assert (Path(wrong[0].at.file).name, wrong[0].at.line, wrong[0].at.column) == ("payerrules.lock", *place)


def test_the_hash_of_a_program_is_of_its_own_editions_and_not_of_the_batch(folder: Path) -> None:
    edition(folder, "1", "2025-01-01", "2025-12-31", "one")
    edition(folder, "2", "2026-01-01", "2026-12-31", "two")
    library, _ = Library.open([folder])
    alone = library.program_for({"id": "a"}, {}, [date(2025, 5, 5).toordinal()]).program
    both = library.program_for({"id": "a"}, {}, [date(2025, 5, 5).toordinal(), date(2026, 5, 5).toordinal()]).program
    again = Library.open([folder])[0].program_for({"id": "a"}, {}, [date(2025, 6, 6).toordinal()]).program
    assert alone and both and again and alone.hash == again.hash != both.hash


def test_a_change_reaches_a_fact_although_its_name_has_dots(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE + SOURCES + RULE.replace("FLAG", "low"))
    change = "{replace: rules.r.when.line.code, with: 92508, because: Ours, source: s}"
    edition(folder, "1", "2026-01-01", "2026-12-31", more=f"extends: [a/base]\nchanges: [{change}]\n", rules="")
    library, found = Library.open([folder])
    assert (found, check_library(folder)) == ([], [])
    (rule,) = library.composed["a/policy 1"][0].rules.values()
    assert "92508" in str(rule.node)


def test_a_modifier_may_be_added_beside_the_policy_that_knows_it(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    head = "policy: a/policy\nedition: 1\ntitle: T\napplies_to: {payer: a}\neffective: {from: 2026-01-01, through: 2026-12-31}\n"
    rule = "rules:\n  - {id: r, title: R, then: {require_modifier: 7Q, if_missing: pend}, source: s}\n"
    policy.write_text(head + SOURCES + rule)
    assert [found.code for found in check_files([policy])] == ["unknown-modifier"]
    (tmp_path / "codes").mkdir()
    listed = "catalogue: modifiers\nsources: {s: {title: S, url: 'https://example.org/manual', status: primary}}\ncodes: {7Q: {label: Ours, source: s}}\n"
    (tmp_path / "codes" / "modifiers.yaml").write_text(listed)
    assert check_files([policy]) == []
