"""The author of a record is an account, not a name: two people may have one name (M-13)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import Role, User
from pathways.models import Change, Student
from tests.fixtures.people import person
from tests.pathways.desk import TYPED, Desk


@pytest.fixture
def twin(clerk: User) -> User:
    """Another person of the clerk's name."""
    return person("cmartin2", "Martin", "Cheryl", (Role.DATA_CLERK, "9012"))


def test_history_keeps_the_account_beside_the_name(client: Client, clerk: User, twin: User, kayla: Student) -> None:
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


def test_a_namesakes_save_is_not_taken_for_a_double_click(client: Client, clerk: User, twin: User, kayla: Student) -> None:
    """M-13: the same values at the same version, by another account of the same name, are somebody else's."""
    desk = Desk(client, kayla)
    client.force_login(clerk)
    desk.enter()
    sent: dict[str, Any] = {**TYPED, "version": desk.record().version, "in_district_credits": "1.75"}
    address = f"{desk.base}{desk.pathway()}/"
    client.force_login(twin)
    assert client.post(address, sent).status_code == 302
    again = client.post(address, sent, follow=True)
    assert "saved the same values" not in again.content.decode(), "the second click of a double click finds its work done"
    client.force_login(clerk)
    same = client.post(address, sent, follow=True)
    assert "saved the same values" in same.content.decode()
    assert Change.objects.count() == 2
