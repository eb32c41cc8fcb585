"""Finding a student: by part of a name or State ID, in the own district, with nothing of it in an
address.
"""

from __future__ import annotations

import datetime
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import User
from cte_portal.folding import TABLE, folded
from pathways.files import extract
from pathways.ledger import canonical
from pathways.models import Calendar, School, Student
from pathways.records import search
from pathways.reports.concentrators import ConcentratorsAndParticipants
from pathways.reports.modified import ModifiedInCurrentYear
from pathways.reports.rostered import RosteredToCoursesWithPathways
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import STUDENT
from pathways.roster.worklist.which import Which
from pathways.roster.worklist.worklist import Worklist
from tests.fixtures.records import BUSINESS, District_
from tests.pathways.desk import dense, text

SCREEN = "/districts/9012/2025/cte-concentrator/"


@pytest.fixture
def desk(client: Client, cottonwood: District_, clerk: User, kayla: Student) -> Client:
    cottonwood.student("999000201", "Adkins", "Hannah")
    cottonwood.student("999000202", "O’Neil", "José")
    cottonwood.student("999000203", "Anderson", "Wyatt")
    cottonwood.student("999000204", "Anders", "Gone", enrolled=False)
    client.force_login(clerk)
    return client


def names(desk: Client, term: str) -> list[str]:
    page = desk.post(SCREEN, {"term": term}, follow=True)
    assert page.status_code == 200
    return re.findall(r"<li><a [^>]*><b>([^<]*)</b>", dense(page.content.decode()))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("kay", ["ANDERSON, KAYLA R."]),
        ("anderson", ["ANDERSON, KAYLA R.", "ANDERSON, WYATT"]),
        ("ANDERSON wy", ["ANDERSON, WYATT"]),
        ("wyatt, anderson", ["ANDERSON, WYATT"]),
        ("000123", ["ANDERSON, KAYLA R."]),
        ("999 000 123", ["ANDERSON, KAYLA R."]),
        ("nn", ["ADKINS, HANNAH"]),
        ("Jos", ["O’NEIL, JOSÉ"]),
        ("JOSÉ", ["O’NEIL, JOSÉ"]),
        ("o'neil", ["O’NEIL, JOSÉ"]),
        ("O’NEIL, josé", ["O’NEIL, JOSÉ"]),
        ("zzz", []),
        ("", ["ADKINS, HANNAH", "ANDERSON, KAYLA R.", "ANDERSON, WYATT", "O’NEIL, JOSÉ"]),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE pathways_student; --", []),
        ("\x00", ["ADKINS, HANNAH", "ANDERSON, KAYLA R.", "ANDERSON, WYATT", "O’NEIL, JOSÉ"]),
        ("e\u0301" * 400, []),
        ("<script>alert(1)</script>", []),
    ],
)
def test_a_search_finds_by_part_of_name_or_state_id(
    term: str, expected: list[str], desk: Client
) -> None:
    assert names(desk, term) == expected


def test_w_01_the_term_is_shown_escaped(desk: Client) -> None:
    page = desk.post(SCREEN, {"term": "<script>alert(1)</script>"}, follow=True).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_no_student_data_stand_in_an_address(desk: Client, kayla: Student) -> None:
    answer = desk.post(SCREEN, {"term": "kayla"})
    assert re.fullmatch(rf"{SCREEN}\?list=[\w-]+", answer["Location"])
    page = desk.get(answer["Location"]).content.decode()
    for address in re.findall(r'(?:href|action)="([^"]*)"', page):
        assert "kayla" not in address.lower() and "999000123" not in address


def test_students_not_enrolled_this_year_are_not_found(desk: Client) -> None:
    assert names(desk, "gone") == []
    assert (
        "ANDERS, GONE"
        not in desk.post(SCREEN.replace("2025", "2024"), {"term": ""}, follow=True).content.decode()
    )


def test_z_05_another_districts_students_are_never_found(
    desk: Client, elsewhere: District_
) -> None:
    elsewhere.student("999000999", "Anderson", "Sentinel")
    page = desk.post(SCREEN, {"term": "sentinel"}, follow=True).content.decode()
    assert "ANDERSON, SENTINEL" not in page
    assert names(desk, "999000999") == []


def test_the_list_stays_beside_the_record_with_position_and_neighbours(
    desk: Client, kayla: Student
) -> None:
    token = desk.post(SCREEN, {"term": "anderson"})["Location"].partition("?")[2]
    page = dense(desk.get(f"{SCREEN}{kayla.pk}/?{token}").content.decode())
    assert page.count("<li><a ") >= 2 and 'aria-current="true"><b>ANDERSON, KAYLA R.' in page
    assert (
        "This is the first of 2 students" in page
        and 'rel="next"' in page
        and 'rel="prev"' not in page
    )
    wyatt = Student.objects.get(first_name="Wyatt")
    page = desk.get(f"{SCREEN}{wyatt.pk}/?{token}").content.decode()
    assert "This is the last of 2 students" in page and 'rel="next"' not in page
    middle = text(desk.get(f"{SCREEN}{kayla.pk}/"))
    assert "2 of 4" in middle


def test_a_student_outside_the_list_opens_all_the_same(desk: Client, kayla: Student) -> None:
    token = desk.post(SCREEN, {"term": "hannah"})["Location"].partition("?")[2]
    assert (
        "not in the list of students" in desk.get(f"{SCREEN}{kayla.pk}/?{token}").content.decode()
    )


def test_an_unknown_token_stands_for_everybody(desk: Client) -> None:
    page = desk.get(f"{SCREEN}?list=nobody-knows").content.decode()
    assert "4 students" in page


def test_a_long_list_goes_on_to_its_end(
    desk: Client, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """walk 16: the list ended at MURRAY of 333 with nothing under it."""
    monkeypatch.setattr(search, "MOST_SHOWN", 3)
    first = desk.get(SCREEN).content.decode()
    assert "4 students" in first and "1 to 3" in first and "O’NEIL" not in first
    (later,) = re.findall(r'<a href="([^"]*)"><b>Show the next 1<', first)
    second = desk.get(SCREEN + later).content.decode()
    assert (
        "4 to 4" in second
        and "O’NEIL" in second
        and "Show the previous 3" in second
        and "Show the next" not in second
    )
    beside = dense(desk.get(f"{SCREEN}{kayla.pk}/{later}").content.decode())
    assert "O’NEIL" in beside and "2 of 4" in beside, "the list beside a record goes on, too"
    assert (
        desk.get(f"{SCREEN}?from=9999").status_code
        == desk.get(f"{SCREEN}?from=x").status_code
        == 200
    )


# --- FR-207: without accents, apostrophes, hyphens

NAMES = [
    ("999000301", "Álvarez", "Zoë", "", "40123"),
    ("999000302", "de la Cruz", "María José", "", "40124"),
    ("999000303", "O’Neil", "Jose", "", ""),
    ("999000304", "White", "JOSÉ", "", ""),
    ("999000305", "Smith-Jones", "D'Arcy", "Łucja", "17-0042"),
    ("999000306", "van Dyke", "Ann", "", "0020"),
    ("998000001", "Zimmerman", "Sørén", "", ""),
    ("999000308", "Almand", "Cy", "", ""),
    ("999000309", "Martinez", "Bo", "", ""),
]


@pytest.fixture
def many(client: Client, cottonwood: District_, clerk: User) -> Client:
    for state_id, last, first, middle, local in NAMES:
        born = datetime.date(2007, 1, int(state_id[-1]) or 1)
        cottonwood.student(
            state_id, last, first, middle_name=middle, local_id=local, birth_date=born
        )
    client.force_login(clerk)
    return client


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("alvarez", ["ÁLVAREZ, ZOË"]),
        ("ÁLVAREZ", ["ÁLVAREZ, ZOË"]),
        ("A\u0301lvarez", ["ÁLVAREZ, ZOË"]),
        ("Zoe", ["ÁLVAREZ, ZOË"]),
        ("maria jose", ["DE LA CRUZ, MARÍA JOSÉ"]),
        ("Cruz, Maria", ["DE LA CRUZ, MARÍA JOSÉ"]),
        ("delacruz", ["DE LA CRUZ, MARÍA JOSÉ"]),
        ("de la cruz", ["DE LA CRUZ, MARÍA JOSÉ"]),
        ("jose", ["DE LA CRUZ, MARÍA JOSÉ", "O’NEIL, JOSE", "WHITE, JOSÉ"]),
        ("oneil", ["O’NEIL, JOSE"]),
        ("o'neil", ["O’NEIL, JOSE"]),
        ("O`Neil", ["O’NEIL, JOSE"]),
        ("smith jones", ["SMITH-JONES, D'ARCY Ł."]),
        ("smithjones", ["SMITH-JONES, D'ARCY Ł."]),
        ("Smith–Jones", ["SMITH-JONES, D'ARCY Ł."]),
        ("darcy", ["SMITH-JONES, D'ARCY Ł."]),
        ("lucja", ["SMITH-JONES, D'ARCY Ł."]),
        ("soren", ["ZIMMERMAN, SØRÉN"]),
        ("998-000-001", ["ZIMMERMAN, SØRÉN"]),
        ("998 000-001", ["ZIMMERMAN, SØRÉN"]),
        ("40123", ["ÁLVAREZ, ZOË"]),
        ("17-0042", ["SMITH-JONES, D'ARCY Ł."]),
        ("0020", ["VAN DYKE, ANN"]),
        ("01/06/2007", ["VAN DYKE, ANN"]),
        ("1/6/2007", ["VAN DYKE, ANN"]),
        ("01/06/1999", []),
        ("13/40/2007", []),
        ("ma", ["MARTINEZ, BO", "ALMAND, CY", "DE LA CRUZ, MARÍA JOSÉ", "ZIMMERMAN, SØRÉN"]),
        ("'", []),
        ("-", ["SMITH-JONES, D'ARCY Ł."]),  # of a Local ID
    ],
)
def test_a_student_is_found_as_people_type_names_and_numbers(
    term: str, expected: list[str], many: Client
) -> None:
    """FR-207, walk 16: no accent, no apostrophe, no hyphen, Local ID, birth date; last names that
    begin so come first.
    """
    assert [html.unescape(name) for name in names(many, term)] == expected


def test_names_sort_as_people_sort_them(many: Client) -> None:
    """FR-220: de la Cruz, van Dyke and Álvarez stood after ZIMMERMAN. Alike on both vendors."""
    sorted_ = [
        "ALMAND",
        "ÁLVAREZ",
        "DE LA CRUZ",
        "MARTINEZ",
        "O’NEIL",
        "SMITH-JONES",
        "VAN DYKE",
        "WHITE",
        "ZIMMERMAN",
    ]
    assert [name.partition(",")[0] for name in names(many, "")] == sorted_


def test_every_list_with_names_sorts_alike(many: Client, cottonwood: District_) -> None:
    """FR-220, the kind: extract, reports and worklist; a name that is changed afterwards moves."""
    for student in Student.objects.all():
        cottonwood.record(student)
        cottonwood.roster(student, BUSINESS)
    order = [
        "Almand",
        "Álvarez",
        "de la Cruz",
        "Martinez",
        "O’Neil",
        "Smith-Jones",
        "van Dyke",
        "White",
        "Zimmerman",
    ]
    assert [row[4] for row in extract.rows(cottonwood.scope)] == order
    for report in (
        ConcentratorsAndParticipants(),
        ModifiedInCurrentYear(),
        RosteredToCoursesWithPathways(),
    ):
        assert [row[3] for row in report.rows(cottonwood.scope)] == order, report.slug
    worklist = Worklist(cottonwood.scope)
    lines = worklist.lines(
        (row["person"], row["taught"]) for row in worklist.found(Which.WITHOUT_RECORD)
    )
    last_names = [line.student.name.partition(",")[0] for line in lines]
    assert last_names == [last.upper() for last in order]
    Student.objects.filter(last_name="Almand").update(last_name="Zzyzx")
    assert names(many, "")[-1].startswith("ZZYZX")


@pytest.mark.parametrize(
    "name",
    [
        *(names_row[1] for names_row in NAMES),
        "ﬁ ½ Ǆ ẞ",
        "Nguyễn Thị",
        "Kaʻiulani",
        "Иван",
        "Ωmega",
        "\u200bx",
        "İstanbul",
        "ĳ",
    ],
)
def test_the_databases_fold_names_as_python_does(name: str, cottonwood: District_) -> None:
    """FR-207: one table of characters, whoever reads it."""
    kept = cottonwood.student("999000400", name, name, enrolled=False)
    stored = Student.objects.values_list("last_name_folded", flat=True).get(pk=kept.pk)
    assert stored == folded(name)


def test_every_character_of_the_table_folds_alike(cottonwood: District_) -> None:
    """FR-207: 50 characters at a time, as long as a name may be."""
    characters = [chr(code) for code in TABLE if code]
    for start in range(0, len(characters), 50):
        some = "".join(characters[start : start + 50])
        student = cottonwood.student(f"99910{start:04d}", some, "x", enrolled=False)
        assert Student.objects.values_list("last_name_folded", flat=True).get(
            pk=student.pk
        ) == folded(some)


# --- walk 16: one exact hit opens, narrowed lists


@pytest.mark.parametrize(
    "term", ["999000309", "999 000 309", "Martinez, Bo", "bo martinez", "01/09/2007"]
)
def test_the_one_who_is_meant_opens_at_once(term: str, many: Client) -> None:
    """walk 16: a full State ID still needed a second click."""
    student = Student.objects.get(state_id="999000309")
    address = many.post(SCREEN, {"term": term})["Location"]
    assert address.partition("?")[0] == f"{SCREEN}{student.pk}/"
    assert "MARTINEZ" in many.get(address).content.decode()


@pytest.mark.parametrize(
    "term", ["a-17", "A-17", "Á’lbo martinez", "martinez, álbo", "martí Nezálbo"]
)
def test_a_whole_local_id_or_name_opens_as_it_is_typed(
    term: str, many: Client, cottonwood: District_
) -> None:
    """Of two of one name, or with one Local ID, neither opens."""
    student = cottonwood.student("999000310", "Martinez", "Albo", local_id="A-17")
    address = many.post(SCREEN, {"term": term})["Location"]
    assert address.partition("?")[0] == f"{SCREEN}{student.pk}/"
    cottonwood.student("999000311", "Martínez", "Al-Bo", local_id="a-17")
    assert many.post(SCREEN, {"term": term})["Location"].partition("?")[0] == SCREEN


@pytest.mark.parametrize("term", ["martinez", "jose", "", "99900030", "a-1", "’", "martinez bo x"])
def test_what_may_mean_several_stays_a_list(term: str, many: Client) -> None:
    assert many.post(SCREEN, {"term": term})["Location"].partition("?")[0] == SCREEN


def test_school_grade_and_no_record_narrow_the_list(
    desk: Client, cottonwood: District_, kayla: Student
) -> None:
    """walk 16: no filter by school, grade, no record yet."""
    other = School.objects.create(
        district=cottonwood.district, number="0002", name="Cottonwood Bend Middle"
    )
    calendar = Calendar.objects.create(school=other, school_year_id=2025, number="002")
    young = cottonwood.student("999000205", "Young", "Anna", enrolled=False)
    cottonwood.enroll(young, grade="07", calendar=calendar)
    cottonwood.record(kayla)

    def narrowed(**criteria: Any) -> list[str]:
        page = desk.post(SCREEN, {"term": "", **criteria}, follow=True).content.decode()
        return re.findall(r"<li><a [^>]*><b>([^<]*)</b>", dense(page))

    assert narrowed(school=other.pk) == narrowed(grade="7") == ["YOUNG, ANNA"]
    assert (
        "ANDERSON, KAYLA R." not in narrowed(without_record="on")
        and len(narrowed(without_record="on")) == 4
    )
    assert narrowed(school=other.pk, grade="12") == []
    assert len(narrowed(school="x", grade="\x00")) == 5
    beside = desk.post(SCREEN, {"term": "young, anna", "grade": "7"}, follow=True).content.decode()
    assert 'name="grade" value="7"' in beside and "Only grade 7" in beside
    assert re.findall(r"<option[^>]*>(\d+)</option>", dense(desk.get(SCREEN).content.decode())) == [
        "7",
        "12",
    ], "Grade 7 before Grade 12"


def test_a_saved_record_has_only_a_list_searched_again_that_hangs_on_it(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.student("999000201", "Adkins", "Hannah")
    everybody, without = search.Search(), search.Search(without_record=True)
    scope = cottonwood.scope
    assert len(everybody.listed(scope, {}).keys) == len(without.listed(scope, {}).keys) == 2
    cottonwood.record(kayla)
    with CaptureQueriesContext(connection) as queries:
        assert len(everybody.listed(scope, {}).keys) == 2
    assert len(queries) == 1, "where the district stands, and nothing else"
    (only,) = without.listed(scope, {}).keys
    assert only != kayla.pk
    cottonwood.student("999000202", "Zook", "Ann")
    assert len(everybody.listed(scope, {}).keys) == 3


def test_a_student_of_a_list_is_read_once_and_anew_when_the_name_is_another(
    cottonwood: District_, kayla: Student
) -> None:
    scope, everybody = cottonwood.scope, search.Search()
    other = cottonwood.student("999000201", "Adkins", "Hannah")
    cottonwood.record(other)

    def shown() -> list[tuple[str, int]]:
        rows = everybody.page(scope, {}).rows
        return [(row.name, row.record_count) for row in rows if row.pk == other.pk]

    assert shown() == shown() == [("ADKINS, HANNAH", 1)]
    cottonwood.record(other, BUSINESS)
    with CaptureQueriesContext(connection) as queries:
        assert shown() == [("ADKINS, HANNAH", 2)]
    assert len(queries) == 2, "where the district stands, and the number of records"
    edit = RowEdit({"last_name": "Zook"}, other.pk, 0)
    editing.write(scope, [(STUDENT, edit)], by="MARTIN, CHERYL")
    assert shown() == [("ZOOK, HANNAH", 2)]


def test_a_search_of_an_earlier_version_still_stands(desk: Client) -> None:
    session = desk.session
    session[search.KEY] = {"abc": "hannah"}
    session.save()
    assert "1 student<" in desk.get(f"{SCREEN}?list=abc").content.decode()


def test_local_id_and_birth_date_tell_two_of_one_name_apart(many: Client) -> None:
    """walk 16: neither was shown on the record."""
    page = many.post(SCREEN, {"term": "40123"}, follow=True).content.decode()
    assert "Local ID 40123" in page and re.search(r"Born <time[^>]*>01/01/2007", page)


# --- FR-228


def test_the_primary_enrollment_says_school_and_grade(
    desk: Client, cottonwood: District_, kayla: Student, state_edition: Any
) -> None:
    """FR-228: a Partial enrollment that began later won in lists and seal."""
    other = School.objects.create(
        district=cottonwood.district, number="0002", name="Elsewhere High"
    )
    calendar = Calendar.objects.create(school=other, school_year_id=2025, number="002")
    cottonwood.enroll(
        kayla, calendar=calendar, service_type="S", grade="11", start_date=datetime.date(2025, 1, 6)
    )
    pair = (kayla.pk, cottonwood.record(kayla).pathway_id)
    (line,) = Worklist(cottonwood.scope).lines([pair])
    assert (line.student.grade, line.student.school_name) == ("12", "Cottonwood Bend High School")
    page = desk.get(f"{SCREEN}{kayla.pk}/").content.decode()
    assert (
        "Grade 12" in page
        and "Cottonwood Bend High School" in page
        and "Elsewhere High" not in page
    )
    assert Worklist(cottonwood.scope, school=other.pk)._students.count() == 0
    state_edition()
    (row,) = canonical.rows(cottonwood.scope.at_state())
    assert row.school_name == "Cottonwood Bend High School"
    kayla.enrollments.filter(service_type="P").update(service_type="N")
    assert "Elsewhere High" in desk.get(f"{SCREEN}{kayla.pk}/").content.decode(), (
        "without a Primary one the latest decides"
    )
    (line,) = Worklist(cottonwood.scope).lines([pair])
    assert (line.student.grade, line.student.school_name) == ("11", "Elsewhere High")


def test_old_searches_are_let_go(desk: Client) -> None:
    for number in range(search.MOST_KEPT + 5):
        desk.post(SCREEN, {"term": f"term {number}"})
    assert len(desk.session[search.KEY]) == search.MOST_KEPT


def test_the_same_search_keeps_its_token(desk: Client) -> None:
    assert (
        desk.post(SCREEN, {"term": "an"})["Location"]
        == desk.post(SCREEN, {"term": " an "})["Location"]
    )


def test_a_district_without_students_says_what_is_missing(client: Client, stranger: User) -> None:
    client.force_login(stranger)
    assert (
        "No students in this school year"
        in client.get("/districts/0965/2025/cte-concentrator/").content.decode()
    )
