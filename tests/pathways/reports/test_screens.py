"""Data Validation Reports and Validation Groups as people use them (V-03, V-04)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import AuditEvent, User
from cte_portal.batches.models import Batch
from pathways.models import GroupAssignment, Student
from pathways.records import entry
from pathways.reports.groups import END_OF_YEAR, GROUPS, REPORTS
from tests.fixtures.records import BUSINESS, HEALTH, District_, row
from tests.pathways.desk import dense, text

REPORTS_PAGE, GROUPS_PAGE = (
    "/districts/9012/2025/data-validation-reports/",
    "/districts/9012/2025/validation-groups/",
)
KEY = "11111111-1111-4111-8111-11111111111"


@pytest.fixture
def assigned(cottonwood: District_) -> None:
    for group in GROUPS:
        GroupAssignment.objects.assign("9012", group.slug, {"data-clerk", "viewer"})


@pytest.fixture
def desk(client: Client, assigned: None, clerk: User) -> Client:
    client.force_login(clerk)
    return client


@pytest.fixture
def wrong(cottonwood: District_, kayla: Student) -> Student:
    cottonwood.record(kayla, HEALTH, in_district_credits=Decimal("2.50"))
    cottonwood.record(kayla, BUSINESS, single_parent=True)
    return kayla


def line(page: str, title: str) -> str:
    """The text of a report's row."""
    row = next(
        row
        for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)
        if f">{title}</a>" in row.replace("&amp;", "&")
    )
    return text(row)


def run(client: Client, what: str, number: int = 0) -> Any:
    return client.post(REPORTS_PAGE, {"run": what, "key": f"{KEY}{number}"})


def test_v_04_the_five_reports_stand_by_letter_and_name_with_both_editions(
    desk: Client, cottonwood: District_, wrong: Student, sent: Callable[[], None]
) -> None:
    sent()
    cottonwood.record(wrong, HEALTH, in_district_credits=Decimal("2.50"), concentrator=True)
    page = desk.get(REPORTS_PAGE).content.decode()
    titles = re.findall(r"([a-e])\.<a [^>]+>([^<]+)</a>", dense(page))
    assert [(letter, title.replace("&amp;", "&")) for letter, title in titles] == [
        (report.letter, report.title) for report in END_OF_YEAR.reports if report.letter
    ]
    assert "1 concentrator, 0 participants 1 at the district" in line(
        page, REPORTS["count-concentrator-participant"].title
    )
    incorrect = line(page, REPORTS["incorrect-concentrator"].title)
    assert "No problems found 0 1 at the state" in incorrect
    assert "1 to correct 1 at the district" in line(page, REPORTS["single-parent-different"].title)
    assert "Does not match" in line(page, REPORTS["certification"].title)
    assert "State figures are as sent on" in page


def test_v_04_nothing_found_is_a_green_sentence(
    desk: Client, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)
    page = desk.get(f"{REPORTS_PAGE}?report=incorrect-concentrator").content.decode()
    assert re.search(r'<p class="note ok">.*?No problems found at the district', dense(page))
    assert (
        page.partition("<main")[2].partition("</main>")[0].count("<table") == 2
    )  # the groups' own; no empty table of findings


def test_the_open_report_leads_to_the_record_and_its_rule(desk: Client, wrong: Student) -> None:
    page = desk.get(f"{REPORTS_PAGE}?report=incorrect-concentrator").content.decode()
    assert "Choose Yes, or check the credits." in page
    health = wrong.participations.get(pathway__name=HEALTH).pathway_id
    cure = f"/districts/9012/2025/cte-concentrator/{wrong.pk}/{health}/?finding=CTE-131&amp;report=incorrect-concentrator"
    assert f'href="{cure}"' in page
    record = desk.get(cure.replace("&amp;", "&")).content.decode()
    assert (
        f'href="{REPORTS_PAGE}?report=incorrect-concentrator#report">' in record
        and "Back to the report" in record
    ), "B-07"
    assert "Back to the findings" in text(desk.get(cure.partition("&")[0]))
    page = desk.get(f"{REPORTS_PAGE}?report=single-parent-different").content.decode()
    assert f"{wrong.pk}/{health}/?finding=CTE-301" in page  # the pathway that says No
    assert "Confidential student data" in page


def test_at_the_state_the_open_report_shows_what_was_sent(
    desk: Client, cottonwood: District_, wrong: Student, sent: Callable[[], None]
) -> None:
    address = f"{REPORTS_PAGE}?report=incorrect-concentrator&at=state"
    assert "Nothing has been sent to the state yet" in text(desk.get(address))
    sent()
    cottonwood.record(wrong, HEALTH, in_district_credits=Decimal("2.50"), concentrator=True)
    page = text(desk.get(address))
    assert "ANDERSON, KAYLA" in page
    assert "As sent on" in page
    assert "ANDERSON, KAYLA" not in text(desk.get(f"{REPORTS_PAGE}?report=incorrect-concentrator"))


def test_running_one_says_what_it_found_and_when(
    desk: Client, wrong: Student, sent: Callable[[], None]
) -> None:
    sent()
    answer = run(desk, "incorrect-concentrator:state")
    assert answer["Location"] == f"{REPORTS_PAGE}?report=incorrect-concentrator&at=state#report"
    page = desk.get(answer["Location"]).content.decode()
    assert "1 report run at the state. 1 error found." in page
    assert (
        "at the state"
        in line(page, REPORTS["incorrect-concentrator"].title).partition("State ,")[0]
    )
    assert "Not yet" in line(page, REPORTS["single-parent-different"].title)
    batch = Batch.objects.get()
    assert (
        text(desk.get(f"/districts/9012/2025/batches/{batch.pk}/")).count(
            "End of Year CTE with Incorrect Concentrator Assigned"
        )
        >= 1
    )


def test_running_all_takes_the_assigned_ones_and_the_certification_report_only_at_the_state(
    desk: Client, wrong: Student, sent: Callable[[], None]
) -> None:
    GroupAssignment.objects.exclude(group=END_OF_YEAR.slug).delete()
    sent()
    assert run(desk, "all:district", 1)["Location"] == REPORTS_PAGE
    assert run(desk, "all:state", 2)["Location"] == REPORTS_PAGE
    slugs = [
        {entry["slug"] for entry in batch.result["reports"]}
        for batch in Batch.objects.order_by("queued_at")
    ]
    assert slugs[1] - slugs[0] == {"certification"}
    assert slugs[1] == {report.slug for report in END_OF_YEAR.reports}
    assert "District and state totals match." in desk.get(REPORTS_PAGE).content.decode()


def test_as_a_file_it_is_the_runs_own_file(desk: Client, wrong: Student) -> None:
    for number, (form, role) in enumerate((("csv", "d.csv"), ("xlsx", "report.xlsx"))):
        answer = run(desk, f"incorrect-concentrator:district:{form}", number)
        batch = Batch.objects.order_by("-queued_at")[0]
        assert answer["Location"] == f"/districts/9012/2025/batches/{batch.pk}/files/{role}/"
        file = desk.get(answer["Location"])
        assert b"".join(file) == default_storage.open(batch.files.get(role=role).stored).read()  # type: ignore[arg-type]
        assert "attachment" in file["Content-Disposition"]


def test_v_04_another_button_of_the_same_page_is_another_run_and_a_double_click_is_one(
    desk: Client, cottonwood: District_, wrong: Student
) -> None:
    """After a download the page stands as it was, with the same key."""
    csv, xlsx, here = (
        "incorrect-concentrator:district:csv",
        "incorrect-concentrator:district:xlsx",
        "single-parent-different:district",
    )
    answers = [run(desk, what)["Location"] for what in (csv, csv, xlsx, here)]
    assert answers[0] == answers[1] and Batch.objects.count() == 3
    assert answers[2].endswith("/report.xlsx/") and answers[3].endswith(
        "?report=single-parent-different&at=district#report"
    )
    cottonwood.record(wrong, HEALTH, in_district_credits=Decimal("2.50"), concentrator=True)
    answer = run(desk, csv)["Location"]
    assert answer != answers[0] and "ANDERSON" not in b"".join(desk.get(answer)).decode(), (
        "not the file of before the change"
    )  # type: ignore[arg-type]


def test_a_report_that_is_not_assigned_is_neither_shown_nor_run(
    desk: Client, wrong: Student
) -> None:
    GroupAssignment.objects.all().delete()
    page = text(desk.get(f"{REPORTS_PAGE}?report=incorrect-concentrator"))
    assert "No Validation Group is assigned to your user group" in page
    assert "ANDERSON" not in page
    for number, what in enumerate(
        ("incorrect-concentrator:state", "nonsense", "all:elsewhere", "")
    ):
        assert run(desk, what, number)["Location"] == REPORTS_PAGE
    assert not Batch.objects.exists()


def test_search_finds_by_words_of_the_title(desk: Client, cottonwood: District_) -> None:
    assert (
        len(re.findall(r"[a-e]\. <a", desk.get(f"{REPORTS_PAGE}?find=CTE").content.decode())) == 5
    )
    assert re.findall(
        r"([a-e])\. <a", desk.get(f"{REPORTS_PAGE}?find=single+parent").content.decode()
    ) == ["b", "c"]
    assert "No report matches" in text(desk.get(f"{REPORTS_PAGE}?find=zzz"))


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "²"])
def test_odd_page_numbers_and_reports_show_the_list(
    page: str, desk: Client, wrong: Student
) -> None:
    assert (
        desk.get(f"{REPORTS_PAGE}?report=modified-in-current-year&page={page}").status_code == 200
    )
    assert desk.get(f"{REPORTS_PAGE}?report={page}&at={page}").status_code == 200


def test_long_lists_come_in_pages_of_fifty(desk: Client, cottonwood: District_) -> None:
    for number in range(53):
        cottonwood.record(cottonwood.student(f"9990003{number:02d}", "Anselmo", f"Nr{number:02d}"))
    address = f"{REPORTS_PAGE}?report=count-concentrator-participant"
    first, second = (
        desk.get(address).content.decode(),
        desk.get(f"{address}&page=2").content.decode(),
    )
    assert (first.count("<bdi>ANSELMO"), second.count("<bdi>ANSELMO")) == (50, 3)
    assert "1 to 50 of 53" in first
    assert "51 to 53 of 53" in second


def test_a_past_year_is_said_to_be_as_of_now_and_is_not_run(
    desk: Client, cottonwood: District_, wrong: Student
) -> None:
    cottonwood.enroll(wrong, 2024)
    past = REPORTS_PAGE.replace("2025", "2024")
    page = text(desk.get(f"{past}?report=incorrect-concentrator"))
    assert "not those of 2023-24" in page
    assert "ANDERSON, KAYLA" in page
    assert "Run all" not in page
    assert desk.post(past, {"run": "all:state", "key": f"{KEY}1"}).status_code == 403


def test_a_viewer_reads_but_runs_nothing_and_cures_nothing(
    client: Client, assigned: None, viewer: User, wrong: Student
) -> None:
    client.force_login(viewer)
    page = text(client.get(f"{REPORTS_PAGE}?report=incorrect-concentrator"))
    assert "ANDERSON, KAYLA" in page
    assert "Run all" not in page
    assert "Open and fix" not in page
    assert run(client, "all:state").status_code == 403


def test_the_page_asks_each_report_once_an_edition(
    desk: Client, cottonwood: District_, wrong: Student, sent: Callable[[], None]
) -> None:
    sent()
    desk.get(REPORTS_PAGE)

    def statements(address: str) -> tuple[int, int]:
        with (
            CaptureQueriesContext(connections["default"]) as district,
            CaptureQueriesContext(connections["state"]) as state,
        ):
            desk.get(address)
        of_records = [
            query
            for query in district.captured_queries
            if re.search("participation|roster", query["sql"])
            and "of_ledger" not in query["sql"]  # the district's position
        ]
        return len(of_records), len(
            [query for query in state.captured_queries if "statecopy" not in query["sql"]]
        )

    def beyond_the_frame() -> tuple[int, int]:
        page = statements(f"{REPORTS_PAGE}?report=incorrect-concentrator")
        return page[0] - frame[0], page[1] - frame[1]

    frame = statements(GROUPS_PAGE)  # the bar and the navigation count too
    # One page of rows, and how far OPI's lists have come at the state.
    assert beyond_the_frame() == (1, 1), "while nothing moves, no report is counted again"
    cache.clear()
    statements(GROUPS_PAGE)
    assert beyond_the_frame() == (9, 8), "and seven counts an edition"


def test_the_figures_follow_entry_and_resync(
    desk: Client, cottonwood: District_, wrong: Student, sent: Callable[[], None]
) -> None:
    """Each edition's figure moves with what that edition holds."""

    def numbers(title: str) -> list[str]:
        return re.findall(r"\d+", line(dense(desk.get(REPORTS_PAGE).content.decode()), title))

    sent()
    count = REPORTS["count-concentrator-participant"].title
    before = numbers(count)
    assert before == numbers(count)
    other = cottonwood.student("999000124", "Other")
    entry.save(cottonwood.scope, [row(other, HEALTH)], by="MARTIN, CHERYL")
    entered = numbers(count)
    assert entered != before
    assert "Does not match" in line(
        dense(desk.get(REPORTS_PAGE).content.decode()), REPORTS["certification"].title
    )
    sent()
    assert numbers(count) not in (before, entered)
    assert "Totals match" in line(
        dense(desk.get(REPORTS_PAGE).content.decode()), REPORTS["certification"].title
    )


def test_a_district_administrator_assigns_and_it_is_written_down(
    client: Client, administrator: User, clerk: User
) -> None:
    client.force_login(clerk)
    assert "No Validation Group is assigned" in text(client.get(REPORTS_PAGE))
    assert (
        client.post(GROUPS_PAGE, {"group": END_OF_YEAR.slug, "role": "data-clerk"}).status_code
        == 403
    )
    client.force_login(administrator)
    for role in ("data-clerk", "opi-staff"):  # what is no user group of a district is nothing
        client.post(GROUPS_PAGE, {"group": END_OF_YEAR.slug, "role": [role, "data-clerk"]})
    assert list(GroupAssignment.objects.values_list("district", "group", "role")) == [
        ("9012", END_OF_YEAR.slug, "data-clerk")
    ]
    event = AuditEvent.objects.get()
    assert (event.by, event.kind, event.district, event.before, event.after) == (
        "REYES, ANA",
        "validation group",
        "9012",
        {"User groups": "no user group"},
        {"User groups": "Data Clerk"},
    )
    assert (
        "Saved."
        in client.post(GROUPS_PAGE, {"group": END_OF_YEAR.slug}, follow=True).content.decode()
    )
    assert not GroupAssignment.objects.exists()
    assert (
        "Choose a Validation Group"
        in client.post(GROUPS_PAGE, {"group": "x"}, follow=True).content.decode()
    )
    client.post(GROUPS_PAGE, {"group": END_OF_YEAR.slug, "role": "data-clerk"})
    client.force_login(clerk)
    assert "End of Year CTE Count Single Parent" in text(client.get(REPORTS_PAGE))


def test_home_says_validated_only_when_the_state_matches_and_no_error_is_left(
    desk: Client, cottonwood: District_, wrong: Student, sent: Callable[[], None]
) -> None:
    def task() -> str:
        page = desk.get("/districts/9012/2025/").content.decode()
        return text(
            next(
                row
                for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
                if "Validate data" in row
            )
        )

    assert "3 errors" in task() and "Fix findings" in task()
    sent()
    run(desk, "all:state", 2)
    assert "3 errors" in task()
    for pathway in (HEALTH, BUSINESS):
        cottonwood.record(wrong, pathway, in_district_credits=Decimal("1.00"))
    run(desk, "certification:state", 3)
    assert "Does not match" in task()
    sent()
    assert (
        "In progress No problems found in 2 records." in task()
        and "Run the Certification report at the state now." in task()
    )
    run(desk, "certification:state", 4)
    assert "Completed No problems found in 2 records. District and state totals match." in task()
    cottonwood.record(wrong, BUSINESS, in_district_credits=Decimal("1.50"))
    assert "Run the Certification report at the state after the next resync." in task(), (
        "what the district has changed since is not validated"
    )
