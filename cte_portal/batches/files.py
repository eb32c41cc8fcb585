"""A batch's files in the store: stored whole or not at all, and those of attempts that died."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage

from cte_portal.batches.models import Batch


def stored_whole(name: str, content: File[Any]) -> str:
    """Store a file under a name that nobody else uses; when the disk is full, half of it is not
    left behind.
    """
    try:
        return default_storage.save(name, content)
    except BaseException:
        with suppress(OSError, NotImplementedError):
            default_storage.delete(name)
        raise


def drop_attempts(batch: Batch, up_to: int) -> None:
    """Files of attempts that died."""
    for attempt in range(1, up_to + 1):
        folder = f"batches/{batch.pk}/{attempt}"
        with suppress(FileNotFoundError, NotImplementedError):
            for name in default_storage.listdir(folder)[1]:
                default_storage.delete(f"{folder}/{name}")
