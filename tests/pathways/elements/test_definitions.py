"""What a district defines for its records: added, changed, retired, never deleted (R-DDE-01 …
R-DDE-05).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from cte_portal.accounts.models import AuditEvent, Role, User
from pathways.models import Element, ElementChoice, ElementValue, Student
from tests.fixtures.people import person
from tests.fixtures.records import District_
from tests.pathways.desk import text

PAGE = "/districts/9012/2025/district-defined-elements/"
BUS = {"name": "Bus route", "kind": "text", "position": "1"}
CLUB = {"name": "Club", "kind": "choice", "position": "2", "choices": "FFA\n HOSA \n\nffa"}


@pytest.fixture
def administrator(cottonwood: District_, client: Client) -> User:
    user = person("alee", "Lee", "Amy", (Role.DISTRICT_ADMINISTRATOR, "9012"))
    client.force_login(user)
    return user


def add(client: Client, **values: str) -> Any:
    return client.post(PAGE, {**BUS, **values}, follow=True)


def change(client: Client, element: Element, **values: Any) -> Any:
    typed = {
        "name": element.name,
        "kind": element.kind,
        "position": "1",
        "version": element.version,
    }
    return client.post(f"{PAGE}{element.pk}/", {**typed, **values}, follow=True)


def offered(element: Element) -> list[str]:
    return [choice.name for choice in element.choices.filter(is_retired=False)]


def test_an_administrator_adds_an_element_and_the_audit_says_so(
    administrator: User, client: Client
) -> None:
    page = text(add(client, help="The morning route"))
    assert "Bus route is now on the records of this district." in page
    assert "Bus route The morning route Text" in page
    event = AuditEvent.objects.get(kind="element")
    assert (event.by, event.district, event.name) == (
        administrator.record_name,
        "9012",
        "Bus route",
    )
    assert event.after["Kind"] == "Text"


def test_a_choice_list_is_kept_in_its_order_without_repeats(
    administrator: User, client: Client
) -> None:
    add(client, **CLUB)
    assert offered(Element.objects.get()) == ["FFA", "HOSA"]
    assert "FFA, HOSA" in text(client.get(PAGE))


def test_a_choice_that_is_left_out_is_retired_and_can_come_back(
    administrator: User, client: Client
) -> None:
    add(client, **CLUB)
    element = Element.objects.get()
    change(client, element, choices="HOSA\nSkillsUSA")
    assert offered(element) == ["HOSA", "SkillsUSA"]
    assert ElementChoice.objects.get(name="FFA").is_retired
    assert "No longer offered: FFA." in text(client.get(f"{PAGE}{element.pk}/"))
    element.refresh_from_db()
    change(client, element, choices="FFA\nHOSA")
    assert offered(element) == ["FFA", "HOSA"]
    assert element.choices.count() == 3


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "Enter a name"),
        ({"kind": "secret"}, "Select a kind"),
        ({"kind": "choice"}, "Enter at least one choice"),
        ({"choices": "A"}, "Only a choice list has choices"),
        ({"lowest": "1"}, "Only a number can have a lowest and a highest number"),
        ({"kind": "number", "lowest": "5", "highest": "1"}, "must not be above the highest"),
        ({"kind": "number", "lowest": "NaN"}, "Enter a number"),
        ({"kind": "number", "lowest": "1e9"}, "less than or equal to 100000000"),
        ({"position": "0"}, "greater than or equal to 1"),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"name": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_no_element_is_refused_and_stays_typed(
    administrator: User, client: Client, values: dict[str, str], sentence: str
) -> None:
    answer = add(client, help="stays here", **values)
    assert sentence in text(answer)
    assert "stays here" in answer.content.decode()
    assert not Element.objects.exists()


def test_a_name_is_given_once_in_a_district_whatever_its_letters(
    administrator: User, client: Client
) -> None:
    add(client)
    assert "already has an element with this name" in text(add(client, name="BUS ROUTE"))
    Element.objects.create(district="0965", name="Bus route", kind="text", position=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Element.objects.create(district="9012", name="bus Route", kind="text", position=1)
    assert Element.objects.count() == 2


def test_the_twenty_first_element_is_refused(administrator: User, client: Client) -> None:
    for number in range(20):
        Element.objects.create(district="9012", name=f"E{number}", kind="text", position=1)
    assert "A district can have 20 elements in use." in text(add(client))
    assert Element.objects.count() == 20
    last = Element.objects.get(name="E19")
    change(client, last, is_retired="on")
    add(client)
    assert Element.objects.filter(is_retired=False).count() == 20
    last.refresh_from_db()
    assert "A district can have 20 elements in use." in text(change(client, last))
    last.refresh_from_db()
    assert last.is_retired


def test_the_kind_stays_once_a_record_has_a_value(
    administrator: User, client: Client, kayla: Student
) -> None:
    add(client)
    element = Element.objects.get()
    change(client, element, kind="date")
    element.refresh_from_db()
    assert element.kind == "date"
    change(client, element, kind="text")
    element.refresh_from_db()
    ElementValue.objects.create(
        element=element, student=kayla, pathway_id=1, text="Route 4", version=1
    )
    assert "so its kind stays" in text(change(client, element, kind="date"))
    change(client, element, name="Route")
    element.refresh_from_db()
    assert (element.kind, element.name) == ("text", "Route")
    assert ElementValue.objects.get().element == element


def test_two_administrators_at_once_do_not_overwrite_each_other(
    administrator: User, client: Client
) -> None:
    add(client)
    element = Element.objects.get()
    change(client, element, name="Route")
    late = change(client, element, name="Bus")
    assert "Someone else changed this element after you opened it." in text(late)
    element.refresh_from_db()
    assert element.name == "Route"
    assert "Someone else" not in text(change(client, element, version=1))  # a second click


def test_elements_of_another_district_are_not_found(
    administrator: User, client: Client, elsewhere: District_
) -> None:
    theirs = Element.objects.create(district="0965", name="Theirs", kind="text", position=1)
    assert client.get(f"{PAGE}{theirs.pk}/").status_code == 404
    assert change(client, theirs, name="Mine").status_code == 404
    assert "Theirs" not in text(client.get(PAGE))
    theirs.refresh_from_db()
    assert theirs.name == "Theirs"


def test_a_clerk_reads_the_list_and_changes_nothing(
    cottonwood: District_, client: Client, clerk: User
) -> None:
    element = Element.objects.create(district="9012", name="Bus route", kind="text", position=1)
    client.force_login(clerk)
    page = text(client.get(PAGE))
    assert "Bus route" in page
    assert "The District Administrator defines the elements." in page
    assert add(client).status_code == 403
    assert change(client, element, name="x").status_code == 403


@pytest.mark.parametrize("row", [{"text": "a", "yes": True}, {"number": 1, "date": "2025-01-01"}])
def test_the_database_keeps_one_kind_of_value_a_row(
    cottonwood: District_, kayla: Student, row: dict[str, Any]
) -> None:
    element = Element.objects.create(district="9012", name="E", kind="text", position=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ElementValue.objects.create(element=element, student=kayla, pathway_id=1, version=1, **row)
