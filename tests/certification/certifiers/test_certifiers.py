"""Type Membership Setup (guide, Step One): who signs for a district."""

from __future__ import annotations

import datetime
import re
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from certification.certifiers import certifiers
from certification.models import CertificationEvent, Certifier, Signature
from cte_portal.accounts.models import AuditEvent, Role, User
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from tests.fixtures.certification import make_certifier, make_round, sign
from tests.fixtures.people import person
from tests.pathways.desk import text

SCOPE = Scope("9012", 2025)
SETUP = "/districts/9012/2025/type-membership-setup/"


def name(client: Client, user: User, **values: Any) -> Any:
    return client.post(
        SETUP,
        {"person": user.pk, "level": "primary", "job_title": "Superintendent", **values},
        follow=True,
    )


def change(client: Client, certifier: Certifier, **values: Any) -> Any:
    form_values = {
        "level": certifier.level,
        "job_title": certifier.job_title,
        "version": certifier.version,
        "do": "save",
        **({"is_active": "on"} if certifier.is_active else {}),
    }
    return client.post(f"{SETUP}{certifier.pk}/", {**form_values, **values}, follow=True)


def test_an_administrator_names_a_certifier_who_accepts(
    client: Client, administrator: User, viewer: User
) -> None:
    client.force_login(administrator)
    assert "No Primary certifier. This collection cannot be certified." in text(client.get(SETUP))
    answer = name(client, viewer, mail="on")
    assert "DOE, JANE is Primary certifier of CTE Data. The invitation is on its way." in text(
        answer
    )
    assert "Has never signed in" in text(answer) and "No Primary certifier." not in text(answer)
    batch = Batch.objects.get(kind="letter")
    assert batch.hidden and run(batch.pk)
    (letter,) = mail.outbox
    assert (
        letter.to == ["jdoe@example.org"]
        and "Ana Reyes named you as Primary certifier of CTE Data" in letter.body
    )
    second_client = Client()
    second_client.force_login(viewer)
    assert "You are named Primary certifier" in text(second_client.get(SETUP))
    assert "Accepted" in text(second_client.post(f"{SETUP}accept/", follow=True))
    assert "You are named" not in text(second_client.get(SETUP)) and "Add a certifier" not in text(
        second_client.get(SETUP)
    )
    second_client.post(f"{SETUP}accept/")
    events = AuditEvent.objects.about("certifier", f"9012/{viewer.pk}")
    assert [(event.operation, event.by) for event in events] == [
        ("add", "REYES, ANA"),
        ("change", "REYES, ANA"),
        ("change", "DOE, JANE"),
    ]
    assert events[0].after == {
        "Certifier": "Primary",
        "Job title": "Superintendent",
        "Active": "Yes",
    }


def test_a_letter_waits_while_the_mail_server_is_down(
    client: Client, administrator: User, viewer: User, monkeypatch: Any
) -> None:
    client.force_login(administrator)
    name(client, viewer, mail="on")
    batch = Batch.objects.get(kind="letter")

    def down(*arguments: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("cte_portal.batches.letters.mail.send_mail", down)
        run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "queued" and not mail.outbox
    Batch.objects.update(available_at=None)
    run(batch.pk)
    assert len(mail.outbox) == 1


def test_nobody_is_written_to_whose_account_is_closed(
    client: Client, administrator: User, viewer: User
) -> None:
    client.force_login(administrator)
    name(client, viewer, mail="on")
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    run(Batch.objects.get(kind="letter").pk)
    assert not mail.outbox and Batch.objects.get(kind="letter").sentence.startswith("Not sent")


def test_d_19_naming_twice_names_once_and_one_letter_goes_out(
    client: Client, administrator: User, viewer: User
) -> None:
    client.force_login(administrator)
    for _ in range(2):
        certifiers.add(
            SCOPE,
            person=viewer,
            level="primary",
            job_title="Superintendent",
            by=administrator,
            mail=False,
        )
    with pytest.raises(Refusal, match="already on the list"):
        certifiers.add(
            SCOPE, person=viewer, level="secondary", job_title="Clerk", by=administrator, mail=False
        )
    certifier = Certifier.objects.get()
    for _ in range(2):
        client.post(f"{SETUP}{certifier.pk}/", {"do": "invite", "version": certifier.version})
    assert Batch.objects.filter(kind="letter").count() == 1
    assert "Someone else changed" in text(
        client.post(f"{SETUP}{certifier.pk}/", {"do": "invite", "version": "77"}, follow=True)
    )
    assert "Someone else changed" in text(
        client.post(f"{SETUP}{certifier.pk}/", {"do": "invite", "version": "9" * 5000}, follow=True)
    )
    assert AuditEvent.objects.filter(kind="certifier").count() == 2


@pytest.mark.parametrize(
    ("form_values", "message"),
    [
        ({"person": ""}, "Choose a person"),
        ({"person": "999999"}, "has no role in this district"),
        ({"person": "x' OR 1"}, "has no role in this district"),
        ({"level": "tertiary"}, "Choose Primary or Secondary"),
        ({"job_title": ""}, "Enter the job title"),
        ({"job_title": "x" * 81}, "80 characters"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(
    form_values: dict[str, str], message: str, client: Client, administrator: User, viewer: User
) -> None:
    client.force_login(administrator)
    answer = name(client, viewer, **form_values)
    assert (
        "There is a problem" in text(answer)
        and message in text(answer)
        and re.search(r"<title>\s*Error: ", answer.content.decode())
    )
    assert not Certifier.objects.exists()


def test_a_stranger_is_no_certifier(client: Client, administrator: User, stranger: User) -> None:
    client.force_login(administrator)
    assert "has no role in this district" in text(name(client, stranger))
    with pytest.raises(Refusal, match="no longer has a role in this district"):
        certifiers.add(
            SCOPE, person=stranger, level="primary", job_title="X", by=administrator, mail=False
        )


def test_the_guides_toggle_and_active_box(
    client: Client, administrator: User, superintendent: Certifier, director: Certifier
) -> None:
    client.force_login(administrator)
    assert (
        "2 Primary certifiers. Both must sign before the collection counts as certified."
        in text(client.get(SETUP))
    )
    page = text(change(client, director, level="secondary"))
    director.refresh_from_db()
    assert (director.level, director.is_active, director.version) == ("secondary", True, 2)
    assert "Certifier: Primary → Secondary." in page and "must sign" not in page
    client.post(
        f"{SETUP}{superintendent.pk}/",
        {"level": "primary", "job_title": "Superintendent", "version": "1"},
    )
    superintendent.refresh_from_db()
    assert superintendent.is_active is False
    assert "No Primary certifier. This collection cannot be certified." in text(client.get(SETUP))
    page = text(client.get(f"{SETUP}{superintendent.pk}/"))
    assert "Not active" in page and "Changed certifier DOE, JANE" in page, "kept, with its history"


def test_a_stale_change_is_told_what_it_says_now_and_the_same_twice_is_no_change(
    client: Client, administrator: User, superintendent: Certifier
) -> None:
    client.force_login(administrator)
    change(client, superintendent, job_title="Principal")
    again = change(client, superintendent, job_title="Principal")
    assert "No changes to save" in text(again)
    stale = change(client, superintendent, level="secondary")
    assert "It now says: Certifier Primary, Job title Principal, Active Yes" in text(stale)
    superintendent.refresh_from_db()
    assert (superintendent.level, superintendent.version) == ("primary", 2)
    assert 'name="version" value="2"' in stale.content.decode()


def test_what_was_signed_at_another_level_does_not_count(
    client: Client, administrator: User, event: CertificationEvent, principal: Certifier
) -> None:
    client.force_login(administrator)
    sign(make_round(event), principal)
    change(client, principal, level="primary")
    (signature,) = Signature.objects.all()
    assert signature.void_reason == "OLSEN, PETER was made Primary certifier."


def test_who_loses_the_role_or_the_account_no_longer_counts(
    client: Client, administrator: User, keeper: User, superintendent: Certifier
) -> None:
    client.force_login(administrator)
    here = Authority(administrator, "9012")
    people.take(here, superintendent.user, str(superintendent.user.memberships.get().pk))
    assert "No role in this district: does not count" in text(
        client.get(SETUP)
    ) and "No Primary certifier." in text(client.get(SETUP))
    people.give(Authority(keeper), superintendent.user, Role.VIEWER, "9012")
    assert "No Primary certifier." not in text(client.get(SETUP))
    people.close(Authority(keeper), superintendent.user)
    assert "Account closed: does not count" in text(
        client.get(SETUP)
    ) and "No Primary certifier." in text(client.get(SETUP))


def test_c_20_a_clerk_names_nobody_and_only_the_named_accept(
    client: Client, clerk: User, viewer: User
) -> None:
    client.force_login(clerk)
    assert name(client, clerk).status_code == 403
    certifier = make_certifier(viewer)
    assert change(client, certifier, level="secondary").status_code == 403
    assert client.post(f"{SETUP}accept/").status_code == 403
    Certifier.objects.filter(pk=certifier.pk).update(is_active=False)
    client.force_login(viewer)
    assert client.post(f"{SETUP}accept/").status_code == 403, "not active any more"
    certifier.refresh_from_db()
    assert (certifier.level, certifier.accepted_at) == ("primary", None)


def test_a_certifier_of_another_district_is_not_reached(
    client: Client, administrator: User, stranger: User
) -> None:
    foreign_certifier = make_certifier(stranger, district="0965")
    client.force_login(administrator)
    assert change(client, foreign_certifier, level="secondary").status_code == 404
    assert "GRANT" not in text(client.get(SETUP))


def test_an_unused_account_is_named_and_still_counts(
    client: Client, administrator: User, superintendent: Certifier
) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=181)
    User.objects.filter(pk=superintendent.user_id).update(last_login=long_ago, date_joined=long_ago)
    client.force_login(administrator)
    words = text(client.get(SETUP))
    assert "Account closed, unused for 180 days" in words and "No Primary certifier." not in words


def test_everybody_is_on_the_list(client: Client, administrator: User) -> None:
    make_certifier(administrator, accepted_at=timezone.now())
    client.force_login(administrator)
    assert "Everyone with a role in this district is already on the list." in text(
        client.get(SETUP)
    )
    person("nlee", "Lee", "Nora", (Role.VIEWER, "9012"))
    assert "LEE, NORA (nlee) – has never signed in" in text(client.get(SETUP))


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_f_01_two_administrators_name_the_same_person_at_once(
    opi_reference: None, administrator: User, viewer: User
) -> None:
    answers: list[str] = []
    together = threading.Barrier(4)

    def name_her(level: str) -> None:
        try:
            together.wait()
            certifiers.add(
                SCOPE,
                person=viewer,
                level=level,
                job_title="Superintendent",
                by=administrator,
                mail=False,
            )
            answers.append("named")
        except Refusal:
            answers.append("refused")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no outcome for a person
            answers.append(repr(error))
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=name_her, args=(level,)) for level in ("primary", "secondary") * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [
        "named",
        "named",
        "refused",
        "refused",
    ], "two of the same are one naming"
    assert (
        Certifier.objects.count() == 1 and AuditEvent.objects.filter(kind="certifier").count() == 1
    )
