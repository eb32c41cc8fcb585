"""`manage.py roster_import` with a system's export."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cte_portal.accounts.models import Role
from pathways.models import Student
from pathways.roster.imports.oneroster.confirming import confirm
from tests.pathways.roster.conftest import Desk
from tests.pathways.roster.oneroster.conftest import choices
from tests.pathways.roster.oneroster.exports import export, packed

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def carried(file: Path, *options: str) -> tuple[Any, Any]:
    """What the command says, and its exit code."""
    into, code = io.StringIO(), 0
    words = (str(file), *(options or ("--district", "0965")), "--as", "sgrant")
    try:
        call_command("roster_import", *words, "--work", "upload", "--json", stdout=into)
    except SystemExit as end:
        code = int(end.code or 0)
    return json.loads(into.getvalue()), code


def test_a_system_that_nobody_has_mapped_is_refused_with_the_reason(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "export.zip"
    file.write_bytes(packed(export()))
    answer, code = carried(file)
    assert (answer["status"], code) == ("refused", 2)
    assert answer["reason"] == (
        "No export of this system has been read before. Confirm where its numbers stand."
    )
    confirm(desk.scope, choices(), by="X", by_id=None)
    answer, code = carried(file)
    assert (answer["status"], answer["format"], code) == ("completed", "oneroster", 0)
    assert Student.objects.count() == 3


def test_an_export_is_of_one_district(desk: Desk, tmp_path: Path) -> None:
    desk.clerk.memberships.create(role=Role.OPI_STAFF, district="")
    file = tmp_path / "export.zip"
    file.write_bytes(packed(export()))
    with pytest.raises(CommandError, match="uploaded by one district at a time"):
        carried(file, "--all")
