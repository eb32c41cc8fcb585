"""Pages for what went wrong: in the portal's look, with a reference to name on the phone, without a
word about the inside.

The log gets the reference and where it happened, never the address or the message of an exception:
both may hold what people typed.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from cte_portal.logs import name_of, places
from cte_portal.ui.context import Help
from cte_portal.ui.unavailable import Unavailable, only_the_state, unavailable

log = logging.getLogger("cte_portal.errors")

SECRETS = ("password", "code", "proof")  # in names of fields
MOST_TYPED = 100_000  # characters
TOO_MANY_FIELDS = (
    "The page has more fields than the portal takes at once. Nothing was saved. Go back, where what"
    " you typed still is, and save a shorter page."
)

# Without letters and digits that are mistaken for one another on the phone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """Four characters that a person reads out and OPI finds in the log."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Also where the session could not be written: the request was right, and a page was on its
    way.
    """
    if why := unavailable(exception):
        return _come_back(request, why, exception)
    sentence = TOO_MANY_FIELDS if isinstance(exception, TooManyFieldsSent) else ""
    return _answer(request, 400, exception, framed=False, sentence=sentence)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or came from elsewhere."""
    return _answer(request, 403, None, template="403_csrf.html", framed=False)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, exception)


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    return _answer(request, 405)


def too_large(request: HttpRequest) -> HttpResponse:
    return _answer(request, 413, framed=False)


def too_many_requests(request: HttpRequest, sentence: str = "") -> HttpResponse:
    """Tries at sign-in, unless a `sentence` says what else there was too much of."""
    return _answer(request, 429, sentence=sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault. Rendered without database, session or context processors, as any of them may be
    what failed.
    """
    error = sys.exc_info()[1]
    if why := unavailable(error):
        return _come_back(
            request,
            Unavailable.STATE if only_the_state(why) else why,
            error,
            again=typed(request),
        )
    reference = new_reference()
    name, where = (name_of(error), places(error)) if error else ("unknown", "")
    log.error("reference=%s page=%s error=%s\n%s", reference, _page(request), name, where)
    return HttpResponse(_plain("500.html", reference), status=500)


def _come_back(
    request: HttpRequest,
    why: Unavailable,
    error: BaseException | None,
    again: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """What was typed goes along, so that one press sends it again."""
    reference = new_reference()
    log.warning(
        "reference=%s status=503 page=%s error=%s",
        reference,
        _page(request),
        name_of(error) if error else "",
    )
    context: dict[str, Any] = {
        "sentence": why.value,
        "again": again,
        "path": request.path,
        "changes": request.method == "POST",
    }
    page = _plain("503.html", reference, **context)
    if why in (Unavailable.STATE, Unavailable.FILES):  # the way to the pages that still work
        page = _framed("503.html", request, {**context, "reference": reference}) or page
    answer = HttpResponse(page, status=503)
    answer["Retry-After"] = "30"
    return answer


def held_back(
    request: HttpRequest, title: str, sentence: str, announcement: str, *, framed: bool
) -> HttpResponse:
    """The portal does not do this just now, as OPI has said. What was typed is given back."""
    log.warning("status=503 page=%s held back", _page(request))
    context = {
        "reference": "",
        "title": title,
        "sentence": sentence,
        "announcement": announcement,
        "again": typed(request),
        "path": request.path,
    }
    page = _framed("held_back.html", request, context) if framed else ""
    if not page:
        page = render_to_string(
            "held_back.html", {**context, "portal": {"help": Help.from_settings()}}
        )
    answer = HttpResponse(page, status=503)
    answer["Retry-After"] = "60"
    return answer


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of the form that was sent, to be sent again; none where a secret or a file is
    among them.
    """
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return []
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except Exception:  # noqa: BLE001 - whatever keeps it from being read, there is nothing to send again
        return []
    secret = any(part in name for name, _ in fields for part in SECRETS)
    return [] if secret or sum(len(value) for _, value in fields) > MOST_TYPED else fields


def _answer(
    request: HttpRequest,
    status: int,
    exception: Exception | None = None,
    *,
    template: str = "",
    framed: bool = True,
    sentence: str = "",
) -> HttpResponse:
    """`framed` pages show the person's navigation where that is possible; the others stand by
    themselves.
    """
    reference = new_reference()
    template = template or f"{status}.html"
    log.warning(
        "reference=%s status=%s page=%s error=%s",
        reference,
        status,
        _page(request),
        type(exception).__name__ if exception else "",
    )
    about = {"reference": reference, "sentence": sentence}
    page = _framed(template, request, about) if framed else ""
    return HttpResponse(page or _plain(template, reference, sentence), status=status)


def _framed(template: str, request: HttpRequest, about: Mapping[str, Any]) -> str:
    """The page within the person's navigation; nothing where that is not possible."""
    if not (hasattr(request, "user") and hasattr(request, "session")):
        return ""
    try:
        return render_to_string(template, about, request)
    except Exception as broken:  # noqa: BLE001 – whatever breaks the frame must not hide the message
        log.error("reference=%s the frame failed: %s", about["reference"], type(broken).__name__)
        return ""


def _plain(template: str, reference: str, sentence: str = "", **context: Any) -> str:
    about = {"reference": reference, "sentence": sentence, "portal": {"help": Help.from_settings()}}
    return render_to_string(template, {**about, **context})


def _page(request: HttpRequest) -> str:
    match: Any = getattr(request, "resolver_match", None)
    return match.view_name if match else "none"


def is_bare(response: HttpResponseBase) -> bool:
    """A refusal that Django answers with nothing to read."""
    return (
        response.status_code == 405
        and not response.streaming
        and not getattr(response, "content", b"")
    )
