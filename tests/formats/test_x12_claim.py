"""What a claim of an 837P file becomes."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.formats.x12_files import FILES, ROOT, claim, codes, read, text

SCHEMA = json.loads((ROOT / "policies/schema/encounter.schema.json").read_text())


def test_a_claim_becomes_the_encounter_that_a_person_would_write():
    claims, problems = read((ROOT / "examples/claims/speech_clinic.837").read_bytes())
    assert problems == []
    assert claims[0].encounter == {
        "encounter": "SC-1001",
        "claim": {"id": "SC-1001", "frequency": "1"},
        "payer": {"id": "medicare", "program": "part_b", "rank": "primary"},
        "patient": {"id": "EX1MED0001", "birth_date": "1959-02-01", "sex": "M"},
        "provider": {"npi": "1999999984", "taxonomy": "235Z00000X", "role": "slp", "group": "1999999976"},
        "place_of_service": "11",
        "diagnoses": ["I69.320"],
        "lines": [
            {
                "line": 1,
                "date": "2026-05-11",
                "code": "92507",
                "modifiers": ["GN"],
                "charge": "110.00",
                "units": 1,
                "diagnoses": [1],
            }
        ],
    }


def test_the_example_of_the_clinic_has_four_claims_and_nothing_wrong():
    claims, problems = read((ROOT / "examples/claims/speech_clinic.837").read_bytes())
    seen = [
        (found.encounter["encounter"], found.encounter["payer"], found.readable, found.problems) for found in claims
    ]
    assert problems == []
    assert seen == [
        ("SC-1001", {"id": "medicare", "program": "part_b", "rank": "primary"}, True, ()),
        ("SC-1002", {"id": "medicare", "program": "part_b", "rank": "primary"}, True, ()),
        ("SC-1003", {"id": "ehb_plan", "program": "commercial", "rank": "primary"}, True, ()),
        ("SC-1004", {"id": "medicaid", "state": "TX", "program": "ffs", "rank": "primary"}, True, ()),
    ]


def test_dependents_keep_the_id_of_the_subscriber_and_differ_from_their_siblings():
    first, second = (found.encounter["patient"] for found in read(text("siblings.837"))[0])
    assert (first["birth_date"], first["sex"], second["sex"]) == ("2020-09-03", "M", "F")
    assert first["id"].startswith("FAM0001-19-")
    assert second["id"].startswith("FAM0001-19-")
    assert first["id"] != second["id"]


def test_the_id_of_a_dependent_is_the_same_in_every_reading():
    assert claim("siblings.837").encounter["patient"]["id"] == claim("siblings.837").encounter["patient"]["id"]


def test_four_modifiers_keep_their_order():
    assert claim("siblings.837").encounter["lines"][0]["modifiers"] == ["96", "59", "XE", "KX"]


def test_the_line_has_its_own_place_of_service():
    encounter = claim("siblings.837").encounter
    assert (encounter["place_of_service"], encounter["lines"][0]["place_of_service"]) == ("11", "12")


def test_minutes_are_not_units():
    line = claim("siblings.837", 1).encounter["lines"][0]
    assert line["minutes"] == 45
    assert "units" not in line


def test_the_line_has_its_own_rendering_provider():
    first, second = claim("siblings.837", 1).encounter["lines"]
    expected = {"npi": "1999999968", "taxonomy": "2355S0801X", "role": "slpa", "group": "1999999976"}
    assert first["provider"] == expected
    assert "provider" not in second


def test_pointers_keep_their_order():
    encounter = claim("siblings.837", 1).encounter
    assert encounter["diagnoses"] == ["F80.2", "R48.0"]
    assert [line["diagnoses"] for line in encounter["lines"]] == [[2, 1], [1]]


def test_an_authorization_of_the_line_wins_over_that_of_the_claim():
    assert [line["authorization"] for line in claim("siblings.837").encounter["lines"]] == ["AUTH-LINE"]
    assert [line["authorization"] for line in claim("siblings.837", 1).encounter["lines"]] == ["AUTH-CLAIM"] * 2


def test_a_replacement_names_the_claim_that_it_replaces():
    found = claim("siblings.837", 1)
    assert found.encounter["claim"] == {"id": "F-2", "frequency": "7", "original": "ORIG-9"}


def test_the_date_of_the_file_is_no_received_date():
    assert "received" not in claim("siblings.837").encounter["claim"]


def test_a_range_of_one_day_is_that_day():
    found = claim("siblings.837", 1)
    assert (found.encounter["lines"][1]["date"], found.problems) == ("2026-05-13", ())


def test_a_range_of_more_days_counts_its_first_and_is_named():
    claims, _ = read(text("siblings.837").replace("20260513-20260513", "20260513-20260515"))
    assert claims[1].encounter["lines"][1]["date"] == "2026-05-13"
    assert ([problem.code for problem in claims[1].problems], claims[1].readable) == (["x12-date-range"], True)


def test_what_another_payer_did_stands_on_the_claim_and_on_each_line():
    encounter = claim("secondary.837").encounter
    other = {"id": "medicare", "rank": "primary", "has_decided": True}
    assert encounter["payer"] == {"id": "medicaid", "state": "TX", "rank": "secondary"}
    owed = {"coinsurance": "11.50", "deductible": "78.50", "patient_responsibility": "90.00"}
    assert encounter["coverage"] == {
        "relationship": "self",
        "other_payers": [{**other, "paid": "60", **owed, "status": "paid", "relationship": "self"}],
    }
    owed = {"coinsurance": "11.50", "deductible": "3.5", "patient_responsibility": "15.00"}
    assert [line["paid_by_others"] for line in encounter["lines"]] == [
        [{**other, "paid": "60.00", **owed, "status": "paid"}],
        [{**other, "paid": "0", "deductible": "75.00", "patient_responsibility": "75.00"}],
    ]


def test_what_the_patient_owes_for_any_reason_is_added_up():
    given = text("secondary.837").replace("CAS*PR*1*3.5**2*11.50", "CAS*PR*1*3.5**3*10**96*1.50")
    one = read(given)[0][0].encounter["lines"][0]["paid_by_others"][0]
    assert (one["deductible"], one["copay"], one["patient_responsibility"]) == ("3.5", "10", "15.00")


def test_numbers_of_another_payer_are_not_those_of_the_claim():
    found = claim("secondary.837")
    assert "original" not in found.encounter["claim"]
    assert all("authorization" not in line for line in found.encounter["lines"])


def test_several_adjustments_of_one_kind_add_up():
    given = text("secondary.837").replace("CAS*PR*1*3.5**2*11.50", "CAS*PR*1*3.5**1*.25**2*11.50")
    assert read(given)[0][0].encounter["lines"][0]["paid_by_others"][0]["deductible"] == "3.75"


def test_icd_9_is_kept_and_named_once_a_segment():
    given = text("siblings.837").replace("HI*ABK:F802*ABF:R480", "HI*BK:31531*BF:E8888")
    claims, _ = read(given)
    assert claims[1].encounter["diagnoses"] == ["315.31", "E888.8"]
    assert [problem.code for problem in claims[1].problems] == ["x12-icd-9"]


def test_a_claim_without_a_rendering_provider_is_given_by_the_one_who_bills():
    given = text("siblings.837").replace("NM1*82*1*EXAMPLE*THERAPIST****XX*1999999984~\nPRV*PE*PXC*235Z00000X~\n", "")
    expected = {"npi": "1999999976", "taxonomy": "261QR0400X", "group": "1999999976"}
    assert read(given)[0][0].encounter["provider"] == expected


def test_one_who_bills_alone_has_no_group():
    given = text("siblings.837").replace("NM1*82*1*EXAMPLE*THERAPIST****XX*1999999984~\nPRV*PE*PXC*235Z00000X~\n", "")
    given = given.replace("NM1*85*2*", "NM1*85*1*").replace("261QR0400X", "235Z00000X")
    expected = {"npi": "1999999976", "taxonomy": "235Z00000X", "role": "slp"}
    assert read(given)[0][0].encounter["provider"] == expected


def test_an_unknown_payer_keeps_its_own_id():
    given = text("siblings.837").replace("SBR*P********CI", "SBR*P********ZZ")
    assert claim("siblings.837").encounter["payer"]["id"] == "payer:COMM77"
    assert read(given)[0][0].encounter["payer"] == {"id": "payer:COMM77", "rank": "primary"}


def test_a_line_that_cannot_be_read_does_not_take_the_others_with_it():
    given = text("siblings.837").replace("SV1*HC:92508*30.00*MJ", "SV1*ER:92508*30.00*MJ")
    found = read(given)[0][1]
    assert (["code" in line for line in found.encounter["lines"]], found.readable) == ([False, True], True)


def test_claims_of_one_id_become_encounters_of_different_names():
    given = text("siblings.837").replace("CLM*F-2*", "CLM*F-1*")
    assert [found.encounter["encounter"] for found in read(given)[0]] == ["F-1", "F-1#2"]
    assert codes(given) == ["x12-repeated-claim"]


def test_an_encounter_is_plain_data_without_a_float():
    for name in ("siblings.837", "secondary.837", "concatenated.837", "broken.837"):
        for found in read(text(name))[0]:
            written = json.dumps(found.encounter)
            assert json.loads(written, parse_float=lambda figures: f"float {figures}") == found.encounter


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("*.837")))
def test_a_readable_claim_keeps_the_published_schema_of_encounters(name: str):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    wrong = [
        error.message for one in read(text(name))[0] if one.readable for error in validator.iter_errors(one.encounter)
    ]
    assert wrong == []
