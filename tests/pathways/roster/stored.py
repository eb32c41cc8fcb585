"""What the portal has of roster data, by what people call it."""

from __future__ import annotations

from typing import Any

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
    return {
        shape.name: list(shape.model._base_manager.order_by("pk").values_list()) for shape in SHAPES
    }
