"""Signing in and out, wrong tries, passwords (S-01, S-02, S-04 … S-06), and that nobody can sign
up.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import NoReverseMatch, reverse

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from tests.cte_portal.accounts.letters import reset_path
from tests.cte_portal.test_set_up import PRODUCTION, ROOT
from tests.fixtures.people import PASSPHRASE

SIGN_IN = "/accounts/sign-in/"


def sign_in(client: Client, username: str = "cmartin", password: str = PASSPHRASE, **headers: str):  # type: ignore[no-untyped-def]
    return client.post(SIGN_IN, {"login": username, "password": password}, headers=headers)


def signed_in(client: Client) -> bool:
    return client.get("/districts/").status_code == 200


@pytest.mark.parametrize("username", ["cmartin", "CMARTIN", " cmartin "])
def test_a_person_signs_in_with_the_user_name_in_any_case(
    username: str, client: Client, clerk: User
) -> None:
    assert sign_in(client, username).status_code == 302
    assert signed_in(client)


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(
    client: Client, clerk: User
) -> None:
    wrong, unknown = (
        sign_in(client, password="not the passphrase"),
        sign_in(client, username="somebody"),
    )
    sentence = "The user name or password is incorrect"
    assert sentence in wrong.content.decode() and sentence in unknown.content.decode()
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert (
        PASSPHRASE not in wrong.content.decode()
        and "not the passphrase" not in wrong.content.decode()
    )


def test_nobody_signs_up(client: Client, db: None) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    for path in ("/accounts/signup/", "/accounts/email/", "/accounts/login/"):
        assert client.get(path).status_code in (302, 404)
        assert client.post(path, {"username": "x"}).status_code in (302, 404)
    assert not User.objects.exists()


def test_s_01_the_session_id_changes_at_sign_in_and_sign_out(client: Client, clerk: User) -> None:
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client)
    inside = client.session.session_key
    assert inside != session.session_key
    client.post("/accounts/sign-out/")
    assert client.session.session_key != inside


def test_s_02_cookies_are_shut_away(client: Client, clerk: User) -> None:
    cookie = sign_in(client).cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    script = (
        "from django.conf import settings as s; import django;"
        " django.setup();print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_HTTPONLY)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "cte_portal.settings",
            **PRODUCTION,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.split() == ["True", "True", "__Host-session", "__Host-csrf", "True"]


def test_s_04_a_cookie_replayed_after_sign_out_is_refused(client: Client, clerk: User) -> None:
    sign_in(client)
    kept = client.cookies["sessionid"].value
    client.post("/accounts/sign-out/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert not signed_in(thief)


def test_signing_out_is_a_post(client: Client, clerk: User) -> None:
    sign_in(client)
    assert client.get("/accounts/sign-out/").status_code == 200
    assert signed_in(client), "looking at the question signs nobody out"


def test_s_05_five_wrong_passwords_make_the_account_wait_and_never_lock_it(
    client: Client, clerk: User, viewer: User
) -> None:
    with time_machine.travel(
        datetime.datetime(2025, 5, 8, 18, 0, tzinfo=datetime.UTC), tick=False
    ) as clock:
        for _ in range(5):
            assert "incorrect" in sign_in(client, password="wrong").content.decode()
        waiting = sign_in(client)
        assert waiting.status_code in (200, 429)
        assert "Too many failed attempts" in waiting.content.decode() or waiting.status_code == 429
        assert not signed_in(client), "not even with the right password, for now"
        other = Client()
        assert sign_in(other, "jdoe").status_code == 302, "another account is not touched"
        clock.shift(datetime.timedelta(minutes=15, seconds=5))
        assert sign_in(client).status_code == 302
        assert signed_in(client)


def test_s_05_unknown_accounts_wait_just_the_same(client: Client, db: None) -> None:
    answers = [sign_in(client, "ghost", "wrong") for _ in range(6)]
    assert (
        "Too many failed attempts" in answers[-1].content.decode() or answers[-1].status_code == 429
    )


@pytest.fixture
def small_limits(settings: Any) -> None:
    """The same limits with fewer tries for an address, which a test need not send by the
    hundred.
    """
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "login_failed": "5/15m/key,30/15m/ip",
    }


def test_s_05_one_address_cannot_try_a_thousand_accounts(
    client: Client, clerk: User, small_limits: None
) -> None:
    for number in range(30):
        sign_in(client, f"somebody{number}", "wrong")
    assert "Too many failed attempts" in sign_in(client).content.decode()


def test_w_05_a_forwarded_address_from_the_client_buys_no_new_tries(
    client: Client, clerk: User, small_limits: None
) -> None:
    for number in range(30):
        sign_in(client, f"somebody{number}", "wrong", **{"X-Forwarded-For": f"203.0.113.{number}"})
    sign_in(client, **{"X-Forwarded-For": "203.0.113.99"})
    assert not signed_in(client)


def test_behind_the_proxy_each_visitor_has_tries_of_the_own(
    client: Client, clerk: User, settings: Any, small_limits: None
) -> None:
    """All of the state comes through one proxy: it adds the address it saw at the end, after
    whatever the visitor has claimed.
    """
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(30):
        sign_in(
            client,
            f"somebody{number}",
            "wrong",
            **{"X-Forwarded-For": f"192.0.2.{number}, 203.0.113.7"},
        )
    sign_in(client, **{"X-Forwarded-For": "192.0.2.200, 203.0.113.7"})
    assert not signed_in(client), "a claimed address buys nothing"
    assert sign_in(client, **{"X-Forwarded-For": "203.0.113.8"}).status_code == 302


@pytest.mark.parametrize(("sent", "counted"), [({}, "None"), ({"BEHIND_TLS_PROXY": "true"}, "1")])
def test_a_proxy_is_trusted_where_there_is_one(sent: dict[str, str], counted: str) -> None:
    script = (
        "from django.conf import settings as s; print(getattr(s, 'ALLAUTH_TRUSTED_PROXY_COUNT',"
        " None))"
    )
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "cte_portal.settings",
        **PRODUCTION,
        **sent,
    }
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.strip() == counted


@pytest.mark.parametrize(
    ("sent", "secure"), [({}, "False"), ({"BEHIND_TLS_PROXY": "true"}, "True")]
)
def test_a_practice_portal_behind_a_proxy_keeps_its_cookies_to_tls(
    sent: dict[str, str], secure: str
) -> None:
    script = (
        "from django.conf import settings as s; from django.test import RequestFactory as F;"
        "print(s.SESSION_COOKIE_SECURE,"
        " F(HTTP_X_FORWARDED_PROTO='https').get('/').is_secure())"
    )
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "cte_portal.settings", **sent}
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.split() == [secure, secure]


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("fourteen chars", False),
        ("fifteen chars ok", True),
        ("correct horse battery staple", True),
        ("ß€ 🐎 quiet meadow lane", True),
        ("long " * 40, False),
        ("many different words in one long sentence that goes on " * 3, True),
        ("passwordpassword", False),
        ("password password 1", False),
        ("123456789012345", False),
        ("aaaaaaaaaaaaaaaaaaaa", False),
        ("cheryl martin cheryl", False),
        ("Cottonwood Bend 9012", False),
        ("cmartin cmartin cmartin", False),
        ("montana montana montana", False),
    ],
)
def test_s_06_passwords(password: str, accepted: bool, clerk: User) -> None:
    if accepted:
        validate_password(password, clerk)
    else:
        with pytest.raises(ValidationError):
            validate_password(password, clerk)


def test_s_06_a_long_password_is_not_cut(client: Client, clerk: User) -> None:
    long = "sixteen tons of quiet snow fall on the far ridge " * 4
    clerk.set_password(long)
    clerk.save()
    assert sign_in(client, password=long[:-3]).status_code == 200
    assert sign_in(client, password=long).status_code == 302


def test_a_password_is_changed_with_the_old_one(client: Client, clerk: User) -> None:
    sign_in(client)
    before = client.session.session_key
    new = "seven silver trout jumping"
    client.post(
        "/accounts/password/", {"oldpassword": PASSPHRASE, "password1": new, "password2": new}
    )
    clerk.refresh_from_db()
    assert clerk.check_password(new)
    assert client.session.session_key != before, "S-01"
    assert signed_in(client)


def test_s_08_a_reset_letter_works_once_and_names_no_account(client: Client, clerk: User) -> None:
    for address in (clerk.email, "unknown@example.org"):
        answer = client.post("/accounts/password/reset/", {"email": address}, follow=True)
        assert answer.status_code == 200
    assert Batch.objects.count() == 1, "no letter to an address without an account"
    path = reset_path()
    form = client.get(path, follow=True)
    new = "seven silver trout jumping"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    clerk.refresh_from_db()
    assert clerk.check_password(new)
    other = "eight golden larches turning"
    again = Client().get(path, follow=True)
    assert "password1" not in again.content.decode()
    Client().post(path, {"password1": other, "password2": other})
    clerk.refresh_from_db()
    assert not clerk.check_password(other)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https:evil.example",
        "/\\evil.example",
        "%2F%2Fevil.example",
        "javascript:alert(1)",
        "http://evil.example/",
    ],
)
def test_w_02_sign_in_leads_nowhere_else(target: str, client: Client, clerk: User) -> None:
    answer = client.post(
        f"{SIGN_IN}?next={target}", {"login": "cmartin", "password": PASSPHRASE, "next": target}
    )
    assert answer.status_code == 302
    assert "evil" not in answer["Location"].replace("%2F%2Fevil.example", "") and not answer[
        "Location"
    ].startswith(("//", "javascript", "http"))


def test_the_limits_are_counted_in_a_cache_that_all_processes_share() -> None:
    source = (settings.BASE_DIR / "cte_portal/settings/data.py").read_text()
    assert "QuickCache" in source and "FileBasedCache" in source and "LocMem" not in source
