"""What every response carries, errors and files included."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cte_portal.ui.errors import is_bare, method_not_allowed

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "midi", "payment", "usb")
)


class ResponseHeadersMiddleware:
    """Nothing but static files is kept by browsers or proxies; no page may use the machine's devices; 405 gets a page to read."""

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
