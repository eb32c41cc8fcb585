"""Whether it is still the same person who signs: password or code, right, wrong, used before, tried
too often.
"""

from __future__ import annotations

import datetime
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connections
from django.test import RequestFactory

from cte_portal.accounts.models import User
from cte_portal.accounts.sign_in import second_factor
from cte_portal.accounts.sign_in.confirming import Confirmation, ProofForm, confirm, method_for
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE

START = datetime.datetime(2025, 5, 8, 18, 0, 5, tzinfo=datetime.UTC)
QUARTER = datetime.timedelta(minutes=15, seconds=5)
RIGHT_PASSWORD, RIGHT_CODE = Confirmation(True, "password"), Confirmation(True, "totp")


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def request(user: Any, method: str = "post") -> Any:
    made = getattr(RequestFactory(), method)("/sign/")
    made.user, made.session = user, SessionStore()
    return made


class SignForm(ProofForm):
    agree = forms.BooleanField(error_messages={"required": "Tick the statement"})


def sign(user: User, **typed: str) -> SignForm:
    return SignForm(typed, request=request(user))


def test_the_password_confirms_who_has_no_app(clerk: User) -> None:
    assert method_for(clerk) == "password"
    assert confirm(request(clerk), PASSPHRASE) == RIGHT_PASSWORD
    assert confirm(request(clerk), PASSPHRASE) == RIGHT_PASSWORD, "a password is no code"
    assert confirm(request(clerk), "not it") == Confirmation(
        False, "password", "This is not your password"
    )
    assert confirm(request(clerk), "") == Confirmation(False, "password", "Enter your password")


def test_somebody_elses_password_does_not(clerk: User, viewer: User) -> None:
    viewer.set_password("eight golden larches turning")
    viewer.save()
    assert not confirm(request(clerk), "eight golden larches turning").ok


def test_who_has_the_app_is_confirmed_by_its_code_alone(clerk: User, clock: Any) -> None:
    recovery = phone.give(clerk)
    assert method_for(clerk) == "totp"
    for wrong in (PASSPHRASE, recovery[0], "000000"):
        outcome = confirm(request(clerk), wrong)
        assert (outcome.ok, outcome.method) == (False, "totp") and "incorrect" in outcome.sentence
    assert confirm(request(clerk), phone.code()) == RIGHT_CODE
    used = clerk.authenticator_set.get(type="recovery_codes").data["used_mask"]
    assert used == 0, "a recovery code typed by mistake is not lost"


@pytest.mark.parametrize("emptied", [False, True])
def test_a_code_signs_once(emptied: bool, clerk: User, clock: Any) -> None:
    phone.give(clerk)
    used, older = phone.code(), phone.code(-1)
    assert confirm(request(clerk), used) == RIGHT_CODE
    for again in (used, older):
        if emptied:
            cache.clear()
        assert not confirm(request(clerk), again).ok
    clock.shift(datetime.timedelta(seconds=35))
    assert not confirm(request(clerk), used).ok, "still within the half minute that is let pass"
    assert confirm(request(clerk), phone.code()) == RIGHT_CODE


def test_a_code_of_yesterday_or_of_somebody_else_does_not_sign(
    clerk: User, viewer: User, clock: Any
) -> None:
    phone.give(clerk)
    old = phone.code()
    clock.shift(datetime.timedelta(minutes=2))
    assert not confirm(request(clerk), old).ok
    assert not confirm(request(viewer), phone.code()).ok, "she has no app: her password is asked"


@pytest.mark.parametrize("app", [False, True])
def test_five_wrong_tries_make_everybody_wait(app: bool, clerk: User, clock: Any) -> None:
    if app:
        phone.give(clerk)
    for _ in range(5):
        assert ("incorrect" if app else "not your password") in confirm(
            request(clerk), "000000"
        ).sentence
    waiting = confirm(request(clerk), phone.code() if app else PASSPHRASE)
    assert not waiting.ok and "Too many failed attempts. Wait 15 minutes" in waiting.sentence
    clock.shift(QUARTER)
    assert confirm(request(clerk), phone.code() if app else PASSPHRASE).ok


@pytest.mark.parametrize("app", [False, True])
def test_strangers_wrong_tries_keep_nobody_from_signing(
    app: bool, client: Any, clerk: User
) -> None:
    """H-2: what is tried at the sign-in page, in her name and from her address, does not count
    where she signs.
    """
    if app:
        phone.give(clerk)
    for _ in range(8):
        client.post("/accounts/sign-in/", {"login": "cmartin", "password": "wrong"})
    assert confirm(request(clerk), phone.code() if app else PASSPHRASE).ok


def test_a_script_that_confirms_without_end_is_stopped(clerk: User) -> None:
    outcomes = [confirm(request(clerk), PASSPHRASE).ok for _ in range(12)]
    assert outcomes == [True] * 10 + [False] * 2


def test_a_closed_account_and_a_visitor_confirm_nothing(clerk: User) -> None:
    clerk.is_active = False
    clerk.save()
    assert not confirm(request(clerk), PASSPHRASE).ok
    assert not confirm(request(AnonymousUser()), PASSPHRASE).ok


def test_a_get_confirms_nothing_as_limits_do_not_count_it(clerk: User) -> None:
    with pytest.raises(ValueError, match="POST"):
        confirm(request(clerk, "get"), PASSPHRASE)


@pytest.mark.parametrize("app", [False, True])
def test_what_was_typed_is_in_no_log_no_session_and_no_page(
    app: bool, clerk: User, caplog: pytest.LogCaptureFixture
) -> None:
    if app:
        phone.give(clerk)
    right = phone.code() if app else PASSPHRASE
    with caplog.at_level(logging.DEBUG):
        for typed in ("zzsecret 483920", right):
            wanted = request(clerk)
            form = SignForm({"agree": "on", "proof": typed}, request=wanted)
            assert form.is_valid() and form.confirm().ok == (typed == right)
            for place in (caplog.text, repr(dict(wanted.session.items())), str(form)):
                assert typed not in place


@pytest.mark.parametrize("app", [False, True])
def test_the_form_asks_for_the_right_thing_in_its_last_field(app: bool, clerk: User) -> None:
    if app:
        phone.give(clerk)
    form = SignForm(request=request(clerk))
    field = form["proof"]
    assert list(form.fields)[-1] == "proof"
    assert field.label == (
        "Code from your authenticator app, to sign" if app else "Your password, to sign"
    )
    assert ('autocomplete="one-time-code"' if app else 'autocomplete="current-password"') in str(
        field
    )
    assert ('type="text"' if app else 'type="password"') in str(field)
    assert sign(clerk, agree="on").errors["proof"] == [
        "Enter the code from your authenticator app" if app else "Enter your password"
    ]


def test_a_form_that_is_not_complete_spends_no_code(clerk: User) -> None:
    phone.give(clerk)
    code = phone.code()
    assert not sign(clerk, proof=code).is_valid()
    form = sign(clerk, agree="on", proof=code)
    assert form.is_valid() and form.confirm() == RIGHT_CODE
    again = sign(clerk, agree="on", proof=code)
    assert (
        again.is_valid() and not again.confirm().ok and "already used" in again.errors["proof"][0]
    )


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_a_code_that_comes_four_times_at_once_signs_once(
    clerk: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    spent = second_factor.spent

    def slowly(app: Any, step: int) -> bool:
        answer = spent(app, step)
        threading.Event().wait(
            0.2
        )  # long enough for all four to have looked, if nothing held them back
        return answer

    monkeypatch.setattr(second_factor, "spent", slowly)
    phone.give(clerk)
    code, together, outcomes = phone.code(), threading.Barrier(4), []

    def once() -> None:
        try:
            together.wait()
            outcomes.append(confirm(request(clerk), code).ok)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no outcome a person may see
            outcomes.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]
