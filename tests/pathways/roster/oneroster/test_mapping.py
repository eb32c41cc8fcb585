"""Where the numbers stand is asked once, proposed from the data, kept, and asked again when it no
longer fits (R-IMP-11).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import Role
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import District, OneRosterMapping, School, Student
from pathways.roster.imports.oneroster.confirming import confirm
from tests.fixtures.people import person
from tests.pathways.roster.conftest import SCHOOLS as SCHOOLS_FILE
from tests.pathways.roster.conftest import Desk
from tests.pathways.roster.oneroster.conftest import choices
from tests.pathways.roster.oneroster.exports import SOURCE, Files, export, packed

pytestmark = pytest.mark.django_db(databases=["default", "state"])

ANSWERS = {
    "state_id_place": "userIds:StateID",
    "local_id_place": "identifier",
    "section_rule": "after",
    "second_school": "S",
    "number_0": "0002",
    "calendar_0": "001",
    "number_1": "",
    "calendar_1": "",
    "number_2": "0001",
    "calendar_2": "001",
}
"""By the schools' names: Moon, Star, Sun."""


@pytest.fixture
def page_client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.clerk)
    return client


def asking(desk: Desk, files: Files | None = None, work: str = "validate") -> Batch:
    batch = desk.send(packed(files or export()), work)
    assert batch.result["asks"] == {"source": SOURCE}, batch.sentence
    return batch


def address(batch: Batch, name: str = "roster-mapping") -> str:
    return reverse(name, args=["0965", 2025, batch.pk])


def form_of(client: Client, batch: Batch) -> Any:
    return client.get(address(batch)).context["form"]


def test_the_first_export_asks_with_what_the_data_propose(desk: Desk, page_client: Client) -> None:
    batch = asking(desk, work="upload")
    assert not School.objects.exists() and batch.status == "with-errors"
    assert "Confirm where its numbers stand. Nothing was saved." in batch.sentence
    page = page_client.get(reverse("batch", args=["0965", 2025, batch.pk]))
    assert address(batch) in page.content.decode()
    form = form_of(page_client, batch)
    initial = {name: field.initial for name, field in form.fields.items()}
    assert initial == ANSWERS
    text = page_client.get(address(batch)).content.decode()
    assert "100% of 4 students" in text and "999000001, 999000002" in text


def test_what_is_confirmed_tests_the_same_file_and_uploads(desk: Desk, page_client: Client) -> None:
    batch = asking(desk)
    answer = page_client.post(address(batch), ANSWERS)
    tested = Batch.objects.get(about=batch)
    assert answer["Location"] == reverse("batch", args=["0965", 2025, tested.pk])
    assert run(tested.pk)
    tested.refresh_from_db()
    assert tested.options["work"] == "validate" and not Student.objects.exists()
    page_client.post(reverse("roster-save", args=["0965", 2025, tested.pk]))
    saved = Batch.objects.get(about=tested)
    assert run(saved.pk)
    assert Student.objects.count() == 3
    mapping = OneRosterMapping.objects.get()
    assert (mapping.source, mapping.share, mapping.by) == (SOURCE, 100, "GRANT, SAM")
    again = desk.send(packed(export()))  # without a question
    assert "asks" not in again.result and again.status == "completed"


def test_a_double_click_confirms_once(desk: Desk, page_client: Client) -> None:
    batch = asking(desk)
    first = page_client.post(address(batch), ANSWERS)
    second = page_client.post(address(batch), ANSWERS)
    assert first["Location"] == second["Location"]
    assert OneRosterMapping.objects.count() == 1 and Batch.objects.filter(about=batch).count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number_2": "1"}, "The School Number of Sun High has 4 digits, like 0001"),
        ({"number_2": "0002"}, "Two schools have School Number 0002"),
        ({"calendar_2": ""}, "The Calendar Number of Sun High has 3 digits, like 001"),
        ({"number_0": "", "number_2": ""}, "Enter the School Number of one school at least"),
        ({"state_id_place": ""}, "Choose where the State ID is"),
        ({"state_id_place": "password"}, "password is not one of the available choices"),
    ],
)
def test_answers_that_cannot_be_are_shown_again(
    desk: Desk, page_client: Client, changes: dict[str, str], words: str
) -> None:
    batch = asking(desk)
    page = page_client.post(address(batch), {**ANSWERS, **changes})
    assert page.status_code == 200 and words in page.content.decode()
    assert not OneRosterMapping.objects.exists()


def test_a_place_below_95_percent_is_offered_and_not_chosen(
    desk: Desk, page_client: Client
) -> None:
    files = export()
    files["users"][0]["userIds"] = "{StateID:77}"
    batch = asking(desk, files)
    form = form_of(page_client, batch)
    assert form.fields["state_id_place"].initial == ""
    assert "Choose…" in str(form["state_id_place"]) and "userIds:StateID" in str(form)
    assert "75% of 4 students" in page_client.get(address(batch)).content.decode()


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("identifier", lambda user, number: user | {"identifier": number, "userIds": ""}),
        ("sourcedId", lambda user, number: user | {"sourcedId": number, "userIds": ""}),
        ("username", lambda user, number: user | {"username": number, "userIds": ""}),
        (
            "metadata.stateId",
            lambda user, number: user | {"metadata.stateId": number, "userIds": ""},
        ),
    ],
)
def test_the_state_id_is_found_where_a_system_keeps_it(
    desk: Desk, page_client: Client, place: str, change: Any
) -> None:
    files = export()
    files["users"] = [
        change(user, f"99900000{at}") if user["role"] == "student" else user
        for at, user in enumerate(files["users"], 1)
    ]
    assert form_of(page_client, asking(desk, files)).fields["state_id_place"].initial == place


def test_numbers_of_the_portal_win_over_numbers_in_the_data(
    desk: Desk, page_client: Client
) -> None:
    """A school is known by its name; the district's own number is no school's."""
    desk.send(SCHOOLS_FILE.replace("0001", "0042").replace("001,2025", "007,2025"))
    files = export()
    files["orgs"][1] |= {"name": "Sun High School"}
    files["orgs"][2] |= {"name": "Moon", "identifier": "0965"}
    form = form_of(page_client, asking(desk, files))
    schools = {row["name"]: (row["number"].value(), row["calendar"].value()) for row in form.rows}
    assert schools["Sun High School"] == ("0042", "007")
    assert schools["Moon"] == ("", "")


def test_a_new_school_asks_again_with_what_was_confirmed(desk: Desk, page_client: Client) -> None:
    confirm(desk.scope, choices(share=100, second_school="O"), by="X", by_id=None)
    files = export()
    files["orgs"].append({**files["orgs"][1], "sourcedId": "s4", "name": "New", "identifier": ""})
    batch = asking(desk, files)
    assert "The export has schools that are new: New." in batch.sentence
    form = form_of(page_client, batch)
    assert form.fields["second_school"].initial == "O"
    assert [row["number"].value() for row in form.rows] == ["0002", "", "", "0001"]


def test_fewer_state_ids_than_were_confirmed_ask_again(desk: Desk) -> None:
    confirm(desk.scope, choices(share=100), by="X", by_id=None)
    files = export()
    files["users"][0]["userIds"] = ""
    assert "75% of the students have a State ID in userIds:StateID. It was 100%." in (
        asking(desk, files).sentence
    )
    confirm(desk.scope, choices(share=75), by="X", by_id=None)
    assert "asks" not in desk.send(packed(files)).result


def test_systems_are_mapped_one_by_one(desk: Desk) -> None:
    confirm(desk.scope, choices(), by="X", by_id=None)
    other = desk.send(packed(export(), manifest={"source": "Other"}), "validate")
    assert other.result["asks"] == {"source": "Other"}


def test_a_mapping_is_changed_later_and_its_history_stays(desk: Desk, page_client: Client) -> None:
    before = confirm(desk.scope, choices(), by="OLD, HAND", by_id=None)
    page = page_client.get(reverse("roster-source", args=["0965", 2025, before.pk]))
    form = page.context["form"]
    data = {name: field.initial for name, field in form.fields.items()}
    assert data["state_id_place"] == "userIds:StateID"
    page_client.post(
        reverse("roster-source", args=["0965", 2025, before.pk]),
        {**data, "section_rule": "code"},
    )
    now = OneRosterMapping.objects.in_force("0965", SOURCE)
    assert now is not None and (now.section_rule, now.by) == ("code", "GRANT, SAM")
    assert set(now.schools.values_list("org", "number")) == {
        ("s1", "0001"),
        ("s2", "0002"),
        ("s3", ""),
    }
    text = page_client.get(reverse("roster-sources", args=["0965", 2025])).content.decode()
    assert "GRANT, SAM" in text and "OLD, HAND" in text and "left out" in text
    with pytest.raises(DatabaseError), transaction.atomic():
        OneRosterMapping.objects.filter(pk=before.pk).update(by="Y")


def test_another_districts_question_and_mapping_are_not_there(desk: Desk) -> None:
    batch = asking(desk)
    mapping = confirm(desk.scope, choices(), by="X", by_id=None)
    District.objects.create(number="9012", name="Cottonwood")
    client = Client()
    client.force_login(person("other", "Other", "Olga", (Role.DATA_CLERK, "9012")))
    for name, key in (("roster-mapping", batch.pk), ("roster-source", mapping.pk)):
        for district in ("9012", "0965"):
            url = reverse(name, args=[district, 2025, key])
            assert client.get(url).status_code == client.post(url, ANSWERS).status_code == 404
    assert OneRosterMapping.objects.count() == 1


def test_a_question_that_is_no_longer_kept_is_a_sentence(desk: Desk, page_client: Client) -> None:
    batch = asking(desk)
    file = batch.files.get(role="mapping.json")
    default_storage.delete(file.stored)
    page = page_client.post(address(batch), ANSWERS, follow=True)
    assert "Nothing is asked about this file" in page.content.decode()
