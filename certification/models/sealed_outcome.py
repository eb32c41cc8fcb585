"""One leaver's line of the follow-up list as it was sealed, with its outcome."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from certification.models.sealed import SealedCopy, SealedRow
from cte_portal.editions import Home
from pathways.models import Attempt, FollowUpEntry, Outcome, Student


class SealedOutcome(SealedRow):
    """What OPI's list said of the status then is sealed with it: later changes of the list change
    no figure of a sealed copy.
    """

    lives_in = Home.DISTRICT

    copy = models.ForeignKey(SealedCopy, on_delete=models.PROTECT, related_name="outcomes")
    state_id = models.CharField("State ID", max_length=9)
    local_id = models.CharField("Local ID", max_length=15, blank=True)
    last_name = models.CharField(max_length=50)
    first_name = models.CharField(max_length=50)
    middle_name = models.CharField(max_length=50, blank=True)
    birth_date = models.DateField()
    gender = models.CharField(max_length=1, choices=Student.Gender.choices)
    school_number = models.CharField("School Number", max_length=4)
    school_name = models.CharField(max_length=100)
    end_year = models.PositiveSmallIntegerField("End year of the class")
    exit = models.CharField("Left as", max_length=8, choices=FollowUpEntry.Exit.choices)
    exit_date = models.DateField("Left on")
    end_status = models.CharField("End status", max_length=3)
    pathways = models.TextField("CTE Pathways")
    """Code and name of each pathway with a Yes, a line each, by code."""
    list_receipt = models.CharField("List drawn from", max_length=24)
    status = models.CharField("Post-program Status", max_length=2, blank=True)
    status_name = models.CharField("Meaning of the status", max_length=100, blank=True)
    is_answered = models.BooleanField("Counts as answered")
    is_placed = models.BooleanField("Counts as placed")
    date_contacted = models.DateField("Date Contacted", null=True)
    origin = models.CharField(max_length=8, choices=Outcome.Origin.choices, blank=True)
    means = models.CharField(max_length=6, choices=Attempt.Means.choices, blank=True)
    """Of the attempt that brought the outcome, if one did."""
    attempts = models.PositiveSmallIntegerField("Attempts")
    required_attempts = models.BooleanField("Required attempts made")
    counted_elsewhere = models.BooleanField("Counted elsewhere", default=False)
    """On the list of another district, as OPI said before the seal: in none of the figures."""
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of its canonical line."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["copy", "state_id"], name="certification_an_outcome_is_sealed_once"
            ),
            models.CheckConstraint(
                condition=Q(is_placed=False) | Q(is_answered=True),
                name="certification_sealed_outcome_placed_is_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"sealed outcome {self.pk}"
