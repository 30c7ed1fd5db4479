"""Every problem code comes up where it should, and says nothing personal."""

from __future__ import annotations

import re

import pytest

from payerrules.formats.x12_problems import PROBLEM_CODES
from payerrules.model.diagnostic import Severity
from tests.formats.x12_files import FILES, codes, read, text

# code -> (file, what is replaced, by what); an empty first text stands for the file as it is.
CAUSES = {
    "x12-not-x12": ("siblings.837", r"\A(.|\n)*\Z", "nothing of the kind"),
    "x12-bad-envelope": ("siblings.837", r"\*\^\*00501\*", "*"),
    "x12-not-837p": ("siblings.837", r"ST\*837\*0001\*005010X222A1", "ST*837*0001*005010X224A2"),
    "x12-truncated": ("truncated.837", "", ""),
    "x12-claim-cut": ("truncated.837", "", ""),
    "x12-not-relied-on": ("siblings.837", r"HL\*3\*2\*23\*0", "HL*3*8*23*0"),
    "x12-missing-trailer": ("siblings.837", r"GE\*1\*1~\n", ""),
    "x12-not-a-segment": ("siblings.837", r"N3\*2 EXAMPLE WAY", "what is this"),
    "x12-line-break": ("siblings.837", r"HI\*ABK:F800~", "HI*ABK:F800"),
    "x12-misplaced-segment": ("siblings.837", r"LX\*1~\nSV1\*HC:92507", "SV1*HC:92507"),
    "x12-hierarchy": ("siblings.837", r"HL\*2\*1\*22", "HL*2*5*22"),
    "x12-component-separator": ("siblings.837", r"SV1\*HC:92508\*", "SV1*HC>92508*"),
    "x12-missing-element": ("siblings.837", r"DTP\*472\*D8\*20260512~\n", ""),
    "x12-bad-number": ("siblings.837", r"\*UN\*1\*", "*UN*1.5*"),
    "x12-bad-date": ("siblings.837", r"DTP\*472\*D8\*20260512", "DTP*472*D8*20260230"),
    "x12-bad-code": ("siblings.837", r"\*MJ\*", "*DA*"),
    "x12-bad-pointer": ("siblings.837", r"\*2:1~", "*2:7~"),
    "x12-loose-header": ("siblings.837", r"RECEIVER       \*260520", "RECEIVER*260520"),
    "x12-text-outside": ("concatenated.837", "", ""),
    "x12-no-last-terminator": ("siblings.837", r"~\n\Z", ""),
    "x12-count": ("siblings.837", r"GE\*1\*", "GE*2*"),
    "x12-control-number": ("siblings.837", r"IEA\*1\*000000002", "IEA*1*000000003"),
    "x12-no-claims": ("siblings.837", r"HL\*2(.|\n)*(?=SE\*)", ""),
    "x12-not-utf8": ("siblings.837", "", ""),
    "x12-icd-9": ("siblings.837", "ABK:F800", "BK:31531"),
    "x12-date-range": ("siblings.837", "20260513-20260513", "20260513-20260514"),
    "x12-charge-total": ("siblings.837", r"CLM\*F-1\*130.00", "CLM*F-1*131.00"),
    "x12-other-rank": ("siblings.837", r"SBR\*P", "SBR*A"),
    "x12-repeated-claim": ("siblings.837", r"CLM\*F-2", "CLM*F-1"),
    "x12-line-number": ("siblings.837", r"LX\*2", "LX*1"),
    "x12-other-payer": ("secondary.837", r"SVD\*MCR1", "SVD*MCR2"),
}  # fmt: skip


@pytest.mark.parametrize("code", PROBLEM_CODES)
def test_each_problem_is_named_where_it_is_made(code: str):
    name, old, new = CAUSES[code]
    given = re.sub(old, new, text(name)) if old else text(name)
    raw = given.replace("EXAMPLE WAY", "EXAMPL\xe9 WAY").encode("latin-1") if code == "x12-not-utf8" else given
    assert code in codes(raw)


def test_every_problem_names_its_place_and_stays_silent_on_the_patient():
    personal = (
        "EXAMPLE",
        "PATIENT",
        "CHILD",
        "ALPHA",
        "BETA",
        "1959",
        "2020-09",
        "20200903",
        "F80",
        "I69",
        "436",
        "R48",
    )
    for path in FILES.glob("*.837"):
        claims, problems = read(path.read_bytes())
        for found in [*problems, *(one for claim in claims for one in claim.problems)]:
            shown = found.text(path.name)
            assert shown.startswith(f"{path.name}:{found.line}:{found.column}: {found.severity}[{found.code}]: ")
            assert [word for word in personal if word in shown] == []


def test_problems_carry_the_numbers_of_interchange_transaction_and_claim():
    found = read(text("siblings.837").replace("*MJ*", "*DA*"))[0][1].problems[0]
    expected = ("000000002", "0001", "F-2", "SV1", 3, Severity.ERROR)
    assert (
        found.interchange, found.transaction, found.claim, found.segment_id, found.element, found.severity
    ) == expected  # fmt: skip


def test_the_column_is_that_of_the_element():
    given = text("siblings.837").replace("*MJ*", "*DA*")
    found = read(given)[0][1].problems[0]
    assert given.splitlines()[found.line - 1][found.column - 1 :].startswith("DA*45")
