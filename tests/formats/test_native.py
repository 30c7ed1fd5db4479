"""Native files: what cannot be read is named with its place, nothing personal is shown, and the rest is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from payerrules import Encounter, read_file
from payerrules.formats.native import read_native
from payerrules.language.schemas import read_vocabulary
from payerrules.model.diagnostic import Diagnostic

ROOT = Path(__file__).parents[2]
VOCABULARY = read_vocabulary(ROOT / "policies" / "vocabulary.yaml")
CLAIM = """encounter: E-1
payer: {id: medicare, program: part_b}
patient: {id: P-1, birth_date: 1959-02-01}
diagnoses: [I69.320]
documentation: {abn: {signed: 2026-05-01}, plan_of_care: {established: 2026-01-05}}
counters: [{limit: pt_slp_incurred, used: 2450.00, as_of: 2026-05-10}]
lines: [{line: 1, date: 2026-05-11, code: 92507, modifiers: [gn], units: 1, charge: 110.00}]
"""


def read(text: str, name: str = "c.yaml") -> list[Encounter | Diagnostic]:
    return list(read_native(text, name, VOCABULARY))


def codes(text: str, name: str = "c.yaml") -> list[str]:
    """The codes of all that is wrong in a file."""
    found = read(text, name)
    return [d.code for one in found for d in (one.unread if isinstance(one, Encounter) else [one])]


def test_every_key_is_typed_by_the_vocabulary() -> None:
    (found,) = read(CLAIM)
    assert isinstance(found, Encounter)
    assert found.facts["documentation.abn"] is True
    assert found.lines[0].facts["line.charge"] == 11000
    assert (found.lines[0].modifiers, found.counters[0].used, found.history) == (("GN",), 245000, None)


def test_json_yaml_lists_and_streams_are_read_alike() -> None:
    data = {
        "encounter": "E-1",
        "payer": {"id": "x"},
        "patient": {"id": "P"},
        "lines": [{"date": "2026-01-02", "code": "92507", "charge": 10.10}],
    }
    one = json.dumps(data)
    texts = [
        (one, "a.json"),
        (f"[{one}]", "a.json"),
        (f'{{"encounters": [{one}]}}', "a.json"),
        (one + "\n\n", "a.ndjson"),
        (one, "a.yaml"),
    ]
    found = [read(text, name) for text, name in texts]
    assert all(each == found[0] for each in found)
    assert found[0][0].lines[0].facts["line.charge"] == 1010  # type: ignore[union-attr]  # an encounter


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("diagnoses:", "diagnosis:", "encounter-unknown-key"),
        ("units: 1", "units: one", "encounter-bad-value"),
        ("date: 2026-05-11, ", "", "encounter-missing-key"),
        ("payer: {id: medicare, program: part_b}", "payer: {program: part_b}", "encounter-missing-key"),
        ("lines: [{", "lines: [7, {", "encounter-not-a-map"),
        ("lines: [", "lines: [{line: 1, date: 2026-05-11, code: 92508}, ", "encounter-repeated-line"),
        ("units: 1", "units: 0", "encounter-bad-value"),
        ("units: 1", "units: -1", "encounter-bad-value"),
        ("charge: 110.00", "charge: -110.00", "encounter-bad-value"),
        ("used: 2450.00", "used: -2450.00", "encounter-bad-value"),
        ("code: 92507", "code: 92507-GN", "encounter-bad-value"),
        ("[gn]", "[G]", "encounter-bad-value"),
        ("[gn]", "[GN, gn]", "encounter-repeated-modifier"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, code: str) -> None:
    assert codes(CLAIM.replace(old, new)) == [code]


def test_places_are_told_and_nothing_personal_is() -> None:
    (found,) = read(CLAIM.replace("1959-02-01", "1959-02-31"))
    assert isinstance(found, Encounter)
    text = found.unread[0].text()
    assert text.startswith("c.yaml:3:32: error[encounter-bad-value]")
    assert "1959" not in text


def test_a_line_of_a_stream_that_is_no_json_is_named_and_the_others_are_read() -> None:
    good = json.dumps(
        {
            "encounter": "E-1",
            "payer": {"id": "x"},
            "patient": {"id": "P"},
            "lines": [{"date": "2026-01-02", "code": "1"}],
        }
    )
    found = read(f'{good}\n{{"encounter": \n{good}\n', "a.ndjson")
    assert [isinstance(one, Encounter) for one in found] == [True, False, True]
    assert codes(f'{good}\n{{"encounter": \n', "a.ndjson") == ["encounter-not-json"]


def test_a_stream_is_known_by_its_lines_whatever_its_name_is() -> None:
    one = {"payer": {"id": "x"}, "patient": {"id": "P"}, "lines": [{"date": "2026-01-02", "code": "92507"}]}
    text = "\n".join(json.dumps({"encounter": id_, **one}) for id_ in ("A", "B"))
    assert [found.id for found in read(text, "standard input") if isinstance(found, Encounter)] == ["A", "B"]


def test_a_table_is_no_encounter_and_says_so_once() -> None:
    assert codes("patient,code\nP-1,92507\n", "a.csv") == ["encounter-not-a-map"]
    assert read("patient,code\nP-1,92507\n", "a.csv")[0].code == "encounter-not-a-map"  # type: ignore[union-attr]  # no encounter


def test_what_is_wrong_is_told_in_the_words_of_a_claim() -> None:
    (found,) = read(CLAIM.replace("charge: 110.00", "charge: abc"))
    assert isinstance(found, Encounter)
    assert (found.unread[0].hint, found.doubtful) == (
        "Write an amount such as 74.00.",
        ((1, "charge: `abc` is not a number"),),
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("patient: {birth_date: 1959-02-01}\n\tx: 1\n", "a.yaml"),
        ('{"patient": {"id": "P"}, "patient": {"birth_date": "1959-02-01"}}', "a.json"),
        ('{"patient": {"birth_date": "1959-02-01"}, \n', "a.ndjson"),
    ],
)
def test_no_finding_shows_a_line_of_the_file(text: str, name: str) -> None:
    found = [d for one in read(text, name) for d in (one.unread if isinstance(one, Encounter) else [one])]
    assert found
    assert "1959" not in "".join(d.text() for d in found)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    (missing,) = read_file(tmp_path / "nowhere.yaml", VOCABULARY, [])
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"a: \xff\xfe")
    (unread,) = read_file(binary, VOCABULARY, [])
    assert [one.code for one in (missing, unread) if isinstance(one, Diagnostic)] == ["file-unreadable", "not-utf8"]
    (folder,) = read_file(tmp_path, VOCABULARY, [])
    assert isinstance(folder, Diagnostic)
    assert folder.text().startswith(f"{tmp_path}: error[file-unreadable]: it is a folder\n  = Name the files in it")
