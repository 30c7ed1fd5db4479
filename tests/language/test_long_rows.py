"""Rows of a long table are found by key and date, kept once, and read once."""

from __future__ import annotations

from payerrules.language.items import FIRST_DAY, LAST_DAY, Window
from payerrules.language.long_rows import LongRows, Places, read_rows
from payerrules.model.values import CODE, COUNT, NONE, parse
from payerrules.model.values import DATE as DAY

PAIR = b"one,two,indicator,from,through\n"


def pairs(text: bytes) -> LongRows:
    return read_rows(PAIR + text, (0, 1), (CODE, CODE), (2,), (CODE,), Places(3, 4, None, "p:s", "p"))


def day(text: str) -> int:
    found = parse(text, DAY)
    assert isinstance(found, int)
    return found


def test_a_row_is_found_by_all_parts_of_its_key() -> None:
    rows = pairs(b"A,B,1,,\nA,C,0,,\n")
    assert [rows.get(key) for key in (("A", "B"), ("A", "C"), ("B", "A"), ("A", "D"))] == [
        ((Window(FIRST_DAY, LAST_DAY), ("1",), "p:s"),),
        ((Window(FIRST_DAY, LAST_DAY), ("0",), "p:s"),),
        (),
        (),
    ]
    assert len(rows) == 2


def test_dates_are_read_with_and_without_dashes_and_open_ends() -> None:
    rows = pairs(b"A,B,1,20200101,2020-12-31\nA,B,0,2021-01-01,*\n")
    assert [row[0] for row in rows.get(("A", "B"))] == [
        Window(day("2020-01-01"), day("2020-12-31")),
        Window(day("2021-01-01"), LAST_DAY),
    ]
    assert rows.clashes == []


def test_an_empty_cell_is_known_to_be_none() -> None:
    assert pairs(b"A,B,,,\n").get(("A", "B"))[0][1] == (NONE,)


def test_two_rows_of_one_key_and_day_that_differ_are_told_wherever_they_stand() -> None:
    rows = pairs(b"A,B,1,2020-01-01,2020-12-31\nA,B,0,2020-02-01,2020-02-28\nA,B,9,2020-06-01,2020-06-30\n")
    assert rows.clashes == [("A", "B")]
    assert pairs(b"A,B,1,2020-01-01,\nA,B,1,2020-02-01,\n").clashes == []


def test_lines_that_cannot_be_read_are_told_with_their_number_and_the_rest_is_used() -> None:
    rows = read_rows(b"code,units\nA,x\nB\nC,2\n", (0,), (CODE,), (1,), (COUNT,), Places())
    assert rows.wrong == [(2, "A,x", "`x` is not a number"), (3, "B", "the line has too few cells")]
    assert rows.get(("C",))[0][1] == (2,)
    assert pairs(b"A,B,1,2021-01-01,2020-01-01\n").wrong == [
        (2, "A,B,1,2021-01-01,2020-01-01", "the row ends before it begins")
    ]


def test_a_row_may_name_its_own_source() -> None:
    rows = read_rows(
        b"code,units,source\nA,1,mue\nB,2,\n",
        (0,),
        (CODE,),
        (1,),
        (COUNT,),
        Places(source_column=2, source="p:s", policy="p"),
    )
    assert [rows.get((code,))[0][2] for code in "AB"] == ["p:mue", "p:s"]


def test_equal_rows_are_one_object_and_an_equal_file_is_read_once() -> None:
    text = b"".join(b"A%d,B%d,1,2020-01-01,\n" % (n, n) for n in range(50))
    rows = pairs(text)
    assert len({id(rows.get((f"A{n}", f"B{n}"))) for n in range(50)}) == 1
    assert pairs(text) is rows
