"""Catalogues of codes, as value sets pick from them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payerrules.language.catalogue import load_catalogue, read_catalogue
from payerrules.language.items import ANY_DAY, Window

CODES = Path(__file__).parents[2] / "policies" / "codes"
TEXT = """catalogue: modifiers
sources: {hcpcs: {title: "Modifiers", url: "https://example.org/manual", status: primary}}
codes:
  GN: {label: Speech plan, kind: discipline, valid_for: [SLP], source: hcpcs}
  "22": {label: More work, kind: surgical, source: hcpcs, from: 2018-01-01, through: 2025-12-31}
  05: {label: Five, source: hcpcs}
"""


def codes(text: str) -> list[str]:
    return [finding.code for finding in load_catalogue(text, "c.yaml")[1]]


def test_a_catalogue_tells_what_is_known_of_each_code() -> None:
    catalogue, found = load_catalogue(TEXT, "c.yaml")
    assert catalogue is not None
    assert (catalogue.name, sorted(catalogue.codes), found) == ("modifiers", ["05", "22", "GN"], [])
    entry = catalogue.codes["GN"]
    assert (entry.label, entry.source, entry.window) == ("Speech plan", "hcpcs", ANY_DAY)
    assert entry.told == {"kind": ("discipline",), "valid_for": ("SLP",)}


def test_a_code_has_its_dates() -> None:
    catalogue, _ = load_catalogue(TEXT, "c.yaml")
    assert catalogue is not None
    days = [date.fromisoformat(text).toordinal() for text in ("2018-01-01", "2025-12-31")]
    assert catalogue.codes["22"].window == Window(*days)


def test_codes_are_picked_by_what_is_told_of_them() -> None:
    catalogue, _ = load_catalogue(TEXT, "c.yaml")
    assert catalogue is not None
    assert catalogue.select("kind", frozenset({"surgical", "discipline"})) == {"GN", "22"}
    assert catalogue.select("kind", frozenset({"surgical"}), wanted=False) == {"GN", "05"}
    assert catalogue.select("valid_for", frozenset({"SLP"})) == {"GN"}
    assert (catalogue.keys(), catalogue.words("kind")) == ({"kind", "valid_for"}, {"surgical", "discipline"})


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("label: Five, ", "", "missing-key"),
        ("label: Five, source: hcpcs", "label: Five, source: hcpc", "unknown-source"),
        ("2018-01-01", "2018-02-30", "bad-date"),
        ("2025-12-31", "2017-12-31", "dates-reversed"),
        ("  GN:", '  "22":', "repeated-key"),
        ("codes:", "code:", "unknown-key"),
    ],
)
def test_a_fault_of_a_catalogue_is_one_finding_and_gives_none(old: str, new: str, code: str) -> None:
    text = TEXT.replace(old, new)
    assert codes(text) == [code]
    assert load_catalogue(text, "c.yaml")[0] is None


@pytest.mark.parametrize(
    "path", sorted(p for p in CODES.glob("*.yaml") if "\ncatalogue:" in p.read_text()), ids=lambda p: p.stem
)
def test_a_shipped_catalogue_is_read_without_a_finding(path: Path) -> None:
    catalogue, found = read_catalogue(path)
    assert found == []
    assert catalogue is not None
    assert catalogue.name == path.stem


def test_codes_known_by_number_stand_beside_the_others() -> None:
    text = TEXT + "in_numbers:\n  - {codes: [N8-N9, N10], kind: rarc, from: 2000-01-01, source: hcpcs}\n"
    catalogue, found = load_catalogue(text, "c.yaml")
    assert catalogue is not None, found
    assert [catalogue.codes[code].told for code in ("N8", "N9", "N10")] == [{"kind": ("rarc",)}] * 3
    assert codes(text.replace("N8-N9", "N9-N10")) == ["bad-range"]
