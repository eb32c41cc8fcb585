"""What is wrong with the store of uploaded files and results, in a sentence."""

from __future__ import annotations

import logging
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cte_portal.logs import name_of

log = logging.getLogger("cte_portal.watch")

NO_KEYS = ("NoCredentialsError", "PartialCredentialsError")
"""Of the bucket's library, which is installed where there is a bucket."""


def bucket() -> str:
    """The name of the bucket; empty where files lie in a folder."""
    return str(getattr(default_storage, "bucket_name", ""))


def room() -> Path:
    """The folder whose disk must have room: of the files, or of those on their way to a bucket."""
    if bucket():
        return Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())
    return Path(settings.MEDIA_ROOT)


def answers() -> str:
    """Empty when the bucket lets the portal in. Nothing is written, so it may be asked often."""
    return _trouble(lambda: default_storage.demand_bucket())  # type: ignore[attr-defined]


def keeps() -> str:
    """Empty when a file can be written, read and taken away."""
    return _trouble(_round)


def _round() -> None:
    mark = secrets.token_bytes(16)
    name = default_storage.save("check-deploy", ContentFile(mark))
    with default_storage.open(name) as file:
        kept = file.read() == mark
    default_storage.delete(name)
    if not kept:
        raise OSError


def _trouble(ask: Callable[[], None]) -> str:
    try:
        ask()
    except Exception as error:  # noqa: BLE001 - whatever the store has, it is told
        log.warning("the file store: %s", name_of(error))
        return _sentence(error)
    return ""


def _sentence(error: Exception) -> str:
    if not bucket():
        return "The folder of uploaded files cannot be written and read."
    name = f"bucket {bucket()}"
    answer = getattr(error, "response", None) or {}  # some have one that is None
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if type(error).__name__ in NO_KEYS:
        return f"There are no keys for {name}."
    if status == 404:
        return f"There is no {name}."
    if status in (400, 401, 403):
        return f"The keys are not those of {name}, or may not read and write there."
    return f"The store of {name} does not answer."
