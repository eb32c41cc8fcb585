"""A clerk of Cottonwood Bend at the pages of roster data."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import User
from pathways.roster.shapes import SHAPES
from tests.fixtures.records import District_


class Pages:
    """Opens and sends the pages of roster data; `sent` follows to the page that comes next."""

    def __init__(self, client: Client, district: District_) -> None:
        self.client, self.district = client, district

    def address(self, name: str, *more: Any) -> str:
        return reverse(name, args=["9012", 2025, *more])

    def open(self, name: str, *more: Any) -> str:
        answer = self.client.get(self.address(name, *more))
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def send(self, page: str, /, *more: Any, **fields: Any) -> str:
        """A form of the page as it is shown, with these fields filled in."""
        address = self.address(page, *more)
        form_page = self.client.get(address)
        form = (
            form_page.context["form"] if form_page.context and "form" in form_page.context else None
        )
        filled = {}
        for field in form or ():
            value = field.value()
            if value not in (None, ""):
                filled[field.html_name] = (
                    f"{value:%m/%d/%Y}" if hasattr(value, "strftime") else value
                )
        answer = self.client.post(address, {**filled, **fields}, follow=True)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def undo(self) -> str:
        """The *Undo* of the act that was last carried out."""
        answer = self.client.post(self.last_act, follow=True)
        return answer.content.decode()

    @property
    def last_act(self) -> str:
        batches = [
            (change.at, change.batch)
            for shape in SHAPES
            for change in shape.change._default_manager.filter(source="screen").exclude(batch=None)
        ]
        return self.address("roster-take-back", max(batches)[1])


@pytest.fixture
def pages(client: Client, clerk: User, cottonwood: District_) -> Pages:
    client.force_login(clerk)
    return Pages(client, cottonwood)
