"""`health/live`: the web process answers. Without sign-in or secrets, and asked of nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase

ADDRESS = "/health/live"
METHODS = ("GET", "HEAD")


class LiveMiddleware:
    """Answers before everything that knows a person, a session or a page, as the web server sends a
    file: a load balancer may ask each second. Stands behind what demands TLS, and asks for a host
    that the portal knows.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != ADDRESS:
            return self.get_response(request)
        request.get_host()  # an unknown one is answered 400
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return JsonResponse(
            {"live": True, "version": settings.PORTAL_VERSION},
            headers={"Cache-Control": "no-store"},
        )
