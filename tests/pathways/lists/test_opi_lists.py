"""OPI keeps its lists in the admin site: effects first, every change written down, published to the
state.
"""

from __future__ import annotations

import datetime
import json
import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from cte_portal.accounts.models import AuditEvent, User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run
from pathways.lists import changing, publish
from pathways.models import Approval, District, Participation, Pathway, School, SchoolYear, Student
from pathways.resync import batches
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_
from tests.pathways.desk import Desk, text

LIST = "/admin/pathways"


@pytest.fixture
def desk(client: Client, keeper: User) -> Client:
    client.force_login(keeper)
    return client


def pathway(name: str = HEALTH) -> Pathway:
    return Pathway.objects.get(name=name)


def typed(row: Any, **values: Any) -> dict[str, Any]:
    """What the form of a row sends."""
    fields = {
        Pathway: lambda: {
            "code": row.code,
            "name": row.name,
            "first_year": row.first_year,
            "last_year": row.last_year or "",
        },
        District: lambda: {"name": row.name},
        SchoolYear: lambda: {
            "starts": f"{row.starts:%m/%d/%Y}",
            "ends": f"{row.ends:%m/%d/%Y}",
            **({"is_active": "on"} if row.is_active else {}),
        },
    }[type(row)]()
    return {
        **fields,
        "reason": "Letter of 05/30/2025",
        "seen": json.dumps(changing.words(row)),
        **values,
    }


def confirm(desk: Client, address: str, sent: dict[str, Any]) -> Any:
    """Send a change, and send it again with what the page showed."""
    answer = desk.post(address, sent)
    assert answer.status_code == 200, "what follows is shown first"
    confirmed = answer.context["adminform"].form.data["confirmed"]
    return desk.post(address, {**sent, "confirmed": confirmed})


def test_o_15_the_effect_is_shown_before_a_pathway_is_renamed(
    desk: Client, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)
    row = pathway()
    address, sent = f"{LIST}/pathway/{row.pk}/change/", typed(row, name="Health Sciences")
    page = text(desk.post(address, sent))
    assert "Nothing has been saved yet" in page and "Affects 1 district, 1 record" in page
    assert pathway().name == HEALTH
    assert confirm(desk, address, sent).status_code == 302
    assert Pathway.objects.get(pk=row.pk).name == "Health Sciences"
    event = AuditEvent.objects.get()
    assert (event.by, event.kind, event.operation, event.reason) == (
        "HALE, ROBIN",
        "pathway",
        "change",
        "Letter of 05/30/2025",
    )
    assert event.changes == [("CTE Pathway", HEALTH, "Health Sciences")]


def test_an_unused_pathway_is_saved_at_once_and_nothing_changed_writes_nothing(
    desk: Client, opi_reference: None
) -> None:
    row = pathway(FINANCE)
    address = f"{LIST}/pathway/{row.pk}/change/"
    assert desk.post(address, typed(row)).status_code == 302
    assert not AuditEvent.objects.exists()
    assert desk.post(address, typed(row, name="Finance and Insurance")).status_code == 302
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("seen", ["", "{", "1", "[1]", "[" * 100_000, "9" * 5000])
def test_a_made_up_row_is_one_that_nobody_has_seen(
    desk: Client, opi_reference: None, seen: str
) -> None:
    row = pathway(FINANCE)
    answer = desk.post(f"{LIST}/pathway/{row.pk}/change/", typed(row, name="Mine", seen=seen))
    assert answer.status_code == 200 and pathway(FINANCE).name == FINANCE


def test_two_of_opi_at_one_row_nobody_is_overwritten_unseen(
    desk: Client, opi_reference: None, keeper: User
) -> None:
    row = pathway(FINANCE)
    sent = typed(row, name="Mine")
    with changing.changing(by=keeper) as entries:
        row.name = "Theirs"
        entries.save(row)
    page = text(desk.post(f"{LIST}/pathway/{row.pk}/change/", sent))
    assert "Someone else changed this" in page and "Theirs" in page
    assert Pathway.objects.get(pk=row.pk).name == "Theirs"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"code": "1"}, "2 digits"),
        ({"code": "05"}, "Another pathway has that code"),
        ({"name": BUSINESS}, "Another pathway has that name"),
        ({"name": ""}, "Enter a value for CTE Pathway"),
        ({"name": "x" * 101}, "100"),
        ({"name": "nul\0"}, "Null characters"),
        ({"first_year": "2025", "last_year": "2024"}, "last year must not come before"),
        ({"first_year": "٢٠٢٥x"}, "whole number"),
    ],
)
def test_bad_input_is_told_beside_the_field(
    values: dict[str, str], sentence: str, desk: Client, opi_reference: None
) -> None:
    answer = desk.post(
        f"{LIST}/pathway/add/", {"code": "91", "name": "Drones", "first_year": "2025", **values}
    )
    assert answer.status_code == 200 and sentence.lower() in text(answer).lower()
    assert not AuditEvent.objects.exists()


def test_a_district_keeps_its_leading_zeros(desk: Client, opi_reference: None) -> None:
    assert "Write 0965" in text(
        desk.post(f"{LIST}/district/add/", {"number": "965", "name": "Elsewhere"})
    )
    assert (
        desk.post(f"{LIST}/district/add/", {"number": "0965", "name": "Elsewhere"}).status_code
        == 302
    )
    assert District.objects.get().number == "0965"
    assert AuditEvent.objects.get().district == "0965"


def test_z_09_what_is_in_use_is_never_removed(
    desk: Client, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)
    for address in (f"pathway/{pathway().pk}", "district/9012", "schoolyear/2025"):
        assert desk.post(f"{LIST}/{address}/delete/", {"post": "yes"}).status_code == 403
    unused = Pathway.objects.create(code="91", name="Drones", first_year=2025)
    assert desk.get(f"{LIST}/pathway/{unused.pk}/delete/").status_code == 200
    assert desk.post(f"{LIST}/pathway/{unused.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Pathway.objects.filter(code="91").exists()
    assert AuditEvent.objects.get().operation == "remove"


def test_one_year_is_active_and_the_next_one_takes_its_place(
    desk: Client, cottonwood: District_
) -> None:
    row = SchoolYear.objects.get(pk=2026)
    form = typed(row, is_active="on")
    effects = text(desk.post(f"{LIST}/schoolyear/2026/change/", form))
    assert "2025-26 becomes the current year for" in effects and "0 records" not in effects
    answer = confirm(desk, f"{LIST}/schoolyear/2026/change/", form)
    assert answer.status_code == 302
    assert list(SchoolYear.objects.filter(is_active=True).values_list("pk", flat=True)) == [2026]
    assert AuditEvent.objects.filter(kind="school year").count() == 2
    active = SchoolYear.objects.get(pk=2026)
    refused = desk.post(f"{LIST}/schoolyear/2026/change/", {**typed(active), "is_active": ""})
    assert "There must always be a current year" in text(refused)
    assert SchoolYear.objects.active().pk == 2026


def test_lists_sort_and_search_by_a_list_of_columns_alone(
    desk: Client, cottonwood: District_
) -> None:
    for query in (
        "",
        "?q=health",
        "?o=2",
        "?o=99",
        "?o=name;drop",
        "?foo=bar",
        "?p=99",
        "?_popup=1",
        "?q=%00",
    ):
        assert desk.get(f"{LIST}/pathway/{query}", follow=True).status_code in (200, 400), query
    for key in ("999999", "9" * 40, "%00", "x", "1;2"):
        for model in ("pathway", "district", "schoolyear"):
            assert desk.get(f"{LIST}/{model}/{key}/change/", follow=True).status_code in (
                200,
                404,
            ), (model, key)
    assert desk.get("/opi/approvals/2025/districts/%00/").status_code == 404
    assert desk.get(f"/opi/approvals/{'9' * 30}/copy/").status_code == 404


def test_opi_staff_see_the_lists_and_cannot_change_them(
    client: Client, opi: User, opi_reference: None
) -> None:
    client.force_login(opi)
    page = client.get(f"{LIST}/pathway/{pathway().pk}/change/").content.decode()
    assert HEALTH in page and 'name="name"' not in page


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_auditevent SET reason = 'X'", "DELETE FROM accounts_auditevent"]
)
def test_p_04_what_was_done_cannot_be_rewritten(statement: str, keeper: User) -> None:
    with changing.changing(by=keeper) as entries:
        entries.add([District(number="0001", name="A")])
    with (
        pytest.raises(IntegrityError, match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_what_opi_changes_is_published_to_the_state(
    desk: Client, cottonwood: District_, keeper: User
) -> None:
    publish.publish()
    at_state = Pathway.objects.db_manager("state")
    assert publish.publish() == 0, "published already"
    row = pathway(FINANCE)
    assert (
        desk.post(f"{LIST}/pathway/{row.pk}/change/", typed(row, name="Money")).status_code == 302
    )
    assert at_state.get(pk=row.pk).name == FINANCE, (
        "it waits for a worker: the web process may only read there"
    )
    run_queued()
    assert at_state.get(pk=row.pk).name == "Money" and publish.is_published()
    with changing.changing(by=keeper) as entries:
        entries.remove(list(Approval.objects.filter(pathway=pathway())))
    assert not publish.is_published()
    run_queued()
    assert not Approval.objects.db_manager("state").filter(pathway_id=pathway().pk).exists()


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_codes_that_change_places_are_published(opi_reference: None, keeper: User) -> None:
    first, second = Pathway.objects.get(code="01"), Pathway.objects.get(code="02")
    Pathway.objects.filter(pk=second.pk).update(code="92")
    Pathway.objects.filter(pk=first.pk).update(code="02")
    publish.publish()
    assert Pathway.objects.db_manager("state").get(pk=first.pk).code == "02"
    SchoolYear.objects.filter(pk=2025).update(is_active=False)
    SchoolYear.objects.filter(pk=2023).update(is_active=True)
    publish.publish()
    assert SchoolYear.objects.db_manager("state").get(is_active=True).pk == 2023


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"code": "02"}, {"code": "01"}),
        ({"name": "Second"}, {"name": "First"}),
        ({"name": "SECOND"}, {"name": "first"}),
        ({"code": "02", "name": "second"}, {"code": "01", "name": "FIRST"}),
    ],
    ids=["codes", "names", "names but for case", "both"],
)
def test_codes_and_names_that_were_exchanged_are_published(
    first: dict[str, str], second: dict[str, str], opi_reference: None
) -> None:
    """None can be written first: each takes what the other still has at the state."""
    here, there = Pathway.objects.order_by("pk"), Pathway.objects.db_manager("state").order_by("pk")
    agriculture, business = here.get(code="01"), here.get(code="02")
    here.filter(pk=agriculture.pk).update(name="First")
    here.filter(pk=business.pk).update(name="Second")
    publish.publish()
    here.filter(pk=agriculture.pk).update(code="92", name="For a moment")
    here.filter(pk=business.pk).update(**second)
    here.filter(pk=agriculture.pk).update(**{"code": "01", "name": "First"} | first)
    assert publish.publish() == 2
    assert list(there.values()) == list(here.values()) and publish.publish() == 0


def run_queued() -> None:
    for batch in Batch.objects.filter(kind="publish", status=Status.QUEUED):
        assert run(batch.pk)


def test_a_state_that_cannot_be_reached_does_not_undo_the_change(
    keeper: User, opi_reference: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> int:
        raise DatabaseError

    monkeypatch.setattr(batches, "publish", broken)
    with changing.changing(by=keeper) as entries:
        entries.add([District(number="0001", name="A")])
    run_queued()
    waiting = Batch.objects.get(kind="publish")
    assert District.objects.exists() and (waiting.status, waiting.attempt) == (
        Status.QUEUED,
        1,
    ), "it is tried again"


def test_c_34_a_pathway_is_retired_while_the_clerk_has_the_form_open(
    client: Client, cottonwood: District_, kayla: Student, clerk: User, keeper: User
) -> None:
    cottonwood.record(kayla)
    client.force_login(clerk)
    form = Desk(client, kayla)
    assert "Save" in form.page(f"{form.pathway()}/")
    with changing.changing(by=keeper) as entries:
        row = pathway()
        row.last_year = 2024
        entries.save(row)
    page = text(answer := form.change(in_district_credits="3.25", concentrator="Yes"))
    assert answer.status_code == 200 and 'value="3.25"' in answer.content.decode(), (
        "what was typed is kept"
    )
    assert "There is a problem" in page and HEALTH in page
    assert Participation.objects.get().total_credits == Decimal("1.50")
    assert form.change(start_date="07/15/2022").status_code == 302, (
        "other fields can still be corrected"
    )


def test_c_34_an_approval_is_withdrawn_while_the_clerk_has_the_form_open(
    client: Client, cottonwood: District_, kayla: Student, clerk: User, keeper: User
) -> None:
    client.force_login(clerk)
    form = Desk(client, kayla)
    with changing.changing(by=keeper) as entries:
        entries.remove(list(Approval.objects.filter(pathway=pathway())))
    answer = form.enter(in_district_credits="0.75")
    assert answer.status_code == 200 and 'value="0.75"' in answer.content.decode()
    assert "approved" in text(answer)
    assert "/rules/#CTE-" in answer.content.decode(), "the message leads to its rule"
    assert not Participation.objects.exists()


def test_the_longest_names_fit_the_audit(keeper: User, opi_reference: None) -> None:
    long = District.objects.create(number="9013", name="D" * 100)
    row = Pathway.objects.create(code="91", name="P" * 100, first_year=2021)
    with changing.changing(by=keeper) as entries:
        entries.add([Approval(district=long, pathway=row, school_year_id=2025)])
    assert len(AuditEvent.objects.get().name) <= 200


def test_the_desk_says_what_comes_next(desk: Client, opi_reference: None) -> None:
    page = text(desk.get("/", follow=True))
    assert (
        "Set up the collection" in page
        and "Add districts from a file" in page
        and "Add a District Administrator" in page
    )


@pytest.mark.parametrize(
    ("day", "schools", "label", "end_year"),
    [
        (datetime.date(2025, 11, 28), 0, "Make 2025-26 current", 2026),
        (datetime.date(2026, 11, 28), 0, "Make 2026-27 current", 2027),
        (datetime.date(2026, 11, 28), 1, "Make 2025-26 current", 2026),
    ],
)
def test_the_step_of_a_new_year_comes_with_the_year_chosen(
    day: datetime.date,
    schools: int,
    label: str,
    end_year: int,
    desk: Client,
    opi_reference: None,
) -> None:
    """A portal whose districts have nothing yet begins in the year of today; every other goes year
    by year.
    """
    SchoolYear.objects.create(
        end_year=2027, starts=datetime.date(2026, 7, 1), ends=datetime.date(2027, 6, 30)
    )
    district = District.objects.create(number="0001", name="A")
    for number in range(schools):
        School.objects.create(district=district, number=f"000{number}", name="A")
    with time_machine.travel(
        datetime.datetime(day.year, day.month, day.day, 20, tzinfo=datetime.UTC)
    ):
        page = desk.get("/admin/").content.decode()
        link = re.search(rf'href="([^"]+)"[^>]*>\s*{label}', page)
        assert link, label
        form = desk.get(link[1].replace("&amp;", "&")).content.decode()
        plain = desk.get(f"/admin/pathways/schoolyear/{end_year}/change/").content.decode()
    box, plain_box = (
        re.search(r'<input[^>]*name="is_active"[^>]*>', html) for html in (form, plain)
    )
    assert str(end_year) in link[1] and box and "checked" in box[0]
    assert plain_box and "checked" not in plain_box[0]


def test_a_new_portal_asks_for_the_year_of_today(desk: Client, opi_reference: None) -> None:
    """Where it is not on the list, not for one that is over as well."""
    with time_machine.travel(datetime.datetime(2026, 11, 28, 20, tzinfo=datetime.UTC)):
        assert "Add 2026-27" in desk.get("/admin/").content.decode()


def test_between_the_days_of_the_portal(keeper: User, opi_reference: None) -> None:
    with changing.changing(by=keeper) as entries:
        entries.add([District(number="0001", name="A")])
    today = datetime.date.today()
    assert (
        AuditEvent.objects.between(
            today - datetime.timedelta(1), today + datetime.timedelta(1)
        ).count()
        == 1
    )
    assert AuditEvent.objects.between(None, today - datetime.timedelta(2)).count() == 0


def test_o_19_the_audit_list_filters_and_is_safe_in_a_spreadsheet(
    desk: Client, keeper: User, opi_reference: None
) -> None:
    with changing.changing(by=keeper, reason="=HYPERLINK(1)") as entries:
        entries.add([District(number="0001", name="=cmd")])
    for query, is_listed in (
        ("", True),
        ("?kind=district", True),
        ("?find=robin", True),
        ("?find=nobody", False),
        ("?district=0002", False),
    ):
        assert ("=cmd" in text(desk.get(f"/opi/audit/{query}"))) is is_listed, query
    for query in ("first=yesterday", "last=12/31/9999", "first=01/01/0001"):
        assert "Enter the date as" in text(desk.get(f"/opi/audit/?{query}"))
    assert desk.get("/opi/audit/?page=x&kind=zzz").status_code == 200
    file = b"".join(desk.get("/opi/audit/file/").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=HYPERLINK" in file and ",=" not in file
