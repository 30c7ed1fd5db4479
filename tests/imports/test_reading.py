"""Published files are read as they come, and what is wrong in them is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payerrules.imports.layouts import AOC, GPCI, ICD10, KINDS, MODIFIERS, MUE, NCCI, PPRRVU
from payerrules.imports.reading import Imported, read_files
from payerrules.model.diagnostic import Diagnostic
from tests.imports import published
from tests.imports.published import PTP, pair, text, workbook, zipped


def only(read: tuple[list[Imported], list[Diagnostic]]) -> Imported:
    made, found = read
    assert found == []
    assert len(made) == 1
    return made[0]


def codes(read: tuple[list[Imported], list[Diagnostic]]) -> list[str]:
    return [finding.code for finding in read[1]]


def test_pairs_in_parts_with_a_header_over_several_rows(tmp_path: Path) -> None:
    parts = [
        zipped(tmp_path / f"ccipra-v322r0-f{n}.zip", {f"ccipra-v322r0-f{n}.txt": PTP + row, "readme.pdf": b"x"})
        for n, row in (
            (1, pair("A0001", "B0001", "20200101")),
            (2, pair("A0002", "B0002", "19960101", "20200331", "9")),
        )
    ]
    one = only(read_files(parts, NCCI))
    assert (one.table, one.first, one.last) == ("ncci_ptp_practitioner", date(2026, 7, 1), date(2026, 9, 30))
    assert one.columns == ("column1", "column2", "modifier_indicator", "rationale", "from", "through")
    assert list(one.rows.values()) == [
        ("A0001", "B0001", "1", "Misuse", "2020-01-01", ""),
        ("A0002", "B0002", "9", "Misuse", "1996-01-01", "2020-03-31"),
    ]
    assert [name for name, _ in one.files] == [f"ccipra-v322r0-f{n}.zip/ccipra-v322r0-f{n}.txt" for n in (1, 2)]


def test_the_same_table_twice_in_a_zip_is_read_once_and_the_workbook_alone_reads_alike(tmp_path: Path) -> None:
    book = workbook(
        [
            [
                "Column 1",
                "Column 2",
                "*=in existence prior to 1996",
                "Effective Date",
                "Deletion Date *=no data",
                "Modifier 0=not allowed",
                "PTP Edit Rationale",
            ],
            ["A0001", "B0001", "", 20200101, "*", 0, "Misuse"],
        ]
    )
    both = zipped(
        tmp_path / "ccioph-v313r0-f1.zip",
        {
            "ccioph-v313r0-f1.xlsx": book,
            "ccioph-v313r0-f1.txt": PTP + pair("A0001", "B0001", "20200101", indicator="0"),
        },
    )
    alone = zipped(tmp_path / "ccioph-v313r0-f2.zip", {"ccioph-v313r0-f1.xlsx": book})
    first, second = only(read_files([both], NCCI)), only(read_files([alone], NCCI))
    assert first.files[0][0].endswith(".txt")
    assert second.files[0][0].endswith(".xlsx")
    assert (first.table, first.first) == ("ncci_ptp_hospital", date(2025, 10, 1))
    assert first.rows == second.rows


def test_units_with_a_notice_of_several_lines_and_a_wordy_indicator(tmp_path: Path) -> None:
    path = text(
        tmp_path / "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv",
        published.MUE + "A0001,2,3 Date of Service Edit: Clinical,Nature\n",
    )
    one = only(read_files([path], MUE))
    assert (one.table, one.first, one.last) == ("mue_practitioner", date(2026, 1, 1), date(2026, 3, 31))
    assert list(one.rows.values()) == [("A0001", "2", "3", "Nature")]


def test_whose_units_they_are_is_told_by_the_header_where_the_name_says_nothing(tmp_path: Path) -> None:
    path = text(
        tmp_path / "2026q2.csv", published.MUE.replace("Practitioner", "Outpatient Hospital") + "A0001,2,2,Nature\n"
    )
    assert only(read_files([path], MUE)).table == "mue_hospital"
    nobody = text(tmp_path / "2026q3.csv", "HCPCS,MUE Value,MAI\nA0001,2,2\n")
    assert codes(read_files([nobody], MUE)) == ["import-which-table"]
    assert only(read_files([nobody], MUE, table="mue_practitioner")).table == "mue_practitioner"


def test_add_ons_with_dates_as_day_of_the_year(tmp_path: Path) -> None:
    head = "AOC_EDIT_TYPE,Add_On_Code,AOC_Del_Dt,Primary_Code,Primary_Code_Del_Dt,AOC_Edit_Eff_Dt,AOC_Edit_Del_Dt,Special Instruction/Notes\n"
    path = text(
        tmp_path / "AOC_V2026Q3-MCR.csv", head + "1,A0002,,A0001,,2026001,,\n1,A0002,,CCCCC,,20240101,20251231,x\n"
    )
    one = only(read_files([path], AOC))
    assert one.first == date(2026, 7, 1)
    assert sorted(one.rows.values()) == [
        ("A0002", "A0001", "1", "2026-01-01", ""),
        ("A0002", "CCCCC", "1", "2024-01-01", "2025-12-31"),
    ]


def test_relative_values_under_a_stacked_header_and_the_two_factors_apart(tmp_path: Path) -> None:
    row = "A0001,,Text,A,1.30,0.97,0.90,.01,7,XXX,5,{},\n"
    path = zipped(
        tmp_path / "rvu26c.zip",
        {
            "PPRRVU2026_Jul_nonQPP.csv": published.RVU + row.format("33.4009"),
            "PPRRVU2026_Jul_QPP.csv": published.RVU + row.format("33.5675"),
            "GPCI2026.csv": published.GPCI.format(year=2026) + "15202,OH,00,OHIO,0.9,1.000,0.9,0.5\n",
        },
    )
    made, found = read_files([path], PPRRVU)
    assert found == []
    assert {one.table: list(one.rows.values()) for one in made} == {
        "pprrvu": [("A0001", "", "A", "1.3", "0.97", "0.9", "0.01", "7", "XXX", "5", "33.4009")],
        "pprrvu_qpp": [("A0001", "", "A", "1.3", "0.97", "0.9", "0.01", "7", "XXX", "5", "33.5675")],
    }
    assert {one.first for one in made} == {date(2026, 7, 1)}
    places = only(read_files([path], GPCI))
    assert (places.first, places.last) == (date(2026, 1, 1), date(2026, 12, 31))
    assert list(places.rows.values()) == [("1520200", "15202", "00", "OH", "1", "0.9", "0.5")]


def test_diagnoses_from_the_order_file_and_notes_from_the_tabular_list(tmp_path: Path) -> None:
    lines = "".join(
        f"{number:05} {code:7} {leaf} {'Short':60} Long\n" for number, code, leaf in ((1, "X99", 0), (2, "X991", 1))
    )
    one = only(read_files([text(tmp_path / "icd10cm_order_2026.txt", lines)], ICD10))
    assert (one.table, one.first, one.last) == ("icd10", date(2025, 10, 1), date(2026, 9, 30))
    assert list(one.rows.values()) == [("X99", "0"), ("X99.1", "1")]
    xml = (
        "<root><diag><name>X99</name><excludes1><note>other (Y01.2-), more (Z00-Z05)</note></excludes1>"
        "<diag><name>X99.1</name><codeFirst><note>cause</note></codeFirst></diag></diag></root>"
    )
    notes = only(read_files([text(tmp_path / "icd10cm_tabular_2026.xml", xml)], ICD10))
    assert (notes.table, list(notes.rows.values())) == (
        "icd10_notes",
        [
            ("X99", "excludes1", "other (Y01.2-), more (Z00-Z05)", "Y01.2- Z00-Z05"),
            ("X99.1", "code_first", "cause", ""),
        ],
    )


def test_modifiers_are_the_rows_of_two_letters(tmp_path: Path) -> None:
    path = text(
        tmp_path / "HCPC2026_APR_ANWEB.csv",
        "HCPC,SEQNUM,LONG DESCRIPTION,ADD DT,ACT EFF DT,TERM DT\nA0001,100,x,20000101,20000101,\nQ0,100,x,20080101,20080101,20251231\n",
    )
    one = only(read_files([path], MODIFIERS))
    assert (one.first, list(one.rows.values())) == (
        date(2026, 4, 1),
        [("Q0", "2008-01-01", "2008-01-01", "2025-12-31")],
    )


def test_a_bad_cell_leaves_its_row_out_and_says_where(tmp_path: Path) -> None:
    path = text(
        tmp_path / "ccipra-v322r0-f1.txt", PTP + pair("A0001", "B0001", "20201301") + pair("A0002", "B0002", "20200101")
    )
    made, found = read_files([path], NCCI)
    assert [str(finding.at) for finding in found] == ["ccipra-v322r0-f1.txt:7:1"]
    assert [(finding.code, finding.message) for finding in found] == [
        ("import-cell", "`20201301` in column from is no date")
    ]
    assert (len(made[0].rows), made[0].left_out) == (1, 1)


def test_many_bad_rows_are_told_once(tmp_path: Path) -> None:
    rows = "".join(pair(f"A{n:04}", "B0001", "x") for n in range(50))
    _, found = read_files([text(tmp_path / "ccipra-v322r0-f1.txt", PTP + rows)], NCCI)
    assert len(found) == 21
    assert found[-1].message == "30 more rows could not be read"


def test_a_key_that_comes_twice_and_differs_is_told(tmp_path: Path) -> None:
    rows = (
        pair("A0001", "B0001", "20200101")
        + pair("A0001", "B0001", "20200101", indicator="0")
        + pair("A0001", "B0001", "20210101")
    )
    made, found = read_files([text(tmp_path / "ccipra-v322r0-f1.txt", PTP + rows)], NCCI)
    assert [finding.code for finding in found] == ["import-repeated"]
    assert len(made[0].rows) == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("ccipra-v322r0-f1.txt", "nothing\nhere\n", "import-no-table"),
        ("pairs-practitioner.txt", PTP + pair("A0001", "B0001", "20200101"), "import-undated"),
        ("ccipra-v322r0.zip", "no zip at all", "file-unreadable"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, name: str, content: str, code: str) -> None:
    made, found = read_files([text(tmp_path / name, content)], NCCI)
    assert (made, [finding.code for finding in found]) == ([], [code])
    assert all(finding.hint and finding.at for finding in found)


def test_a_file_that_is_not_there_does_not_stop_the_others(tmp_path: Path) -> None:
    good = text(tmp_path / "ccipra-v322r0-f1.txt", PTP + pair("A0001", "B0001", "20200101"))
    made, found = read_files([tmp_path / "missing.zip", good], NCCI)
    assert [finding.code for finding in found] == ["file-unreadable"]
    assert len(made[0].rows) == 1


def test_without_its_reader_a_workbook_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    path = tmp_path / "ccipra-v322r0-f1.xlsx"
    path.write_bytes(workbook([["Column 1"]]))
    assert codes(read_files([path], NCCI)) == ["import-needs-reader"]


def test_every_kind_has_a_layout_of_its_name() -> None:
    assert sorted(KINDS) == ["aoc", "gpci", "icd10", "modifiers", "mue", "ncci", "pprrvu"]
    assert all(
        set(one.key) <= {c.name for c in one.columns} | {name for name, _ in one.joined} for one in KINDS.values()
    )
