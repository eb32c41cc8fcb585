"""The key of an element, how many records miss a value, and the district's own file (R-DDE-02,
R-DDE-04, R-DDE-07).
"""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from cte_portal.accounts.models import AuditEvent, User
from pathways.elements import definitions, values
from pathways.elements.values import ElementEdit
from pathways.models import Element, Student
from tests.fixtures.records import BUSINESS, District_
from tests.pathways.desk import text

PAGE = "/districts/9012/2025/district-defined-elements/"


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["Bus route"], ["bus_route"]),
        (["Bus route", "Bus-route", "BUS: route!"], ["bus_route", "bus_route_2", "bus_route_3"]),
        (["École"], ["ecole"]),
        (["日本"], ["element"]),
    ],
)
def test_r_dde_02_the_key_comes_from_the_first_name(
    cottonwood: District_, names: list[str], keys: list[str]
) -> None:
    elements = [
        Element.objects.create(district="9012", name=name, kind="text", position=1)
        for name in names
    ]
    assert [element.key for element in elements] == keys


def test_r_dde_02_the_key_stays_when_the_name_changes(
    cottonwood: District_, administrator: User
) -> None:
    element = Element.objects.create(district="9012", name="Bus route", kind="text", position=1)
    renamed = definitions.ElementDefinition("Bus line", "", "text", None, None, 1)
    definitions.change(cottonwood.scope, element.pk, renamed, seen=1, by=administrator)
    element.refresh_from_db()
    assert (element.name, element.key) == ("Bus line", "bus_route")


@pytest.fixture
def bus(cottonwood: District_, kayla: Student, clerk: User, client: Client) -> Element:
    """Two records of Kayla, one with a value, and one of a student who was enrolled long ago."""
    element = Element.objects.create(district="9012", name="Bus route", kind="text", position=1)
    cottonwood.record(kayla, BUSINESS)
    record = cottonwood.record(kayla)
    gone = cottonwood.record(cottonwood.student("999000999", enrolled=False))
    for own in (record, gone):
        edit = ElementEdit(element, "=Route 4", 0)
        values.save(cottonwood.scope, own, [edit], by="X", by_id=clerk.pk)
    client.force_login(clerk)
    return element


def test_r_dde_04_what_is_missing_is_counted_among_the_years_records(
    bus: Element, client: Client, cottonwood: District_, kayla: Student, clerk: User
) -> None:
    page = client.get(PAGE).content.decode()
    assert re.search(r'data-label="Missing" class="num">1<', page)
    record = kayla.participations.get(pathway__name=BUSINESS)
    values.save(cottonwood.scope, record, [ElementEdit(bus, "Route 5", 0)], by="X", by_id=clerk.pk)
    page = client.get(PAGE).content.decode()
    assert re.search(r'data-label="Missing" class="num">0<', page)


def test_r_dde_07_the_file_has_the_records_and_after_them_the_elements(
    bus: Element, client: Client
) -> None:
    assert "Download records with their elements" in text(client.get(PAGE))
    answer = client.post(f"{PAGE}file/")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    titles, *rows = csv.reader(io.StringIO(content))
    assert titles[:3] == ["State ID", "Student", "CTE Pathway"] and titles[-1] == "dde.bus_route"
    assert [(row[0], row[2], row[-1]) for row in rows] == [
        ("999000123", "Business Management", ""),
        ("999000123", "Health Professions", "'=Route 4"),
    ], "no formula, and nobody who is not enrolled"
    event = AuditEvent.objects.get(kind="download")
    assert event.after == {"File": "district-elements-9012-2025.csv", "Records": "2 records"}


def test_the_file_of_another_district_is_not_found(
    bus: Element, client: Client, stranger: User
) -> None:
    client.force_login(stranger)
    assert client.post(f"{PAGE}file/").status_code == 404
