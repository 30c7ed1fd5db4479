"""Each edition is kept, the table of all of them is made anew, and what has changed is said."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from payerrules.cli.main import app
from payerrules.imports.layouts import MUE, NCCI, PPRRVU
from payerrules.imports.reading import read_files
from payerrules.imports.store import Stored, store
from payerrules.model.diagnostic import Diagnostic
from tests.imports.published import PTP, pair, text, zipped

HEAD = "HCPCS,MUE Value,MAI\n"


def units(tmp_path: Path, quarter: str, rows: str) -> tuple[Stored, list[Diagnostic]]:
    made, found = read_files([text(tmp_path / f"practitioner_{quarter}.csv", HEAD + rows)], MUE)
    assert found == []
    return store(made[0], tmp_path / "data")


def pairs(tmp_path: Path, version: str, rows: str) -> tuple[Stored, list[Diagnostic]]:
    made, found = read_files([text(tmp_path / f"ccipra-{version}-f1.txt", PTP + rows)], NCCI)
    assert found == []
    return store(made[0], tmp_path / "data")


def test_a_first_edition_is_written_with_where_it_came_from(tmp_path: Path) -> None:
    stored, found = units(tmp_path, "2026q1", "A0001,1,3\n")
    assert (stored.before, stored.changes, stored.same, found) == ("", (), False, [])
    record = json.loads((tmp_path / "data/mue_practitioner/imports.json").read_text())
    assert record["2026-01-01"]["files"][0]["name"] == "practitioner_2026q1.csv"
    assert len(record["2026-01-01"]["files"][0]["sha256"]) == 64
    assert {k: record["2026-01-01"][k] for k in ("from", "through", "rows", "left_out")} == {
        "from": "2026-01-01", "through": "2026-03-31", "rows": 1, "left_out": 0,
    }  # fmt: skip


def test_a_later_edition_says_what_it_changes_and_keeps_the_earlier_one(tmp_path: Path) -> None:
    units(tmp_path, "2026q1", "A0001,1,3\nA0002,2,3\n" + "".join(f"B{n:04},1,2\n" for n in range(20)))
    stored, found = units(tmp_path, "2026q2", "A0001,4,3\nA0003,1,2\n" + "".join(f"B{n:04},1,2\n" for n in range(20)))
    assert found == []
    assert stored.before == "2026-01-01"
    assert stored.changes == (
        ("changed", ("A0001",), ("mue_units=1", "mue_mai=3"), ("mue_units=4", "mue_mai=3")),
        ("removed", ("A0002",), ("mue_units=2", "mue_mai=3"), ()),
        ("added", ("A0003",), (), ("mue_units=1", "mue_mai=2")),
    )
    assert {p.name for p in (tmp_path / "data/mue_practitioner").iterdir()} == {
        "2026-01-01.csv", "2026-04-01.csv", "2026-04-01.changes.csv", "imports.json",
    }  # fmt: skip


def test_the_table_of_all_editions_dates_each_row_and_joins_what_goes_on(tmp_path: Path) -> None:
    units(tmp_path, "2026q1", "A0001,1,3\nA0002,2,3\n")
    units(tmp_path, "2026q2", "A0001,1,3\nA0002,3,3\n")
    units(tmp_path, "2026q4", "A0001,1,3\n")
    assert (tmp_path / "data/mue_practitioner.csv").read_text() == (
        "code,mue_units,mue_mai,from,through\n"
        "A0001,1,3,2026-01-01,2026-06-30\n"
        "A0001,1,3,2026-10-01,2026-12-31\n"
        "A0002,2,3,2026-01-01,2026-03-31\n"
        "A0002,3,3,2026-04-01,2026-06-30\n"
    )


def test_an_earlier_edition_may_come_later(tmp_path: Path) -> None:
    units(tmp_path, "2026q2", "A0001,2,3\n")
    units(tmp_path, "2026q1", "A0001,1,3\n")
    assert (tmp_path / "data/mue_practitioner.csv").read_text().splitlines()[1:] == [
        "A0001,1,3,2026-01-01,2026-03-31",
        "A0001,2,3,2026-04-01,2026-06-30",
    ]


def test_the_same_edition_again_changes_nothing_and_a_revision_says_what(tmp_path: Path) -> None:
    units(tmp_path, "2026q1", "A0001,1,3\n")
    assert units(tmp_path, "2026q1", "A0001,1,3\n")[0].same
    again, _ = units(tmp_path, "2026q1", "A0001,2,3\n")
    assert (again.same, again.before, again.count("changed")) == (False, "2026-01-01", 1)


def test_rows_with_dates_of_their_own_are_those_of_the_newest_edition(tmp_path: Path) -> None:
    pairs(tmp_path, "v321r0", pair("A0001", "B0001", "20200101"))
    stored, _ = pairs(
        tmp_path,
        "v322r0",
        pair("A0001", "B0001", "20200101", "20260630") + pair("A0001", "B0002", "20260701", indicator="0"),
    )
    assert [(change[0], change[1]) for change in stored.changes] == [
        ("changed", ("A0001", "B0001", "2020-01-01")),
        ("added", ("A0001", "B0002", "2026-07-01")),
    ]
    assert (tmp_path / "data/ncci_ptp_practitioner.csv").read_text().splitlines()[1:] == [
        "A0001,B0001,1,Misuse,2020-01-01,2026-06-30",
        "A0001,B0002,0,Misuse,2026-07-01,",
    ]


def test_a_file_that_holds_several_spans_keeps_them(tmp_path: Path) -> None:
    head = "date_start,date_end,hcpcs,mod,status,work_rvu,nonfac_pe_rvu,fac_pe_rvu,mp_rvu,pctc_ind,glob_days,mult_proc,conv_factor\n"
    row = "{},{},A0001,,A,1.30,0.90,0.90,0.01,7,XXX,5,{}\n"
    rows = row.format("2024-01-01", "2024-03-08", "32.7442") + row.format("2024-03-09", "2024-12-31", "33.2875")
    made, found = read_files([text(tmp_path / "rvu24a.csv", head + rows)], PPRRVU)
    assert found == []
    store(made[0], tmp_path / "data")
    assert [line.split(",")[-3:] for line in (tmp_path / "data/pprrvu.csv").read_text().splitlines()[1:]] == [
        ["32.7442", "2024-01-01", "2024-03-08"],
        ["33.2875", "2024-03-09", "2024-12-31"],
    ]


def test_a_part_that_was_left_out_is_suspected(tmp_path: Path) -> None:
    units(tmp_path, "2026q1", "".join(f"B{n:04},1,2\n" for n in range(20)))
    _, found = units(tmp_path, "2026q2", "".join(f"B{n:04},1,2\n" for n in range(17)))
    assert [finding.code for finding in found] == ["import-shrunk"]
    _, found = units(tmp_path, "2026q3", "".join(f"B{n:04},1,2\n" for n in range(16)))
    assert found == []


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["import", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_says_what_it_read_and_what_has_changed(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    many = "".join(f"B{n:04},1,2\n" for n in range(20))
    first = zipped(tmp_path / "practitioner_2026q1.zip", {"table.csv": HEAD + "A0001,1,3\n" + many})
    later = zipped(
        tmp_path / "practitioner_2026q2.zip", {"table.csv": HEAD + "A0001,2,3\nA0002,1,3\nA0003,1,3\n" + many}
    )
    code, out, err = run("mue", str(first), "--data", data)
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "  the first edition of this table"
    code, out, err = run("mue", str(later), "--data", data, "--show", "2")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"mue_practitioner: 23 rows from 2026-04-01 through 2026-06-30, in {data}/mue_practitioner.csv",
        "  since 2026-01-01: 2 added, 0 removed, 1 changed",
        "  ~ A0001  mue_units=1 -> mue_units=2",
        "  + A0002  mue_units=1 mue_mai=3",
        f"  and 1 more, in {data}/mue_practitioner",
    ]


def test_the_command_reads_what_it_can_and_ends_with_three(tmp_path: Path) -> None:
    path = text(tmp_path / "practitioner_2026q1.csv", HEAD + "A0001,x,3\nA0002,1,3\n")
    code, out, err = run("mue", str(path), "--data", str(tmp_path / "data"))
    assert code == 3
    assert "1 rows" in out
    assert "practitioner_2026q1.csv:2:1: error[import-cell]: `x` in column mue_units is no whole number" in err


def test_wrong_use_of_the_command_ends_with_two(tmp_path: Path) -> None:
    path = str(text(tmp_path / "practitioner_2026q1.csv", HEAD + "A0001,1,3\n"))
    assert run("prices", path)[0] == 2
    assert run("mue", path, "--from", "January")[0] == 2
    assert run("mue", path, "--from", "2026-04-01", "--through", "2026-01-01")[0] == 2


def test_the_days_and_the_table_may_be_said(tmp_path: Path) -> None:
    path = str(text(tmp_path / "units.csv", HEAD + "A0001,1,3\n"))
    code, _, _ = run(
        "mue",
        path,
        "--from",
        "2026-02-01",
        "--through",
        "2026-02-28",
        "--table",
        "mue_mine",
        "--data",
        str(tmp_path / "data"),
    )
    assert code == 0
    assert (tmp_path / "data/mue_mine.csv").read_text().splitlines()[1] == "A0001,1,3,2026-02-01,2026-02-28"
