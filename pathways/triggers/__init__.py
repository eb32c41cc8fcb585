"""History is append-only, and a locked collection is not written."""

from pathlib import Path

from cte_portal.triggers import AppendOnly, Triggers

CHANGE, PARTICIPATION = "pathways_change", "pathways_participation"

_EVERYWHERE = {
    "pathways_change_refuses_update": CHANGE,
    "pathways_change_refuses_delete": CHANGE,
    "pathways_participation_locked_insert": PARTICIPATION,
    "pathways_participation_locked_update": PARTICIPATION,
    "pathways_participation_locked_delete": PARTICIPATION,
}
TRIGGERS = Triggers(
    Path(__file__).parent,
    {
        "sqlite": _EVERYWHERE,
        "postgresql": {
            **_EVERYWHERE,
            "pathways_change_refuses_truncate": CHANGE,
            "pathways_participation_locked_update_to": PARTICIPATION,
        },
    },
)

ROSTER_HISTORY = AppendOnly(
    tuple(
        f"pathways_{kind}change"
        for kind in ("school", "calendar", "student", "enrollment", "course", "section", "roster")
    )
)

ONEROSTER_MAPPING = AppendOnly(("pathways_onerostermapping", "pathways_onerosterschool"))
"""What a person confirmed is replaced, never changed."""

ELEMENT_HISTORY = AppendOnly(("pathways_elementvaluechange",))

OUTCOME_HISTORY = AppendOnly(("pathways_outcomechange",))

_OUTCOME = {
    f"pathways_outcome_locked_{act}": "pathways_outcome" for act in ("insert", "update", "delete")
}
OUTCOME_LOCK = Triggers(
    Path(__file__).parent / "outcome",
    {
        "sqlite": _OUTCOME,
        "postgresql": {**_OUTCOME, "pathways_outcome_locked_update_to": "pathways_outcome"},
    },
)
"""A follow-up that is certified keeps its outcomes: those of its own end year, whichever is
active.
"""
