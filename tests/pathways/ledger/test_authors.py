"""The author of a record is an account, not a name: two people may have one name (M-13)."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import Role, User
from cte_portal.editions import Scope
from cte_portal.folding import FUNCTION
from pathways.findings import explaining
from pathways.findings.findings import listed
from pathways.models import Change, Explanation, Student
from tests.fixtures.people import person
from tests.fixtures.records import HEALTH, District_
from tests.pathways.desk import TYPED, Desk, text


@pytest.fixture
def twin(clerk: User) -> User:
    """Another person of the clerk's name."""
    return person("cmartin2", "Martin", "Cheryl", (Role.DATA_CLERK, "9012"))


def test_history_keeps_the_account_beside_the_name(
    client: Client, clerk: User, twin: User, kayla: Student
) -> None:
    """M-13: what is entered, changed, taken back and deleted."""
    desk = Desk(client, kayla)
    for user, credits in ((clerk, "1.50"), (twin, "1.75")):
        client.force_login(user)
        if user == clerk:
            desk.enter(in_district_credits=credits)
        else:
            desk.change(in_district_credits=credits)
        last = Change.objects.latest("pk")
        assert (last.by, last.by_id) == ("MARTIN, CHERYL", user.pk)
        assert desk.record().modified_by == "MARTIN, CHERYL"


def test_a_namesakes_save_is_not_taken_for_a_double_click(
    client: Client, clerk: User, twin: User, kayla: Student
) -> None:
    """M-13: the same values at the same version, by another account of the same name, are somebody
    else's.
    """
    desk = Desk(client, kayla)
    client.force_login(clerk)
    desk.enter()
    sent: dict[str, Any] = {
        **TYPED,
        "version": desk.record().version,
        "in_district_credits": "1.75",
    }
    address = f"{desk.base}{desk.pathway()}/"
    client.force_login(twin)
    assert client.post(address, sent).status_code == 302
    again = client.post(address, sent, follow=True)
    assert "saved the same values" not in again.content.decode(), (
        "the second click of a double click finds its work done"
    )
    client.force_login(clerk)
    same = client.post(address, sent, follow=True)
    assert "saved the same values" in same.content.decode()
    assert Change.objects.count() == 2


def test_pages_tell_two_people_of_one_name_apart(
    client: Client, opi: User, clerk: User, twin: User, kayla: Student
) -> None:
    """M-13: the record, its history, the page of its deletion, OPI's record changes and their
    file.
    """
    desk = Desk(client, kayla)
    client.force_login(clerk)
    desk.enter()
    client.force_login(twin)
    desk.change(in_district_credits="1.75")
    pathway = desk.pathway()
    assert "Modified By MARTIN, CHERYL (cmartin2)" in text(desk.page(f"{pathway}/"))
    assert "Last changed by MARTIN, CHERYL (cmartin2) on" in text(desk.page(f"{pathway}/delete/"))
    history = text(desk.page(f"{pathway}/history/"))
    assert history.index("MARTIN, CHERYL (cmartin2) Changed") < history.index(
        "MARTIN, CHERYL (cmartin) Entered"
    )
    client.force_login(clerk)
    conflict = client.post(
        f"{desk.base}{pathway}/", {**TYPED, "version": 1, "in_district_credits": "1.25"}
    )
    assert "MARTIN, CHERYL (cmartin2) saved it" in text(conflict)
    client.force_login(opi)
    sought = {"state_id": kayla.state_id}
    assert "MARTIN, CHERYL (cmartin2) 9012" in text(client.post("/opi/record-changes/", sought))
    file = client.post(
        "/opi/record-changes/", {**sought, "file": "csv", "purpose": "A question of the district"}
    )
    lines = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [line["Who"] for line in lines] == [
        "MARTIN, CHERYL (cmartin2)",
        "MARTIN, CHERYL (cmartin)",
    ]


def test_a_record_that_is_read_only_tells_them_apart_too(
    client: Client, viewer: User, clerk: User, twin: User, kayla: Student
) -> None:
    """M-13: accents make no difference; the user name is nobody else's."""
    User.objects.filter(pk=twin.pk).update(first_name="Chéryl")
    desk = Desk(client, kayla)
    client.force_login(clerk)
    desk.enter()
    client.force_login(viewer)
    assert "Modified By MARTIN, CHERYL (cmartin)" in text(desk.page())


def test_no_page_has_the_names_of_all_accounts_folded_by_the_database(
    client: Client, clerk: User, twin: User, kayla: Student
) -> None:
    """With the accounts of a state a record took six times as long as without an author's."""
    desk = Desk(client, kayla)
    client.force_login(clerk)
    desk.enter()
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"{desk.base}{desk.pathway()}/")
    assert "MARTIN, CHERYL (cmartin)" in text(page)
    of_accounts = [query["sql"] for query in queries if '"accounts_user"' in query["sql"]]
    assert of_accounts and "translate" not in str(of_accounts).lower()
    assert FUNCTION not in str(of_accounts)


def test_one_person_of_a_name_is_shown_by_it_alone(
    client: Client, clerk: User, kayla: Student
) -> None:
    desk = Desk(client, kayla)
    client.force_login(clerk)
    desk.enter()
    assert "MARTIN, CHERYL" in text(desk.page()) and "cmartin" not in text(
        desk.page(f"{desk.pathway()}/history/")
    )


def test_two_accounts_of_a_name_stay_apart_when_one_is_named_anew(
    client: Client, clerk: User, twin: User, kayla: Student
) -> None:
    """M-13: history keeps the names as they were."""
    desk = Desk(client, kayla)
    client.force_login(twin)
    desk.enter()
    client.force_login(clerk)
    desk.change(in_district_credits="1.75")
    User.objects.filter(pk=twin.pk).update(last_name="Stone")
    history = text(desk.page(f"{desk.pathway()}/history/"))
    assert (
        "MARTIN, CHERYL (cmartin) Changed" in history
        and "MARTIN, CHERYL (cmartin2) Entered" in history
    )


def test_an_explanation_keeps_the_accounts(
    client: Client, clerk: User, twin: User, cottonwood: District_, kayla: Student
) -> None:
    """M-13: who explained a warning, and who took that back. A namesake's reason in the same words
    is not one's own.
    """
    record = cottonwood.record(kayla, HEALTH, start_date=datetime.date(2016, 8, 29))
    address = "/districts/9012/2025/findings/"
    client.force_login(clerk)
    page = client.get(f"{address}CTE-127/explain/{kayla.pk}/{record.pathway_id}/")
    client.post(
        page.wsgi_request.path, {"reason": "Abroad.", "seen": page.context["form"]["seen"].value()}
    )
    explanation = Explanation.objects.get()
    assert (explanation.by, explanation.by_id, explanation.taken_back_by_id) == (
        "MARTIN, CHERYL",
        clerk.pk,
        None,
    )
    again = explaining.explain(
        Scope("9012", 2025),
        list(listed(cottonwood.scope, only={"CTE-127"})),
        "Abroad.",
        by=explanation.by,
        by_id=twin.pk,
    )
    assert again.written == 0 and again.existing == (explanation,)
    client.force_login(twin)
    client.post(f"{address}take-back/{explanation.pk}/")
    explanation.refresh_from_db()
    assert (explanation.by_id, explanation.taken_back_by, explanation.taken_back_by_id) == (
        clerk.pk,
        "MARTIN, CHERYL",
        twin.pk,
    )
