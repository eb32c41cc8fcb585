"""A check at the portal's start that certification answers what the records ask of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from cte_portal.checks import load, misfits
from pathways.certified import Certified


def certification_answers(**_: Any) -> list[CheckMessage]:
    path = settings.PORTAL_CERTIFIED
    answers, errors = load("PORTAL_CERTIFIED", path)
    hint = "pathways/certified.py says what must be answered."
    return errors or [
        Error(f"{misfit}.", hint=hint, id="apps.E009")
        for misfit in misfits(Certified, answers, path)
    ]
