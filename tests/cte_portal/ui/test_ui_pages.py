"""The frame of every page, its headers, and the pages for what went wrong (G-02, G-09, G-10, W-03,
W-06, W-08).
"""

from __future__ import annotations

import logging
import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from cte_portal import urls as portal_urls
from cte_portal.accounts.models import User
from cte_portal.ui import errors

SECRET = "ANDERSON-KAYLA-999000123"


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(SECRET)


urlpatterns = [*portal_urls.urlpatterns, path("breaks/", breaks)]
handler400, handler403, handler404 = (
    portal_urls.handler400,
    portal_urls.handler403,
    portal_urls.handler404,
)
handler429, handler500 = portal_urls.handler429, portal_urls.handler500


@pytest.fixture
def signed_in(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def test_g_02_a_page_has_one_heading_landmarks_language_and_its_own_title(
    signed_in: Client,
) -> None:
    html = signed_in.get("/districts/9012/2025/").content.decode()
    assert html.count("<h1") == 1 and '<html lang="en">' in html
    assert (
        html.count("<main") == html.count("<header") == html.count("<footer") == 1
        and '<nav class="nav" aria-label=' in html
    )
    title = re.search(r"<title>\s*(.*?)\s*</title>", html)
    assert title and re.fullmatch(r"Home – .+ – .+ – CTE Portal", title[1])


def test_g_03_the_skip_link_is_the_first_stop(signed_in: Client) -> None:
    body = signed_in.get("/districts/9012/2025/").content.decode().split("<body>")[1]
    first = re.search(r"<(a|button|input|summary)\b[^>]*>", body)
    assert first and 'href="#page"' in first[0] and 'id="page" tabindex="-1"' in body


def test_g_09_district_year_edition_role_and_person_are_on_every_page(signed_in: Client) -> None:
    for address in ("/districts/9012/2025/", "/help/", "/districts/"):
        text = re.sub(r"<[^>]+>", "", signed_in.get(address).content.decode())
        for part in ("9012", "2024-25", "District", "Data Clerk", "MARTIN, CHERYL", "Sign out"):
            assert part in text, (address, part)


def test_g_10_help_is_at_the_end_of_every_page_signed_in_or_not(
    client: Client, clerk: User
) -> None:
    addresses = ["/accounts/sign-in/", "/help/", "/accounts/password/reset/"]
    out = [client.get(address).content.decode() for address in addresses]
    client.force_login(clerk)
    inside = [
        client.get(address).content.decode()
        for address in ("/help/", "/districts/9012/2025/", "/nowhere/")
    ]
    for html in out + inside:
        footer = html[html.index("<footer") :]
        assert 'href="/help/"' in footer and "tel:" in footer and "mailto:" in footer


def test_the_open_screen_is_marked_in_the_navigation(signed_in: Client) -> None:
    html = signed_in.get("/districts/9012/2025/").content.decode()
    assert re.findall(r'aria-current="page">([^<]+)<', html) == ["Home"]


@pytest.mark.urls("tests.cte_portal.ui.test_ui_pages")
@pytest.mark.parametrize(
    "address",
    ["/accounts/sign-in/", "/help/", "/", "/nowhere/", "/districts/9012/2025/", "/breaks/"],
)
def test_w_06_every_response_carries_the_headers(signed_in: Client, address: str) -> None:
    signed_in.raise_request_exception = False
    response = signed_in.get(address)
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]
    policy = response["Content-Security-Policy"]
    assert (
        "frame-ancestors 'none'" in policy
        and "script-src 'self'" in policy
        and "unsafe" not in policy
    )


@pytest.mark.urls("tests.cte_portal.ui.test_ui_pages")
def test_w_08_our_own_fault_shows_a_reference_and_logs_it_without_what_was_typed(
    signed_in: Client, caplog: pytest.LogCaptureFixture
) -> None:
    signed_in.raise_request_exception = False
    with caplog.at_level(logging.INFO):
        response = signed_in.get("/breaks/", {"name": SECRET})
    html = response.content.decode()
    assert response.status_code == 500 and "We could not finish" in html
    reference = re.search(r"reference <b>([2-9A-Z]{4})</b>", html)
    assert reference and f"reference={reference[1]}" in caplog.text
    assert "RuntimeError" in caplog.text and "test_ui_pages.py" in caplog.text
    assert SECRET not in html and not any(
        SECRET in record.getMessage()
        for record in caplog.records
        if record.name == "cte_portal.errors"
    )
    assert "Traceback" not in html and "RuntimeError" not in html


def test_w_08_the_page_for_our_own_fault_asks_nothing_of_the_database() -> None:
    # No database mark: any query would fail this test.
    html = errors.server_error(RequestFactory().get("/")).content.decode()
    assert "We could not finish" in html and "<h1" in html and "portal.css" in html


def test_w_08_a_page_whose_frame_fails_still_says_what_happened(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("cte_portal.ui.context.Frame.navigation", property(fails))
    response = signed_in.get("/nowhere/")
    assert response.status_code == 404 and b"This page does not exist" in response.content


def test_w_08_an_unknown_page_keeps_the_navigation_and_names_nothing_inside(
    signed_in: Client,
) -> None:
    response = signed_in.get("/nowhere/")
    html = response.content.decode()
    assert (
        response.status_code == 404
        and "This page does not exist" in html
        and "reference <b>" in html
        and 'class="nav"' in html
    )
    assert "nowhere" not in html and "urls" not in html


def test_w_08_a_wrong_method_gets_a_page_and_names_the_right_ones(signed_in: Client) -> None:
    response = signed_in.put("/districts/9012/2025/")
    assert (
        response.status_code == 405
        and "GET" in response["Allow"]
        and b"cannot be opened this way" in response.content
    )


def test_w_08_an_old_form_gets_its_own_page(clerk: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/sign-in/", {"login": "cmartin", "password": "x"})
    assert (
        response.status_code == 403
        and b"This form is too old" in response.content
        and b"reference <b>" in response.content
    )


def test_w_05_a_foreign_host_is_refused_with_a_page(client: Client) -> None:
    response = client.get("/help/", headers={"host": "evil.example"})
    assert (
        response.status_code == 400
        and b"could not read this request" in response.content
        and b"evil" not in response.content
    )


def test_w_08_too_many_requests_is_answered_by_a_page() -> None:
    response = errors.too_many_requests(RequestFactory().get("/"))
    assert response.status_code == 429 and b"Too many attempts" in response.content


def test_references_are_short_and_speakable() -> None:
    references = {errors.new_reference() for _ in range(200)}
    assert len(references) > 190
    assert all(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}", reference) for reference in references)


def test_a_failed_sign_in_is_told_as_an_error_in_the_title_and_on_top(
    client: Client, clerk: User
) -> None:
    html = client.post("/accounts/sign-in/", {"login": "", "password": ""}).content.decode()
    assert (
        re.search(r"<title>\s*Error: Sign in", html)
        and "There is a problem" in html
        and '<a href="#id_login">Enter your user name</a>' in html
    )


def test_a_page_costs_no_more_than_the_frames_eleven_queries(
    signed_in: Client, django_assert_max_num_queries: object
) -> None:
    signed_in.get("/districts/9012/2025/")  # the first request writes the session
    with django_assert_max_num_queries(11):  # type: ignore[operator]
        signed_in.get("/help/")


def test_pages_come_compressed_and_padded_and_files_come_as_they_are(signed_in: Client) -> None:
    """walk 35, G-13: compressed by the portal itself; the length of two answers differs by chance,
    so that it tells nothing (BREACH).
    """
    plain = signed_in.get("/districts/9012/2025/")
    packed = [
        signed_in.get("/districts/9012/2025/", headers={"accept-encoding": "gzip"})
        for _ in range(6)
    ]
    assert not plain.has_header("Content-Encoding")
    assert all(
        answer["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer["Vary"]
        for answer in packed
    )
    assert all(len(answer.content) < len(plain.content) / 2 for answer in packed)
    assert len({len(answer.content) for answer in packed}) > 1
    file = signed_in.get(
        "/districts/9012/2025/mt-data-upload/template/tsv/", headers={"accept-encoding": "gzip"}
    )
    assert not file.has_header("Content-Encoding")
