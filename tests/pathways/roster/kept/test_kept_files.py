"""What is kept of a roster file that was sent: what the portal reads, and nothing else (R-IMP-24)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cte_portal.batches.models import Batch
from pathways.files.text import LONGEST_LINE
from pathways.models import Student
from pathways.roster.imports.aim import BY_RECORD_TYPE
from pathways.roster.imports.cleaning import cleaned
from pathways.roster.imports.recognizing import RosterPart, parts_of
from pathways.roster.imports.results.returned import columns_with_cells
from tests.pathways.roster.conftest import AIM, ALL, STUDENTS, Desk, counts, saved, zipped
from tests.pathways.roster.stored import stored_files, texts_of

pytestmark = pytest.mark.django_db(databases=["default", "state"])

SECRETS = ("hunter2", "race-z9", "Mother Terry")
MORE = dict(zip(("Password", "Race", "Guardian"), SECRETS, strict=True))


def with_more(text: str, delimiter: str = ",") -> str:
    """The lines with three columns that no layout has, one of them in the middle."""
    lines = [line.replace(",", delimiter).split(delimiter) for line in text.splitlines()]
    for number, cells in enumerate(lines):
        password, race, guardian = MORE if number == 0 else SECRETS
        cells.insert(3, race)
        cells += [password, guardian]
    return "".join(f"{delimiter.join(cells)}\n" for cells in lines)


def workbook(text: str) -> bytes:
    """The rows in the first sheet, one column of it hidden, with all else that a workbook may hold."""
    into = io.BytesIO()
    with xlsxwriter.Workbook(into) as book:
        book.set_properties({"comments": SECRETS[0], "author": SECRETS[2]})
        book.set_custom_property("note", SECRETS[1])
        sheet, other = book.add_worksheet(), book.add_worksheet("others")
        for number, line in enumerate(with_more(text).splitlines()):
            for place, cell in enumerate(line.split(",")):
                sheet.write_string(number, place, cell)
        sheet.set_column(3, 3, None, None, {"hidden": True})
        sheet.write_comment("A2", SECRETS[0])
        other.write_string(0, 0, SECRETS[1])
    return into.getvalue()


def aim_with_more() -> str:
    """Two students in the layout's columns; and lines that it does not have, or not so wide."""
    return AIM + "".join(
        f"{line}\n"
        for line in (
            "\t".join(("SD", "0965", "999000002", "", "O", "N", "", "02/01/2007", "M", *SECRETS)),
            "\t".join(("GU", "0965", "999000001", *SECRETS)),
            "\t".join(("EN", "0965", "0001", "001", "999000001", *SECRETS, "08/21/2024"))
            + "\t\t\t12\tP",
            f'SD\t0965\t"{SECRETS[0]}',
            f"{SECRETS[0]}, {SECRETS[1]} and {SECRETS[2]}",
        )
    )


SENT: dict[str, tuple[Callable[[], bytes | str], int]] = {
    "csv": (lambda: with_more(STUDENTS), 3),
    "tsv": (lambda: with_more(STUDENTS, "\t") + "\t".join(SECRETS) + "\n", 3),
    "aim": (aim_with_more, 1),
    "xlsx": (lambda: workbook(STUDENTS), 3),
    "zip": (lambda: zipped({name: with_more(text) for name, text in ALL.items()}), 3),
    "faults": (
        lambda: (
            with_more(STUDENTS)
            + f'"{SECRETS[0]}\n{",".join(SECRETS)}\n{SECRETS[0]}{"," * 12}{SECRETS[1]}\n'
            + f"999000009,,{'x' * LONGEST_LINE},{SECRETS[0]}\n"
        ),
        3,
    ),
    "unknown": (lambda: f"Name,Password\nA,{SECRETS[0]}\n", 0),
    "no titles": (lambda: "\n".join(SECRETS) + "\n", 0),
    "missing": (lambda: with_more("First Name,Last Name,Local ID\nB,A,2\n"), 0),
}


@pytest.mark.parametrize("kind", SENT)
def test_what_the_portal_does_not_read_is_stored_nowhere(
    kind: str, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither while the file waits, nor of a file that is refused, whatever it is."""
    make, students = SENT[kind]
    with caplog.at_level("DEBUG"):
        batch = desk.send(make())
    assert Student.objects.count() == students
    whole = "\n".join([caplog.text, *texts_of(batch)])
    assert not [word for word in SECRETS if word in whole]
    if not students:
        assert batch.result["refused"] and stored_files(f"batches/{batch.pk}") == []


def test_the_page_names_what_was_left_out(desk: Desk, client: Client) -> None:
    client.force_login(desk.clerk)
    for content, words in (
        (workbook(STUDENTS), "these columns were not read or kept: Race, Password, Guardian"),
        (AIM, "these columns were not kept: Student Local ID, Last Name, First Name"),
    ):
        batch = desk.send(content, "validate")
        page = client.get(reverse("batch", args=["0965", 2025, batch.pk])).content.decode()
        assert words in page


def test_a_workbook_that_was_tested_is_uploaded_from_what_was_kept(
    desk: Desk, client: Client
) -> None:
    batch = saved(client, desk, desk.send(workbook(STUDENTS), "validate"))
    assert counts(batch, "Student")["new"] == 3
    again = desk.send(workbook(STUDENTS), "validate")
    assert "this file was uploaded before" in again.sentence


def test_a_tested_file_that_is_no_longer_kept_has_to_be_chosen_again(
    desk: Desk, client: Client
) -> None:
    """After 90 days; it was said that the portal cannot reach its files."""
    batch = desk.send(STUDENTS, "validate")
    Batch.objects.filter(pk=batch.pk).update(input_file="")
    client.force_login(desk.clerk)
    page = client.post(reverse("roster-save", args=["0965", 2025, batch.pk]), follow=True)
    assert "Choose it again" in page.content.decode()


def test_a_file_that_holds_nothing_else_is_kept_as_it_was_sent(desk: Desk) -> None:
    content = STUDENTS.replace("\n", "\r\n").encode("cp1252")
    with default_storage.open(desk.send(content).input_file) as file:
        assert file.read() == content


def test_a_job_that_never_ran_has_nothing_else_either(desk: Desk, client: Client) -> None:
    """The file is cleaned where it comes in, not where it is read."""
    client.force_login(desk.clerk)
    address = reverse("mt-data-upload", args=["0965", 2025])
    key = client.get(address).context["form"]["key"].value()
    client.post(
        address,
        {
            "type": "roster",
            "work": "validate",
            "rows": "good",
            "key": key,
            "file": SimpleUploadedFile("a.csv", with_more(STUDENTS).encode()),
        },
    )
    batch = Batch.objects.get()
    assert batch.status == "queued" and "ÁLVAREZ" in "".join(texts_of(batch))
    assert not [word for word in SECRETS if word in "".join(texts_of(batch))]


def _rows(content: bytes) -> list[object]:
    """What is read of each line: its place, how wide and whether it fits; and of one that fits the
    cells.
    """

    def cells_read(part: RosterPart, cells: list[str] | None) -> object:
        layout = part.layout or BY_RECORD_TYPE.get((cells or [""])[0].strip().upper())
        if cells is None or layout is None or len(cells) != (part.width or len(cells)):
            return cells and len(cells)
        if part.is_aim and any(cells[len(layout.columns) :]):
            return len(cells)
        return [
            cell
            for column, cell in columns_with_cells(part, layout, cells)
            if column.kind != "unread"
        ]

    return [
        (part.name, row.line, row.cut, cells_read(part, row.cells))
        for part in parts_of(io.BytesIO(content), "file.csv")
        for row in part.rows()
    ]


NASTY = (
    '"A ""b"", c",x,"é\u2028"',
    "a,b",
    " , , ",
    ",,,,,,,,,,",
    '"open',
    "a,b,c,d,e,f,g,h,i,j,k",
    '"",,,,,,,,,',
    "\x1a",
    ",,,,,,,pw,,",
    'a,"b"\x1a',
)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_what_is_kept_reads_as_what_was_sent(codec: str, delimiter: str) -> None:
    """Blank lines, quotation marks, other widths, line ends; cleaned twice it is as cleaned once."""
    text = "\n\r\n" + with_more(STUDENTS, delimiter) + "\n\r"
    text += "".join(f"{line.replace(',', delimiter)}\r\n" for line in NASTY)
    if codec == "cp1252":
        text = text.replace("\u2028", "")
    content = text.encode(codec)
    kept, _ = cleaned(io.BytesIO(content), "file.csv")
    kept.seek(0)
    first = kept.read()
    assert first != content and _rows(first) == _rows(content)
    again, notices = cleaned(io.BytesIO(first), "file.csv")
    again.seek(0)
    assert again.read() == first and notices == []


def test_a_line_without_strange_columns_comes_back_with_its_cells(desk: Desk) -> None:
    """R-IMP-26: in a file that holds nothing else, a comma too many costs nobody the line, nor its
    last cell.
    """
    batch = desk.send(STUDENTS + "999000004,0023,Smith, Jr,Ann,,01/31/2007,F\n")
    with default_storage.open(batch.files.get(role="rejected.zip").stored) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    returned = archive.read(archive.namelist()[0]).decode()
    assert "999000004,0023,Smith, Jr,Ann,,01/31/2007" in returned
    assert "has 8 columns; Student Demographics has 7. Behind the last of them stands F" in returned


@pytest.mark.parametrize("behind", ["White", "5", "F5", "F,5"])
def test_what_stands_behind_the_last_column_of_students_is_not_kept(
    desk: Desk, behind: str
) -> None:
    """R-IMP-24: unless it can be nothing but a value of that column."""
    kept, _ = cleaned(
        io.BytesIO(f"{STUDENTS}999000004,0023,Smith,Ann,,01/31/2007,F,{behind}\n".encode()), "a.csv"
    )
    kept.seek(0)
    assert kept.read().decode().splitlines()[-1].rstrip(",").endswith(",01/31/2007,F")


def test_a_zip_of_lines_that_keep_little_is_no_zip_made_to_fill_a_disk() -> None:
    """What is kept of lines that are too wide packs to a thousandth."""
    lines = "".join(f"{at}{f',{at}' * 3_000}\n" for at in range(400))
    sent = zipped({"students": f"{with_more(STUDENTS)}{lines}", "schools": ALL["schools"]})
    kept, _ = cleaned(io.BytesIO(sent), "file.zip")
    assert [part.name for part in parts_of(kept, "file.zip")] == ["students.csv", "schools.csv"]
    assert len(zipfile.ZipFile(kept).read("students.csv")) > 1 << 20
