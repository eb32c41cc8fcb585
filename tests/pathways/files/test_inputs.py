"""Every file a clerk can produce (reliability, upload inputs: U-01 … U-72): refused whole, refused
by row, adjusted, or read.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from pathways.models import Participation, Student
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.fixtures.uploads import HEADER, LAWFUL, Upload, file, line, workbook

PAGE = "/districts/9012/2025/mt-data-upload/"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60

# --- the whole file is refused, with a sentence that says what to do

FILES: list[tuple[str, bytes, str]] = [
    ("U-01", b"", "is empty"),
    ("U-02", b"\xef\xbb\xbf", "is empty"),
    ("U-02", b"\r\n\r\n\n", "is empty"),
    ("U-02", b" \t \r\n\t\t", "is empty"),
    ("U-03", file(), "no student records"),
    ("U-07", workbook(), "Excel workbook"),
    ("U-08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 90, "old Excel workbook"),
    ("U-08", b"%PDF-1.7\n", "PDF"),
    ("U-08", PNG, "PNG"),
    ("U-08", b"<!doctype html><table><tr><td>HD</td></tr></table>", "web page"),
    ("U-08", b"\x1f\x8b\x08\x00" + b"\0" * 30, "gzip"),
    ("U-08", HEADER.encode("utf-16-le"), "UTF-16"),
    ("U-09", file(line()).replace(b"\t", b","), "separated by commas"),
    ("U-24", file(line(), header=HEADER.replace("MT9.1", "MT\x009.1")), "zero byte"),
    ("U-28", file(header=line()), "is not the header record"),
    ("U-28", file(line(), HEADER, line(pathway=BUSINESS)), "second header record"),
    ("U-28", file(line(), header=line()) + HEADER.encode(), "is not the header record"),
    ("U-29", file(line(), header="HD\t05/08/2025\t13:03:42\tMT9.0"), "MT9.0"),
    ("U-29", file(line(), header="HD\t05/08/2025\t13:03:42\t"), "names version"),
    ("U-34", file(line()).replace(b"\t", b" "), "separated by spaces"),
    ("U-34", file(line()).replace(b"\t", b";"), "separated by semicolons"),
    ("U-37", file(line(kind="CT")), "Fall CTE file"),
    ("U-37", file(line(), header="CT\t05/08/2025\t13:03:42\tMT9.1"), "Fall CTE file"),
    ("U-38", file(line(year="2024")), "End Year “2024”. You are working in 2025"),
    (
        "U-39",
        file(line(district="0965"), line(district="0965", pathway=BUSINESS)),
        "District Number “0965”. You are working in 9012",
    ),
]


@pytest.mark.parametrize(
    ("uid", "content", "sentence"), FILES, ids=[f"{uid}-{n}" for n, (uid, _, _) in enumerate(FILES)]
)
def test_a_file_is_refused_with_a_sentence(
    uid: str, content: bytes, sentence: str, upload: Upload, kayla: Student
) -> None:
    done = upload(content)
    assert sentence in done.refused
    assert done.batch.sentence.endswith("Nothing was changed.")
    assert set(done.counts.values()) == {0}
    assert not Participation.objects.exists()


# --- one row is refused, the other is saved: (cells of line 2, rule). Line 3 is another student's
# lawful row.

ROWS: list[tuple[str, dict[str, str], str]] = [
    ("U-23", {"last": "Ander\u2028son"}, "CTE-413"),
    ("U-23", {"last": "Ander\u0085son"}, "CTE-413"),
    ("U-23", {"last": "Ander\x0bson"}, "CTE-413"),
    ("U-23", {"last": "Ander\x0cson"}, "CTE-413"),
    ("U-24", {"last": "Ander\x00son"}, "CTE-413"),
    ("U-25", {"state_id": "9990\u200b00123"}, "CTE-413"),
    ("U-25", {"last": "Ander\u00adson"}, "CTE-413"),
    ("U-26", {"last": "\u202enosrednA"}, "CTE-413"),
    ("U-26", {"last": "e" + "\u0301\u0302" * 200}, "CTE-414"),
    ("U-27", {"last": "x" * 15_000}, "CTE-414"),
    ("U-27", {"last": "x" * 200_000}, "CTE-414"),
    ("U-27", {"last": "x" * 1_000_000}, "CTE-414"),
    ("U-35", {"last": '"Anderson', "total": "2.00"}, "CTE-411"),
    ("U-37", {"kind": "EN"}, "CTE-402"),
    ("U-37", {"kind": ""}, "CTE-402"),
    ("U-38", {"year": "2024"}, "CTE-412"),
    ("U-39", {"district": "0965"}, "CTE-403"),
    ("U-40", {"district": "912"}, "CTE-403"),
    ("U-41", {"district": "ABCD"}, "CTE-403"),
    ("U-41", {"district": ""}, "CTE-403"),
    *[
        ("U-42", {"state_id": value}, "CTE-404")
        for value in (
            "99900012",
            "9990001234",
            "ABCDEFGHI",
            "1.23457E+08",
            "123456789.0",
            '="012345678"',
            "'012345678",
            "",
        )
    ],
    ("U-45", {"state_id": "111222333"}, "CTE-200"),
    *[
        ("U-48", {"pathway": value}, rule)
        for value, rule in (
            ("Business Mgmt", "CTE-410"),
            ("", "CTE-101"),
            ("99", "CTE-410"),
            ("Finance", "CTE-212"),
        )
    ],
    ("U-49", {"pathway": "Design & Construction"}, "CTE-410"),
    *[
        ("U-50", {"inside": value}, rule)
        for value, rule in (("-1", "CTE-111"), ("(1.0)", "CTE-001"))
    ],
    *[("U-51", {"inside": value}, "CTE-002") for value in ("0.333", "0.335", "2.0000000000000001")],
    *[("U-52", {"inside": value}, "CTE-001") for value in ("1e3", "1E-2", "0x10", "1_000")],
    *[
        ("U-53", {"inside": value}, "CTE-001")
        for value in ("NaN", "nan", "sNaN", "Infinity", "-inf")
    ],
    *[("U-54", {"inside": value}, "CTE-001") for value in ("1,5", "1 000", "½", "１.５", "١.٥")],
    *[
        ("U-55", {"inside": value, "total": value}, rule)
        for value, rule in (
            ("99.99", "CTE-111"),
            ("100", "CTE-111"),
            ("1e999999", "CTE-001"),
            ("9" * 400, "CTE-001"),
            ("45779", "CTE-003"),
        )
    ],
    *[("U-56", {"inside": value}, "CTE-001") for value in ("N/A", "-", "NULL", "#REF!", "#N/A")],
    ("U-56", {"start": ""}, "CTE-104"),
    ("U-57", {"total": "2.00"}, "CTE-411"),
    ("U-58", {"dual": "1.51"}, "CTE-116"),
    ("U-58", {"work": "1.51"}, "CTE-117"),
    ("U-59", {"inside": "1.999", "total": "1.999"}, "CTE-002"),
    ("U-61", {"inside": "2-May"}, "CTE-001"),
    ("U-61", {"inside": "45779"}, "CTE-003"),
    *[("U-62", {"concentrator": value}, "CTE-005") for value in ("1", "T", "X")],
    *[
        ("U-64", {"start": value}, "CTE-004")
        for value in ("2025-05-08", "05/08/25", "8-May-25", "20250508", "45785")
    ],
    *[
        ("U-65", {"start": value}, "CTE-004")
        for value in ("02/30/2025", "13/01/2025", "00/00/0000", "05/08/0025")
    ],
    ("U-65", {"start": "05/08/9999"}, "CTE-126"),
    ("U-66", {"start": "01/01/2007"}, "CTE-204"),
]


@pytest.mark.parametrize(
    ("uid", "cells", "rule"), ROWS, ids=[f"{uid}-{n}" for n, (uid, _, _) in enumerate(ROWS)]
)
def test_a_row_is_refused_and_the_others_are_saved(
    uid: str,
    cells: dict[str, str],
    rule: str,
    upload: Upload,
    kayla: Student,
    cottonwood: District_,
) -> None:
    noah = cottonwood.student("999000200", "Becker", "Noah")
    done = upload(file(line(**cells), line(state_id="999000200", last="Becker", first="Noah")))
    assert not done.refused
    assert {number for number, _ in done.errors} == {2}, done.findings
    assert rule in {broken for _, broken in done.errors}, done.findings
    assert done.counts["new"] == 1 and done.counts["rejected"] == 1
    assert Participation.objects.get().student_id == noah.pk
    assert b"Becker" not in done.content("rejected.tsv")


def test_u_42_says_that_excel_may_have_changed_the_column(upload: Upload, kayla: Student) -> None:
    done = upload(file(line(state_id="1.23457E+08"), line()))
    assert (
        "format it as text" in done.findings[0]["message"]
        and done.findings[0]["value"] == "1.23457E+08"
    )


# --- adjusted, and said so

FIXED: list[tuple[str, bytes, str]] = [
    ("U-16", b"\xef\xbb\xbf" + file(line()), "byte order mark"),
    ("U-17", b"\xff\xfe" + file(line()).decode().encode("utf-16-le"), "UTF-16"),
    ("U-17", b"\xfe\xff" + file(line()).decode().encode("utf-16-be"), "UTF-16"),
    ("U-21", file(line(), end="\n"), ""),
    ("U-21", file(line(), end="\r"), ""),
    ("U-21", HEADER.encode() + b"\r\n" + line().encode() + b"\r\n\r", "line"),
    ("U-22", file(line()).rstrip(), ""),
    ("U-22", file(line()) + b"\r\n" * 10_000, "10,000 empty lines"),
    ("U-22", file("", line()), "1 empty line"),
    ("U-25", file(line(state_id="\u00a0999000123\u200b")), ""),
    ("U-29", file(line(), header=HEADER.replace("MT9.1", "mt9.1")), "mt9.1 read as MT9.1"),
    (
        "U-31",
        file("Record Type\tDistrict Number\tStudent State ID\tStudent Local ID\tLast Name", line()),
        "column titles",
    ),
    ("U-32", file(line() + "\t\t"), "empty columns"),
    ("U-36", file("\t".join(f'"{cell}"' for cell in line().split("\t"))), "quotation marks"),
    ("U-37", file(line(kind="ce")), "read as CE"),
    ("U-48", file(line(pathway="health professions")), "OPI's spelling"),
    ("U-48", file(line(pathway=" Health  Professions ")), "OPI's spelling"),
    ("U-50", file(line(dual="-0")), ""),
    ("U-52", file(line(inside="+1.5")), ""),
    ("U-52", file(line(inside="1.", total="1")), ""),
    ("U-52", file(line(inside=".5", total="0.5")), ""),
    ("U-56", file(line(outside="", dual="", work="")), ""),
    ("U-62", file(line(concentrator="no", single="NO")), ""),
    ("U-62", file(line(concentrator="FALSE", single="false")), "read as Yes or No"),
    ("U-64", file(line(start="7/14/2022")), "read as MM/DD/YYYY"),
]


@pytest.mark.parametrize(
    ("uid", "content", "sentence"), FIXED, ids=[f"{uid}-{n}" for n, (uid, _, _) in enumerate(FIXED)]
)
def test_a_file_is_read_after_a_harmless_change_that_is_told(
    uid: str, content: bytes, sentence: str, upload: Upload, kayla: Student
) -> None:
    done = upload(content)
    assert not done.refused and done.errors == []
    assert sentence in done.adjusted
    assert done.counts["new"] == 1
    assert Participation.objects.get().student_id == kayla.pk


def test_u_18_names_in_windows_1252(upload: Upload, cottonwood: District_) -> None:
    cottonwood.student("999000300", "O’Neil", "José")
    done = upload(
        file(line(state_id="999000300", last="O’Neil", first="José")).decode().encode("cp1252")
    )
    assert "Windows-1252" in done.adjusted
    assert done.rules == [], "the names are the same, so nothing differs"


def test_u_19_a_byte_that_is_nothing_is_never_a_question_mark(
    upload: Upload, kayla: Student
) -> None:
    done = upload(file(line(last="XX")).replace(b"XX", b"X\x81"))
    assert done.errors == [(2, "CTE-413")]


def test_u_20_composed_and_decomposed_letters_are_the_same_person(
    upload: Upload, cottonwood: District_
) -> None:
    cottonwood.student("999000300", "Peña", "José")
    done = upload(file(line(state_id="999000300", last="Pen\u0303a", first="Jose\u0301")))
    assert done.rules == [] and done.counts["new"] == 1


@pytest.mark.parametrize("date", ["05/08/2031", "05/08/2019", "soon", ""])
def test_u_30_a_strange_header_date_is_told_and_changes_nothing(
    date: str, upload: Upload, kayla: Student
) -> None:
    done = upload(file(line(), header=f"HD\t{date}\t13:03:42\tMT9.1"))
    assert (1, "CTE-421") in done.rules and done.counts["new"] == 1


@pytest.mark.parametrize("cells", [15, 17, 1])
def test_u_32_a_row_with_other_columns_is_the_only_one_refused(
    cells: int, upload: Upload, cottonwood: District_
) -> None:
    rows = []
    for number in range(20):
        cottonwood.student(f"9990010{number:02d}")
        rows.append(line(state_id=f"9990010{number:02d}"))
    rows[15] = "\t".join([*rows[15].split("\t"), "more"][:cells])
    done = upload(file(*rows))
    assert done.errors == [(17, "CTE-401")] and done.counts["new"] == 19


@pytest.mark.parametrize(
    "swap",
    [("state_id", "last"), ("inside", "concentrator"), ("start", "pathway")],
    ids=lambda pair: "-".join(pair),
)
def test_u_33_swapped_columns_are_said_once(
    swap: tuple[str, str], upload: Upload, cottonwood: District_
) -> None:
    first, second = swap
    rows = []
    for number in range(40):
        cottonwood.student(f"9990010{number:02d}")
        cells = {**LAWFUL, "state_id": f"9990010{number:02d}"}
        rows.append(line(**{**cells, first: cells[second], second: cells[first]}))
    done = upload(file(*rows))
    assert "may be in a different order" in done.refused
    assert not Participation.objects.exists()


def test_j_11_excel_damage_of_a_whole_column_is_said_once(upload: Upload, kayla: Student) -> None:
    done = upload(file(*[line(state_id="1.23457E+08")] * 12))
    assert "Excel has changed the column: format it as text" in done.refused


def test_u_35_an_open_quotation_mark_swallows_no_line(
    upload: Upload, cottonwood: District_
) -> None:
    rows = []
    for number in range(300):
        cottonwood.student(f"999001{number:03d}")
        rows.append(
            line(
                state_id=f"999001{number:03d}",
                last='"Bob" Smith' if number == 7 else '"Anderson' if number == 1 else "Anderson",
            )
        )
    done = upload(file(*rows))
    assert done.counts["read"] == done.counts["new"] == 300
    assert [finding for finding in done.rules if finding[1] == "CTE-407"] == [
        (3, "CTE-407"),
        (9, "CTE-407"),
    ]


def test_u_43_two_ids_of_two_students_are_refused(upload: Upload, cottonwood: District_) -> None:
    cottonwood.student("999000001", local_id="11")
    cottonwood.student("999000002", local_id="22")
    done = upload(
        file(line(state_id="999000001", local_id="22"), line(state_id="999000002", local_id="22"))
    )
    assert done.errors == [(2, "CTE-406")] and done.counts["new"] == 1


def test_u_44_another_name_is_told_with_both(upload: Upload, kayla: Student) -> None:
    done = upload(file(line(last="Smyth")))
    assert (
        done.rules == [(2, "CTE-407")]
        and "ANDERSON, KAYLA" in done.findings[0]["message"]
        and "Smyth" in done.findings[0]["value"]
    )
    assert done.counts["new"] == 1 and Student.objects.get(pk=kayla.pk).last_name == "Anderson"


def test_u_45_each_reason_for_not_counting_has_its_own_sentence(
    upload: Upload, cottonwood: District_
) -> None:
    cottonwood.student("999000001", enrolled=False)
    cottonwood.enroll(cottonwood.student("999000002", enrolled=False), service_type="O")
    ended = cottonwood.student("999000003", enrolled=False)
    cottonwood.enroll(ended, start_date="2024-06-01", end_date="2024-06-02")
    leaver = cottonwood.student("999000004", enrolled=False)
    cottonwood.enroll(leaver, end_date="2025-03-07")
    done = upload(file(*[line(state_id=f"99900000{n}") for n in (1, 2, 3, 4, 9)]))
    assert done.errors == [(2, "CTE-201"), (3, "CTE-202"), (4, "CTE-203"), (6, "CTE-200")]
    assert done.counts["new"] == 1, "who left in March was there"


def test_z_05_another_districts_student_and_nobody_are_told_in_the_same_words(
    upload: Upload, cottonwood: District_, elsewhere: District_
) -> None:
    elsewhere.student("999777555", "Zzmarker", "Sentinel")
    done = upload(file(line(state_id="999777555"), line(state_id="111222333")))
    elsewhere_finding, nobody_finding = done.findings
    assert (elsewhere_finding["rule"], elsewhere_finding["message"]) == (
        nobody_finding["rule"],
        nobody_finding["message"],
    ) and elsewhere_finding["rule"] == "CTE-200"
    assert b"Zzmarker" not in b"".join(done.content(file.role) for file in done.batch.files.all())


def test_u_46_the_same_row_twice_counts_once(upload: Upload, kayla: Student) -> None:
    done = upload(file(line(), line(), line()))
    assert (
        done.rules == [(3, "CTE-408"), (4, "CTE-408")]
        and done.counts | {"new": 1, "unchanged": 2, "rejected": 0} == done.counts
    )


def test_u_46_two_different_rows_of_one_record_are_both_refused(
    upload: Upload, kayla: Student
) -> None:
    done = upload(file(line(), line(inside="1.75", total="1.75")))
    assert done.errors == [(2, "CTE-409"), (3, "CTE-409")] and not Participation.objects.exists()


def test_u_47_one_student_in_several_pathways(
    upload: Upload, kayla: Student, cottonwood: District_
) -> None:
    names = [HEALTH, BUSINESS, "Finance", "Marketing", "Hospitality & Tourism"]
    cottonwood.approve(*names[2:4])
    done = upload(file(*[line(pathway=name) for name in names[:4]]))
    assert done.errors == [] and done.counts["new"] == 4


def test_u_58_dual_and_work_together_above_the_total_may_overlap(
    upload: Upload, kayla: Student
) -> None:
    done = upload(file(line(dual="1.00", work="1.00")))
    assert done.rules == [(2, "CTE-133")] and done.counts["new"] == 1


@pytest.mark.parametrize(("total", "flag"), [("2.00", "N"), ("1.99", "Y")])
def test_u_59_a_wrong_concentrator_is_saved_and_told(
    total: str, flag: str, upload: Upload, kayla: Student
) -> None:
    done = upload(file(line(inside=total, total=total, concentrator=flag)))
    assert (
        len(done.rules) == 1
        and done.findings[0]["severity"] == "warning"
        and done.counts["new"] == 1
    )


def test_u_63_single_parent_on_one_pathway_alone_is_told(
    upload: Upload, kayla: Student, cottonwood: District_
) -> None:
    cottonwood.record(kayla, BUSINESS, single_parent=False)
    done = upload(file(line(single="Y")))
    assert done.rules == [(2, "CTE-301")] and done.counts["new"] == 1, (
        "the row that is stored counts too"
    )


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "＝1"])
def test_u_67_formulas_are_stored_as_typed_and_made_safe_in_every_spreadsheet(
    name: str, upload: Upload, cottonwood: District_
) -> None:
    cottonwood.student("999000300", name, "Kayla")
    done = upload(file(line(state_id="999000300", last="Other")))
    summary = done.content("report.csv").decode("utf-8-sig")
    assert f"portal has this student as {name.upper()}" in summary
    for row in summary.splitlines()[1:]:
        for cell in row.split(","):
            assert not cell.lstrip('"').startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "{% debug %}",
        "javascript:alert(1)",
    ],
)
def test_u_68_markup_is_text_on_the_result_page(
    text: str, upload: Upload, kayla: Student, client: Client, clerk: User
) -> None:
    done = upload(file(line(last=text, local_id="x")), name=f"{text}.tsv")
    client.force_login(clerk)
    page = client.get(f"/districts/9012/2025/batches/{done.batch.pk}/").content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page and ">49<" not in page
    assert "Rule CTE-407" in page


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE pathways_student", "%s", "\\copy x", "\\N", "\\.", "${jndi:ldap://x}"]
)
def test_u_69_commands_are_data(
    text: str, upload: Upload, kayla: Student, caplog: pytest.LogCaptureFixture
) -> None:
    done = upload(file(line(last=text, pathway=text), line()))
    assert (2, "CTE-410") in done.errors and done.counts["new"] == 1
    assert text not in caplog.text


def test_u_70_many_findings_are_capped_on_screen_and_whole_in_the_file(
    upload: Upload, kayla: Student, client: Client, clerk: User
) -> None:
    wrong = {
        "state_id": "111222333",
        "total": "9",
        "dual": "29",
        "work": "28",
        "outside": "-1",
        "last": "A\u200bb",
        "local_id": "1" * 16,
        "first": "\u202ex",
    }
    started = time.monotonic()
    done = upload(file(*[line(**wrong)] * 3000), work="validate")
    assert time.monotonic() - started < 60
    assert done.counts["rejected"] == 3000 and len(done.findings) >= 3000 * 6
    client.force_login(clerk)
    page = client.get(f"/districts/9012/2025/batches/{done.batch.pk}/").content.decode()
    assert "Showing the first 200 of 3,000" in page
    assert (
        "Findings by student"
        in client.get(
            f"/districts/9012/2025/batches/{done.batch.pk}/?by=student&level=error"
        ).content.decode()
    )
    assert page.count("Find student") <= 200 * 10


def test_u_71_long_repetitions_are_read_in_linear_time(upload: Upload, kayla: Student) -> None:
    started = time.monotonic()
    upload(
        file(
            *[line(**dict.fromkeys(("start", "inside", "pathway", "state_id"), "a" * 3000 + "!"))]
            * 9,
            line(),
        )
    )
    assert time.monotonic() - started < 10


def test_d_20_000_rows_are_the_most_of_the_built_in_database(
    upload: Upload, kayla: Student
) -> None:
    with override_settings(UPLOAD_MOST_ROWS=3):
        done = upload(file(*[line()] * 4))
    assert "PostgreSQL" in done.refused and "more than 3 rows" in done.refused


# --- what the page itself refuses


def send(client: Client, *files: tuple[str, bytes, str], **values: Any) -> Any:
    parts = [SimpleUploadedFile(name, content, kind) for name, content, kind in files]
    key = "11111111-1111-4111-8111-111111111111"
    return client.post(
        PAGE,
        {
            "type": "cte-eoy",
            "work": "validate",
            "rows": "good",
            "key": key,
            **({"file": parts} if parts else {}),
            **values,
        },
    )


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


@override_settings(UPLOAD_MAX_MB=1)
@pytest.mark.parametrize(("size", "kept"), [(1_000_000, True), (1_000_001, False)])
def test_u_05_exactly_the_limit_and_one_byte_over(size: int, kept: bool, desk: Client) -> None:
    content = file(line()).ljust(size, b"\n")
    answer = send(desk, ("x.tsv", content, "text/plain"))
    assert (answer.status_code == 302) == kept
    assert Batch.objects.exists() == kept
    if not kept:
        assert "must be smaller than 1 MB" in answer.content.decode()


@override_settings(UPLOAD_MAX_MB=1)
def test_u_04_a_body_far_over_the_limit_is_answered_before_it_is_read(desk: Client) -> None:
    class Endless:
        """Whoever reads this never ends."""

        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    answer = desk.generic(
        "POST",
        PAGE,
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(5 * 10**9),
        **{"wsgi.input": Endless()},
    )
    assert (
        answer.status_code == 413
        and b"This is too large" in answer.content
        and answer["Connection"] == "close"
    )
    assert not Batch.objects.exists()


def test_u_15_a_connection_that_is_cut_leaves_nothing(desk: Client) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.tsv"\r\n\r\n' + file(
        line()
    )
    parts = [head]

    class Cut:
        def read(self, size: int = -1) -> bytes:
            if parts:
                return parts.pop()
            raise OSError("the other side has gone")

        readline = read

    answer = desk.generic(
        "POST",
        PAGE,
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="90000",
        **{"wsgi.input": Cut()},
    )
    assert answer.status_code in (200, 400, 403) and not Batch.objects.exists()


def test_u_06_no_file_two_files_text_for_a_file(desk: Client) -> None:
    assert "Select a file" in send(desk).content.decode()
    assert "Select a file" in send(desk, file="text").content.decode()
    assert (
        "Select one file" in send(desk, ("a.tsv", b"x", "t"), ("b.tsv", b"y", "t")).content.decode()
    )
    assert "The selected file is empty" in send(desk, ("a.tsv", b"", "t")).content.decode()
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("x.TSV", ""),
        ("x.txt", ""),
        ("x.csv", "comma-separated"),
        ("x.xlsx", "Excel workbook"),
        ("a.tsv.exe", "must end with .tsv"),
    ],
)
def test_u_09_the_name_says_what_it_is(name: str, sentence: str, desk: Client) -> None:
    answer = send(desk, (name, file(line()), "text/plain"))
    assert sentence in answer.content.decode() if sentence else answer.status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "../../x.tsv",
        "x" * 300 + ".tsv",
        "a\x00b.tsv",
        "CON.tsv",
        "<img src=x onerror=alert(1)>.tsv",
        "\u202evst.exe.tsv",
        "-x.tsv",
        "a\nb.tsv",
    ],
)
def test_u_13_strange_file_names(name: str, desk: Client, kayla: Student) -> None:
    answer = send(desk, (name, file(line()), "text/plain"))
    if (
        answer.status_code != 302
    ):  # the browser's own part of the request does not carry such a name
        assert (
            "must end with .tsv" in answer.content.decode()
            or "Select a file" in answer.content.decode()
        )
        return
    batch = Batch.objects.get()
    assert batch.input_file == f"batches/{batch.pk}/input"
    assert "/" not in batch.subject and batch.subject.isprintable() and len(batch.subject) <= 120
    page = desk.get(answer["Location"]).content.decode()
    assert "<img src=x" not in page


@pytest.mark.parametrize("kind", ["image/png", ""])
def test_u_14_the_content_decides_not_the_announced_type(kind: str, desk: Client) -> None:
    assert send(desk, ("x.tsv", file(line()), kind)).status_code == 302


@override_settings(JOBS_A_MINUTE=3)
def test_u_72_many_uploads_in_a_minute_are_asked_to_wait(desk: Client) -> None:
    for number in range(3):
        assert (
            send(
                desk,
                ("x.tsv", file(line()), "t"),
                key=f"11111111-1111-4111-8111-11111111111{number}",
            ).status_code
            == 302
        )
    answer = send(desk, ("x.tsv", file(line()), "t"), key="11111111-1111-4111-8111-111111111119")
    assert answer.status_code == 429 and answer["Retry-After"] == "60"
    assert Batch.objects.count() == 3
