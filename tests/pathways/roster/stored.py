"""What the portal has of roster data, by what people call it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection

from cte_portal.batches.models import Batch
from pathways.roster.shapes import BY_NAME, SHAPES

NATURAL = {
    "School": ("district", "number", "name"),
    "Calendar": ("school__number", "school_year", "number"),
    "Student": (
        "state_id",
        "local_id",
        "last_name",
        "first_name",
        "middle_name",
        "birth_date",
        "gender",
    ),
    "Enrollment": (
        "student__state_id",
        "calendar__school__number",
        "calendar__number",
        "service_type",
        "grade",
        "start_date",
        "end_date",
        "end_status",
    ),
    "Course": ("school__number", "number", "name", "pathway__code", "credits"),
    "Section": ("course__number", "calendar__school__number", "number"),
    "Roster": (
        "section__course__number",
        "section__number",
        "enrollment__student__state_id",
        "credits_earned",
    ),
}


def stored() -> dict[str, list[Any]]:
    """Every row of every kind by what people call it, without ids."""
    return {
        name: sorted(BY_NAME[name].model._base_manager.values_list(*columns), key=str)
        for name, columns in NATURAL.items()
    }


def rows_of_all() -> dict[str, list[tuple[Any, ...]]]:
    """Every column of every row, its id among them."""
    rows = {}
    with connection.cursor() as cursor:
        for shape in SHAPES:
            cursor.execute(f"SELECT * FROM {shape.table} ORDER BY id")
            rows[shape.name] = cursor.fetchall()
    return rows


def stored_files(folder: str) -> list[str]:
    """The names of all files in a folder of the storage and in those within it."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored in it
        return []
    return [
        *(f"{folder}/{name}" for name in names),
        *(name for within in folders for name in stored_files(f"{folder}/{within}")),
    ]


def texts_of(batch: Batch) -> list[str]:
    """Every table, and every file of the batch, as text; what a zip holds is unpacked."""
    texts: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            texts.append(str(cursor.fetchall()))
    for name in set(stored_files(f"batches/{batch.pk}")):
        with default_storage.open(name) as content:
            data = content.read()
        texts.append(data.decode("utf-8", "replace"))
        if data[:2] == b"PK":
            archive = zipfile.ZipFile(io.BytesIO(data))
            texts += [archive.read(member).decode() for member in archive.namelist()]
    return texts
