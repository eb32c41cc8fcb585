"""The CTE Roster Entry screen: whom it shows, and what becomes of each row of a save (D-30, D-34)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import (
    Calendar,
    Change,
    Course,
    Participation,
    Pathway,
    Roster,
    School,
    SchoolYear,
    Section,
    Student,
)
from pathways.roster.grid.typed import COLUMNS
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_, lock_records
from tests.pathways.test_query_counts import at_most

SHOWN, SAVED = 19, 20  # statements
PAGE = "/districts/9012/2025/cte-roster-entry/"


class Class_:
    """A class of one section at a clerk's desk."""

    def __init__(self, client: Client, district: District_) -> None:
        self.client, self.district = client, district
        self.students = [
            district.student(f"99900070{number}", last, "Ann")
            for number, last in enumerate(("Abbott", "Baker", "Cole"))
        ]
        for student in self.students:
            district.roster(student, HEALTH)
        self.section = Section.objects.get()
        self.page = f"{PAGE}?section={self.section.pk}"

    def fields(self, page: str = "") -> dict[str, str]:
        """The form as the page has it, as a browser without script would send it."""
        html = self.client.get(page or self.page).content.decode()
        return fields_of(html)

    def name(self, number: int, column: str, pathway: str = HEALTH) -> str:
        return f"{self.students[number].pk}-{Pathway.objects.get(name=pathway).pk}-{column}"

    def save(self, fields: dict[str, str], page: str = "") -> Any:
        return self.client.post(page or self.page, fields)

    def record(self, number: int, pathway: str = HEALTH) -> Participation | None:
        return Participation.objects.filter(
            student=self.students[number], pathway__name=pathway
        ).first()


def fields_of(html: str) -> dict[str, str]:
    form = re.search(r'<form[^>]*id="grid".*?</form>', html, re.DOTALL)
    assert form
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form.group()):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name.group(1) != "csrfmiddlewaretoken":
            fields[name.group(1)] = value.group(1) if value else ""
    for name, options in re.findall(
        r'<select name="([^"]*)".*?>(.*?)</select>', form.group(), re.DOTALL
    ):
        chosen = re.search(r"<option(?: value=\"\")? selected>([^<]*)", options)
        fields[name] = chosen.group(1) if chosen else ""
    return fields


@pytest.fixture
def lesson(client: Client, clerk: User, cottonwood: District_) -> Class_:
    client.force_login(clerk)
    return Class_(client, cottonwood)


def test_a_section_is_one_row_for_each_student_with_named_cells_and_last_year(
    lesson: Class_,
) -> None:
    lesson.district.record(lesson.students[0], modified_end_year=2024)
    html = lesson.client.get(lesson.page).content.decode()
    assert html.count("data-row=") == 3
    assert 'aria-label="In District Credits, ABBOTT, ANN, Health Professions"' in html
    row = re.search(r"<tr[^>]*data-row.*?</tr>", html, re.DOTALL).group()  # type: ignore[union-attr]
    assert re.search(r'data-label="Last year">1\.50<', row)
    assert html.count("· new<") == 2, "of those without a record"
    assert 'role="grid"' not in html and 'scope="row"' in row


def test_sections_of_one_name_in_two_schools_can_be_told_apart(lesson: Class_) -> None:
    school = School.objects.create(
        district=lesson.district.district, number="0009", name="Second School"
    )
    course = lesson.section.course
    twin = Course.objects.create(
        school=school,
        number=course.number,
        name=course.name,
        pathway=course.pathway,
        credits=course.credits,
    )
    calendar = Calendar.objects.create(school=school, school_year_id=2025, number="001")
    section = Section.objects.create(course=twin, calendar=calendar, number="1")
    student = lesson.district.student("999000708", "Abbott", "Second", enrolled=False)
    Roster.objects.create(
        section=section, enrollment=lesson.district.enroll(student, calendar=calendar)
    )
    html = lesson.client.get(PAGE).content.decode()
    for name, key in (("section", section.pk), ("course", twin.pk)):
        choice = re.search(rf'<select id="{name}".*?</select>', html, re.DOTALL).group()  # type: ignore[union-attr]
        of_second = re.search(r'<optgroup label="Second School">.*?</optgroup>', choice, re.DOTALL)
        assert choice.count("<optgroup") == 2
        assert of_second and re.findall(r'value="(\d+)"', of_second.group()) == [str(key)]


def test_a_name_or_typed_value_is_text_whatever_it_holds(
    lesson: Class_,
) -> None:
    hostile = '"><script>alert(1)</script>{0}{name}'
    lesson.district.student("999000709", hostile, hostile)
    lesson.district.roster(Student.objects.get(state_id="999000709"), HEALTH)
    fields = lesson.fields()
    typed = lesson.save({**fields, lesson.name(0, "in_district_credits"): hostile})
    page = typed.content.decode().lower()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;{0}{name}") > 2


@pytest.mark.parametrize("choice", ["school", "course", "pathway", "missing"])
def test_rows_are_chosen_by_school_course_pathway_or_without_a_record(
    lesson: Class_, choice: str
) -> None:
    lesson.district.roster(lesson.students[0], BUSINESS)
    lesson.district.record(lesson.students[1])
    value = {
        "school": lesson.district.school.pk,
        "course": lesson.section.course_id,
        "pathway": Pathway.objects.get(name=HEALTH).pk,
        "missing": "on",
    }[choice]
    html = lesson.client.get(f"{PAGE}?{choice}={value}").content.decode()
    assert html.count("data-row=") == {"school": 4, "course": 3, "pathway": 3, "missing": 3}[choice]


def test_without_a_choice_the_sections_are_listed(lesson: Class_) -> None:
    html = lesson.client.get(PAGE).content.decode()
    assert f'href="?section={lesson.section.pk}"' in html and "data-row" not in html


def test_a_section_that_came_since_and_a_school_stand_in_the_lists_to_choose_from(
    lesson: Class_,
) -> None:
    """They are kept from page to page, a save of records does not move them."""
    html = lesson.client.get(lesson.page).content.decode()
    assert f'<option value="{lesson.section.pk}" selected>' in html
    lesson.save({**lesson.fields(), lesson.name(0, "in_district_credits"): "0.5"})
    lesson.district.roster(lesson.students[0], BUSINESS)
    School.objects.create(district_id="9012", number="0077", name="Came Since School")
    html = lesson.client.get(lesson.page).content.decode()
    newest = Section.objects.order_by("-pk").first()
    assert newest and newest != lesson.section
    listed = html.partition('<select id="section"')[2].partition("</select>")[0]
    assert f'<option value="{newest.pk}">' in listed and "Came Since School</option>" in html


def test_one_save_changes_old_records_and_enters_new_ones(lesson: Class_) -> None:
    lesson.district.record(lesson.students[0])
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "2.5"
    fields[lesson.name(0, "concentrator")] = "Yes"
    fields[lesson.name(1, "in_district_credits")] = "0.5"
    answer = lesson.save(fields)
    assert answer.status_code == 302
    assert "2 rows saved" in lesson.client.get(lesson.page).content.decode()
    first, second = lesson.record(0), lesson.record(1)
    assert first and first.version == 2 and first.in_district_credits == Decimal("2.50")
    assert second and second.total_credits == Decimal("0.50") and second.version == 1
    assert lesson.record(2) is None, "a row that nobody touched makes no record"
    changes = Change.objects.filter(source=Change.Source.GRID)
    assert changes.count() == 2 and len(set(changes.values_list("batch", flat=True))) == 1


def test_a_save_without_changes_writes_nothing(lesson: Class_) -> None:
    lesson.district.record(lesson.students[0])
    lesson.save(lesson.fields())
    assert "No changes to save." in lesson.client.get(lesson.page).content.decode()
    assert Change.objects.count() == 1


def test_d_34_good_rows_are_saved_bad_ones_stay_as_typed_with_their_reason(lesson: Class_) -> None:
    fields = lesson.fields()
    for number, typed in enumerate(("0.5", "1,5", "31")):
        fields[lesson.name(number, "in_district_credits")] = typed
    answer = lesson.save(fields)
    html = answer.content.decode()
    assert answer.status_code == 200 and "<title>Error: " in html
    assert "1 row saved." in html and "2 rows not saved" in html
    assert lesson.record(0) and not lesson.record(1) and not lesson.record(2)
    kept = fields_of(html)
    assert kept[lesson.name(1, "in_district_credits")] == "1,5"
    assert kept[lesson.name(2, "in_district_credits")] == "31"
    first = lesson.name(1, "in_district_credits")
    assert re.search(rf'id="{first}"[^>]*aria-describedby="{first}-error" autofocus', html)
    assert html.count(" autofocus") == 1
    assert "Use a decimal point in In District Credits, like 1.50" in html


def test_a_row_that_a_rule_refuses_does_not_hold_up_the_others(lesson: Class_) -> None:
    """Finance is not approved for the district."""
    lesson.district.roster(lesson.students[1], FINANCE)
    page = f"{PAGE}?school={lesson.district.school.pk}"
    fields = lesson.fields(page)
    for number, pathway in ((0, HEALTH), (1, FINANCE), (2, HEALTH)):
        fields[lesson.name(number, "in_district_credits", pathway)] = "0.5"
    html = lesson.save(fields, page).content.decode()
    assert "Finance is not approved for this district" in html and "2 rows saved." in html
    assert lesson.record(0) and lesson.record(2) and not lesson.record(1, FINANCE)
    assert fields_of(html)[lesson.name(1, "in_district_credits", FINANCE)] == "0.5"


def test_c_08_what_somebody_else_changed_is_flagged_and_compared(lesson: Class_) -> None:
    for number in (0, 1):
        lesson.district.record(lesson.students[number])
    fields = lesson.fields()
    for number in (0, 1):
        fields[lesson.name(number, "in_district_credits")] = "1.75"
    lesson.district.record(
        lesson.students[1], version=1, by="KELLER, DANIEL", in_district_credits=Decimal("1.60")
    )
    html = lesson.save(fields).content.decode()
    assert "KELLER, DANIEL saved this record after you opened the page: 1.60 credits" in html
    assert re.findall(r"<[^>]* autofocus[^>]*>", html) == re.findall(
        r'<div class="summary[^>]*>', html
    )
    first, second = lesson.record(0), lesson.record(1)
    assert first and first.in_district_credits == Decimal("1.75")
    assert second and second.in_district_credits == Decimal("1.60"), "nothing is overwritten"
    form = re.search(r'<form method="post" id="compare.*?</form>', html, re.DOTALL).group()  # type: ignore[union-attr]
    action = re.search(r'action="([^"]*)"', form).group(1)  # type: ignore[union-attr]
    hidden = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form))
    compared = lesson.client.post(action, hidden).content.decode()
    assert "Someone else saved this record" in compared
    assert "1.60" in compared and "1.75" in compared


def test_what_somebody_else_changed_and_this_clerk_did_not_is_no_conflict(lesson: Class_) -> None:
    for number in (0, 1):
        lesson.district.record(lesson.students[number])
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "1.75"
    lesson.district.record(lesson.students[1], version=1, in_district_credits=Decimal("1.60"))
    assert lesson.save(fields).status_code == 302
    second = lesson.record(1)
    assert second and second.in_district_credits == Decimal("1.60")


def test_a_double_click_finds_its_work_done(lesson: Class_) -> None:
    lesson.district.record(lesson.students[0])
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "1.75"
    fields[lesson.name(1, "in_district_credits")] = "0.5"
    assert lesson.save(fields).status_code == 302
    assert lesson.save(fields).status_code == 302
    assert Change.objects.count() == 3


def test_a_record_that_was_deleted_meanwhile_is_not_made_again(lesson: Class_) -> None:
    record = lesson.district.record(lesson.students[0])
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "1.75"
    record.delete()
    html = lesson.save(fields).content.decode()
    assert "Someone deleted this record" in html and not lesson.record(0)


def test_a_save_is_undone_whole_and_what_was_changed_since_stays(lesson: Class_) -> None:
    lesson.district.record(lesson.students[0])
    fields = lesson.fields()
    for number in range(3):
        fields[lesson.name(number, "in_district_credits")] = "1.75"
    lesson.save(fields)
    html = lesson.client.get(lesson.page).content.decode()
    batch = re.search(r'name="undo" value="([^"]*)"', html).group(1)  # type: ignore[union-attr]
    lesson.district.record(lesson.students[2], version=1, in_district_credits=Decimal("1.60"))
    for _ in range(2):  # the second click finds its work done
        lesson.client.post(lesson.page, {"undo": batch})
        html = lesson.client.get(lesson.page).content.decode()
        assert "2 rows as before." in html and "1 row changed since" in html
    first, third = lesson.record(0), lesson.record(2)
    assert first and first.in_district_credits == Decimal("1.50") and first.version == 3
    assert not lesson.record(1) and third and third.in_district_credits == Decimal("1.60")


@pytest.mark.parametrize("batch", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_undo_of_nothing_undoes_nothing(lesson: Class_, batch: str) -> None:
    lesson.client.post(lesson.page, {"undo": batch})
    assert "Nothing was undone." in lesson.client.get(lesson.page).content.decode()


def test_a_grid_that_was_open_while_the_year_was_certified_keeps_what_was_typed(
    lesson: Class_,
) -> None:
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "0.5"
    lock_records()
    html = lesson.save(fields).content.decode()
    assert "Records have been locked since" in html and not lesson.record(0)
    assert fields_of(html)[lesson.name(0, "in_district_credits")] == "0.5"
    assert 'id="grid"' not in lesson.client.get(lesson.page).content.decode()


def test_rows_of_another_district_are_not_written(lesson: Class_, elsewhere: District_) -> None:
    theirs = elsewhere.student("999777555", "Zzmarker", "Sentinel")
    elsewhere.roster(theirs, HEALTH)
    section = Section.objects.get(course__school__district=elsewhere.district)
    for query in (f"section={section.pk}", f"school={elsewhere.school.pk}"):
        assert b"ZZMARKER" not in lesson.client.get(f"{PAGE}?{query}").content
    pathway = Pathway.objects.get(name=HEALTH).pk
    cells = ["0.5", "0", "0", "0", "No", "No", "08/21/2024"]
    packed = "\t".join([f"{theirs.pk}-{pathway}", "0||", *cells])
    html = lesson.save({"row": packed}).content.decode()
    assert not Participation.objects.exists()
    assert "ZZMARKER" not in html and "no longer in this district" in html


@pytest.mark.parametrize("between", ["*", "\t"])
def test_with_script_a_changed_row_is_one_field(lesson: Class_, between: str) -> None:
    lesson.district.record(lesson.students[0])
    fields = lesson.fields()
    cells = [fields[lesson.name(0, column)] for column in COLUMNS]
    packed = between.join([lesson.name(0, "")[:-1], "1", "1.75", *cells[1:]])
    assert lesson.client.post(lesson.page, {"row": packed}).status_code == 302
    record = lesson.record(0)
    assert record and record.in_district_credits == Decimal("1.75")
    lesson.client.get(lesson.page)
    again = packed.replace(f"{between}1{between}1.75", f"{between}2{between}1.75")
    assert lesson.client.post(lesson.page, {"row": again}).status_code == 302
    assert "No changes to save." in lesson.client.get(lesson.page).content.decode()
    record = lesson.record(0)
    assert record and record.version == 2, "a script that is wrong changes nothing"


@pytest.mark.parametrize(
    "packed",
    ["", "\t", "1", "1-2", "1-2\t1", "x-y\t1\t1\t1\t1\t1\tNo\tNo\t1", "1-2\t-1" + "\t\x00" * 7,
     "9" * 18 + "-" + "9" * 18 + "\t0||" + "\t9" * 7, "1-2\t1" + "\t٣" * 7, "*" * 12],
)  # fmt: skip
def test_a_damaged_row_is_no_error(lesson: Class_, packed: str) -> None:
    assert lesson.client.post(lesson.page, {"row": packed}).status_code in (200, 302)
    assert not Participation.objects.exists()


@pytest.mark.parametrize("packed", [False, True])
def test_d_35_the_limit_of_a_form_is_said_in_words(lesson: Class_, packed: bool) -> None:
    """Also of rows that come in one field: PostgreSQL takes a number of values at once only."""
    many = range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)
    lines = ("\t".join([f"{number}-1", "1", *["0"] * len(COLUMNS)]) for number in many)
    fields = {"row": "\n".join(lines)} if packed else {f"{number}-1-seen": "1" for number in many}
    answer = lesson.client.post(lesson.page, fields)
    assert answer.status_code == 400
    html = answer.content.decode()
    assert "more fields than the portal takes at once" in html and "Nothing was saved" in html


def test_many_rows_take_as_many_statements_as_three(lesson: Class_) -> None:
    for number in range(60):
        student = lesson.district.student(f"9991{number:05d}", f"Last{number}")
        lesson.district.roster(student, HEALTH)
    lesson.client.get(lesson.page)
    with at_most(SHOWN):
        html = lesson.client.get(f"{lesson.page}&rows=200").content.decode()
    assert html.count("data-row=") == 63
    fields = fields_of(html)
    for name in fields:
        if name.endswith("in_district_credits"):
            fields[name] = "0.5"
    with at_most(SAVED):
        assert lesson.save(fields).status_code == 302
    assert Participation.objects.count() == 63


def test_plus_is_added_to_the_credits_of_last_year(lesson: Class_) -> None:
    record = lesson.district.record(lesson.students[0], modified_end_year=2024)
    lesson.district.record(lesson.students[0], version=1, in_district_credits=Decimal("1.75"))
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "+0.5"
    fields[lesson.name(1, "in_district_credits")] = " +.25"
    assert lesson.save(fields).status_code == 302
    record.refresh_from_db()
    second = lesson.record(1)
    assert record.total_credits == Decimal("2.00"), "not to what was entered this year already"
    assert second and second.total_credits == Decimal("0.25")


def test_a_plus_that_cannot_be_read_stays_as_typed(lesson: Class_) -> None:
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "+1,5"
    html = lesson.save(fields).content.decode()
    assert fields_of(html)[lesson.name(0, "in_district_credits")] == "+1,5"
    assert not lesson.record(0)


def test_a_save_of_another_year_is_not_undone_at_this_years_address(lesson: Class_) -> None:
    """What was saved last year stands; a request made up from its id changes nothing of this year."""
    lesson.district.record(lesson.students[0], in_district_credits=Decimal("1.00"))
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "1.75"
    lesson.save(fields)
    html = lesson.client.get(lesson.page).content.decode()
    batch = re.search(r'name="undo" value="([^"]*)"', html).group(1)  # type: ignore[union-attr]
    SchoolYear.objects.filter(end_year=2025).update(is_active=False)
    SchoolYear.objects.filter(end_year=2026).update(is_active=True)
    next_year = PAGE.replace("2025", "2026")
    lesson.client.post(next_year, {"undo": batch})
    assert "Nothing was undone." in lesson.client.get(next_year).content.decode()
    record = lesson.record(0)
    assert record and record.in_district_credits == Decimal("1.75")


def test_what_to_check_after_a_save_names_the_row_of_each_line(lesson: Class_) -> None:
    """A student with two records has two rows, and both may be marked."""
    student, both = lesson.students[0], (BUSINESS, HEALTH)
    for pathway in both:
        lesson.district.record(student, pathway)
    page = f"{PAGE}?school={lesson.district.school.pk}"
    fields = lesson.fields(page)
    for pathway in both:
        fields[lesson.name(0, "in_district_credits", pathway)] = "2.5"
    lesson.save(fields, page)
    html = lesson.client.get(page).content.decode()
    _, _, to_check = html.partition("Check what was saved.")
    about = re.findall(r"<a [^>]*>([^<]*)</a>:", to_check.partition("</ul>")[0])
    assert sorted(about) == [f"{student.name}, {pathway}" for pathway in both]
