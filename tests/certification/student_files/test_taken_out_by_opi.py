"""What OPI reads and takes out of a district's certified data is recorded, in either collection;
what is the district's own stays there (P-03, L-21, R-OUT-09).
"""

from __future__ import annotations

import hashlib
import logging

import pytest
from django.test import Client

from certification.receipts.receipts import receipt_url
from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import AuditEvent, User, ViewEvent
from pathways.reports.groups import BY_SLUG
from pathways.reports.run import ask
from tests.certification.either import both, ready
from tests.certification.ready import Ready

__all__ = ["ready"]

OF_STUDENTS = {"cte-eoy": "modified-in-current-year", "cte-fall": "open-follow-ups"}
"""A report that lists them."""


@both
def test_opi_says_what_a_reports_file_is_for(
    ready: Ready, client: Client, opi: User, clerk: User
) -> None:
    report = BY_SLUG[OF_STUDENTS[ready.event.collection]]
    batch = ask(ready.scope.at_state(), [report], by=clerk)
    file = next(file for file in batch.files.order_by("pk") if file.role.endswith(".csv"))
    path = f"{ready.place}batches/{batch.pk}/files/{file.role}/"
    client.force_login(opi)
    page = client.get(path)
    assert not page.streaming and "Enter what it is for" in page.content.decode()
    assert not AuditEvent.objects.filter(kind="download").exists()
    answer = client.post(path, {"purpose": "Perkins report"})
    assert answer.streaming and answer["Content-Disposition"].startswith("attachment")
    event = AuditEvent.objects.get(kind="download")
    assert (event.reason, event.district, event.by_id) == ("Perkins report", "9012", opi.pk)
    assert event.end_year == ready.event.end_year


@both
def test_what_opi_reads_is_noted_and_the_districts_files_are_not_offered(
    ready: Ready, client: Client, opi: User
) -> None:
    ready.sign()
    copy = ready.copies.get()
    listed = {"cte-eoy": "participants", "cte-fall": "placed"}[ready.event.collection]
    client.force_login(opi)
    pages = {
        ready.path: "event-certification",
        f"{ready.path}snapshot/": "certification-snapshot",
        f"{ready.path}lists/{listed}/": "certification-list",
        receipt_url(copy): "certification-receipt",
        f"{receipt_url(copy)}pdf/": "certification-receipt-pdf",
    }
    for address in pages:
        assert client.get(address).status_code == 200, address
    VIEW_LOG.write()
    noted = ViewEvent.objects.filter(user_id=opi.pk, district="9012", end_year=ready.event.end_year)
    assert set(pages.values()) <= set(noted.values_list("page", flat=True))
    for own in (
        f"{ready.path}lists/{listed}/file/",
        f"{ready.path}changes/file/",
        f"{receipt_url(copy)}records/csv/",
    ):
        assert client.get(own).status_code == 403, own


@pytest.mark.parametrize("ready", ["cte-fall"], indirect=True)
def test_the_digest_of_a_3s1_file_is_recorded(
    ready: Ready, client: Client, opi: User, caplog: pytest.LogCaptureFixture
) -> None:
    ready.sign()
    client.force_login(opi)
    address = f"/opi/status-board/3s1/?event={ready.event.pk}"
    with caplog.at_level(logging.INFO, logger="cte_portal.access"):
        content = client.get(address).content
    assert client.get(address).content == content
    digest = hashlib.sha256(content).hexdigest()
    (line,) = {words for words in caplog.messages if "file=3s1" in words}
    assert f"user={opi.pk} " in line and digest in line and "999000123" not in line
