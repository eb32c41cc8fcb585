"""A certifier whose account has closed by itself is not ready: everybody is told, she is warned
before, and comes back by herself (FR-204).
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from certification.board.board import lines_of
from certification.board.forms import BoardFilter
from certification.letters import occasions
from certification.models import CertificationEvent, Certifier
from certification.signing import gates
from certification.signing.case import Case
from certification.status.status import event_of
from cte_portal.accounts.models import AuditEvent, Role, User
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.batches.letters.unused_accounts import warn
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.editions import Scope
from tests.cte_portal.accounts.letters import reset_path
from tests.fixtures.certification import make_certifier
from tests.fixtures.people import PASSPHRASE, person
from tests.pathways.desk import text

SCOPE = Scope("9012", 2025)
HOME, SETUP = "/districts/9012/2025/", "/districts/9012/2025/type-membership-setup/"
SIGN_IN = {"login": "superintendent", "password": PASSPHRASE}
NEW = "seven silver trout jumping"


def unused_for(user: User, days: float) -> None:
    then = timezone.now() - datetime.timedelta(days=days)
    User.objects.filter(pk=user.pk).update(
        date_joined=then, last_login=then, confirmed_email=user.email
    )
    user.refresh_from_db()


def gate(event: CertificationEvent) -> Any:
    district_event = event_of(SCOPE, event.pk)
    assert district_event is not None
    return next(
        verdict
        for verdict in gates.verdicts(Case(SCOPE, district_event))
        if verdict.gate.slug == "certifiers"
    )


def test_a_certifier_who_cannot_sign_in_is_named_where_her_signature_is_waited_for(
    event: CertificationEvent,
    superintendent: Certifier,
    director: Certifier,
    clerk: User,
    client: Client,
) -> None:
    """FR-204: gate, home step 1, *Waiting for*, Type Membership Setup."""
    assert "can sign in" in gate(event).answer.sentence
    unused_for(superintendent.user, 200)
    assert (
        gate(event).answer.passed
        and "DOE, JANE cannot sign in: account unused for 180 days" in gate(event).answer.sentence
    )
    client.force_login(clerk)
    home = text(client.get(HOME))
    assert "DOE, JANE cannot sign in: account unused for 180 days" in home
    assert "DOE, JANE (account closed)" in home and "REYES, MARIA (account closed)" not in home
    assert "DOE, JANE cannot sign in" in text(client.get(SETUP))
    unused_for(director.user, 181)
    assert not gate(event).answer.passed
    assert "No Primary certifier can sign in" in text(client.get(HOME))


def test_opi_counts_and_finds_the_district(
    event: CertificationEvent, superintendent: Certifier
) -> None:
    """FR-204: the board's filter; its figures are those of the district's own page."""

    def written_to() -> list[str]:
        return [line.number for line in BoardFilter({"nobody": "on"}).matching(lines_of(event))]

    assert written_to() == []
    unused_for(superintendent.user, 200)
    assert written_to() == ["9012"]
    line, district_event = lines_of(event)[0], event_of(SCOPE, event.pk)
    assert district_event is not None and (
        line.district_event.unused,
        line.district_event.able,
    ) == (
        district_event.unused,
        district_event.able,
    ) == (1, 0)
    assert (
        line.district_event.status == district_event.status
        and district_event.status.kind == "problem"
    )


def test_her_reminder_says_how_to_come_back(
    event: CertificationEvent, superintendent: Certifier, settings: Any
) -> None:
    """FR-204."""
    settings.PORTAL_ADDRESS = "https://cte.example.gov"
    district_event = event_of(SCOPE, event.pk)
    assert district_event is not None
    letter = occasions.reminder(district_event, "Cottonwood Bend", superintendent.user, "")
    assert "not been used" not in letter.text
    unused_for(superintendent.user, 200)
    assert (
        "https://cte.example.gov/accounts/password/reset/" in letter.text
        and "closed" in letter.text
    )


def reset(client: Client, user: User) -> Any:
    client.post("/accounts/password/reset/", {"email": user.email})
    form = client.get(reset_path(), follow=True)
    return client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})


def test_a_certifier_comes_back_by_herself_and_others_are_told(
    event: CertificationEvent, superintendent: Certifier, administrator: User, client: Client
) -> None:
    """FR-204: a link to the confirmed address opens the account; the administrator hears of it, and
    the audit has it.
    """
    user = superintendent.user
    unused_for(user, 200)
    assert "Forgot your password" in text(client.post("/accounts/sign-in/", SIGN_IN))
    reset(client, user)
    assert client.post("/accounts/sign-in/", {**SIGN_IN, "password": NEW}).status_code == 302
    letters = {
        batch.submitted_by.username
        for batch in Batch.objects.filter(kind="account", options__template="reopened")
    }
    assert letters == {"superintendent", "areyes"}
    mail.outbox.clear()
    for batch in Batch.objects.filter(kind="account"):
        assert run(batch.pk)
    assert {letter.to[0] for letter in mail.outbox if "reopened" in letter.subject} == {
        "superintendent@example.org",
        "areyes@example.org",
    }
    assert all(
        "Jane Doe (superintendent)" in letter.body
        for letter in mail.outbox
        if "reopened" in letter.subject
    )
    changes = [
        change for entry in AuditEvent.objects.filter(key=str(user.pk)) for change in entry.changes
    ]
    assert (
        "Account",
        "closed, unused for 180 days",
        "reopened with a link sent by e-mail",
    ) in changes


def test_an_address_that_somebody_else_has_entered_opens_nothing(
    event: CertificationEvent, superintendent: Certifier, administrator: User, client: Client
) -> None:
    """FR-204: nobody becomes a certifier by changing her address and asking for a link, not even at
    the second try.
    """
    user = superintendent.user
    unused_for(user, 200)
    people.change_address(Authority(administrator, "9012"), user, "mine@example.org")
    for _ in range(2):
        reset(client, user)
        assert "Ask your district administrator" in text(
            client.post("/accounts/sign-in/", {**SIGN_IN, "password": NEW})
        )
    user.refresh_from_db()
    assert user.dormant


def test_who_is_no_certifier_asks_the_administrator(clerk: User, client: Client) -> None:
    unused_for(clerk, 200)
    reset(client, clerk)
    assert "Ask your district administrator" in text(
        client.post("/accounts/sign-in/", {"login": "cmartin", "password": NEW})
    )


def test_the_address_is_confirmed_by_signing_in(clerk: User, client: Client) -> None:
    assert clerk.confirmed_email == ""
    client.post("/accounts/sign-in/", {"login": "cmartin", "password": PASSPHRASE})
    clerk.refresh_from_db()
    assert clerk.confirmed_email == clerk.email


def warned() -> list[str]:
    return sorted(
        key.rsplit(":", 1)[1]
        for key in Batch.objects.filter(kind="account").values_list("idempotency_key", flat=True)
    )


@pytest.mark.parametrize(
    ("days", "keys"),
    [
        (149, []),
        (150.2, ["30"]),
        (169, ["30"]),
        (170.2, ["10"]),
        (177.5, ["3"]),
        (179.9, ["3"]),
        (180.1, []),
        (400, []),
    ],
)
def test_people_are_warned_before_their_account_closes(
    days: float, keys: list[str], clerk: User, viewer: User
) -> None:
    """FR-204: 30, 10 and 3 days before; asked again it sends nothing twice."""
    with time_machine.travel(datetime.datetime(2026, 3, 4, 18, 0, tzinfo=datetime.UTC), tick=False):
        User.objects.update(date_joined=timezone.now())
        unused_for(clerk, days)
        warn()
        warn()
        assert warned() == keys


def test_three_warnings_in_all_and_none_after_signing_in(clerk: User, settings: Any) -> None:
    """FR-204."""
    settings.PORTAL_ADDRESS = "https://cte.example.gov"
    with time_machine.travel(
        datetime.datetime(2026, 3, 4, 18, 0, tzinfo=datetime.UTC), tick=False
    ) as clock:
        unused_for(clerk, 140)
        for _ in range(38):
            warn()
            clock.shift(datetime.timedelta(days=1))
        assert warned() == ["10", "3", "30"]
        batch = Batch.objects.filter(kind="account").earliest("queued_at")
        assert run(batch.pk)
        (letter,) = mail.outbox
        assert letter.subject == "CTE Portal: your account closes on 04/13/2026 unless you sign in"
        assert (
            "closes on Monday, April 13, 2026" in letter.body
            and "https://cte.example.gov/accounts/sign-in/" in letter.body
        )
        User.objects.filter(pk=clerk.pk).update(last_login=timezone.now())
        warn()
        assert len(warned()) == 3


def test_nobody_is_written_to_at_night_or_without_need(
    clerk: User, nobody: User, stranger: User
) -> None:
    for user in (clerk, nobody, stranger):
        unused_for(user, 175)
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    with time_machine.travel(
        timezone.now().replace(hour=9), tick=False
    ):  # two or three in the morning in Montana
        warn()
        assert warned() == []
    with time_machine.travel(timezone.now().replace(hour=18), tick=False):
        warn()
        assert [batch.submitted_by for batch in Batch.objects.filter(kind="account")] == [clerk]


def test_equal_names_are_told_apart_where_people_are_chosen_and_shown(
    event: CertificationEvent, superintendent: Certifier, administrator: User, client: Client
) -> None:
    """FR-218: the user name stands beside the name in the list, the choice, the gates and among
    those who sign.
    """
    other = person("jdoe2", "Doe", "Jane", (Role.VIEWER, "9012"))
    third = person("jdoe3", "doe", "JANE", (Role.VIEWER, "9012"))
    client.force_login(administrator)
    page = text(client.get(SETUP))
    assert "DOE, JANE (jdoe2)" in page and "DOE, JANE (jdoe3)" in page and "superintendent" in page
    make_certifier(other)
    assert "DOE, JANE (jdoe2) has never signed in" in gate(event).answer.sentence
    page = text(client.get(f"/districts/9012/2025/event-certification/{event.pk}/"))
    assert "DOE, JANE (jdoe2)" in page and "DOE, JANE (superintendent)" in page
    home = text(client.get(HOME))
    assert "DOE, JANE (jdoe2)" in home and "DOE, JANE (superintendent)" in home
    assert third.choice_name == "DOE, JANE (jdoe3)"


def test_who_names_herself_gets_no_invitation(administrator: User, client: Client) -> None:
    """walk 30."""
    client.force_login(administrator)
    sent = {
        "person": administrator.pk,
        "level": "primary",
        "job_title": "Superintendent",
        "mail": "on",
    }
    answer = text(client.post(SETUP, sent, follow=True))
    assert (
        "The invitation is on its way" not in answer
        and not Batch.objects.filter(kind="letter").exists()
    )
    assert Certifier.objects.get().accepted_at is not None and "Accepted" in answer
