"""Files that are whole, broken, cut, and put together."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payerrules.formats.x12_837p import X12Claim, iterate_837p
from payerrules.model.diagnostic import Severity
from tests.formats.x12_files import FILES, PAYERS, codes, read, text

NAMES = sorted(path.name for path in FILES.glob("*.837"))
WHOLE = ["groups.837", "secondary.837", "siblings.837"]


def names(given_text: str) -> list[tuple[str, bool]]:
    return [(found.encounter["encounter"], found.readable) for found in read(given_text)[0]]


def test_interchanges_one_after_another_have_their_own_delimiters():
    expected = [(f"P-{letter}{number}", True) for letter in "ABC" for number in (1, 2)]
    assert names(text("concatenated.837")) == expected
    assert codes(text("concatenated.837")) == ["x12-text-outside"]


def test_groups_of_both_addenda_are_read_and_an_institutional_claim_is_named():
    claims, problems = read(text("groups.837"))
    assert [found.encounter["encounter"] for found in claims] == ["P-D1", "P-D2", "P-D9"]
    assert [(found.code, found.segment, found.segment_id, found.transaction) for found in problems] == [
        ("x12-not-837p", 68, "ST", "0002")
    ]
    assert "an institutional claim (837I)" in problems[0].message


def test_a_remittance_is_named_as_one():
    claims, problems = read(text("remittance.837"))
    assert claims == []
    assert [found.text("r.837") for found in problems] == [
        "r.837:3:4: error[x12-not-837p]: segment 3 (ST01): transaction 835, guide 005010X221A1, is a remittance "
        "advice, and is passed over\n  = Only 837 transactions of guide 005010X222A1 or A2 are read here."
    ]


def test_of_a_cut_file_the_claims_before_the_cut_are_read_and_the_cut_one_is_named():
    claims, problems = read(text("truncated.837"))
    assert [(found.encounter["encounter"], found.readable) for found in claims] == [("P-E1", True), ("P-E2", False)]
    assert [found.code for found in problems] == ["x12-truncated"]
    assert [found.text("t.837").splitlines()[0] for found in claims[1].problems] == [
        "t.837:35:1: error[x12-claim-cut]: claim P-E2, segment 35 (SV1): after this segment the text breaks off, "
        "so the claim may be cut"
    ]


def test_a_cut_interchange_does_not_swallow_the_next():
    expected = [("P-E1", True), ("P-E2", False), ("P-F1", True), ("P-F2", True)]
    assert names(text("truncated_then_whole.837")) == expected


def test_everything_that_is_wrong_with_a_broken_claim_is_named_at_once():
    claims, problems = read(text("broken.837"))
    assert [(found.code, found.segment, found.element) for found in problems] == [
        ("x12-hierarchy", 11, 2),
        ("x12-bad-date", 16, 2),
        ("x12-not-837p", 26, 3),
    ]
    assert (len(claims), claims[0].encounter["encounter"], claims[0].readable) == (1, "segment-20", False)
    assert {(found.segment_id, found.element) for found in claims[0].problems} >= {
        ("CLM", 1), ("CLM", 2), ("CLM", 5), ("HI", 2), ("NM1", 9), ("SV1", 1), ("SV1", 2), ("SV1", 3), ("SV1", 7),
    }  # fmt: skip


@pytest.mark.parametrize("end", ["~\r\n", "~", "~\n\n", "\n", "\r", "\r\n"])
def test_segments_may_end_in_any_of_the_usual_ways(end: str):
    assert names(text("siblings.837").replace("~\n", end)) == [("F-1", True), ("F-2", True)]
    assert codes(text("siblings.837").replace("~\n", end)) == []


def test_bytes_that_are_not_utf_8_are_read_and_named():
    raw = (FILES / "siblings.837").read_bytes().replace(b"EXAMPLE WAY", b"EXAMPL\xe9 WAY")
    assert (codes(raw), len(read(raw)[0])) == (["x12-not-utf8"], 2)


def test_a_wrong_count_is_named_and_stops_nothing():
    given_text = re.sub(r"SE\*\d+\*", "SE*7*", text("siblings.837"))
    assert (codes(given_text), names(given_text)) == (["x12-count"], [("F-1", True), ("F-2", True)])


def test_a_file_without_its_last_trailer_is_read():
    given_text = text("siblings.837").split("IEA*")[0]
    assert (codes(given_text), names(given_text)) == (["x12-truncated"], [("F-1", True), ("F-2", True)])


def test_a_transaction_without_its_trailer_leaves_its_last_claim_undecided():
    given_text = re.sub(r"SE\*\d+\*0001~\n", "", text("siblings.837"))
    assert names(given_text) == [("F-1", True), ("F-2", False)]
    assert codes(given_text) == ["x12-missing-trailer", "x12-claim-cut"]


def test_when_a_level_is_lost_no_claim_is_given_to_another_patient():
    given_text = text("siblings.837").replace("HL*4*2*23*0~\n", "hl?~\n")
    assert names(given_text) == [("F-1", False), ("F-2", False)]


def test_a_claim_below_the_wrong_level_is_not_decided():
    given_text = text("siblings.837").replace("HL*4*2*23*0", "HL*4*9*23*0")
    assert names(given_text) == [("F-1", True), ("F-2", False)]


@pytest.mark.parametrize("lost", ["HL*3*2*23*0~\n", "HL*4*2*23*0~\n", "PAT*19~\n"])
def test_without_its_own_level_no_claim_is_given_to_another_member_of_the_family(lost: str):
    before = {found.encounter["encounter"]: found.encounter["patient"] for found in read(text("siblings.837"))[0]}
    kept = [found for found in read(text("siblings.837").replace(lost, ""))[0] if found.readable]
    assert [before[found.encounter["encounter"]] for found in kept] == [found.encounter["patient"] for found in kept]
    assert len(kept) < 2


@pytest.mark.parametrize("name", WHOLE)
def test_any_one_segment_lost_gives_no_claim_another_patient_payer_or_service(name: str):
    pieces = text(name).split("~\n")[:-1]
    whole = {found.encounter["encounter"]: found.encounter for found in read(text(name))[0]}
    for lost, piece in enumerate(pieces):
        claims, problems = read("~\n".join([*pieces[:lost], *pieces[lost + 1 :], ""]))
        assert problems or any(found.problems for found in claims), piece
        for found in claims:
            if found.readable:
                before = whole[found.encounter["encounter"]]
                assert found.encounter["patient"]["id"] == before["patient"]["id"], piece
                assert found.encounter["payer"]["id"] in (before["payer"]["id"], "payer:MCD1", "payer:MCR1"), piece
                services = [(line.get("date"), line.get("code")) for line in found.encounter["lines"]]
                kept = [(line["date"], line["code"]) for line in before["lines"]]
                assert all(one in kept for one in services if None not in one), piece


def test_a_missing_terminator_leaves_the_claim_undecided():
    given_text = text("siblings.837").replace("HI*ABK:F800~", "HI*ABK:F800")
    claims, _ = read(given_text)
    assert [found.readable for found in claims] == [False, True]
    assert "x12-line-break" in [found.code for found in claims[0].problems]


def test_another_separator_than_the_header_says_is_named_and_not_guessed():
    claims, _ = read(text("siblings.837").replace("CLM*F-1*130.00***11:B:1", "CLM*F-1*130.00***11>B>1"))
    assert [found.readable for found in claims] == [False, True]
    assert claims[0].problems[0].message.startswith("composites are split by '>', but the header (ISA16) says ':'")


def test_many_levels_and_claims_need_no_recursion():
    head, rest = text("siblings.837").split("HL*2*1*22*1", 1)
    levels = "".join(f"HL*{number}*1*22*0~" for number in range(10, 20_010))
    claims, _ = read(f"{head}{levels}HL*2*1*22*1{rest}")
    assert [found.readable for found in claims] == [True, True]


def test_claims_come_one_at_a_time():
    found = iterate_837p(text("siblings.837") + text("truncated.837"), PAYERS)
    first = next(found)
    assert isinstance(first, X12Claim)
    assert first.encounter["encounter"] == "F-1"


def whole_claims_before(given_text: str, cut: int) -> list[str]:
    """Ids of the claims of which the next segment that ends a claim stands whole before the cut."""
    ended = []
    for found in re.finditer(r"(?<=~\n)CLM\*([^*]*)\*", given_text):
        closer = re.compile(r"(?<=~\n)(?:HL|CLM|SE)\*[^~]*~").search(given_text, found.end())
        if closer is not None and closer.end() <= cut:
            ended.append(found[1])
    return ended


def check_cut(name: str, cut: int) -> None:
    given_text = text(name)
    whole = {found.encounter["encounter"]: found for found in read(given_text)[0]}
    claims, problems = read(given_text[:cut])
    kept = [found for found in claims if found.readable]
    assert [found.encounter["encounter"] for found in kept] == whole_claims_before(given_text, cut)
    assert [found.encounter for found in kept] == [whole[found.encounter["encounter"]].encounter for found in kept]
    lost = [found for found in claims if not found.readable]
    assert all(any(problem.severity is Severity.ERROR for problem in found.problems) for found in lost)
    if cut < given_text.rindex("IEA"):
        assert any(problem.severity is Severity.ERROR for problem in problems)


@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_at_any_place_loses_no_whole_claim_and_makes_none_up(name: str):
    for cut in range(0, len(text(name)) + 1, 3):
        check_cut(name, cut)


@given(st.sampled_from(WHOLE), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_a_cut_at_a_random_place_loses_no_whole_claim(name: str, share: float):
    check_cut(name, round(len(text(name)) * share))


@given(st.sampled_from(NAMES), st.data())
@settings(max_examples=150, deadline=None)
def test_a_file_with_random_damage_is_read_or_named(name: str, data: st.DataObject):
    given_text = text(name)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(given_text)))
        width = data.draw(st.integers(0, 30))
        given_text = (
            given_text[:place] + data.draw(st.text("ISA*~:^|\n\r 01HLSE", max_size=8)) + given_text[place + width :]
        )
    claims, problems = read(given_text)
    assert claims or problems
    for found in claims:
        assert found.readable or any(problem.severity is Severity.ERROR for problem in found.problems)
        assert not found.readable or any("date" in line and "code" in line for line in found.encounter["lines"])


@given(st.text("ISA*~:^|\n 0", max_size=300))
@settings(max_examples=150, deadline=None)
def test_text_that_is_no_file_is_named(given_text: str):
    claims, problems = read(given_text)
    assert claims == []
    assert problems
