"""Files of jobs and notices go when their time is over, and files that no row names
(Plug.retention).
"""

from __future__ import annotations

import datetime
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from cte_portal.batches.models import LIVE, Batch, BatchFile, Notice
from cte_portal.plugs import Kept

FOLDER = "batches"
SETTLED = datetime.timedelta(days=1)  # a younger file may be on its way to its row
AT_ONCE = 200  # batches


def _notices() -> int:
    return Notice.objects.all().old().delete()[0]


def _orphans() -> int:
    """Files that were stored for a row that never came: the disk was full, or a process was killed
    between the two.
    """
    removed = 0
    for keys in _parts(_batches_with_files()):
        inputs = dict(Batch.objects.filter(pk__in=keys).values_list("pk", "input_file"))
        live = set(Batch.objects.filter(pk__in=keys, status__in=LIVE).values_list("pk", flat=True))
        results = set(BatchFile.objects.filter(batch__in=keys).values_list("stored", flat=True))
        for key in keys:
            if key in live:
                continue
            for file in _files(f"{FOLDER}/{key}"):
                if file != inputs.get(key) and file not in results and _is_settled(file):
                    default_storage.delete(file)
                    removed += 1
            _drop_empty(key)
    return removed


def _batches_with_files() -> Iterator[uuid.UUID]:
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(FOLDER)[0]:
            with suppress(ValueError):
                yield uuid.UUID(name)


def _parts(keys: Iterator[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    part: list[uuid.UUID] = []
    for key in keys:
        part.append(key)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _files(folder: str) -> Iterator[str]:
    with suppress(FileNotFoundError):
        folders, names = default_storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in names)
        for name in folders:
            yield from _files(f"{folder}/{name}")


def _is_settled(file: str) -> bool:
    with suppress(FileNotFoundError):
        return default_storage.get_modified_time(file) < timezone.now() - SETTLED
    return False


def _drop_empty(key: uuid.UUID) -> None:
    """Folders that nothing is in any more; storages without folders have none."""
    with suppress(NotImplementedError, OSError):
        place = Path(default_storage.path(f"{FOLDER}/{key}"))
        for folder in [*(path for path in place.iterdir() if path.is_dir()), place]:
            with suppress(OSError):
                folder.rmdir()


def _half_uploads() -> int:
    """What a killed web process left of files that were on their way in."""
    removed, before = 0, time.time() - SETTLED.total_seconds()
    for file in Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()).glob("tmp*.upload*"):
        with suppress(OSError):
            if file.is_file() and file.stat().st_mtime < before:
                file.unlink()
                removed += 1
    return removed


NOTICES = Kept("notices", "30 days", _notices)
ORPHANS = Kept("files without a job", "1 day", _orphans)
HALF_UPLOADS = Kept("unfinished uploads", "1 day", _half_uploads)
