"""Pages for what went wrong: in the portal's look, with a reference to name on the phone, without a word about the inside.

The log gets the reference and where it happened, never the address or the message of an exception: both may hold what people typed.
"""

from __future__ import annotations

import logging
import secrets
import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from cte_portal.logs import name_of, places
from cte_portal.ui.context import Help

log = logging.getLogger("cte_portal.errors")

# Without letters and digits that are mistaken for one another on the phone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """Four characters that a person reads out and OPI finds in the log."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, exception, framed=False)


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
    """Our fault. Rendered without database, session or context processors, as any of them may be what failed."""
    reference = new_reference()
    error = sys.exc_info()[1]
    name, where = (name_of(error), places(error)) if error else ("unknown", "")
    log.error("reference=%s page=%s error=%s\n%s", reference, _page(request), name, where)
    return HttpResponse(_plain("500.html", reference), status=500)


def _answer(
    request: HttpRequest, status: int, exception: Exception | None = None, *, template: str = "", framed: bool = True, sentence: str = ""
) -> HttpResponse:
    """`framed` pages show the person's navigation where that is possible; the others stand by themselves."""
    reference = new_reference()
    template = template or f"{status}.html"
    log.warning("reference=%s status=%s page=%s error=%s", reference, status, _page(request), type(exception).__name__ if exception else "")
    if framed and hasattr(request, "user") and hasattr(request, "session"):
        try:
            return HttpResponse(render_to_string(template, {"reference": reference, "sentence": sentence}, request), status=status)
        except Exception as broken:  # noqa: BLE001 – whatever breaks the frame must not hide the message
            log.error("reference=%s the frame failed: %s", reference, type(broken).__name__)
    return HttpResponse(_plain(template, reference, sentence), status=status)


def _plain(template: str, reference: str, sentence: str = "") -> str:
    return render_to_string(template, {"reference": reference, "sentence": sentence, "portal": {"help": Help.from_settings()}})


def _page(request: HttpRequest) -> str:
    match: Any = getattr(request, "resolver_match", None)
    return match.view_name if match else "none"


def is_bare(response: HttpResponseBase) -> bool:
    """A refusal that Django answers with nothing to read."""
    return response.status_code == 405 and not response.streaming and not getattr(response, "content", b"")
