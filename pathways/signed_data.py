"""Told when what a certifier may have signed has moved: the state's rows or an explanation (settings.PORTAL_SIGNED_DATA), or OPI's lists
and what its rules weigh (settings.PORTAL_SIGNED_RULES)."""

from __future__ import annotations

from cte_portal.editions import Scope
from cte_portal.registry import registered


def moved(scope: Scope) -> None:
    """Within the transaction that moved it, with the district held."""
    for told in registered("PORTAL_SIGNED_DATA"):
        told(scope)


def rules_moved() -> None:
    """Outside of any transaction: each district is held by itself."""
    for told in registered("PORTAL_SIGNED_RULES"):
        told()
