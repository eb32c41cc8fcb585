"""So much was asked in a short time that it waits: the page's own form says so, or a page of its
own does, as 429.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cte_portal.refusals import Refusal
from cte_portal.ui.errors import too_many_requests

WAIT = "60"  # seconds


class TooMany(Refusal):
    """Nothing was done; the sentence says what to wait for."""


class TooManyMiddleware:
    """Answers where the view itself has no form to say it on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooMany):
            return None
        return asked_to_wait(too_many_requests(request, sentence=exception.sentence))


def asked_to_wait(answer: HttpResponse) -> HttpResponse:
    answer.status_code = 429
    answer["Retry-After"] = WAIT
    return answer
