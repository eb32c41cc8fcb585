"""The effect of a roster file on the collection, which its page tells before anything is saved
(R-IMP-17).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import Role
from cte_portal.batches.models import Batch
from pathways.models import Participation, Student
from tests.fixtures.certification import make_certifier, make_event, make_round, sign
from tests.fixtures.people import person
from tests.pathways.roster.conftest import (
    ALL,
    ENROLLMENTS,
    ROSTERS,
    Desk,
    record,
    zipped,
)

pytestmark = pytest.mark.django_db(databases=["default", "state"])

EARLY = (
    "School Number,Calendar Number,End Year,Student State ID,Service Type,Grade,Start Date,End"
    " Date\n0001,001,2025,999000001,P,12,05/01/2024,06/01/2024\n"
)


def kept(batch: Batch) -> dict[str, Any]:
    with default_storage.open(batch.files.get(role="page.json").stored) as file:
        page: dict[str, Any] = json.load(file)
    return page


def words(client: Client, desk: Desk, batch: Batch) -> str:
    client.force_login(desk.clerk)
    page = client.get(reverse("batch", args=["0965", 2025, batch.pk])).content.decode()
    return " ".join(page.split())


def test_the_record_that_would_leave_is_named_before_anything_is_saved(
    desk: Desk, client: Client
) -> None:
    """R-IMP-17: an end before the year's first day takes the record out, and its findings."""
    desk.send(zipped(ALL | {"enrollments": ENROLLMENTS.replace("08/21/2024", "05/01/2024", 1)}))
    record(desk, "999000001", concentrator=True)  # with too few credits, which is a finding
    batch = desk.send(EARLY, "validate")
    effects = batch.result["effects"]
    assert (effects["leave_scope"], effects["enter_scope"]) == (1, 0)
    assert effects["findings_after"] < effects["findings_before"]
    page = words(client, desk, batch)
    assert "1 CTE record would enter" not in page and "1 would leave it" in page
    assert "Records that leave the collection" in page and "ÁLVAREZ, ZOË – " in page
    assert "0 open findings then" in page
    assert Participation.objects.in_scope(desk.scope).count() == 1

    back = desk.send(ENROLLMENTS.splitlines()[0] + "\n0001,001,2025,999000001,S,12,08/21/2024,,\n")
    assert (
        back.result["effects"]["enter_scope"] == 0
    )  # the record had not left: a test saves nothing


def test_who_comes_on_the_list_of_missing_records_and_who_leaves_it(
    desk: Desk, client: Client
) -> None:
    """Rosters bring students on the worklist, a course that is no longer one of CTE takes them off."""
    desk.send(zipped({name: text for name, text in ALL.items() if name != "rosters"}))
    batch = desk.send(ROSTERS, "validate")
    effects = batch.result["effects"]
    assert (effects["missing_before"], effects["missing_after"]) == (0, 2)
    page = words(client, desk, batch)
    assert "2 missing records on the Roster worklist then; 0 before." in page
    assert "New on the list of missing records" in page and "ÁLVAREZ, ZOË – " in page
    desk.send(ROSTERS)
    not_cte = "School Number,Course Number,CTE Pathway\n0001,CTE101,Not CTE\n"
    gone = desk.send(not_cte, "validate")
    assert len(kept(gone)["no_longer_missing"]) == 2
    assert "No longer on the list of missing records" in words(client, desk, gone)


def test_a_file_that_changes_nothing_has_no_effect(desk: Desk) -> None:
    desk.send(zipped(ALL))
    record(desk, "999000001")
    effects = desk.send(zipped(ALL)).result["effects"]
    for name in ("missing", "findings"):
        assert effects[f"{name}_before"] == effects[f"{name}_after"]
    assert effects["unsent"] == effects["enter_scope"] == effects["leave_scope"] == 0


def test_whose_signature_falls_is_said_before_the_upload(desk: Desk, client: Client) -> None:
    """Readiness: what a file changes has to be sent, and sending voids what was signed."""
    desk.send(zipped(ALL))
    round_of_event = make_round(make_event(), district="0965")
    boss = person("jdoe", "Doe", "Jane", (Role.DISTRICT_ADMINISTRATOR, "0965"))
    sign(round_of_event, make_certifier(boss, district="0965"))
    changing = desk.send(ALL["students"].replace("Jose", "Joseph"), "validate")
    assert "Sending the changes voids the signature of DOE, JANE" in words(client, desk, changing)
    same = desk.send(ALL["students"], "validate")
    assert "voids the signature" not in words(client, desk, same)
    assert Student.objects.filter(first_name="Jose").exists()
