"""Resync State Data - Batch as people use it: chosen, sent, followed, compared; for a district and
for all (V-01 … V-03).
"""

from __future__ import annotations

import json
import uuid
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.queue.line import Line
from cte_portal.batches.running import run
from cte_portal.batches.statewide.statewide import children_of
from cte_portal.editions import Scope
from pathways.models import Participation, StateCopy, Student
from pathways.resync.batches import submit_resync, submit_resync_of_all
from pathways.resync.object_types import NAMES
from pathways.resync.unsent import Unsent
from tests.fixtures.records import HEALTH, District_

PAGE = "/districts/9012/2025/resync/"


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


@pytest.fixture
def desk(client: Client, clerk: User, cottonwood: District_, kayla: Student) -> Client:
    cottonwood.record(kayla)
    cottonwood.roster(kayla)
    client.force_login(clerk)
    return client


def test_everything_is_sent_and_the_page_says_so(desk: Client) -> None:
    page = text(desk.get(PAGE))
    assert (
        "Resync Data For The Current School Year (2024-25)" in page and "Check dependencies" in page
    )
    assert page.count("never") >= 9
    key = str(uuid.uuid4())
    form = {
        "types": [name for name in NAMES if name != "District"],
        "check_dependencies": "on",
        "key": key,
    }
    first, second = desk.post(PAGE, form), desk.post(PAGE, form)
    assert first["Location"] == second["Location"], "a double click is one resync (F-32)"
    batch = Batch.objects.get(kind="resync")
    assert run(batch.pk)
    page = text(desk.get(first["Location"]))
    assert "Everything was sent to the state." in page and "CTE Participation" in page
    page = text(desk.get(PAGE))
    assert "District and state are the same" in page and "Processed: 1 Errors: 0" in page
    assert "Not yet sent" in page and "Compare" not in page


def test_nothing_differs_after_everything_was_sent(desk: Client) -> None:
    desk.post(PAGE, {"everything": "on", "key": str(uuid.uuid4())})
    assert run(Batch.objects.get(kind="resync").pk)
    assert "<span>0 differences</span>" in text(desk.get(f"{PAGE}compare/"))


def test_v_02_what_is_left_out_is_listed_with_reason_and_link(desk: Client, kayla: Student) -> None:
    answer = desk.post(PAGE, {"types": ["CTE Participation"], "key": str(uuid.uuid4())})
    assert run(Batch.objects.get(kind="resync").pk)
    page = text(desk.get(answer["Location"]))
    assert "1 row was left out" in page and "Its student is not at the state" in page
    assert f"/districts/9012/2025/cte-concentrator/{kayla.pk}/" in page
    page = text(desk.get(PAGE))
    assert "Errors: 1" in page and "No complete resync yet" in page
    page = text(desk.get(f"{PAGE}compare/?object=cte-participation"))
    assert "Refused: its student is not at the state" in page


def test_check_dependencies_sends_what_is_needed_without_script(desk: Client, clerk: User) -> None:
    desk.post(
        PAGE, {"types": ["CTE Participation"], "check_dependencies": "on", "key": str(uuid.uuid4())}
    )
    batch = Batch.objects.get(kind="resync")
    assert batch.options["types"] == ["District", "Student", "CTE Participation"]
    assert run(batch.pk)
    batch.refresh_from_db()
    assert (
        batch.status == Status.COMPLETED and "A complete resync sends all types" in batch.sentence
    )


def test_another_choice_on_the_same_page_is_another_resync(desk: Client) -> None:
    key = str(uuid.uuid4())
    for form in ({"types": ["Student"]}, {"types": ["Student"]}, {"everything": "on"}):
        desk.post(PAGE, {**form, "key": key})
    types = (
        Batch.objects.filter(kind="resync")
        .order_by("queued_at")
        .values_list("options__types", flat=True)
    )
    assert [len(names) for names in types] == [2, len(NAMES)]


def test_nothing_chosen_is_said(desk: Client) -> None:
    page = text(desk.post(PAGE, {"key": str(uuid.uuid4())}))
    assert "Choose the types to send" in page and not Batch.objects.exists()


def test_v_03_a_field_is_compared_with_its_cause(
    desk: Client, cottonwood: District_, kayla: Student, clerk: User
) -> None:
    assert run(submit_resync(cottonwood.scope, NAMES, by=clerk).pk)
    cottonwood.record(kayla, HEALTH, version=1, single_parent=True)
    page = text(desk.get(f"{PAGE}compare/"))
    assert "Changed since it was sent" in page and "Student Single Parent" in page
    assert desk.get(f"{PAGE}compare/?object=nonsense").status_code == 404
    assert desk.get(f"{PAGE}compare/?page=999&object=student").status_code == 200


def test_another_year_is_not_sent(desk: Client) -> None:
    assert "Send Resync" not in text(desk.get("/districts/9012/2024/resync/"))
    assert (
        desk.post(
            "/districts/9012/2024/resync/", {"everything": "on", "key": str(uuid.uuid4())}
        ).status_code
        == 403
    )


def test_j_14_after_an_upload_the_first_step_is_to_send(desk: Client, clerk: User) -> None:
    batch = Batch.objects.create(
        kind="upload",
        queue="district",
        district="9012",
        end_year=2025,
        submitted_by=clerk,
        submitted_name="X",
        title="MT Data Upload",
        idempotency_key="x",
        status="completed",
        finished_at="2025-05-08T12:00Z",
        options={"work": "upload"},
        result={"saved": True},
    )
    page = text(desk.get(f"/districts/9012/2025/batches/{batch.pk}/"))
    assert "Next: send your data to the state (resync)" in page
    assert page.index("Next: send your data") < page.index("Choose another file")


def test_home_names_the_step_that_is_forgotten(
    desk: Client, cottonwood: District_, kayla: Student, clerk: User
) -> None:
    assert "Nothing has been sent to the state yet." in text(desk.get("/districts/9012/2025/"))
    assert run(submit_resync(cottonwood.scope, NAMES, by=clerk).pk)
    assert "Everything was sent on" in text(desk.get("/districts/9012/2025/"))
    cottonwood.record(kayla, HEALTH, version=1, single_parent=True)
    assert "1 change of records since the resync on" in text(desk.get("/districts/9012/2025/"))


def test_home_says_no_more_than_a_partial_resync_has_done(
    desk: Client, cottonwood: District_, kayla: Student, clerk: User
) -> None:
    cottonwood.record(kayla)
    home = "/districts/9012/2025/"
    assert run(submit_resync(cottonwood.scope, ("CTE Participation",), by=clerk).pk)
    assert "differ between district and state" in text(desk.get(home)), (
        "its student is not there, so it was left out"
    )
    assert "The state has no CTE records of this district" in text(
        desk.get(f"{home}findings/?at=state")
    )
    assert run(submit_resync(cottonwood.scope, NAMES, by=clerk).pk)
    assert "MT by MARTIN, CHERYL." in text(desk.get(home))
    assert run(submit_resync(cottonwood.scope, ("School",), by=clerk).pk)
    assert "; some types again on" in text(desk.get(home))
    assert "Resync data to the state" not in text(desk.get("/districts/9012/2024/")), (
        "a past year is sent no more"
    )
    assert "which is not the current school year" in text(desk.get("/districts/9012/2024/resync/"))
    assert "not those of 2023-24" in text(desk.get("/districts/9012/2024/findings/"))


def test_all_districts_are_one_parent_with_a_child_each(
    client: Client, cottonwood: District_, elsewhere: District_, kayla: Student, opi: User
) -> None:
    cottonwood.record(kayla)
    elsewhere.record(elsewhere.student("999000123", "Other", "One"))
    client.force_login(opi)
    answer = client.post("/opi/resync/", {"everything": "on", "key": str(uuid.uuid4())})
    parent = Batch.objects.get(kind="resync-all")
    assert run(parent.pk)
    parent.refresh_from_db()
    assert parent.status == Status.COMPLETED and parent.sentence == "2 districts sent."
    assert [child.district for child in children_of(parent)] == ["0965", "9012"]
    assert {copy.district for copy in StateCopy.objects.at_state()} == {"0965", "9012"}
    page = text(client.get(answer["Location"]))
    assert "0965" in page and "9012" in page and "Everything was sent to the state." in page
    assert "No district needs attention" in text(client.get(f"{answer['Location']}?show=attention"))
    assert Unsent.of(cottonwood.scope).changes == 0


def test_who_ticked_it_is_written_to_when_all_districts_were_sent(
    client: Client, cottonwood: District_, kayla: Student, opi: User, settings: Any
) -> None:
    settings.PORTAL_ADDRESS = "https://portal.example"
    cottonwood.record(kayla)
    client.force_login(opi)
    form = {"everything": "on", "notify": "on", "key": str(uuid.uuid4())}
    address = client.post("/opi/resync/", form)["Location"]
    assert run(Batch.objects.get(kind="resync-all").pk) and run(Batch.objects.get(kind="notice").pk)
    (letter,) = mail.outbox
    assert (
        letter.to == [opi.email]
        and letter.subject == "CTE Portal: Resync State Data – all districts has ended"
    )
    assert (
        f"https://portal.example{address}" in letter.body and client.get(address).status_code == 200
    )


def test_a_district_that_fails_is_named_and_the_others_are_sent(
    cottonwood: District_,
    elsewhere: District_,
    kayla: Student,
    opi: User,
    monkeypatch: pytest.MonkeyPatch,
    settings: object,
) -> None:
    from pathways.resync import batches  # noqa: PLC0415

    own = batches.resync

    def broken(scope: Scope, *args: object, **values: object) -> StateCopy:
        if scope.district == "0965":
            raise RuntimeError("a fault was asked for")
        return own(scope, *args, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "resync", broken)
    settings.BATCH_RETRY_FACTOR = 0  # type: ignore[attr-defined]
    parent = submit_resync_of_all(2025, NAMES, by=opi)
    assert run(parent.pk)
    parent.refresh_from_db()
    assert parent.status == Status.WITH_ERRORS and parent.sentence.startswith(
        "1 district sent. 1 with errors or not sent"
    )
    assert {child.district: child.status for child in children_of(parent)} == {
        "0965": "failed",
        "9012": "completed",
    }


def test_the_command_sends_and_tells(
    cottonwood: District_, elsewhere: District_, kayla: Student, clerk: User, opi: User
) -> None:
    cottonwood.record(kayla)
    output = StringIO()
    call_command("resync", district="9012", json=True, stdout=output)
    printed = json.loads(output.getvalue())
    assert printed["district"] == "9012"
    assert {"type": "CTE Participation", "processed": 1, "errors": 0} in printed["objects"] and len(
        printed["objects"]
    ) == len(NAMES)
    output = StringIO()
    call_command("resync", all=True, stdout=output)
    assert "0965  There were no students to send." in output.getvalue()
    with pytest.raises(CommandError, match="no district 1234"):
        call_command("resync", district="1234")


def test_the_command_compares_without_sending(
    cottonwood: District_, elsewhere: District_, kayla: Student, clerk: User
) -> None:
    cottonwood.record(kayla)
    elsewhere.record(elsewhere.student("999000123", "Other", "One"))
    call_command("resync", district="9012", stdout=StringIO())
    cottonwood.record(kayla, HEALTH, version=1, single_parent=True)
    output = StringIO()
    call_command("resync", all=True, compare=True, json=True, stdout=output)
    objects = {line["type"]: line for line in json.loads(output.getvalue())["objects"]}
    assert objects["CTE Participation"] == {
        "type": "CTE Participation",
        "new": 1,
        "changed": 1,
        "only_at_state": 0,
    }
    assert (
        objects["Student"]["new"] == 1
        and not StateCopy.objects.at_state().filter(pk="0965").exists()
    ), "nothing was sent"
    output = StringIO()
    call_command("resync", district="9012", compare=True, stdout=output)
    assert (
        "CTE Participation  Never sent: 0 Changed since: 1 Only at the state: 0"
        in output.getvalue()
    )


def test_a_resync_waits_for_the_upload_before_it(cottonwood: District_, clerk: User) -> None:
    upload = Batch.objects.create(
        kind="upload",
        queue="district",
        district="9012",
        end_year=2025,
        submitted_by=clerk,
        submitted_name="X",
        title="MT Data Upload",
        idempotency_key="x",
        in_turn=True,
    )
    sent = submit_resync(cottonwood.scope, NAMES, by=clerk)
    again = submit_resync(cottonwood.scope, NAMES, by=clerk)
    assert not run(sent.pk) and not run(again.pk)
    waiting = {
        batch.pk: Line(batch).sentence
        for batch in Batch.objects.with_standing().filter(kind="resync")
    }
    assert waiting[sent.pk] == "Waiting for the upload by X."
    Batch.objects.filter(pk=upload.pk).update(status="canceled", finished_at="2025-05-08T12:00Z")
    assert (
        Line(Batch.objects.with_standing().get(pk=again.pk)).sentence
        == f"Waiting for the resync by {clerk.record_name}."
    )
    assert run(sent.pk) and run(again.pk)


def test_who_may_no_longer_send_is_refused_when_the_work_begins(
    cottonwood: District_, clerk: User
) -> None:
    sent = submit_resync(cottonwood.scope, NAMES, by=clerk)
    clerk.memberships.all().delete()
    assert run(sent.pk)
    sent.refresh_from_db()
    assert sent.status == Status.FAILED and "does not have permission to do this" in sent.sentence
    assert (
        not StateCopy.objects.at_state().exists()
        and not Participation.objects.in_scope(cottonwood.scope.at_state()).exists()
    )
