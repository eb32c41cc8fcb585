"""Moving credits to another pathway: shown first, done in one act, taken back in one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Change, Element, ElementValue, Participation, Student
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_, lock_records
from tests.pathways.desk import Desk, text


@pytest.fixture
def desk(cottonwood: District_, kayla: Student, clerk: User, client: Client) -> Desk:
    client.force_login(clerk)
    cottonwood.record(kayla)
    return Desk(client, kayla)


def address(desk: Desk) -> str:
    return f"{desk.base}{desk.pathway()}/move/"


def preview(desk: Desk, to: str = BUSINESS) -> dict[str, str]:
    """The form as the preview sends it."""
    page = desk.client.post(address(desk), {"to": desk.pathway(to)}).content.decode()
    form = re.search(r'<form[^>]*id="move".*?</form>', page, re.DOTALL)
    assert form, text(page)
    seen = re.search(r'name="seen" value="([^"]*)"', form.group())
    assert seen, text(page)
    sent = seen.group(1).replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")
    return {"to": str(desk.pathway(to)), "seen": sent}


def undo(desk: Desk, page: str) -> Any:
    form = re.search(
        r'<form method="post"\s+action="([^"]*restore/)">(.*?)</form>', page, re.DOTALL
    )
    assert form
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[2]):
        fields.setdefault(name, []).append(value)
    return desk.client.post(form[1], fields, follow=True)


def stored() -> dict[str, Decimal]:
    return dict(Participation.objects.values_list("pathway__name", "total_credits"))


def test_a_new_pathway_gets_the_record_and_one_undo_brings_both_back(desk: Desk) -> None:
    fields = preview(desk)
    assert stored() == {HEALTH: Decimal("1.50")}, "nothing is done before it was shown"
    answer = desk.client.post(address(desk), fields, follow=True).content.decode()
    assert stored() == {BUSINESS: Decimal("1.50")}
    assert "Moved." in answer and "1.50 credits from Health Professions" in text(answer)
    operations = Change.objects.order_by("pk").values_list("operation", flat=True)
    assert list(operations) == ["create", "create", "delete"]
    undo(desk, answer)
    assert stored() == {HEALTH: Decimal("1.50")}


def test_a_pathway_that_stands_gets_the_credits_added_and_keeps_its_own_answers(
    desk: Desk, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, BUSINESS, in_district_credits=Decimal("0.75"), single_parent=True)
    previewed = text(desk.client.post(address(desk), {"to": desk.pathway(BUSINESS)}))
    assert "will have 2.25 credits in place of 0.75" in previewed
    assert "CTE Concentrator from No to Yes" in previewed
    assert "Student Single Parent stays Yes" in previewed
    answer = desk.client.post(address(desk), preview(desk), follow=True).content.decode()
    record = desk.record(BUSINESS)
    assert stored() == {BUSINESS: Decimal("2.25")}
    assert record.concentrator and record.single_parent and record.version == 2
    undone = text(undo(desk, answer))
    assert stored() == {HEALTH: Decimal("1.50"), BUSINESS: Decimal("0.75")}
    sentence = "Student Single Parent is not the same on every pathway of this student"
    assert undone.count(sentence) == 1, "of both records at once"


def test_what_somebody_changed_in_between_is_shown_again(
    desk: Desk, cottonwood: District_, kayla: Student
) -> None:
    fields = preview(desk)
    cottonwood.record(kayla, HEALTH, in_district_credits=Decimal("1.75"), version=1)
    page = text(desk.client.post(address(desk), fields))
    assert "1.75 credits" in page and "Nothing has been saved yet." in page
    assert stored() == {HEALTH: Decimal("1.75")}


def test_a_double_click_moves_once(desk: Desk) -> None:
    fields = preview(desk)
    for _ in range(2):
        assert desk.client.post(address(desk), fields).status_code == 302
    assert stored() == {BUSINESS: Decimal("1.50")} and Change.objects.count() == 3


@pytest.mark.parametrize("to", ["", "0", "x", "-1", FINANCE, HEALTH])
def test_credits_go_to_no_pathway_that_is_not_offered(desk: Desk, to: str) -> None:
    key = desk.pathway(to) if to in (FINANCE, HEALTH) else to
    page = text(desk.client.post(address(desk), {"to": key}))
    assert "There is a problem" in page and stored() == {HEALTH: Decimal("1.50")}


def test_more_credits_than_a_record_can_have_are_refused(
    desk: Desk, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, BUSINESS, in_district_credits=Decimal(29), concentrator=True)
    fields = preview(desk)
    assert "this will be refused" in fields["seen"]
    page = text(desk.client.post(address(desk), fields))
    assert "There is a problem" in page
    assert stored() == {HEALTH: Decimal("1.50"), BUSINESS: Decimal(29)}


def test_a_certified_year_keeps_its_records(desk: Desk) -> None:
    fields = preview(desk)
    lock_records()
    page = text(desk.client.post(address(desk), fields))
    assert "Records have been locked since" in page and stored() == {HEALTH: Decimal("1.50")}


def test_the_districts_own_elements_go_along(desk: Desk) -> None:
    bus = Element.objects.create(district="9012", name="Bus", kind="text", position=1)
    desk.change(**{f"dde_{bus.pk}": "Route 4", f"dde_{bus.pk}_seen": "0"})
    desk.client.post(address(desk), preview(desk))
    value = ElementValue.objects.get(pathway__name=BUSINESS)
    assert value.words == "Route 4"


def test_the_record_of_another_district_is_not_found(desk: Desk, stranger: User) -> None:
    desk.client.force_login(stranger)
    assert desk.client.post(address(desk), {"to": "1"}).status_code == 404
