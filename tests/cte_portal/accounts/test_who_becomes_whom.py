"""Nobody becomes somebody else unseen: who opens an account for another proves who is asking, and
the person hears of it (M-4).
"""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.models import CertificationEvent
from cte_portal.accounts.models import AuditEvent, Invitation, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from tests.cte_portal.accounts.letters import send_queued
from tests.cte_portal.accounts.test_people import CHOSEN, HERE, link_in
from tests.cte_portal.accounts.test_second_factor import set_up
from tests.fixtures import phone
from tests.fixtures.certification import make_certifier, make_round, seal, sign
from tests.fixtures.people import PASSPHRASE
from tests.pathways.desk import text

PROOF = {"proof": PASSPHRASE}


def send_letters() -> list[tuple[str, str]]:
    """(address, text) of the letters about accounts that have been queued."""
    return [(letter.to[0], letter.body) for letter in send_queued()]


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("link", {}),
        ("mail", {}),
        ("factor", {"reason": "new phone"}),
        ("address", {"email": "mine@example.org"}),
    ],
)
def test_an_unlocked_screen_is_not_enough(
    do: str, values: dict[str, str], client: Client, administrator: User, viewer: User
) -> None:
    """M-4: link, second factor and address ask for the administrator's own password."""
    make_certifier(viewer)
    phone.give(viewer)
    client.force_login(administrator)
    for proof, sentence in (("", "Enter your password"), ("not it", "This is not your password")):
        assert sentence in text(
            client.post(f"{HERE}{viewer.pk}/", {"do": do, "proof": proof, **values})
        )
    viewer.refresh_from_db()
    assert phone.has(viewer) and viewer.email == "jdoe@example.org"
    assert not Invitation.objects.exists() and not Batch.objects.exists() and mail.outbox == []


def test_who_has_an_app_proves_it_by_the_code(
    client: Client, administrator: User, viewer: User
) -> None:
    """M-4."""
    phone.give(administrator)
    client.force_login(administrator)
    page = f"{HERE}{viewer.pk}/"
    assert "Code from your authenticator app, to confirm" in text(client.get(page))
    client.post(page, {"do": "link", "proof": PASSPHRASE})
    assert not Invitation.objects.exists()
    client.post(page, {"do": "link", "proof": phone.code()})
    assert Invitation.objects.exists()


def test_a_certifiers_link_is_not_shown_to_who_asks(
    client: Client, administrator: User, viewer: User
) -> None:
    """M-4: it goes to her address alone; there is no button for it, and a request made by hand
    shows nothing either.
    """
    make_certifier(viewer)
    client.force_login(administrator)
    page = f"{HERE}{viewer.pk}/"
    assert 'value="link"' not in client.get(page).content.decode()
    answer = client.post(page, {"do": "link", **PROOF}, follow=True)
    assert "/accounts/invitation/" not in answer.content.decode() and "is not shown here" in text(
        answer
    )
    (letter,) = mail.outbox
    assert letter.to == ["jdoe@example.org"] and "/accounts/invitation/" in letter.body


def test_a_certifier_without_an_address_gets_the_link_by_hand(
    client: Client, administrator: User, viewer: User
) -> None:
    """M-4: unless there is no address."""
    make_certifier(viewer)
    User.objects.filter(pk=viewer.pk).update(email="")
    client.force_login(administrator)
    assert link_in(client.post(f"{HERE}{viewer.pk}/", {"do": "link", **PROOF}, follow=True))


def test_the_person_hears_of_a_link_and_of_its_use(
    client: Client, administrator: User, clerk: User
) -> None:
    """M-4."""
    client.force_login(administrator)
    link = link_in(client.post(f"{HERE}{clerk.pk}/", {"do": "link", **PROOF}, follow=True))
    ((address, body),) = send_letters()
    assert (
        address == "cmartin@example.org"
        and "Ana Reyes (areyes) made a one-time link" in body
        and "invitation" not in body
    )
    other = Client()
    other.get(link, follow=True)
    other.post("/accounts/invitation/", {"password1": CHOSEN, "password2": CHOSEN})
    ((address, body),) = send_letters()
    assert address == "cmartin@example.org" and "A password was chosen with a one-time link" in body


def test_both_addresses_hear_of_a_change(client: Client, administrator: User, clerk: User) -> None:
    """M-4."""
    client.force_login(administrator)
    page = f"{HERE}{clerk.pk}/"
    client.post(page, {"do": "address", "email": "Mine@Example.org", **PROOF})
    letters = send_letters()
    assert [address for address, _ in letters] == ["cmartin@example.org", "mine@example.org"]
    assert all("from cmartin@example.org to mine@example.org" in body for _, body in letters)
    client.post(page, {"do": "address", "email": "mine@example.org", **PROOF})
    assert send_letters() == [], "nothing was changed"


def test_the_person_hears_that_the_second_factor_was_reset(
    client: Client, administrator: User, clerk: User
) -> None:
    """M-4."""
    phone.give(clerk)
    client.force_login(administrator)
    client.post(f"{HERE}{clerk.pk}/", {"do": "factor", "reason": "new phone", **PROOF})
    ((address, body),) = send_letters()
    assert address == "cmartin@example.org" and "removed the authenticator app" in body


def test_signers_see_who_opened_an_account_among_them(
    event: CertificationEvent, client: Client, administrator: User, viewer: User, clerk: User
) -> None:
    """M-4: on the signing page for 30 days, and on the receipt of what was signed within them."""
    certifier = make_certifier(viewer)
    phone.give(viewer)
    client.force_login(administrator)
    page = f"/districts/9012/2025/event-certification/{event.pk}/"
    assert "were changed in the last 30 days" not in text(client.get(page))
    client.post(f"{HERE}{viewer.pk}/", {"do": "factor", "reason": "new phone", **PROOF})
    client.post(f"{HERE}{viewer.pk}/", {"do": "mail", **PROOF})
    client.post(f"{HERE}{clerk.pk}/", {"do": "mail", **PROOF})
    page_text = text(client.get(page))
    assert (
        "were changed in the last 30 days" in page_text
        and "One-time link made, to be sent by e-mail" in page_text
        and "Second factor none" in page_text
    )
    assert "MARTIN, CHERYL (cmartin)" not in page_text, "she signs nothing"
    certification_round = make_round(event)
    sign(certification_round, certifier)
    copy = seal(certification_round)
    receipt = f"/districts/9012/2025/event-certification/receipts/{copy.pk}/"
    assert "Signers’ accounts" in text(
        client.get(receipt)
    ) and "One-time link made, to be sent by e-mail" in text(client.get(receipt))
    assert len(AuditEvent.objects.all().of_access([viewer.pk], timezone.now())) == 2
    later = timezone.now() + datetime.timedelta(days=31)
    assert AuditEvent.objects.all().of_access([viewer.pk], later) == []


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_people_hear_of_what_they_did_themselves(client: Client, clerk: User) -> None:
    """M-4: allauth's notices, in the portal's words and without an address before the subject."""
    client.post("/accounts/sign-in/", {"login": "cmartin", "password": PASSPHRASE})
    client.post(
        "/accounts/password/", {"oldpassword": PASSPHRASE, "password1": CHOSEN, "password2": CHOSEN}
    )
    set_up(client)
    assert mail.outbox == [], "no page waits for the mail server"
    (password, app) = send_letters()
    assert "Your password was changed." in password[1]
    assert "An authenticator app was set up." in app[1]
    assert all("call us" in body and to == clerk.email for to, body in (password, app))


def ask_for_a_password(address: str) -> tuple[int, bytes, list[str]]:
    """What the page answers, and the statements that it took."""
    with CaptureQueriesContext(connection) as statements:
        answer = Client().post("/accounts/password/reset/", {"email": address}, follow=True)
    verbs = [
        query["sql"].split("'")[0] for query in statements if "accounts_limit" not in query["sql"]
    ]
    return (
        answer.status_code,
        answer.content,
        [re.sub(r"[0-9a-f]{32}|\d+", "", verb) for verb in verbs],
    )


def without_tokens(page: bytes) -> str:
    """A page of somebody else's browser: forms' tokens and the policy's number are new each time."""
    return re.sub(r'[A-Za-z0-9]{64}|nonce="[^"]*"', "", page.decode())


def test_a_password_page_tells_nobody_who_has_an_account(clerk: User, settings: Any) -> None:
    """A-1: with the mail server down too, the answer is the same and takes the same statements;
    nothing that is kept or logged holds the link.
    """
    settings.EMAIL_BACKEND = "tests.cte_portal.accounts.test_who_becomes_whom.Down"
    known, unknown = (ask_for_a_password(address) for address in (clerk.email, "who@example.org"))
    assert known[0] == unknown[0] == 200
    assert without_tokens(known[1]) == without_tokens(unknown[1])
    assert "Check your e-mail" in known[1].decode()
    assert [statement.split()[0] for statement in known[2]] == [
        statement.split()[0] for statement in unknown[2] if "ROLLBACK TO" not in statement
    ]
    batch = Batch.objects.get()
    assert "key" not in str(batch.options) and batch.submitted_by == clerk
    run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "queued" and batch.stage == "Waiting for the mail server"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Batch.objects.update(available_at=None)
    assert "/reset/key/" in send_letters()[0][1], "it leaves when the mail server is back"


def test_a_link_for_a_password_goes_to_nobody_whose_address_changed(clerk: User) -> None:
    ask_for_a_password(clerk.email)
    User.objects.filter(pk=clerk.pk).update(email="new@example.org")
    assert send_letters() == []
    assert Batch.objects.get().sentence.startswith("Not sent: the account was closed")


def test_a_link_for_a_password_is_not_sent_days_later(clerk: User) -> None:
    ask_for_a_password(clerk.email)
    Batch.objects.update(queued_at=timezone.now() - datetime.timedelta(hours=25))
    assert send_letters() == []
    assert Batch.objects.get().sentence == "Not sent: it was asked for more than a day ago."


class Down:
    def __init__(self, **options: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


def test_an_invitation_says_who_what_and_for_whom(
    client: Client, keeper: User, administrator: User
) -> None:
    """walk 30: no e-mail that reads like phishing."""
    for who, base, by in (
        (
            keeper,
            "/opi/people/",
            (
                "Robin Hale at the Office of Public Instruction has set up a CTE Portal account"
                " for you"
            ),
        ),
        (administrator, HERE, "Ana Reyes has set up a CTE Portal account for you"),
    ):
        client.force_login(who)
        name = f"nlee{who.pk}"
        sent = {
            "username": name,
            "first_name": "Nora",
            "last_name": f"Lee-{name}",
            "email": f"{name}@example.org",
            "role": "data-clerk",
        }
        client.post(f"{base}new/", {**sent, "district": "9012", "mail": "on"})
        body = mail.outbox[-1].body
        assert f"{by}, for the End of Year CTE collection of Cottonwood Bend" in body, body
        assert "Hello Nora Lee" in body and f"Your user name is {name}" in body
