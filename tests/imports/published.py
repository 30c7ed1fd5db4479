"""Small files in the layouts that are published, made up: the codes are not real ones."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

PTP = (
    "CPT only. All rights reserved.\nColumn1/Column2 Edits\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\n\t\t\t\t*=no data\t1=allowed\n\t\t\t\t\t9=not applicable\n"
)
MUE = (
    '"CPT codes are owned by others.\nSecond line of the notice",,,\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
)
RVU = (
    "2026 National Physician Fee Schedule Relative Value File July Release,,,,,,,,,,,,\n"
    ",,,,,NON-,,,,,,,\n,,,,,FACILITY,FACILITY,,,,,,\n"
    ",,,STATUS,WORK,PE,PE,MP,PCTC,GLOB,MULT,CONV,\nHCPCS,MOD,DESCRIPTION,CODE,RVU,RVU,RVU,RVU,IND,DAYS,PROC,FACTOR,\n"
)
GPCI = (
    "ADDENDUM E,,,,,,,\n"
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
    "{year} PW GPCI (without 1.0 Floor),{year} PW GPCI (with 1.0 Floor),{year} PE GPCI,{year} MP GPCI\n"
)


def pair(one: str, two: str, begins: str, ends: str = "*", indicator: str = "1") -> str:
    """A row of a pair file."""
    return f"{one}\t{two}\t\t{begins}\t{ends}\t{indicator}\tMisuse\n"


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    """A zip of these members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def text(path: Path, content: str) -> Path:
    """A file with this text."""
    path.write_text(content, encoding="utf-8")
    return path


def workbook(rows: list[list[str | int]]) -> bytes:
    """A workbook with one sheet, written by hand: numbers as numbers, texts in place."""
    cells = []
    for number, row in enumerate(rows, 1):
        made = []
        for place, value in enumerate(row):
            where = f"{chr(ord('A') + place)}{number}"
            if isinstance(value, int):
                made.append(f'<c r="{where}"><v>{value}</v></c>')
            else:
                made.append(f'<c r="{where}" t="inlineStr"><is><t>{value}</t></is></c>')
        cells.append(f'<row r="{number}">{"".join(made)}</row>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Table" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml" /></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{"".join(cells)}</sheetData></worksheet>'
        )
    return out.getvalue()
