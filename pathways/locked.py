"""Where a locked collection leads to: what locked it, and how to ask for its correction (settings.PORTAL_LOCK_LINKS)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cte_portal.registry import registered
from pathways.models import CollectionLock


@dataclass(frozen=True)
class LockLinks:
    """Addresses; `request` is empty where nothing can be asked for. `certifies`: the person may ask."""

    receipt: str
    request: str = ""
    certifies: bool = False


def links_of(lock: CollectionLock | None, person: Any) -> LockLinks | None:
    if lock is None:
        return None
    (of_lock,) = registered("PORTAL_LOCK_LINKS")
    found: LockLinks | None = of_lock(lock, person)
    return found
