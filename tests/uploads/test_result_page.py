"""The page, the command and the list say of a file what it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Student
from tests.fixtures.records import District_
from tests.fixtures.uploads import Upload, file, line

BATCHES = "/districts/9012/2025/batches/"


@pytest.fixture
def desk(client: Client, clerk: User, kayla: Student) -> Client:
    client.force_login(clerk)
    return client


def figures(page: Any) -> dict[str, int]:
    return dict(page.context["counts"])


def test_warnings_are_warnings_and_infos_stand_apart(upload: Upload, desk: Client, cottonwood: District_) -> None:
    """walk 2: ten infos and three warnings were 13 warnings."""
    cottonwood.student("999000200", "Becker", "Noah")
    done = upload(
        file(line(inside="2.00", total="2.00", last="Smyth"), line(state_id="999000200", last="Baker", first="Noah")), work="validate"
    )
    severities = [finding["severity"] for finding in done.findings]
    assert severities.count("warning") == done.counts["warnings"] == 1
    assert severities.count("info") == 2
    page = desk.get(f"{BATCHES}{done.batch.pk}/")
    assert (figures(page)["warnings"], figures(page)["infos"]) == (1, 2)
