"""Nobody is kept out: not by strangers who try the person's name, and not by a cache that is down
(H-2, M-6).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import User
from cte_portal.accounts.sign_in import devices
from cte_portal.accounts.sign_in.steady_cache import SteadyCache
from cte_portal.batches.letters.account_letters import text as letter_text
from cte_portal.batches.models import Batch
from tests.cte_portal.accounts.letters import reset_path
from tests.cte_portal.accounts.test_sign_in import sign_in, signed_in
from tests.cte_portal.test_set_up import PRODUCTION
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE

HER_PLACE, ELSEWHERE = {"X-Forwarded-For": "203.0.113.8"}, {"X-Forwarded-For": "198.51.100.66"}
NEW = "seven silver trout jumping"


@pytest.fixture(autouse=True)
def behind_the_proxy(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


def attack(username: str = "cmartin", times: int = 12, place: dict[str, str] = ELSEWHERE) -> Any:
    stranger = Client()
    return [sign_in(stranger, username, "wrong", **place) for _ in range(times)][-1]


def reset_link(client: Client, user: User) -> str:
    client.post("/accounts/password/reset/", {"email": user.email}, headers=HER_PLACE)
    return reset_path()


def test_a_stranger_elsewhere_locks_nobody_out(client: Client, clerk: User) -> None:
    """H-2: wrong tries count for the pair of person and address."""
    assert "Too many failed attempts" in attack().content.decode()
    assert sign_in(client, **HER_PLACE).status_code == 302 and signed_in(client)


def test_a_stranger_behind_the_same_address_locks_no_desk_she_has_used(
    client: Client, clerk: User
) -> None:
    """H-2: one address may be all of the state; the own desk is known by its cookie."""
    sign_in(client, **HER_PLACE)
    client.post("/accounts/sign-out/")
    assert "Too many failed attempts" in attack(place=HER_PLACE).content.decode()
    assert "Too many failed attempts" in sign_in(Client(), **HER_PLACE).content.decode(), (
        "a desk that nobody knows waits"
    )
    assert sign_in(client, **HER_PLACE).status_code == 302


def test_the_count_of_an_address_does_not_reach_a_known_desk(
    client: Client, clerk: User, viewer: User, settings: Any
) -> None:
    """H-2: behind one address 400 districts' clerks work."""
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "login_failed": "5/15m/key,9/15m/ip",
    }
    sign_in(client, **HER_PLACE)
    client.post("/accounts/sign-out/")
    for name in ("a", "b", "c"):
        attack(name, 4, HER_PLACE)
    assert "Too many failed attempts" in sign_in(Client(), "jdoe", **HER_PLACE).content.decode()
    assert sign_in(client, **HER_PLACE).status_code == 302


def test_eighty_clerks_sign_in_behind_one_address_in_a_minute(client: Client, clerk: User) -> None:
    """H-2: more than the sixty that were allowed, some of them with a wrong try first."""
    for number in range(80):
        sent = (
            {"login": f"clerk{number}", "password": "wrong"}
            if number % 8 == 0
            else {"login": "cmartin", "password": PASSPHRASE}
        )
        answer = Client().post("/accounts/sign-in/", sent, headers=HER_PLACE)
        assert answer.status_code != 429 and "Too many" not in answer.content.decode(), number


def test_a_known_desk_does_not_guess_without_end(client: Client, clerk: User) -> None:
    """H-2: a stolen cookie buys ten tries, and none of somebody else's."""
    sign_in(client)
    client.post("/accounts/sign-out/")
    for _ in range(10):
        assert "incorrect" in sign_in(client, password="wrong").content.decode()
    assert "Too many failed attempts" in sign_in(client).content.decode()


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "e30:1abc:xyz", "é" * 40])
def test_a_cookie_that_was_made_up_is_no_desk(cookie: str, client: Client, clerk: User) -> None:
    client.cookies["device"] = cookie
    attack(place=HER_PLACE)
    assert "Too many failed attempts" in sign_in(client, **HER_PLACE).content.decode()


def test_the_cookie_names_nobody_and_is_shut_away(client: Client, clerk: User) -> None:
    """H-2: no name, no number of a person; a desk of many people knows the last forty."""
    cookie = sign_in(client).cookies["device"]
    assert (
        cookie["httponly"]
        and cookie["samesite"] == "Lax"
        and cookie["path"] == "/"
        and int(cookie["max-age"]) > 300 * 24 * 3600
    )
    held = devices.signing.loads(cookie.value, salt=devices.SALT)
    assert set(held) == {"id", "people"} and "cmartin" not in str(held)
    answer = Client().get("/help/")
    request = answer.wsgi_request
    for number in range(60):
        request.COOKIES["device"] = (
            answer.cookies["device"].value if "device" in answer.cookies else ""
        )
        devices.remember(request, answer, f"person{number}")
    request.COOKIES["device"] = answer.cookies["device"].value
    assert devices.device_of(request, "PERSON59") and not devices.device_of(request, "person1")
    assert len(request.COOKIES["device"]) < 2000


def test_the_cookie_of_production_is_bound_to_the_host() -> None:

    script = (
        "from django.conf import settings as s; print(s.DEVICE_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE)"
    )
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "cte_portal.settings",
        **PRODUCTION,
    }
    finished = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert finished.stdout.split() == ["__Host-device", "True"]


def test_a_reset_by_mail_ends_the_wait(client: Client, clerk: User) -> None:
    """H-2: the way out that the page itself offers helps, behind the very address from which it was
    tried.
    """
    attack(place=HER_PLACE)
    refused = sign_in(client, **HER_PLACE).content.decode()
    assert "Too many failed attempts" in refused and "Forgot your password" in refused
    path = reset_link(client, clerk)
    form = client.get(path, follow=True, headers=HER_PLACE)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW}, headers=HER_PLACE)
    assert sign_in(client, "CMartin", NEW, **HER_PLACE).status_code == 302


def test_a_signature_is_out_of_strangers_reach(client: Client, clerk: User) -> None:
    """H-2: the page that asks for the password again lets her through while her name is tried
    outside.
    """
    sign_in(client, **HER_PLACE)
    attack(place=HER_PLACE)
    answer = client.post("/accounts/confirm/", {"password": PASSPHRASE}, headers=HER_PLACE)
    assert answer.status_code == 302


def test_a_stranger_with_the_password_locks_no_known_desk_at_the_code(
    client: Client, clerk: User
) -> None:
    """H-2: the code has counts of its own, by device and address."""
    phone.give(clerk)
    sign_in(client, **HER_PLACE)
    client.post("/accounts/sign-in/code/", {"code": phone.code()}, headers=HER_PLACE)
    client.post("/accounts/sign-out/")
    stranger = Client()
    sign_in(stranger, **HER_PLACE)
    for _ in range(7):
        last = stranger.post("/accounts/sign-in/code/", {"code": "000000"}, headers=HER_PLACE)
    assert "Too many failed attempts" in last.content.decode()
    sign_in(client, **HER_PLACE)
    assert (
        client.post(
            "/accounts/sign-in/code/", {"code": phone.code(1)}, headers=HER_PLACE
        ).status_code
        == 302
    )


def test_codes_are_not_guessed_from_many_addresses(
    client: Client, clerk: User, settings: Any
) -> None:
    """H-2: six digits bear fewer tries than a password, so those from strange places count
    together.
    """
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "code_failed_anywhere": "6/d/key",
    }
    phone.give(clerk)
    sentences = []
    for number in range(8):
        place = {"X-Forwarded-For": f"198.51.100.{number}"}
        stranger = Client()
        sign_in(stranger, **place)
        sentences.append(
            "Too many"
            in stranger.post(
                "/accounts/sign-in/code/", {"code": "000000"}, headers=place
            ).content.decode()
        )
    assert sentences == [False] * 6 + [True] * 2


def letters() -> list[Batch]:
    return list(Batch.objects.filter(kind="account"))


@pytest.mark.parametrize("everywhere", [False, True])
def test_the_person_is_told_once_a_day(everywhere: bool, clerk: User, settings: Any) -> None:
    """H-2: what is tried is told, whether it comes from one place or from many."""
    settings.PORTAL_ADDRESS = "https://cte.example.gov"
    for number in range(14):
        sign_in(
            Client(),
            "CMARTIN",
            "wrong",
            **({"X-Forwarded-For": f"198.51.100.{number}"} if everywhere else ELSEWHERE),
        )
    (letter,) = letters()
    assert letter.submitted_by == clerk and letter.hidden
    body = letter_text(letter.options, clerk)
    assert (
        "Several wrong passwords" in body
        and "https://cte.example.gov/accounts/password/reset/" in body
        and "wrong\n" not in body
    )


def test_a_slip_of_the_own_is_not_told(client: Client, clerk: User) -> None:
    for _ in range(3):
        sign_in(client, password="wrong")
    sign_in(client)
    attack("nobody-at-all")
    assert letters() == []


class Silent(LocMemCache):
    """A cache that is down."""

    tries = 0

    def _fail(self, *arguments: Any, **options: Any) -> Any:
        type(self).tries += 1
        raise ConnectionError("redis.example does not answer")

    add = get = set = touch = delete = clear = _fail  # type: ignore[assignment]


@pytest.fixture
def cache_is_down(settings: Any, db: None) -> Iterator[None]:
    yield from _down(settings, {"BACKEND": "tests.cte_portal.accounts.test_locked_out.Silent"})


def _down(settings: Any, quick: dict[str, Any]) -> Iterator[None]:
    SteadyCache._silent_until.clear()
    Silent.tries = 0
    settings.CACHES = {
        "default": {
            "BACKEND": "cte_portal.accounts.sign_in.steady_cache.SteadyCache",
            "OPTIONS": {"FIRST": "quick", "SECOND": "database"},
        },
        "quick": quick,
        "database": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "accounts_limit",
        },
    }
    yield
    SteadyCache._silent_until.clear()


def test_without_the_cache_people_sign_in_reset_and_sign(
    cache_is_down: None,
    client: Client,
    clerk: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """M-6: sign-in, code, confirming, reset; the cache that is down is asked once, not on each
    request.
    """
    assert sign_in(client, **HER_PLACE).status_code == 302
    assert client.post("/accounts/confirm/", {"password": PASSPHRASE}).status_code == 302
    assert reset_link(Client(), clerk)
    assert (
        Silent.tries == 1
        and "the database stands in" in caplog.text
        and "redis.example" not in caplog.text
    )


def test_without_the_cache_the_limits_hold(
    cache_is_down: None, client: Client, clerk: User
) -> None:
    """M-6: counted in the database meanwhile."""
    assert "Too many failed attempts" in attack(times=6).content.decode()
    assert sign_in(client, **HER_PLACE).status_code == 302


def test_a_full_disk_is_not_called_too_many_tries(
    cache_is_down: None, client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L-14: neither cache can be written; Django's table answers then as if the limiter's lock were
    taken.
    """
    monkeypatch.setattr(
        "django.core.cache.backends.db.DatabaseCache._base_set", lambda *arguments, **more: False
    )
    client.raise_request_exception = False
    answer = client.post("/accounts/sign-in/", {"login": clerk.username, "password": PASSPHRASE})
    assert answer.status_code == 503 and "Too many" not in answer.content.decode()


def test_the_cache_is_used_again_when_it_answers(
    cache_is_down: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-6."""
    cache.set("one", 1)
    assert caches["database"].get("one") == 1
    SteadyCache._silent_until["quick"] = 0
    monkeypatch.setattr(Silent, "set", LocMemCache.set)
    cache.set("two", 2)
    assert caches["database"].get("two") is None


def test_many_values_are_asked_for_at_once(
    cache_is_down: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status board asks for one of each district."""
    caches["database"].set_many({"one": 1, "two": 2})
    keys = iter(["one", "two", "three"])
    assert cache.get_many(keys) == {"one": 1, "two": 2}, "asked again where the first is silent"
    SteadyCache._silent_until["quick"] = 0
    questions = []

    def get_many(cache: Any, keys: Any, version: Any = None) -> dict[str, int]:
        questions.append(list(keys))
        return {"one": 3}

    monkeypatch.setattr(Silent, "get_many", get_many)
    assert cache.get_many(["one", "two"]) == {"one": 3}
    assert questions == [["one", "two"]]


def test_a_cache_that_is_frozen_costs_seconds_once(
    settings: Any, client: Client, clerk: User
) -> None:
    """M-6: Redis takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []
        threading.Thread(target=lambda: taken.extend(_accept(server)), daemon=True).start()
        address = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        options = {"socket_timeout": 1, "socket_connect_timeout": 1}
        quick = {
            "BACKEND": "cte_portal.accounts.sign_in.steady_cache.QuickCache",
            "LOCATION": address,
            "OPTIONS": options,
        }
        for _ in _down(settings, quick):
            start = monotonic()
            assert sign_in(client).status_code == 302
            assert monotonic() - start < 4, "a second or two, and the work of signing in"
            start = monotonic()
            assert client.post("/accounts/confirm/", {"password": PASSPHRASE}).status_code == 302
            assert monotonic() - start < 1
        caches["quick"].close()


def _accept(server: socket.socket) -> Iterator[socket.socket]:
    while True:
        try:
            yield server.accept()[0]
        except OSError:
            return


def test_a_lock_that_a_frozen_cache_kept_keeps_nobody_out(settings: Any) -> None:
    """A2-62: frozen Redis took a lock whose owner had gone on with the table; awake again, it kept
    an address out for ten seconds.
    """
    SteadyCache._silent_until.clear()
    settings.CACHES = {
        "default": {
            "BACKEND": "cte_portal.accounts.sign_in.steady_cache.SteadyCache",
            "OPTIONS": {"FIRST": "quick", "SECOND": "second"},
        },
        "quick": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "A2-62"},
        "second": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    }
    assert cache.add("tries:lock", True, timeout=ratelimit.CACHE_LOCK_TIMEOUT)
    assert not cache.add("tries:lock", True, timeout=ratelimit.CACHE_LOCK_TIMEOUT), (
        "it is held meanwhile"
    )
    with ratelimit.cache_lock("tries") as locked:
        assert locked


def test_the_portal_runs_on_the_steady_cache() -> None:
    """M-6: the settings that production reads name it, with Redis answering within a second or
    being left alone.
    """

    script = (
        "from django.conf import settings as s; c = s.CACHES; print(c['default']['BACKEND'],"
        " c['quick']['OPTIONS'], c['database']['BACKEND'])"
    )
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "cte_portal.settings",
        **PRODUCTION,
    }
    finished = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    ).stdout
    assert (
        "SteadyCache" in finished
        and "'socket_timeout': 1" in finished
        and "DatabaseCache" in finished
    )
    assert reverse("account_reset_password")
