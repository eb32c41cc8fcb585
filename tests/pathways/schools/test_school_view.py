"""School View: what a principal sees of the own school, and that it is nothing else."""

from __future__ import annotations

import csv
import datetime
import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from certification.certifiers.certifiers import eligible
from certification.models import CertificationEvent
from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import AuditEvent, Membership, Role, User, ViewEvent
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.refusals import Refusal
from pathways.models import (
    Calendar,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    Pathway,
    PostProgramStatus,
    RosterDecision,
    School,
    SchoolYear,
    Student,
)
from tests.fixtures.people import person, sees_school
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.listing import names as names_of
from tests.pathways.test_query_counts import at_most

BASE = "/districts/9012/2025/"
PAGE = f"{BASE}schools/0001/"


def text(answer: object) -> str:
    content = answer.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))


@pytest.fixture
def middle(cottonwood: District_) -> School:
    return School.objects.create(district_id="9012", number="0002", name="Árbol Middle School")


@pytest.fixture
def students(cottonwood: District_, middle: School) -> dict[str, Student]:
    """Abbott (12) concentrates in Health; Baker (11) sits in a course of it; Cole (12) has no CTE;
    Dunn is at the middle school, and so is, with a partial enrollment, Abbott.
    """
    world = {}
    for number, (last, grade) in enumerate(
        (("Abbott", "12"), ("Baker", "11"), ("Cole", "12"), ("Dunn", "08"))
    ):
        world[last] = cottonwood.student(f"99900070{number}", last, "Ann")
        world[last].enrollments.update(grade=grade)
    calendar = Calendar.objects.create(
        school=middle, school_year=SchoolYear.objects.get(pk=2025), number="1"
    )
    world["Dunn"].enrollments.update(calendar=calendar)
    world["Abbott"].enrollments.create(
        calendar=calendar, service_type="S", grade="12", start_date="2025-01-10"
    )
    cottonwood.approve(HEALTH, BUSINESS)
    cottonwood.record(world["Abbott"], HEALTH, concentrator=True, in_district_credits="2.50")
    cottonwood.record(world["Dunn"], BUSINESS)
    cottonwood.roster(world["Baker"], HEALTH)
    return world


@pytest.fixture
def office(client: Client, school_viewer: User, students: dict[str, Student]) -> Client:
    client.force_login(school_viewer)
    return client


def names(content: str) -> list[str]:
    """Of the list, which stands below the figures."""
    return names_of(content.partition('id="students"')[2])


def cells(content: str, pathway: str) -> list[str]:
    """The figures on a pathway's line."""
    row = next(row for row in re.findall(r"<tr.*?</tr>", content, re.DOTALL) if pathway in row)
    return re.findall(r'<td class="num"[^>]*>([^<]*)</td>', row)


def test_it_shows_the_schools_students_by_pathway_and_grade(office: Client) -> None:
    content = office.get(PAGE).content.decode()
    assert cells(content, HEALTH) == ["1", "1", "2", "1", "1"], "grades 11 and 12, all, conc., none"
    assert cells(content, "each student once") == ["1", "1", "2", "1", "1"]
    assert "2 of 3 students in CTE" in text(office.get(PAGE)), "Abbott once, Dunn not at all"
    assert names(content) == ["ABBOTT", "BAKER"]
    assert "DUNN" not in content and BUSINESS not in content and "Árbol" not in content
    assert "No record yet: Health Professions" in content


def test_it_is_narrowed_and_sorted(office: Client) -> None:
    def shown(query: str) -> list[str]:
        return names(office.get(PAGE + query).content.decode())

    assert shown("?standing=missing") == ["BAKER"]
    assert shown("?standing=concentrator") == ["ABBOTT"]
    assert shown("?grade=12") == ["ABBOTT"]
    assert shown(f"?pathway={Pathway.objects.get(name=HEALTH).pk}") == ["ABBOTT", "BAKER"]
    assert shown("?sort=standing") == ["BAKER", "ABBOTT"], "what is open first"
    assert shown("?sort=-standing") == ["ABBOTT", "BAKER"]
    assert shown("?sort=-student") == ["BAKER", "ABBOTT"]
    assert shown("?grade=nine") == [], "what cannot be read finds nothing"


def test_a_finding_stands_beside_the_student_until_it_is_solved(
    office: Client, cottonwood: District_, students: dict[str, Student]
) -> None:
    assert "No open findings." in text(office.get(PAGE))
    cottonwood.record(
        students["Abbott"], HEALTH, version=1, concentrator=False, in_district_credits="2.50"
    )
    page = text(office.get(f"{PAGE}?standing=open"))
    assert "1 with open findings" in page and "1 open finding" in page


def test_who_was_dismissed_on_the_worklist_is_no_student_without_a_record(
    office: Client, students: dict[str, Student]
) -> None:
    RosterDecision.objects.create(
        district="9012",
        end_year=2025,
        state_id=students["Baker"].state_id,
        pathway_id=Pathway.objects.get(name=HEALTH).pk,
        choice=RosterDecision.Choice.NOT_CTE,
        reason="An elective.",
        by="MARTIN, CHERYL",
        at=timezone.now(),
    )
    assert names(office.get(PAGE).content.decode()) == ["ABBOTT"]


def test_the_file_has_the_list_as_it_is_shown_and_is_in_the_read_log(
    office: Client, school_viewer: User
) -> None:
    answer = office.get(f"{PAGE}file/csv/?standing=missing")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row[0].split(",")[0] for row in rows] == ["Student", "BAKER"]
    assert rows[1][-1] == "No record yet: Health Professions"
    VIEW_LOG.write()
    views = ViewEvent.objects.filter(user_id=school_viewer.pk, is_file=True)
    assert [view.page for view in views] == ["school-file"]
    assert office.get(f"{PAGE}file/xlsx/").getvalue()[:2] == b"PK"
    assert office.get(f"{PAGE}file/pdf/").status_code == 404


def test_how_it_is_looked_at_is_saved_for_who_may_see_the_school(
    office: Client, client: Client, middle: School
) -> None:
    address = f"{PAGE}?grade=12&sort=-student"
    saved = office.post(f"{BASE}saved-lists/", {"address": address, "name": "Seniors"}, follow=True)
    (link,) = re.findall(r'<a href="([^"]*)">Seniors</a>', saved.content.decode())
    assert office.get(link)["Location"] == f"{PAGE}?grade=12&sort=-student"
    refused = office.post(
        f"{BASE}saved-lists/", {"address": f"{BASE}student-list/", "name": "All"}, follow=True
    )
    assert "This list cannot be saved" in text(refused)
    other = person("pm", "Middle", "Pia")
    sees_school(other, "0002")
    client.force_login(other)
    answer = client.get(link, follow=True)
    assert answer.status_code == 404, "the link opens no other school"


def test_another_school_is_not_found_by_page_or_file(
    office: Client, students: dict[str, Student], elsewhere: District_
) -> None:
    """The other school of the district, one of another district, numbers that are none."""
    for number in ("0002", "9999", "1", "0001%00", "%00", "0001 ", str(School.objects.first().pk)):  # type: ignore[union-attr]
        for rest in ("", "file/csv/"):
            answer = office.get(f"{BASE}schools/{number}/{rest}")
            assert answer.status_code == 404, number
            assert "DUNN" not in answer.content.decode()
    assert office.get("/districts/0965/2025/schools/0001/").status_code == 404
    dunn = students["Dunn"].pk
    for page in ("", "cte-concentrator/", f"cte-concentrator/{dunn}/", "findings/", "people/"):
        assert office.get(BASE + page).status_code == 403, page
    own = students["Abbott"].pk
    assert office.get(f"{BASE}cte-concentrator/{own}/").status_code == 403


def test_the_frame_says_nothing_of_the_district_beside_its_name(
    office: Client, event: CertificationEvent
) -> None:
    page = office.get(PAGE)
    assert page.context["portal"].facts == []
    entries = [e.url for group in page.context["portal"].navigation for e in group.entries]
    assert f"{BASE}schools/" in entries
    for address in {*entries, *re.findall(r'href="(/districts/[^"#?]*)"', page.content.decode())}:
        assert office.get(address).status_code in (200, 302), address
    assert "cte-concentrator" not in page.content.decode(), "names lead nowhere"


def test_she_lands_on_the_school_wherever_she_comes_from(office: Client) -> None:
    assert office.get("/", follow=True).redirect_chain[-1][0] == PAGE
    office.get(PAGE)
    assert office.get("/", follow=True).redirect_chain[-1][0] == PAGE
    chosen = office.get("/districts/")
    assert f'href="{BASE}schools/"' in chosen.content.decode()
    assert not chosen.context["districts"][0]["now"], "how far the district is, she does not see"


def test_a_school_that_is_gone_is_said_so(
    client: Client, cottonwood: District_, middle: School, elsewhere: District_
) -> None:
    """Its number given to a school that comes later opens nothing, nor does another district's."""
    user = person("pm", "Middle", "Pia")
    sees_school(user, "0002")
    client.force_login(user)
    assert client.get(f"{BASE}schools/0002/").status_code == 200
    middle.delete()
    School.objects.create(district_id="9012", number="0002", name="Árbol Middle School")
    School.objects.create(district_id="0965", number="0002", name="Elsewhere Middle School")
    for rest in ("", "file/csv/"):
        assert client.get(f"{BASE}schools/0002/{rest}").status_code == 404
    page = client.get(f"{BASE}schools/")
    assert "no longer has the school that had the number 0002" in text(page)
    assert "Árbol" not in page.content.decode()


def test_two_schools_are_a_choice_and_a_viewer_of_the_district_sees_all(
    office: Client, school_viewer: User, viewer: User, client: Client
) -> None:
    sees_school(school_viewer, "0002")
    page = office.get(f"{BASE}schools/").content.decode()
    assert "/schools/0001/" in page and "/schools/0002/" in page
    assert names(office.get(f"{BASE}schools/0002/").content.decode()) == ["DUNN"]
    client.force_login(viewer)
    page = client.get(PAGE).content.decode()
    assert "/cte-concentrator/" in page, "who may open the student is led there"
    assert "file/csv" not in page and client.get(f"{PAGE}file/csv/").status_code == 403


def test_the_role_ends_with_the_next_request(office: Client, school_viewer: User) -> None:
    assert office.get(PAGE).status_code == 200
    school_viewer.memberships.all().delete()
    assert office.get(PAGE).status_code == 404


def test_the_database_holds_the_role_to_a_school_and_no_other_role(
    school_viewer: User, cottonwood: District_
) -> None:
    for role, school in (
        (Role.SCHOOL_VIEWER, ""),
        (Role.SCHOOL_VIEWER, "12"),
        (Role.VIEWER, "0001"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            school_viewer.memberships.create(role=role, district="9012", school=school)
    with pytest.raises(IntegrityError), transaction.atomic():
        sees_school(school_viewer, "0001")
    with pytest.raises(IntegrityError), transaction.atomic():
        school_viewer.memberships.create(role=Role.VIEWER, district="9012", school_key=1)
    with pytest.raises(ValidationError, match="A School Viewer needs a 4-digit school number"):
        Membership(user=school_viewer, role=Role.SCHOOL_VIEWER, district="9012").full_clean()


def test_an_administrator_chooses_the_school_and_is_refused_without_one(
    client: Client, administrator: User, viewer: User, middle: School, keeper: User
) -> None:
    page = f"{BASE}people/{viewer.pk}/"
    client.force_login(administrator)
    assert "0002 Árbol Middle School" in client.get(page).content.decode()
    give = {"do": "give", "role": "school-viewer"}
    assert "Choose the school that the School Viewer sees" in text(client.post(page, give))
    assert "no school with that number" in text(client.post(page, {**give, "school": "0009"}))
    plain = client.post(page, {"do": "give", "role": "data-clerk", "school": "0002"})
    assert "Only a School Viewer has a school" in text(plain)
    assert viewer.memberships.count() == 1
    assert client.post(page, {**give, "school": "0002"}).status_code == 302
    assert "School Viewer 9012, school 0002" in text(client.get(page))
    event = AuditEvent.objects.filter(kind="role").latest("pk")
    assert event.after == {"Role": "School Viewer 9012, school 0002"}
    client.force_login(keeper)
    page = f"/opi/people/{viewer.pk}/"
    wrong = client.post(page, {**give, "district": "9012", "school": "0009"})
    assert "District 9012 has no school with that number" in text(wrong)
    assert client.post(page, {**give, "district": "9012", "school": "0001"}).status_code == 302
    assert viewer.memberships.filter(school="0001").exists()


def test_a_new_person_begins_as_a_school_viewer(
    client: Client, administrator: User, cottonwood: District_
) -> None:
    client.force_login(administrator)
    fields = {
        "username": "counsel",
        "first_name": "Cora",
        "last_name": "Counsel",
        "email": "cora@example.org",
        "role": "school-viewer",
    }
    page = f"{BASE}people/new/"
    assert "Choose the school" in text(client.post(page, fields))
    assert client.post(page, {**fields, "school": "0001"}).status_code == 302
    assert [str(role) for role in User.objects.get(username="counsel").memberships.all()] == [
        "School Viewer 9012, school 0001"
    ]


def test_the_action_itself_refuses_what_a_page_would_not_send(
    administrator: User, viewer: User, elsewhere: District_
) -> None:
    School.objects.create(district_id="0965", number="0077", name="Elsewhere Middle School")
    authority = Authority(administrator, "9012")
    for role, school in (("school-viewer", ""), ("school-viewer", "0077"), ("viewer", "0001")):
        with pytest.raises(Refusal):
            people.give(authority, viewer, role, "9012", school)


def test_who_is_of_a_school_alone_signs_nothing(school_viewer: User, viewer: User) -> None:
    assert list(eligible("9012")) == [viewer]


def test_the_follow_up_stands_there_while_it_is_open(
    office: Client, students: dict[str, Student], cottonwood: District_, middle: School
) -> None:
    today = timezone.localdate()
    FollowUpYear.objects.update_or_create(
        end_year=2024,
        defaults={
            "opens": today - datetime.timedelta(days=3),
            "closes": today + datetime.timedelta(days=3),
            "refreshed_until": today - datetime.timedelta(days=3),
        },
    )
    for last, school in (
        ("Abbott", cottonwood.school),
        ("Baker", cottonwood.school),
        ("Dunn", middle),
    ):
        FollowUpEntry.objects.create(
            student=students[last],
            end_year=2024,
            school=school,
            exit="graduate",
            exit_date="2024-05-30",
            end_status="400",
            reason="Concentrator",
            since=timezone.now(),
        )
    status = PostProgramStatus.objects.order_by("rank")[0]
    Outcome.objects.create(
        student=students["Baker"],
        end_year=2024,
        status=status.code,
        date_contacted=today,
        origin=Outcome.Origin.values[0],
    )
    page = office.get(PAGE)
    assert "Follow-up of 2023-24" in text(page) and "1 of 2 former students still to reach" in text(
        page
    )
    assert status.name in page.content.decode() and "DUNN" not in page.content.decode()
    FollowUpYear.objects.filter(end_year=2024).update(closes=today - datetime.timedelta(days=1))
    assert "Follow-up of" not in text(office.get(PAGE))


def test_as_many_statements_for_many_students_as_for_few(
    office: Client, cottonwood: District_
) -> None:
    office.get(PAGE)
    with at_most(40):
        office.get(PAGE)
    for number in range(30):
        student = cottonwood.student(f"9990009{number:02d}", "Many", f"M{number}")
        cottonwood.record(student, HEALTH)
        cottonwood.roster(student, BUSINESS)
    with at_most(40):
        office.get(PAGE)
