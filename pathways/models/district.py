"""A school district, by the School System code that AIM files call District Number."""

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home


class District(models.Model):
    lives_in = Home.BOTH

    number = models.CharField("District Number", max_length=4, primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{4}$"),
                name="pathways_district_number_has_four_digits",
                violation_error_message="A district number has 4 digits, leading zeros included.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
