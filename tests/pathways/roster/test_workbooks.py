"""Roster files as Excel workbooks: the first sheet is read as its CSV would be."""

from __future__ import annotations

import csv
import datetime
import errno
import io
import zipfile
from collections.abc import Callable, Sequence

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from pathways.files.text import FileRefused
from pathways.roster.imports.excel.workbook import text_of
from pathways.roster.imports.layout import CSV_LAYOUTS, RosterLayout
from tests.pathways.roster.conftest import STUDENTS, Desk, counts, file_of

ROWS = [line.split(",") for line in STUDENTS.splitlines()]
Fill = Callable[[xlsxwriter.Workbook], None]


def book(fill: Fill, **options: object) -> bytes:
    into = io.BytesIO()
    with xlsxwriter.Workbook(into, options) as workbook:
        fill(workbook)
    return into.getvalue()


def of_rows(rows: Sequence[Sequence[str]]) -> bytes:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)

    return book(fill)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(io.BytesIO(data)).read().decode(), newline="")))


@pytest.mark.django_db(databases=["default", "state"])
def test_a_workbook_is_uploaded_as_it_was_saved(desk: Desk) -> None:
    batch = desk.send(of_rows(ROWS))
    assert counts(batch, "Student")["new"] == 3 and batch.result["notices"] == []
    assert desk.send(STUDENTS).result["objects"][0]["unchanged"] == 3


@pytest.mark.django_db(databases=["default", "state"])
def test_the_last_cells_of_a_row_may_be_empty(desk: Desk) -> None:
    """Excel writes nothing for them: most enrollments have no end yet. What a file leaves empty stays."""
    desk.send(STUDENTS)
    batch = desk.send(of_rows([ROWS[0], [*ROWS[1][:-1], ""], *ROWS[2:]]))
    assert counts(batch, "Student")["refused"] == 0


@pytest.mark.django_db(databases=["default", "state"])
def test_a_bad_row_is_named_by_its_number_in_excel(desk: Desk) -> None:
    rows = [[], *ROWS[:2], [], [], ["12", *ROWS[2][1:]]]
    batch = desk.send(of_rows(rows))
    assert counts(batch, "Student")["refused"] == 1
    report = list(csv.DictReader(io.StringIO(file_of(batch, "report.csv"))))
    assert next(row["Line"] for row in report if row["Rule"] == "ROS-003") == "6"


@pytest.mark.django_db(databases=["default", "state"])
@pytest.mark.parametrize("layout", CSV_LAYOUTS, ids=lambda layout: layout.slug)
def test_a_templates_sample_row_is_nothing_of_a_district(
    layout: RosterLayout, desk: Desk, client: Client
) -> None:
    """The template, whose columns are text and whose second sheet holds notes."""
    client.force_login(desk.clerk)
    address = reverse("roster-template", args=["0965", 2025, layout.slug])
    content = b"".join(client.get(f"{address}?form=xlsx"))  # type: ignore[arg-type]
    rows = read(content)
    assert rows[0] == [column.title for column in layout.columns] and rows[1][0] == "0965"
    batch = desk.send(content, type=layout.slug)
    assert {objects["new"] for objects in batch.result["objects"]} == {0}
    assert "This is the template's sample row. Delete it" in file_of(batch, "report.csv")


@pytest.mark.django_db(databases=["default", "state"])
def test_spreadsheets_of_other_kinds_are_refused_by_name(desk: Desk) -> None:
    old = desk.send(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert "an old Excel workbook (.xls)" in old.result["refused"]
    assert "or one with a password" in old.result["refused"], "which begins like an old one"
    assert "Excel Workbook (.xlsx) without a password" in old.result["refused"]
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert "an OpenDocument file, such as .ods" in desk.send(into.getvalue()).result["refused"]


def test_numbers_days_and_formulas_are_what_people_see() -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        hidden, sheet = workbook.add_worksheet("old"), workbook.add_worksheet("now")
        hidden.write_string(0, 0, "hidden")
        sheet.activate()
        sheet.set_first_sheet()
        hidden.hide()
        day = workbook.add_format({"num_format": "m/d/yyyy"})
        own = workbook.add_format({"num_format": '[$-409]d"th" mmm'})
        red = workbook.add_format({"num_format": '[Red]0.00 "days"'})
        bold = workbook.add_format({"bold": True})
        sheet.write_number(0, 0, 999000001)
        sheet.write_number(0, 1, 0.1 + 0.2)
        sheet.write_datetime(0, 2, datetime.datetime(2007, 1, 31, 13, 0), day)
        sheet.write_datetime(0, 3, datetime.datetime(2007, 1, 31), own)
        sheet.write_number(0, 4, 2025, red)
        sheet.write_formula(0, 5, '="A"&"B"', None, "AB")
        sheet.write_boolean(0, 6, True)
        sheet.write_rich_string(0, 7, "O'", bold, "Neil", " Jr")
        sheet.write_string(0, 8, "two\nlines ")
        sheet.write_string(0, 10, "after a gap")

    assert read(book(fill)) == [
        [
            "999000001",
            "0.3",
            "01/31/2007",
            "01/31/2007",
            "2025",
            "AB",
            "TRUE",
            "O'Neil Jr",
            "two lines",
            "",
            "after a gap",
        ]
    ]


def test_days_of_a_mac_are_its_own() -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        day = workbook.add_format({"num_format": 14})
        workbook.add_worksheet().write_datetime(0, 0, datetime.datetime(2007, 1, 31), day)

    assert read(book(fill, date_1904=True)) == [["01/31/2007"]]


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), max_size=8
)


@given(st.lists(st.lists(CELLS, max_size=5), max_size=6), st.booleans())
def test_any_table_of_texts_comes_back(rows: list[list[str]], in_memory: bool) -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)

    def trimmed(table: list[list[str]]) -> list[list[str]]:
        own = [list(row) for row in table]
        for row in own:
            while row and not row[-1]:
                row.pop()
        while own and not own[-1]:
            own.pop()
        return own

    assert trimmed(read(book(fill, constant_memory=not in_memory))) == trimmed(rows)


def changed(part: str, change: Callable[[str], str], data: bytes = b"") -> bytes:
    into = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data or of_rows(ROWS))) as before,
        zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            text = before.read(name).decode()
            after.writestr(name, change(text) if name == part else text)
    return into.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (SHEET, lambda text: text.replace("?>", f"?>{LAUGHS}", 1)),
        (SHEET, lambda text: text.replace('<row r="2"', '<row r="99999999999999999999"')),
        (SHEET, lambda text: text.replace('<row r="2"', '<row r="1"')),
        (SHEET, lambda text: text.replace("<v>1</v>", "<v>77777777</v>")),
        (SHEET, lambda text: text.replace('t="s"', "").replace("<v>1</v>", "<v>x</v>")),
        (SHEET, lambda text: text.replace('t="s"', "").replace("<v>1</v>", "<v>1_000</v>")),
        (SHEET, lambda text: text.replace('t="s"', "").replace("<v>1</v>", "<v>١</v>")),
        (SHEET, lambda text: text.replace('t="s"', "").replace("<v>1</v>", "<v>nan</v>")),
        (SHEET, lambda text: text.replace("<v>1</v>", "<v>0_1</v>")),
        (SHEET, lambda text: text.replace('r="A1"', 'r="1A"')),
        (SHEET, lambda text: text[: len(text) // 2]),
        ("xl/workbook.xml", lambda text: text.replace("<sheet ", '<sheet state="hidden" ')),
        ("xl/_rels/workbook.xml.rels", lambda text: text.replace("worksheets/", "../../etc/")),
    ],
)
def test_a_broken_or_hostile_workbook_is_refused_in_words(
    part: str, change: Callable[[str], str]
) -> None:
    with pytest.raises(FileRefused, match="This Excel workbook cannot be read"):
        read(changed(part, change))


@pytest.mark.parametrize("written", ["2007-01-31", "2007-01-31T00:00:00", "2007-01-31T00:00:00Z"])
def test_a_date_cell_in_iso_form_is_the_date_that_a_person_sees(written: str) -> None:
    data = changed(
        SHEET, lambda text: text.replace('t="s"', 't="d"').replace("<v>1</v>", f"<v>{written}</v>")
    )
    assert "01/31/2007" in [cell for row in read(data) for cell in row]


def test_a_workbook_that_unpacks_to_more_than_a_file_may_be_is_not_unpacked(
    settings: pytest.FixtureRequest,
) -> None:
    settings.UPLOAD_MAX_MB = 1  # type: ignore[attr-defined]
    long = changed(SHEET, lambda text: text.replace("<sheetData>", f"<sheetData>{' ' * 9_000_000}"))
    assert len(long) < 100_000
    with pytest.raises(FileRefused, match="too large"):
        read(long)


@pytest.mark.parametrize(("letters", "words"), [(30_000, "too large"), (100_000, "cannot be read")])
def test_cells_that_all_point_to_one_long_text_fill_no_disk(
    settings: pytest.FixtureRequest, letters: int, words: str
) -> None:
    settings.UPLOAD_MAX_MB = 1  # type: ignore[attr-defined]
    row = "<row>" + 20 * "<c t='s'><v>0</v></c>" + "</row>"
    sheet = f"<worksheet><sheetData>{row * 50}</sheetData></worksheet>"
    texts = f"<sst><si><t>{'x' * letters}</t></si></sst>"
    data = changed("xl/sharedStrings.xml", lambda _: texts, changed(SHEET, lambda _: sheet))
    assert len(data) < 10_000
    with pytest.raises(FileRefused, match="too large"):
        read(data)


def test_one_cell_beyond_what_excel_takes_does_not_refuse_the_others() -> None:
    texts = f"<sst><si><t>{'x' * 50_000}</t></si></sst>"
    sheet = '<worksheet><sheetData><row><c t="s"><v>0</v></c><c><v>7</v></c></row></sheetData></worksheet>'
    data = changed("xl/sharedStrings.xml", lambda _: texts, changed(SHEET, lambda _: sheet))
    assert [(len(words), number) for words, number in read(data)] == [(32_767, "7")]


@pytest.mark.django_db(databases=["default", "state"])
def test_a_workbook_of_something_else_says_so(desk: Desk) -> None:
    batch = desk.send(of_rows([["Name", "Phone"], ["A", "1"]]))
    assert "does not have the column titles of a roster file" in batch.result["refused"]


def test_a_full_disk_is_no_broken_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of a file that cannot be read; where there is no room, it is said."""

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathways.roster.imports.excel.workbook.tempfile.TemporaryFile", Full)
    with pytest.raises(OSError, match="No space left"):
        text_of(io.BytesIO(of_rows([["a"]])))
