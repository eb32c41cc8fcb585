"""Who a person is at the provider is bound once, by invitation or by herself, and by nothing else:
no address finds an account, and none that is changed moves one (operations A-5, 1 to 6).
"""

from __future__ import annotations

import datetime
import time
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from cte_portal.accounts.models import (
    AuditEvent,
    EmergencyAccount,
    Invitation,
    SignOn,
    SignOnDuty,
    User,
)
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.accounts.sign_in import letters
from cte_portal.accounts.sign_in.sessions import SIGNED_IN_AT
from tests.cte_portal.accounts.letters import send_queued
from tests.fixtures.people import PASSPHRASE
from tests.pathways.desk import text
from tests.provider.running import Provider, Visitor

SIGN_IN = {"login": "cmartin", "password": PASSPHRASE}


def invited(visitor: Visitor, person: User) -> Any:
    """Opens the one-time link and goes on with the provider."""
    secret = Invitation.objects.make(person.pk, "LUND, OLA")
    visitor.client.get(f"/accounts/invitation/{secret}/")
    return visitor.goes("/accounts/sign-on/invitation/")


def bind(person: User, provider: Provider, subject: str) -> None:
    provider.knows(subject, email=person.email, email_verified=True)
    SignOn.objects.create(
        user=person,
        issuer=provider.issuer,
        subject=subject,
        way="invitation",
        made_at=timezone.now(),
    )


def test_invited_bound_and_signed_on_ever_after(provider: Provider, clerk: User) -> None:
    provider.knows("cheryl", email="CMartin@Example.org", email_verified=True)
    visitor = Visitor("cheryl")
    assert invited(visitor, clerk)["Location"] == "/" and visitor.inside
    sign_on = SignOn.objects.get()
    assert (sign_on.user_id, sign_on.issuer, sign_on.subject) == (
        clerk.pk,
        provider.issuer,
        "cheryl",
    )
    assert not Invitation.objects.exists()
    later = Visitor("cheryl")
    assert later.goes("/accounts/sign-on/", {"next": "/accounts/password/"})["Location"] == (
        "/accounts/password/"
    )
    assert later.inside
    last = AuditEvent.objects.filter(key=str(clerk.pk)).newest_first()[0]
    assert last.after == {"Single sign-on": "connected by the one-time link"}
    assert "connected to Montana sign-in" in send_queued()[-1].body


def test_01_an_administrator_who_changes_an_address_becomes_nobody_else(
    provider: Provider, clerk: User, administrator: User
) -> None:
    """Neither before somebody is bound, nor afterwards."""
    provider.knows("ana", email="ana@provider.example", email_verified=True)
    people.change_address(Authority(administrator, "9012"), clerk, "ana@provider.example")
    visitor = Visitor("ana")
    page = visitor.goes("/accounts/sign-on/")
    assert page.status_code == 403 and "No account of the portal is connected" in text(page)
    assert not visitor.inside and not SignOn.objects.exists()
    bind(administrator, provider, "ana")
    assert visitor.goes("/accounts/sign-on/").status_code == 302
    assert visitor.client.session["_auth_user_id"] == str(administrator.pk)


def test_02_who_is_bound_is_nobody_elses(
    provider: Provider, clerk: User, second_clerk: User
) -> None:
    bind(clerk, provider, "cheryl")
    provider.knows("cheryl", email=second_clerk.email, email_verified=True)
    page = invited(Visitor("cheryl"), second_clerk)
    assert page.status_code == 403 and "Another account of the portal signs in with" in text(page)
    assert SignOn.objects.get().user_id == clerk.pk
    assert Invitation.objects.filter(user=second_clerk).exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "cmartin@example.org", "email_verified": "false"},
        {"email": "cmartin@example.org", "email_verified": "true"},
        {"email": "cmartin@example.org", "email_verified": 1},
        {"email": "cmartin@example.org"},
        {"email": "somebody@example.org", "email_verified": True},
        {},
    ],
)
def test_03_an_address_is_verified_by_a_boolean_and_is_the_accounts(
    claims: dict[str, Any], provider: Provider, clerk: User
) -> None:
    provider.knows("cheryl", **claims)
    visitor = Visitor("cheryl")
    page = invited(visitor, clerk)
    assert page.status_code == 403 and "did not confirm the e-mail address" in text(page)
    assert not SignOn.objects.exists() and not visitor.inside
    assert Invitation.objects.exists()


def test_04_the_local_password_stays(provider: Provider, clerk: User) -> None:
    provider.knows("cheryl", email=clerk.email, email_verified=True)
    invited(Visitor("cheryl"), clerk)
    clerk.refresh_from_db()
    assert clerk.check_password(PASSPHRASE)
    by_password = Visitor("cheryl")
    by_password.client.post("/accounts/sign-in/", SIGN_IN)
    assert by_password.inside


def test_05_an_account_that_nobody_used_stays_closed(provider: Provider, clerk: User) -> None:
    bind(clerk, provider, "cheryl")
    then = timezone.now() - datetime.timedelta(days=200)
    User.objects.filter(pk=clerk.pk).update(date_joined=then, last_login=then)
    visitor = Visitor("cheryl")
    page = visitor.goes("/accounts/sign-on/")
    assert "has not been used for 180 days and is closed" in text(page) and not visitor.inside


def test_06_a_closed_account_gets_its_sentence(provider: Provider, clerk: User) -> None:
    bind(clerk, provider, "cheryl")
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    visitor = Visitor("cheryl")
    page = visitor.goes("/accounts/sign-on/")
    assert "This account is closed" in text(page) and not visitor.inside


def test_a_person_connects_the_own_account_and_proves_it_first(
    provider: Provider, clerk: User, client: Any
) -> None:
    provider.knows("cheryl")
    visitor = Visitor("cheryl")
    visitor.client.post("/accounts/sign-in/", SIGN_IN)
    assert "Not connected" in text(visitor.client.get("/accounts/security/"))
    answer = visitor.goes("/accounts/sign-on/connect/")
    assert answer["Location"] == "/accounts/security/"
    page = text(visitor.client.get("/accounts/security/"))
    assert "Connected" in page and "is connected to Montana sign-in" in page
    assert SignOn.objects.get().way == "security"
    unlocked = Visitor("dan")
    unlocked.client.force_login(clerk)
    session = unlocked.client.session
    session[SIGNED_IN_AT] = int(time.time()) - 3600
    session.save()
    assert unlocked.client.post("/accounts/sign-on/connect/")["Location"].startswith(
        "/accounts/confirm/"
    )


def test_a_person_is_not_bound_anew(provider: Provider, clerk: User) -> None:
    bind(clerk, provider, "cheryl")
    provider.knows("dan")
    visitor = Visitor("dan")
    visitor.client.post("/accounts/sign-in/", SIGN_IN)
    page = visitor.goes("/accounts/sign-on/connect/")
    assert "is connected to another person" in text(page)
    assert SignOn.objects.get().subject == "cheryl"


def test_an_invitation_is_used_once(provider: Provider, clerk: User) -> None:
    provider.knows("cheryl", email=clerk.email, email_verified=True)
    visitor = Visitor("cheryl")
    secret = Invitation.objects.make(clerk.pk, "LUND, OLA")
    visitor.client.get(f"/accounts/invitation/{secret}/")
    leads = visitor.client.post("/accounts/sign-on/invitation/")
    Invitation.objects.all().delete()  # taken back meanwhile
    assert visitor.returns(leads).status_code == 410
    assert not SignOn.objects.exists() and not visitor.inside


def test_who_signs_on_is_not_invited_any_more(provider: Provider, clerk: User) -> None:
    """A link that was made for somebody who needs none says nothing of the account."""
    clerk.set_unusable_password()
    clerk.save()
    Invitation.objects.make(clerk.pk, "LUND, OLA")
    assert User.objects.listed().get(pk=clerk.pk).status == ("people", "Invited")
    bind(clerk, provider, "cheryl")
    assert User.objects.listed().get(pk=clerk.pk).status == ("completed", "Active")


def test_at_a_shared_computer_the_next_person_uses_the_own_account(
    provider: Provider, clerk: User
) -> None:
    """Somebody else is still signed in at the provider; it asks anew who it is."""
    bind(clerk, provider, "cheryl")
    provider.knows("zed")
    visitor = Visitor("zed")
    page = visitor.goes("/accounts/sign-on/")
    assert "Use another Montana sign-in account" in text(page) and visitor.asked_there == 1
    visitor.name = "cheryl"
    assert visitor.goes("/accounts/sign-on/").status_code == 403 and visitor.asked_there == 1
    assert visitor.goes("/accounts/sign-on/", {"anew": "1"}).status_code == 302
    assert visitor.asked_there == 2 and visitor.inside


@pytest.mark.parametrize("case", ["free", "required", "emergency", "no provider"])
def test_the_one_time_link_offers_the_ways_in_that_the_person_has(
    case: str, provider: Provider, clerk: User, administrator: User, settings: Any
) -> None:
    """On its page and in its e-mail; what the page does not offer is refused."""
    match case:
        case "required":
            SignOnDuty.objects.create(district="9012", since=timezone.now())
        case "emergency":
            EmergencyAccount.objects.create(user=clerk, since=timezone.now())
        case "no provider":
            settings.OIDC_ISSUER = ""
    visitor = Visitor("cheryl")
    secret = Invitation.objects.make(clerk.pk, "LUND, OLA")
    page = text(visitor.client.get(f"/accounts/invitation/{secret}/", follow=True))
    _, letter = letters.invitation(clerk, "https://portal/link", administrator)
    offers = "Continue with Montana sign-in" in page, "New password again" in page
    assert offers == (case in ("free", "required"), case != "required")
    assert ("Sign in with Montana sign-in" in letter, "choose a password" in letter.lower()) == (
        offers[0],
        case == "free",
    )
    assert ("Choose your password here" in letter) == (not offers[0])
    typed = dict.fromkeys(("password1", "password2"), "seven calm geese landing")
    answer = visitor.client.post("/accounts/invitation/", typed)
    assert visitor.inside == offers[1]
    assert ("You sign in with Montana sign-in here" in text(answer)) == (not offers[1])


def test_who_has_to_sign_on_does_not_sign_in_by_password(
    provider: Provider, clerk: User, stranger: User
) -> None:
    """By district; who is not connected yet connects first, and sees nothing else until then."""
    SignOnDuty.objects.create(district="9012", since=timezone.now())
    provider.knows("cheryl")
    visitor = Visitor("cheryl")
    visitor.client.post("/accounts/sign-in/", SIGN_IN)
    home = "/districts/9012/2025/"
    assert visitor.client.get(home)["Location"] == "/accounts/security/"
    assert "From now on you sign in with Montana sign-in" in text(
        visitor.client.get("/accounts/security/")
    )
    visitor.goes("/accounts/sign-on/connect/")
    assert visitor.client.get(home).status_code == 200
    again = Visitor("cheryl")
    assert "You sign in with Montana sign-in here" in text(
        again.client.post("/accounts/sign-in/", SIGN_IN)
    )
    assert not again.inside
    elsewhere = Visitor("sam")
    elsewhere.client.post("/accounts/sign-in/", {**SIGN_IN, "login": "sgrant"})
    assert elsewhere.client.get("/districts/0965/2025/").status_code == 200


def test_an_emergency_account_keeps_its_password_and_raises_an_e_mail(
    provider: Provider, keeper: User, clerk: User
) -> None:
    SignOnDuty.objects.create(since=timezone.now())
    EmergencyAccount.objects.create(user=keeper, since=timezone.now())
    visitor = Visitor("robin")
    visitor.client.post("/accounts/sign-in/", {**SIGN_IN, "login": "rhale"})
    assert visitor.client.get("/opi/people/").status_code == 200
    (letter,) = send_queued()
    assert letter.to == ["rhale@example.org"] and "Robin Hale (rhale) signed in" in letter.body
    mail.outbox.clear()
    page = visitor.goes("/accounts/sign-on/connect/")
    assert "signs in with its password" in text(page) and not SignOn.objects.exists()


def test_without_a_provider_nothing_is_there(client: Any, clerk: User) -> None:
    assert "Continue with" not in text(client.get("/accounts/sign-in/"))
    for step in ("", "invitation/", "ended/"):
        assert client.post(f"/accounts/sign-on/{step}").status_code == 404
    client.force_login(clerk)
    assert "Montana sign-in" not in text(client.get("/accounts/security/"))
    assert client.post("/accounts/sign-on/confirm/").status_code == 404
    assert client.get("/accounts/sign-on/answer/?state=x&code=y").status_code == 404


def test_who_has_no_password_meets_no_page_that_wants_one(provider: Provider, clerk: User) -> None:
    clerk.set_unusable_password()
    clerk.save()
    bind(clerk, provider, "cheryl")
    visitor = Visitor("cheryl")
    visitor.goes("/accounts/sign-on/")
    page = text(visitor.client.get("/accounts/security/"))
    assert "Connected" in page and "Change your password" not in page
    assert visitor.client.get("/accounts/password/")["Location"] == "/accounts/security/"
    later = visitor.client.session
    later[SIGNED_IN_AT] = int(time.time()) - 3600
    later.save()
    app = visitor.client.get("/accounts/security/app/")
    assert app["Location"] == "/accounts/sign-on/confirm/?next=%2Faccounts%2Fsecurity%2Fapp%2F"
    assert "asks you to sign in again" in text(visitor.client.get(app["Location"]))
    visitor.goes("/accounts/sign-on/confirm/", {"next": "/accounts/security/app/"})
    assert visitor.client.get("/accounts/security/app/").status_code == 200
    confirm = visitor.client.get("/accounts/confirm/?next=/accounts/security/")
    assert confirm.status_code == 302 and confirm["Location"].startswith(
        "/accounts/sign-on/confirm/"
    )


def test_an_administrator_disconnects_and_everybody_is_told(
    provider: Provider, clerk: User, administrator: User, stranger: User, client: Any
) -> None:
    bind(clerk, provider, "cheryl")
    visitor = Visitor("cheryl")
    visitor.goes("/accounts/sign-on/")
    client.force_login(administrator)
    path = f"/districts/9012/2025/people/{clerk.pk}/"
    assert "Disconnect Montana sign-in" in text(client.get(path))
    form = {"do": "disconnect", "reason": "New account", "proof": "not it"}
    assert "not your password" in text(client.post(path, form)) and visitor.inside
    assert client.post(path, {**form, "proof": PASSPHRASE}).status_code == 302
    assert not SignOn.objects.exists() and not visitor.inside
    assert "disconnected your CTE Portal account" in send_queued()[-1].body
    assert AuditEvent.objects.filter(reason="New account").exists()
    assert visitor.goes("/accounts/sign-on/").status_code == 403
