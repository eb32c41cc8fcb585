"""Files on their way in: never more than the limit reaches the disk, whatever the request says of
itself (U-04).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse

from cte_portal.ui import errors


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Drops a file that is larger than UPLOAD_MAX_MB and marks the request, so that the form can
    say so.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > most_bytes():
            self.file.close()
            if isinstance(self.request, HttpRequest):
                self.request.META["portal.file_too_large"] = True
            raise SkipFile
        super().receive_data_chunk(raw_data, start)


# times the limit: up to there a body is read to its end, so that the form can say what is wrong
SLACK = 4


class UploadLimitMiddleware:
    """A body far over the limit is answered before any of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > SLACK * most_bytes():
            response = errors.too_large(request)
            response["Connection"] = "close"
            return response
        return self.get_response(request)


def most_bytes() -> int:
    return int(settings.UPLOAD_MAX_MB) * 1_000_000


def too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was dropped for its size."""
    request.POST  # noqa: B018 - reading the body is what tells
    return bool(request.META.get("portal.file_too_large"))
