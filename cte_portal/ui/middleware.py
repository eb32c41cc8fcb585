"""What every response carries, errors and files included."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from cte_portal.ui.errors import is_bare, method_not_allowed

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class MethodsMiddleware:
    """No page knows another method, so none is asked: libraries' pages and the admin's take PUT for
    POST, or DELETE for GET.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return (
            self.get_response(request)
            if request.method in METHODS
            else HttpResponseNotAllowed(METHODS)
        )


class ResponseHeadersMiddleware:
    """Nothing but static files is kept by browsers or proxies; no page may use the machine's
    devices; 405 gets a page to read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_bare(response) and request.method != "HEAD":
            page = method_not_allowed(request)
            page["Allow"] = response.get("Allow", "")
            response = page
        if not request.path_info.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class CompressedPagesMiddleware(GZipMiddleware):
    """Pages are sent compressed whatever stands before the portal; files are sent as they are, so
    that their size is known.

    A page holds a secret (the token of its forms) beside words that a visitor may choose, so its
    compressed length must tell nothing (BREACH): Django masks the token anew on each page, and this
    adds a random number of bytes.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
