"""The provider is away, hangs, breaks off, or ends a session of its own: always words, and no other
visitor waits (operations A-5, 12 to 14).
"""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from cte_portal.accounts.models import SignInEvent, SignOnSession, User
from cte_portal.accounts.sign_in.sign_on import provider as network
from tests.cte_portal.accounts.sign_on.test_binding import bind
from tests.cte_portal.accounts.sign_on.test_proving import signed_on
from tests.pathways.desk import text
from tests.provider.running import Provider, Visitor

BEGIN = "/accounts/sign-on/"
DISCOVERY = "/.well-known/openid-configuration"


def test_12_signing_out_leads_to_the_providers_own_end(provider: Provider, clerk: User) -> None:
    visitor = signed_on(clerk, provider)
    leads = visitor.client.post("/accounts/sign-out/")["Location"]
    fields = parse_qs(urlsplit(leads).query)
    assert leads.startswith(f"{provider.issuer}/session/end?") and "id_token_hint" in fields
    assert fields["post_logout_redirect_uri"] == ["http://testserver/accounts/sign-in/"]
    assert not visitor.inside
    by_password = Client()
    by_password.force_login(clerk)
    assert by_password.post("/accounts/sign-out/")["Location"] == "/accounts/sign-in/"


def test_12_where_it_cannot_be_ended_the_page_says_so(provider: Provider, clerk: User) -> None:
    visitor = signed_on(clerk, provider)
    network.forget()
    provider.control(broken=True)
    assert visitor.client.post("/accounts/sign-out/")["Location"] == "/accounts/sign-in/"
    assert "You are still signed in to Montana sign-in" in text(
        visitor.client.get("/accounts/sign-in/")
    )
    assert not visitor.inside


def ended_there(visitor: Visitor, provider: Provider) -> str:
    """Signs out on the provider's own page; the token that it sends then."""
    status, _, page = visitor._open(f"{provider.issuer}/session/end")
    assert status == 200
    secret = page.split('name="xsrf" value="')[1].split('"')[0]
    visitor._open(f"{provider.issuer}/session/end/confirm", {"xsrf": secret, "logout": "yes"})
    ends = time.monotonic() + 10
    while not provider.logout_tokens and time.monotonic() < ends:
        time.sleep(0.05)
    return provider.logout_tokens[-1]


def test_13_the_providers_sign_out_ends_the_portals_session_and_no_other(
    provider: Provider, clerk: User
) -> None:
    visitor = signed_on(clerk, provider)
    elsewhere = Visitor("jane")
    elsewhere.goes(BEGIN)
    token = ended_there(visitor, provider)
    ends = Client(enforce_csrf_checks=True)
    assert ends.post("/accounts/sign-on/ended/", {"logout_token": token}).status_code == 200
    assert not visitor.inside and elsewhere.inside
    assert SignOnSession.objects.count() == 1
    assert SignInEvent.objects.filter(act="sign-on-ended", user_id=clerk.pk).count() == 1


def test_13_a_session_that_has_another_key_now_ends_too(provider: Provider, clerk: User) -> None:
    visitor = signed_on(clerk, provider)
    session = visitor.client.session
    session.cycle_key()
    visitor.client.cookies["sessionid"] = session.session_key
    assert visitor.inside
    token = ended_there(visitor, provider)
    Client().post("/accounts/sign-on/ended/", {"logout_token": token})
    assert not visitor.inside


def test_13_nobody_else_ends_a_session(provider: Provider, clerk: User) -> None:
    visitor = signed_on(clerk, provider)
    kept = visitor.client.session["signed_on"]["token"]
    for fields in ({}, {"logout_token": "x.y.z"}, {"logout_token": kept}):
        answer = Client().post("/accounts/sign-on/ended/", fields)
        assert answer.status_code == 400 and answer["Cache-Control"] == "no-store"
    assert Client().get("/accounts/sign-on/ended/").status_code == 405
    assert visitor.inside


def test_14_a_provider_that_is_down_is_a_sentence(provider: Provider, clerk: User) -> None:
    provider.control(broken=True)
    page = Client().post(BEGIN)
    assert page.status_code == 503 and "Montana sign-in does not answer" in text(page)
    provider.control(broken=False)
    network.forget()
    bind(clerk, provider, "cheryl")
    visitor = Visitor("cheryl")
    back = visitor.at_provider(visitor.client.post(BEGIN)["Location"])
    provider.control(broken=True)  # between the two steps
    page = visitor.client.get(back)
    assert page.status_code == 503 and "does not answer" in text(page) and not visitor.inside


def test_14_a_provider_that_hangs_is_waited_for_once(provider: Provider) -> None:
    """The next eight hear of it without a question to the provider."""
    before = provider.control(silent=True).count(DISCOVERY)
    assert Client().post(BEGIN).status_code == 503
    for _ in range(8):
        assert Client().post(BEGIN).status_code == 503
    assert Client().get("/accounts/sign-in/").status_code == 200
    assert provider.control().count(DISCOVERY) == before + 1


def test_14_eight_who_wait_at_once_leave_a_thread_for_others(provider: Provider) -> None:
    """At most three of a process's four threads wait; the others hear at once."""
    before = provider.control(silent=True).count(DISCOVERY)
    unanswered: list[type[Exception]] = []

    def visits() -> None:
        with pytest.raises(network.Away) as away:
            network.endpoints()
        unanswered.append(away.type)

    threads = [threading.Thread(target=visits) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(unanswered) == 8
    assert 1 <= provider.control().count(DISCOVERY) - before <= 3


def test_14_what_it_says_of_itself_is_asked_once(provider: Provider, clerk: User) -> None:
    before = provider.control().count(DISCOVERY)
    bind(clerk, provider, "cheryl")
    for _ in range(3):
        assert Visitor("cheryl").goes(BEGIN)["Location"] == "/"
    assert provider.control().count(DISCOVERY) == before + 1


def test_14_another_issuers_configuration_is_not_used(
    provider: Provider, settings: Any, caplog: Any
) -> None:
    settings.OIDC_ISSUER = f"{provider.issuer}/"
    assert Client().post(BEGIN).status_code == 503
    assert "does not belong to OIDC_ISSUER" in caplog.text


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?state=%00&code=" + "y" * 5000])
def test_an_answer_that_nobody_asked_for(query: str, provider: Provider) -> None:
    page = Client().get(f"/accounts/sign-on/answer/{query}")
    assert page.status_code == 403 and "Start again" in text(page)


def test_an_answer_counts_once_and_in_its_own_browser(provider: Provider, clerk: User) -> None:
    bind(clerk, provider, "cheryl")
    visitor = Visitor("cheryl")
    back = visitor.at_provider(visitor.client.post(BEGIN)["Location"])
    thief = Client()
    thief.post(BEGIN)
    page = thief.get(back)
    assert page.status_code == 403 and "open for too long" in text(page)
    assert visitor.client.get(back).status_code == 302 and visitor.inside
    assert visitor.client.get(back).status_code == 403


def test_a_code_that_was_spent_is_refused_in_words(provider: Provider, clerk: User) -> None:
    bind(clerk, provider, "cheryl")
    visitor = Visitor("cheryl")
    back = visitor.at_provider(visitor.client.post(BEGIN)["Location"])
    bent = back.replace("code=", "code=a")
    page = visitor.client.get(bent)
    assert page.status_code == 403 and "did not answer as it should" in text(page)


def test_who_cancels_there_is_told_so(provider: Provider, clerk: User) -> None:
    visitor = Visitor("cheryl")
    back = visitor.at_provider(visitor.client.post(BEGIN)["Location"], cancel=True)
    assert "You did not sign in with Montana sign-in" in text(visitor.client.get(back))


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_no_step_leads_elsewhere(path: str, provider: Provider, clerk: User) -> None:
    bind(clerk, provider, "cheryl")
    assert Visitor("cheryl").goes(BEGIN, {"next": path})["Location"] == "/"
