"""What OPI and the administrators did is append-only; a sign-in stays as it was written, for a year
at least.
"""

from pathlib import Path

from cte_portal.triggers import Triggers

AUDIT = "accounts_auditevent"
SIGN_INS = "accounts_signinevent"


def _everywhere(table: str) -> dict[str, str]:
    return {f"{table}_refuses_update": table, f"{table}_refuses_delete": table}


def _triggers(table: str, folder: Path) -> Triggers:
    return Triggers(
        folder,
        {
            "sqlite": _everywhere(table),
            "postgresql": {**_everywhere(table), f"{table}_refuses_truncate": table},
        },
    )


TRIGGERS = _triggers(AUDIT, Path(__file__).parent)
SIGN_IN_TRIGGERS = _triggers(SIGN_INS, Path(__file__).parent / "sign_ins")
