"""The offer to take back what was just done by hand, shown on the next page of roster data, once.

It is kept in the session, because its words may name a student; the form carries the act's id.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest

KEY = "pathways.roster.undo"


def offer(request: HttpRequest, words: str, batch: uuid.UUID | None = None) -> None:
    """Put the words before the person on the next page, with *Undo* where there is an act."""
    request.session[KEY] = {"words": words, "batch": str(batch) if batch else ""}


def offered(request: HttpRequest) -> dict[str, Any] | None:
    """What waits to be shown, taken from where it waits."""
    waiting: dict[str, Any] | None = request.session.pop(KEY, None)
    return waiting
