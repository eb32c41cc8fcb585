"""What each day's clean-up has removed."""

from __future__ import annotations

from typing import Any

from django.db import models


class CleanUp(models.Model):
    """One day's clean-up: how much of what was removed, and the references of what failed."""

    day = models.DateField(primary_key=True)
    removed: models.JSONField[Any, Any] = models.JSONField(default=dict)
    failed: models.JSONField[Any, Any] = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"clean-up {self.day}"

    @property
    def sentence(self) -> str:
        counts = ", ".join(
            f"{name} ({number:,})" for name, number in sorted(self.removed.items()) if number
        )
        words = f"Removed: {counts}." if counts else "There was nothing to remove."
        failures = " ".join(
            f"Could not remove {name}: reference {reference}."
            for name, reference in sorted(self.failed.items())
        )
        return (
            f"{words} {failures}".strip()
            if self.ended_at
            else "It did not finish. The next clean-up will catch up."
        )
