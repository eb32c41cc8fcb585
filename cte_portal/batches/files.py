"""A batch's files in the store: stored whole or not at all, and those of attempts that died.

Jobs and pages reach the store through here, so that a store that is away, a network folder perhaps,
is told from a file that is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage

from cte_portal.batches.models import Batch
from cte_portal.ui.unavailable import FilesAway, is_full

WAITS_FOR_FILES = "Waiting for the file store"  # the stage of a job that met FilesAway


@contextmanager
def _reaching() -> Iterator[None]:
    """Raises FilesAway where the store does not answer, whatever its library raises."""
    try:
        yield
    except FileNotFoundError:
        _demand_folder()
        raise
    except Exception as error:
        if is_full(error):
            raise
        raise FilesAway from error


def _demand_folder() -> None:
    """A store that is a folder must be there: one that is not mounted holds no file at all."""
    try:
        folder = default_storage.path("")
    except NotImplementedError:
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        raise FilesAway


def is_stored(name: str) -> bool:
    """Never of no name, which a batch has whose file was dropped: a folder answers for itself."""
    if not name:
        return False
    with _reaching():
        if default_storage.exists(name):
            return True
    _demand_folder()
    return False


def open_stored(name: str) -> File[Any]:
    with _reaching():
        return default_storage.open(name)


def stored_whole(name: str, content: File[Any]) -> str:
    """Store a file under a name that nobody else uses; when the disk is full, half of it is not
    left behind.
    """
    with _reaching():
        try:
            return default_storage.save(name, content)
        except BaseException:
            with suppress(OSError, NotImplementedError):
                default_storage.delete(name)
            raise


def drop_stored(name: str) -> None:
    """Raises OSError where it could not be dropped."""
    with _reaching():
        default_storage.delete(name)


def drop_attempts(batch: Batch, up_to: int) -> None:
    """Files of attempts that died. What cannot be dropped now the daily clean-up finds."""
    for attempt in range(1, up_to + 1):
        folder = f"batches/{batch.pk}/{attempt}"
        with suppress(OSError, NotImplementedError), _reaching():
            for name in default_storage.listdir(folder)[1]:
                default_storage.delete(f"{folder}/{name}")
