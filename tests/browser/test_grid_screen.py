"""The roster grid in a browser: one save for a class (B-05), keys (D-31), paste (D-32), totals
(D-33), several rows at once (D-36), cards (D-37), no script (D-35), two clerks.
"""

from __future__ import annotations

import re
import runpy
from copy import copy
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db.models.base import ModelState
from playwright.sync_api import Page, expect

from pathways.models import (
    Element,
    ElementChoice,
    ElementValue,
    Enrollment,
    Participation,
    Roster,
    Student,
)
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, Stage
from tests.fixtures.records import FINANCE, HEALTH, District_, lock_records

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

CREDITS = "in_district_credits"


def seats(district: District_, number: int, *, recorded: int = 0) -> list[Student]:
    """So many students in one section; the first ones have a record of 1.50 credits. All but the
    first are made in one go, like the first.
    """
    first = district.student("999200000", "Class000", "Ann")
    seat = district.roster(first, HEALTH)
    changes = [
        {"state_id": f"9992{at:05d}", "last_name": f"Class{at:03d}"} for at in range(1, number)
    ]
    others = Student.objects.bulk_create([like(first, **change) for change in changes])
    enrollments = Enrollment.objects.bulk_create(
        [like(seat.enrollment, student=student) for student in others]
    )
    Roster.objects.bulk_create([like(seat, enrollment=enrollment) for enrollment in enrollments])
    students = [first, *others]
    for student in students[:recorded]:
        district.record(student)
    return students


def like(row: Any, **values: object) -> Any:
    """A row that is not stored yet, with the values of one that is, but for these."""
    other = copy(row)
    other._state = ModelState()
    for name, value in {**values, "pk": None}.items():
        setattr(other, name, value)
    return other


def course(stage: Stage) -> str:
    section = stage.cottonwood.school.courses.get().sections.get()
    return stage.address("cte-roster-entry") + f"?section={section.pk}"


def field(page: Page, row: int, column: str = CREDITS):  # type: ignore[no-untyped-def]
    return page.locator(f"[data-column={column}]").nth(row)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save all changes").click()


def paste(page: Page, row: int, text: str, column: str = CREDITS) -> None:
    field(page, row, column).evaluate(
        """(field, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_b_05_a_class_of_30_is_one_page_and_one_save_with_one_key_after_the_digits(
    stage: Stage,
) -> None:
    students = seats(stage.cottonwood, 30, recorded=10)
    page = stage.desk.glance(stage.clerk, at=course(stage))
    expect(field(page, 0)).to_be_focused()
    for _ in students:
        page.keyboard.type("2")
        page.keyboard.press("Enter")
    expect(page.get_by_text("30 fields changed, not saved")).to_be_visible()
    head = page.get_by_role("columnheader", name="In District")
    expect(head).to_be_in_viewport(ratio=1)
    for _ in range(22):
        page.keyboard.press("ArrowUp")
    expect(field(page, 7)).to_be_focused()
    expect(head).to_be_in_viewport(ratio=1)
    tops = [place.bounding_box() for place in (head, field(page, 7))]
    assert tops[0] and tops[1] and tops[0]["y"] + tops[0]["height"] <= tops[1]["y"], "not under it"
    save(page)
    expect(page.get_by_text("30 rows saved.")).to_be_visible()
    totals = Participation.objects.filter(student__in=students).values_list("total_credits")
    assert list(totals) == [(Decimal("2.00"),)] * 30


def test_d_31_keys_go_through_the_grid_and_the_keyboard_alone_saves_it(stage: Stage) -> None:
    seats(stage.cottonwood, 3, recorded=3)
    page = stage.desk.glance(stage.clerk, at=course(stage))
    field(page, 0).focus()
    page.keyboard.press("ArrowDown")
    expect(field(page, 1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(field(page, 2)).to_be_focused()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Tab")
    expect(field(page, 1, "out_of_district_credits")).to_be_focused()
    page.keyboard.type("9")
    page.keyboard.press("Escape")
    expect(field(page, 1, "out_of_district_credits")).to_have_value("0.00")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("1.75")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.press("Control+Enter")
    expect(page.get_by_text("1 row saved.")).to_be_visible()
    form = parse_qs(sent.value.post_data or "")
    assert set(form) == {"csrfmiddlewaretoken", "row"} and "\n" not in form["row"][0], "D-35"
    expect(page.locator("[data-column]:focus")).to_have_count(0)  # what was saved is read first
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 row as before.")).to_be_visible()
    expect(field(page, 1)).to_have_value("1.50")


def test_d_33_totals_mark_sums_and_what_is_unsaved_follow_the_fingers(stage: Stage) -> None:
    seats(stage.cottonwood, 2, recorded=2)
    page = stage.desk.glance(stage.clerk, at=course(stage))
    row = page.locator("[data-row]").first
    field(page, 0).fill("2.25")
    expect(row.locator("[data-total]")).to_have_text("2.25")
    expect(row.locator("[data-mark]")).to_have_text("Yes from 2.00")
    expect(page.locator("[data-sum]").nth(2)).to_have_text("3.75")
    expect(page.get_by_text("1 field changed, not saved")).to_be_visible()
    page.get_by_role("button", name="Set Concentrator by total").click()
    expect(field(page, 0, "concentrator")).to_have_value("Yes")
    expect(row.locator("[data-mark]")).to_have_text("")


def test_d_36_add_to_these_rows_and_fill_down_are_shown_first_and_undone(stage: Stage) -> None:
    students = seats(stage.cottonwood, 3, recorded=2)
    page = stage.desk.glance(stage.clerk, at=course(stage))
    page.get_by_role("button", name="Add to these rows").click()
    expect(page.get_by_text("0.50 added to In District Credits in 3 rows.")).to_be_visible()
    assert [field(page, at).input_value() for at in range(3)] == ["2.00", "2.00", "0.50"]
    field(page, 0, "single_parent").select_option("Yes")
    page.get_by_role("button", name="Fill down").click()
    expect(field(page, 2, "single_parent")).to_have_value("Yes")
    page.get_by_role("button", name="Undo").click()
    expect(field(page, 2, "single_parent")).to_have_value("No")
    page.get_by_role("button", name="Undo").click()
    expect(field(page, 1)).to_have_value("1.50")
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    page.get_by_role("button", name="Set where blank").click()
    expect(page.get_by_text("0.50 set for In District Credits in 1 row.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(field(page, 2)).to_have_value("")
    page.get_by_role("button", name="Add to these rows").click()
    expect(field(page, 1)).to_have_value("2.00")
    assert not Participation.objects.filter(student__in=students, total_credits=2).exists()
    save(page)
    expect(page.get_by_text("3 rows saved.")).to_be_visible()


def test_d_32_a_pasted_column_with_three_bad_values_saves_the_rest(stage: Stage) -> None:
    students = seats(stage.cottonwood, 5)
    page = stage.desk.glance(stage.clerk, at=course(stage))
    paste(page, 0, "0.5\r\n1,5\r\nx\r\n1.125\r\n0.75\r\n9\r\n")
    expect(page.get_by_text("5 values pasted.")).to_be_visible()
    expect(page.get_by_text("3 values cannot be read: row 2, 3, 4.")).to_be_visible()
    expect(page.get_by_text("1 value left out: no cell for it.")).to_be_visible()
    save(page)
    expect(page.get_by_text("2 rows saved.")).to_be_visible()
    expect(page.get_by_role("heading", name="3 rows not saved")).to_be_visible()
    expect(field(page, 1)).to_be_focused()
    assert [field(page, at).input_value() for at in (1, 2, 3)] == ["1,5", "x", "1.125"]
    for at in (1, 2, 3):
        field(page, at).fill("0.25")
    save(page)
    expect(page.get_by_text("3 rows saved.")).to_be_visible()
    assert Participation.objects.filter(student__in=students).count() == 5


def test_a_pasted_block_goes_across_and_is_undone(stage: Stage) -> None:
    seats(stage.cottonwood, 2, recorded=2)
    page = stage.desk.glance(stage.clerk, at=course(stage))
    paste(page, 0, "1\t0.5\n2\t1")
    expect(page.get_by_text("4 values pasted.")).to_be_visible()
    expect(field(page, 1, "out_of_district_credits")).to_have_value("1")
    paste(page, 0, "y\nmaybe", "concentrator")
    expect(page.get_by_text("1 value cannot be read: row 2.")).to_be_visible()
    expect(field(page, 0, "concentrator")).to_have_value("Yes")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(field(page, 1)).to_have_value("1.50")


@pytest.mark.parametrize("later", [0, 1])
def test_two_clerks_on_one_section_each_way_round(stage: Stage, later: int) -> None:
    """Each changes a row of their own and one that both change."""
    students = seats(stage.cottonwood, 3, recorded=3)
    pages = [
        stage.desk.open(stage.people[who], at=course(stage)) for who in ("clerk", "administrator")
    ]
    for number, page in enumerate(pages):
        field(page, number).fill("1.75")
        field(page, 2).fill(f"1.{number}")
    save(pages[1 - later])
    expect(pages[1 - later].get_by_text("2 rows saved.")).to_be_visible()
    save(pages[later])
    expect(pages[later].get_by_text("1 row saved.")).to_be_visible()
    expect(pages[later].get_by_role("button", name="Compare and choose")).to_be_visible()
    expect(field(pages[later], 2)).to_have_value(f"1.{later}")
    own, theirs, both = (
        Participation.objects.get(student=student).in_district_credits for student in students
    )
    assert (own, theirs, both) == (Decimal("1.75"), Decimal("1.75"), Decimal(f"1.{1 - later}0"))
    pages[later].get_by_role("button", name="Compare and choose").click()
    expect(pages[later].get_by_text("Someone else saved this record").first).to_be_visible()


def test_a_refused_record_in_the_middle_and_a_year_certified_under_the_open_grid(
    stage: Stage,
) -> None:
    students = seats(stage.cottonwood, 3)
    stage.cottonwood.roster(students[1], FINANCE)
    page = stage.desk.open(
        stage.clerk, at=f"{stage.address('cte-roster-entry')}?school={stage.cottonwood.school.pk}"
    )
    for student in students:
        page.get_by_label(f"In District Credits, {student.name}, {HEALTH}").fill("0.5")
    page.get_by_label(f"In District Credits, {students[1].name}, Finance").fill("0.5")
    save(page)
    expect(page.get_by_role("heading", name="1 row not saved")).to_be_visible()
    expect(page.get_by_text("3 rows saved.")).to_be_visible()
    refused = page.get_by_label(f"In District Credits, {students[1].name}, Finance")
    expect(refused).to_have_value("0.5")
    refused.fill("0.75")
    lock_records()
    save(page)
    expect(page.get_by_text(re.compile("Records have been locked since")).first).to_be_visible()
    expect(refused).to_have_value("0.75")


def test_d_35_without_script_pages_of_50_are_saved_one_after_the_other(stage: Stage) -> None:
    students = seats(stage.cottonwood, 60)
    page = stage.desk.open(stage.clerk, script=False, at=course(stage))
    expect(page.locator("[data-row]")).to_have_count(50)
    field(page, 0).fill("0.5")
    field(page, 49).fill("x")
    save(page)
    expect(page.get_by_text("1 row saved.")).to_be_visible()
    expect(field(page, 49)).to_have_value("x")
    field(page, 49).fill("0.5")
    save(page)
    expect(page.get_by_text("1 row saved.")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.locator("[data-row]")).to_have_count(10)
    field(page, 9).fill("0.5")
    save(page)
    expect(page.get_by_text("1 row saved.")).to_be_visible()
    assert Participation.objects.filter(student__in=students).count() == 3


@pytest.mark.long
def test_d_35_a_thousand_rows_without_script_are_twenty_pages_and_lose_nothing(
    stage: Stage,
) -> None:
    """Each page is saved with a change in its first and its last row; one of them is refused, stays
    as typed, and is saved when it is put right.
    """
    students = seats(stage.cottonwood, 1000)
    page = stage.desk.open(stage.clerk, script=False, at=course(stage))
    for number in range(20):
        expect(page.locator("[data-row]")).to_have_count(50)
        field(page, 0).fill("0.5")
        field(page, 49).fill("x" if number == 10 else "0.75")
        save(page)
        if number == 10:
            expect(page.get_by_text("1 row saved.")).to_be_visible()
            expect(field(page, 49)).to_have_value("x")
            field(page, 49).fill("0.75")
            save(page)
            expect(page.get_by_text("1 row saved.")).to_be_visible()
        else:
            expect(page.get_by_text("2 rows saved.")).to_be_visible()
        if number < 19:
            page.get_by_role("link", name="Next").click()
    typed = {student.pk: "0.50" for student in students[::50]}
    typed |= {student.pk: "0.75" for student in students[49::50]}
    stored = Participation.objects.filter(student__in=students)
    assert {record.student_id: str(record.total_credits) for record in stored} == typed


def test_a_record_that_a_colleague_saved_in_the_middle_holds_its_row_alone(
    stage: Stage,
) -> None:
    students = seats(stage.cottonwood, 5, recorded=5)
    page = stage.desk.glance(stage.clerk, at=course(stage))
    paste(page, 0, "1\n1.25\n1.75\n2\n2.25")
    stage.cottonwood.record(students[2], in_district_credits="0.25", version=1)
    save(page)
    expect(page.get_by_text("4 rows saved.")).to_be_visible()
    expect(page.get_by_role("heading", name="1 row not saved")).to_be_visible()
    expect(field(page, 2)).to_have_value("1.75")
    stored = Participation.objects.filter(student__in=students).order_by("student__last_name")
    assert [str(record.total_credits) for record in stored] == [
        "1.00",
        "1.25",
        "0.25",
        "2.00",
        "2.25",
    ]
    assert violations(page) == ""


def test_d_36_without_script_the_server_changes_many_rows_shows_them_and_takes_it_back(
    stage: Stage,
) -> None:
    students = seats(stage.cottonwood, 3, recorded=2)
    page = stage.desk.open(stage.clerk, script=False, at=course(stage))
    field(page, 1).fill("1.75")
    page.get_by_role("button", name="Add to these rows").click()
    expect(page.get_by_text("0.50 added to In District Credits in 3 rows.")).to_be_visible()
    assert [field(page, at).input_value() for at in range(3)] == ["2.00", "2.25", "0.50"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 cells as before.")).to_be_visible()
    assert [field(page, at).input_value() for at in range(3)] == ["1.50", "1.75", ""]
    page.get_by_label("Value").fill("0.25")
    page.get_by_role("button", name="Set where blank").click()
    expect(page.get_by_text("0.25 set for In District Credits in 1 row.")).to_be_visible()
    field(page, 0).press("Enter")  # sends the form, as everywhere without script
    expect(page.get_by_text("2 rows saved.")).to_be_visible()
    totals = Participation.objects.filter(student__in=students).order_by("student__last_name")
    assert list(totals.values_list("total_credits", flat=True)) == [
        Decimal("1.50"),
        Decimal("1.75"),
        Decimal("0.25"),
    ]


def test_d_37_on_a_narrow_screen_a_row_is_a_card_with_the_same_names(stage: Stage) -> None:
    seats(stage.cottonwood, 2, recorded=1)
    page = stage.desk.glance(stage.clerk, size=NARROW, at=course(stage))
    names = (
        page.locator("[data-row]")
        .first.locator("[data-column]")
        .evaluate_all(
            "fields => fields.map(field => [field.getAttribute('aria-label').split(',')[0], Math.round(field.getBoundingClientRect().top)])"
        )
    )
    assert [name for name, _ in names][:2] == ["In District Credits", "Out of District Credits"]
    assert [top for _, top in names] == sorted({top for _, top in names}), "one below the other"
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    field(page, 0).fill("2.25")
    mark, answer = page.get_by_text("Yes from 2.00").bounding_box(), field(page, 0, "concentrator")
    assert mark and 80 < mark["x"] < answer.bounding_box()["x"], "after the label"  # type: ignore[index]
    for width in (1366, 1280):
        page.set_viewport_size({"width": width, "height": 768})
        table = page.get_by_role("region", name="Records")
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth"), "all columns"


def test_plus_adds_to_last_year_and_is_explained_on_the_record_and_in_the_grid(
    stage: Stage,
) -> None:
    student = seats(stage.cottonwood, 1)[0]
    stage.cottonwood.record(student, modified_end_year=2024)
    page = stage.desk.glance(stage.clerk, at=course(stage))
    field(page, 0).fill("+0.50")
    expect(page.locator("[data-total]")).to_have_text("2.00")
    field(page, 0).press("Tab")
    expect(field(page, 0)).to_have_value("2.00")
    expect(page.get_by_text("1.50 last year + 0.50 = 2.00")).to_be_visible()
    field(page, 0).press("Escape")
    expect(field(page, 0)).to_have_value("1.50")
    page.goto(stage.address("cte-concentrator", student.pk, stage.health()))
    credits = page.get_by_label("In District Credits Earned", exact=True)
    credits.fill("+0.25")
    expect(page.locator("[data-total]")).to_have_text("1.75")
    credits.press("Tab")
    expect(credits).to_have_value("1.75")
    expect(page.get_by_text("1.50 last year + 0.25 = 1.75")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_r_dde_06_elements_are_columns_saved_with_the_rest(stage: Stage, script: bool) -> None:
    students = seats(stage.cottonwood, 3, recorded=3)
    for kind, name in (("text", "Work site"), ("choice", "Club"), ("number", "Hours")):
        Element.objects.create(district="9012", name=name, kind=kind, position=1)
    ElementChoice.objects.create(element=Element.objects.get(key="club"), name="FFA", position=1)
    page = stage.desk.glance(stage.clerk, script=script, at=course(stage))
    page.locator("summary", has_text="District Defined Elements").click()
    for name in ("Work site", "Club", "Hours"):
        page.get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Show").click()
    about = f"{students[0].name}, {HEALTH}"
    page.get_by_label(f"Work site, {about}").fill("Clinic * 2")
    page.get_by_label(f"Club, {about}").select_option("FFA")
    field(page, 1).fill("1.75")
    if script:
        page.get_by_label(f"Work site, {about}").focus()
        page.get_by_role("button", name="Fill down").click()
        hours = page.locator("[data-kind=number]").first
        hours.evaluate(
            """(field) => {
                const data = new DataTransfer();
                data.setData("text/plain", "12\\nmany\\n8");
                field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
            }"""
        )
        expect(page.get_by_text("1 value cannot be read: row 2.")).to_be_visible()
        page.locator("[data-kind=number]").nth(1).fill("9")
    save(page)
    number = 3 if script else 2
    expect(page.get_by_text(f"{number} rows saved.")).to_be_visible()
    expect(page.get_by_label(f"Club, {about}")).to_have_value("FFA")
    expect(page.get_by_label(f"Work site, {about}")).to_have_value("Clinic * 2")
    assert ElementValue.objects.exclude(text="", number=None).count() == (7 if script else 2)
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_text(f"{number} rows as before.")).to_be_visible()
    expect(page.get_by_label(f"Work site, {about}")).to_have_value("")
    expect(field(page, 1)).to_have_value("1.50")


def test_the_benchmark_of_typing_measures_what_a_key_costs_the_page(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How much that is, is not asked here."""
    monkeypatch.setenv("KEYS", "4")
    script = Path(__file__).parents[1] / "benchmarks" / "grid_typing.py"
    typing = runpy.run_path(str(script))
    seats(stage.cottonwood, 3, recorded=3)
    page = stage.desk.open(stage.clerk, at=course(stage))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    cost = typing["worked"](page, session)
    assert cost["TaskDuration"] >= cost["ScriptDuration"] > 0
    expect(field(page, 0)).to_have_value("1")
    expect(field(page, 1)).to_have_value("1")
