"""What spreadsheets and data tools do to a file is repaired where it can mean one thing, and
otherwise named with the value to enter.
"""

from __future__ import annotations

import datetime

import pytest

from pathways.files.known import Known
from pathways.files.layout import CTE_END_OF_YEAR, ERRORS_ADDED, ERRORS_ADDED_BEFORE
from pathways.files.summary import Summary
from pathways.files.text import FileRefused
from pathways.models import Participation, Pathway, Student
from tests.fixtures.records import District_
from tests.fixtures.uploads import HEADER, Upload, file, line


@pytest.fixture
def class_of_12(cottonwood: District_) -> list[str]:
    for number in range(12):
        cottonwood.student(f"9990040{number:02d}", local_id=f"00{number:03d}")
    return [f"9990040{number:02d}" for number in range(12)]


REPAIRED = [
    ({"pathway": "10.0"}, "without “.0”"),
    ({"concentrator": "FALSE", "single": "false"}, "TRUE or FALSE read as Yes or No"),
    ({"outside": "NULL", "dual": "NA", "work": "\\N"}, "read as empty"),
    ({"inside": "1.5000", "total": "1.500"}, "without the zeros"),
    ({"district": "9012.0", "year": "2025.0"}, "without “.0”"),
    ({"last": "NA", "first": "NULL", "local_id": "\\N"}, ""),
    ({"last": '"Ander""son"'}, "quotation marks"),
]


@pytest.mark.parametrize(("cells", "sentence"), REPAIRED, ids=range(len(REPAIRED)))
def test_what_can_mean_one_thing_alone_is_repaired_and_told(
    cells: dict[str, str], sentence: str, upload: Upload, kayla: Student
) -> None:
    """Issue 13, 6: codes, numbers, answers and missing values as data tools write them."""
    done = upload(file(line(**cells)))
    assert done.errors == [], done.findings
    assert sentence in done.adjusted and done.counts["new"] == 1


@pytest.mark.parametrize("code", ["6", "06", "6.0"])
def test_a_pathway_code_without_its_zero_is_read(
    code: str, upload: Upload, cottonwood: District_, kayla: Student
) -> None:
    """FR-201: our own template, saved by a spreadsheet, has 6 for 06."""
    cottonwood.approve(Pathway.objects.get(code="06").name)
    done = upload(file(*[line(pathway=code)] * 12))
    assert not done.refused and done.errors == []
    assert Participation.objects.get().pathway.code == "06"
    assert (code == "06") != ("zero" in done.adjusted or ".0" in done.adjusted)


@pytest.mark.parametrize("local_id", ["771", "771.0", "'00771", '="00771"'])
def test_a_local_id_without_its_zeros_is_taken_with_an_info(
    local_id: str, upload: Upload, cottonwood: District_
) -> None:
    """FR-202: the student's Local ID is 00771."""
    cottonwood.student("999000003", "van Dyke", "Ruth", local_id="00771")
    done = upload(
        file(line(state_id="999000003", last="van Dyke", first="Ruth", local_id=local_id))
    )
    assert [(finding["rule"], finding["severity"]) for finding in done.findings] == [
        ("CTE-422", "info")
    ] and done.counts["new"] == 1


@pytest.mark.parametrize(
    ("local_id", "sentence"), [("1.23457E+10", "A spreadsheet has rounded it"), ("4711", "")]
)
def test_a_local_id_that_differs_is_told_with_the_portals_own(
    local_id: str, sentence: str, upload: Upload, cottonwood: District_
) -> None:
    """FR-202: no other student with this Local ID exists, so none is spoken of."""
    cottonwood.student("999000003", local_id="0020")
    [finding] = upload(file(line(state_id="999000003", local_id=local_id))).findings
    assert finding["rule"] == "CTE-406" and finding["severity"] == "error"
    assert (
        "The portal has Local ID 0020 for this student" in finding["message"]
        and sentence in finding["message"]
    )


NAMED = [
    ({"start": "45534"}, "CTE-004", "number for a date. Enter 08/30/2024"),
    ({"start": "45534.0"}, "CTE-004", "Enter 08/30/2024"),
    ({"start": "8/30/24"}, "CTE-004", "must include a four-digit year. Enter 08/30/2024"),
    ({"start": "2024-08-30"}, "CTE-004", "Enter 08/30/2024"),
    ({"start": "2024-08-30 00:00:00"}, "CTE-004", "Enter 08/30/2024"),
    ({"start": "2024-08-30T00:00:00Z"}, "CTE-004", "Enter 08/30/2024"),
    ({"start": "20240830"}, "CTE-004", "Enter 08/30/2024"),
    ({"start": "30-Aug-24"}, "CTE-004", "Enter 08/30/2024"),
    ({"start": "August 30, 2024"}, "CTE-004", "Enter 08/30/2024"),
    ({"start": "8/30/2024 12:00:00 AM"}, "CTE-004", "Enter 08/30/2024"),
    ({"start": "NULL"}, "CTE-004", "“NULL” means that there is no value"),
    ({"inside": "NA"}, "CTE-001", "means that there is no value. Enter District Credits"),
    ({"pathway": "\\N"}, "CTE-410", "means that there is no value"),
    ({"concentrator": "NULL"}, "CTE-005", "means that there is no value"),
    ({"concentrator": "1"}, "CTE-005", "enter Y"),
    ({"inside": "1,5"}, "CTE-001", "Use a decimal point in District Credits, like 1.50"),
    ({"inside": "0.30000000000000004"}, "CTE-002", "enter 0.30"),
    ({"inside": "2-May"}, "CTE-001", "Excel may have turned it into a date"),
    ({"state_id": "999000123.0"}, "CTE-404", "Enter 999000123, and format the column as text"),
    ({"district": "912"}, "CTE-403", "must be 9012"),
]


@pytest.mark.parametrize(("cells", "rule", "sentence"), NAMED, ids=range(len(NAMED)))
def test_what_is_not_read_is_named_with_the_value_to_enter(
    cells: dict[str, str], rule: str, sentence: str, upload: Upload, kayla: Student
) -> None:
    """Issue 13, 6: a day number, another form of a date, a missing value, each with its own pattern
    and remedy.
    """
    done = upload(file(line(**cells)), work="validate")
    assert [
        finding["message"]
        for finding in done.findings
        if finding["rule"] == rule and sentence in finding["message"]
    ], done.findings


def test_a_state_id_that_has_lost_its_zero_is_told_with_the_zero(
    upload: Upload, cottonwood: District_
) -> None:
    """U-42: never guessed; the remedy is the State ID that the portal knows."""
    cottonwood.student("012345678")
    done = upload(file(line(state_id="12345678")), work="validate")
    assert (
        done.findings[0]["message"]
        == "A State ID has 9 digits. Enter 012345678, and format the column as text"
    )


WHOLE = [
    (
        {"start": "45534"},
        (
            "Start Date contains a spreadsheet's date numbers in 12 of 12 rows, first “45534” in"
            " line 2. "
        ),
        "08/30/2024",
    ),
    ({"start": "8/30/24"}, "Start Date has two-digit years in 12 of 12 rows", "08/30/2024"),
    (
        {"start": "2024-08-30"},
        "Start Date has dates in another format in 12 of 12 rows",
        "08/30/2024",
    ),
    (
        {"inside": "NULL"},
        "District Credits has no values in 12 of 12 rows, first “NULL”",
        "Enter the values",
    ),
    ({"inside": "1,5"}, "District Credits has commas in place of decimal points", "1.50"),
    ({"concentrator": "1"}, "CTE Concentrator is not Y or N", "Y for the first"),
    (
        {"local_id": "1.23457E+10"},
        "Student Local ID cannot be read in 12 of 12 rows",
        "format it as text",
    ),
    ({"district": "912.0"}, "“912”", "9012"),
]


@pytest.mark.parametrize(("cells", "sentence", "cure"), WHOLE, ids=range(len(WHOLE)))
def test_a_whole_file_of_one_damage_gets_one_sentence(
    cells: dict[str, str], sentence: str, cure: str, upload: Upload, class_of_12: list[str]
) -> None:
    """FR-201: no talk of columns in a different order where the damage has a name."""
    done = upload(file(*[line(**{"state_id": state_id, **cells}) for state_id in class_of_12]))
    assert sentence in done.refused and cure in done.refused, done.refused
    assert "different order" not in done.refused


def test_a_district_number_that_has_lost_its_zero_throughout_is_refused_with_it(
    upload: Upload, kayla: Student
) -> None:
    """Design 9: 965 for 0965 is refused with the padded value, for the file as for a row."""
    summary = Summary(rows=2)
    summary.districts["965"] = 2
    with pytest.raises(FileRefused, match="“965” has lost its leading zero"):
        summary.judge(Known("0965", 2025, lambda _: None, {}, {}), CTE_END_OF_YEAR)


@pytest.mark.parametrize("columns", [15, 17])
def test_a_wrong_number_of_columns_throughout_is_one_refusal(
    columns: int, upload: Upload, class_of_12: list[str]
) -> None:
    """FR-212: last year's layout has 15 columns in every row."""
    rows = [
        "\t".join([*line(state_id=state_id).split("\t"), "more"][:columns])
        for state_id in class_of_12
    ]
    assert f"The rows have {columns} columns. Layout MT9.1 has 16" in upload(file(*rows)).refused


def quoted(text: str) -> str:
    return "\t".join(f'"{cell}"' for cell in text.split("\t"))


def test_every_cell_in_quotation_marks_the_header_record_too(
    upload: Upload, kayla: Student
) -> None:
    """FR-210."""
    done = upload(file(quoted(line()), header=quoted(HEADER)))
    assert not done.refused and done.rules == [] and done.counts["new"] == 1


@pytest.mark.parametrize(
    "end", [b"\x1a", b"\x1a\r\n", b"\x1a\x1a\x1a"], ids=["alone", "with a line end", "padded"]
)
def test_a_closing_character_1a_is_ignored(end: bytes, upload: Upload, kayla: Student) -> None:
    """FR-211: with *save nothing unless all rows are good* a perfect file saved nothing."""
    done = upload(file(line()) + end, all_or_nothing=True)
    assert done.rules == [] and done.counts["new"] == 1 and "1A" in done.adjusted


def test_a_closing_character_1a_after_the_last_value(upload: Upload, kayla: Student) -> None:
    """FR-211."""
    assert upload(file(line()).rstrip() + b"\x1a").rules == []


@pytest.mark.parametrize("words", [ERRORS_ADDED, ERRORS_ADDED_BEFORE])
@pytest.mark.parametrize("write", [str, quoted], ids=["plain", "in quotation marks"])
def test_the_file_with_errors_comes_back(
    words: str, write: type[str], upload: Upload, kayla: Student
) -> None:
    """FR-235 and issue 13, 6: recognised when a spreadsheet has put its header record in quotation
    marks.
    """
    done = upload(file(write(f"{line()}\tCTE-111 too many"), header=write(f"{HEADER}\t{words}")))
    assert not done.refused and done.rules == [] and done.counts["new"] == 1


def test_a_date_that_is_lawful_is_no_damage(upload: Upload, kayla: Student) -> None:
    done = upload(file(line(start="7/14/2022")))
    assert done.rules == [] and Participation.objects.get().start_date == datetime.date(2022, 7, 14)
