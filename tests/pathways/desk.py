"""A clerk at the record form of one student, as tests drive it."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from pathways.models import Participation, Pathway, Student
from tests.fixtures.records import HEALTH

TYPED = {
    "concentrator": "No",
    "single_parent": "No",
    "start_date": "07/14/2022",
    "in_district_credits": "1.50",
    "out_of_district_credits": "0.00",
    "dual_enrollment_credits": "0.00",
    "work_based_learning_credits": "0.00",
}


class Desk:
    def __init__(self, client: Client, student: Student) -> None:
        self.client, self.student = client, student
        self.base = f"/districts/9012/2025/cte-concentrator/{student.pk}/"

    def pathway(self, name: str = HEALTH) -> int:
        return Pathway.objects.get(name=name).pk

    def enter(self, name: str = HEALTH, **values: Any) -> Any:
        return self.client.post(
            f"{self.base}new/", {**TYPED, "pathway": self.pathway(name), "version": "0", **values}
        )

    def change(self, name: str = HEALTH, **values: Any) -> Any:
        version = Participation.objects.get(student=self.student, pathway__name=name).version
        return self.client.post(
            f"{self.base}{self.pathway(name)}/", {**TYPED, "version": version, **values}
        )

    def record(self, name: str = HEALTH) -> Participation:
        return Participation.objects.get(student=self.student, pathway__name=name)

    def page(self, address: str = "") -> str:
        return self.client.get(self.base + address).content.decode()


def dense(html: str) -> str:
    """Markup without the white space that a template's lines leave between tags and words."""
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", re.sub(r"\s+", " ", html))


def text(answer: Any) -> str:
    page = answer.content.decode() if hasattr(answer, "content") else answer
    return (
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
    )
