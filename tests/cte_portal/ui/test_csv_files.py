"""L-16: one writer for every CSV file, with a guard against formulas and a byte order mark."""

from __future__ import annotations

import ast
import csv
import io
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import AuditEvent, User
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.ui import csv_file
from pathways.models import District, Pathway
from tests.fixtures.records import District_

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_spreadsheet_takes_a_text_for_a_formula(text: str) -> None:
    """L-16"""
    assert (
        csv_file.safe(text) == f"'{text}"
        and csv_file.safe(f"a{text}") == f"a{text}"
        and csv_file.safe("") == ""
    )


def test_a_file_and_an_answer_are_the_same_bytes() -> None:
    """L-16"""
    rows: list[list[Any]] = [["=1", 7, None], ["ü,", 'x"', "a\nb"]] * 700
    into = io.BytesIO()
    assert csv_file.write(into, ["@a", "b", "c"], rows) == 1400
    answer = csv_file.download("x.csv", ["@a", "b", "c"], rows)
    content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert content == into.getvalue() and content.startswith(
        b"\xef\xbb\xbf'@a,b,c\r\n'=1,7,None\r\n"
    )
    assert len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))) == 1401


READ_AGAIN = {
    "oneroster/parts.py",
    "oneroster/cleaning.py",
    "imports/cleaning.py",
    "excel/workbook.py",
    "results/returned.py",
}
"""What is written for the portal itself, which must read the very text that was sent."""


def test_nothing_else_writes_csv() -> None:
    """L-16"""
    writers = []
    for app in ("cte_portal", "pathways", "certification"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            source = path.read_text()
            place = f"{path.parent.name}/{path.name}"
            if "csv" not in source or path.name == "csv_file.py" or place in READ_AGAIN:
                continue
            tree = ast.parse(source)
            names = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
            names += [
                alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and node.module == "csv"
                for alias in node.names
            ]
            if {"writer", "DictWriter"} & set(names):
                used = [
                    node
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and node.value.id == "csv"
                    and "riter" in node.attr
                ]
                writers += [path] if used else []
    assert writers == []
    answers = [
        path
        for app in ("cte_portal", "pathways", "certification")
        for path in (settings.BASE_DIR / app).rglob("*.py")
    ]
    assert [path.name for path in answers if "text/csv" in path.read_text()] == ["csv_file.py"]


def test_approvals_and_audit_are_guarded_and_the_approvals_come_back(
    client: Client, keeper: User, cottonwood: District_
) -> None:
    """L-16: a district named as a formula."""
    District.objects.filter(pk="9012").update(name="=cmd|' /C calc'!A0")
    Pathway.objects.filter(name="Finance").update(name="＠SUM(1+1)")
    client.force_login(keeper)
    answer = client.get("/opi/approvals/2025/file/")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert (
        content.startswith(b"\xef\xbb\xbf")
        and b",=cmd" not in content
        and "'＠SUM" in content.decode()
    )
    sent = client.post("/opi/approvals/2025/import/", {"file": io.BytesIO(content)})
    assert sent.status_code == 200 and "cannot be read" not in sent.content.decode()
    AuditEvent.objects.create(
        at="2025-01-01T00:00Z",
        by="＝X",
        by_id=1,
        kind="k",
        key="k",
        name="@n",
        operation="add",
        reason="-1",
    )
    audit = b"".join(client.get("/opi/audit/file/").streaming_content).decode()  # type: ignore[attr-defined]
    assert audit.startswith("\ufeff") and "'＝X" in audit and "'@n" in audit and "'-1" in audit


def test_the_audit_file_says_what_it_is_and_of_which_day(client: Client, keeper: User) -> None:
    """FR-221: every download was named audit.csv."""
    client.force_login(keeper)
    answer = client.get("/opi/audit/file/")
    assert (
        answer["Content-Disposition"]
        == f'attachment; filename="audit-{timezone.localdate():%Y-%m-%d}.csv"'
    )


# --- L-21


def test_who_is_not_of_the_district_says_what_its_file_is_for(
    client: Client, opi: User, clerk: User, cottonwood: District_
) -> None:
    """L-21, P-03"""
    batch = run_here(
        submit(
            "extract",
            by=clerk,
            title="X",
            scope=cottonwood.scope,
            options={"type": "cte-eoy", "format": "tsv"},
        )
    )
    path = f"/districts/9012/2025/batches/{batch.pk}/files/extract.tsv/"
    client.force_login(opi)
    page = client.get(path)
    assert (
        page.status_code == 200
        and "Enter what it is for" in page.content.decode()
        and not page.streaming
    )
    for nothing in (
        " ",
        "\u200b",
        "\u2060\u3164",
    ):  # A2-57: a purpose that nobody can see stood in the audit
        assert (
            "Enter what the file is for" in client.post(path, {"purpose": nothing}).content.decode()
        )
    assert not AuditEvent.objects.filter(kind="download").exists()
    answer = client.post(path, {"purpose": "Audit of 2024-25"})
    assert answer.streaming and answer["Content-Disposition"].startswith("attachment")
    (event,) = AuditEvent.objects.filter(kind="download")
    assert (event.reason, event.district, event.end_year, event.by_id) == (
        "Audit of 2024-25",
        "9012",
        2025,
        opi.pk,
    )
    client.force_login(clerk)
    assert client.get(path).streaming, "the district's own people are not asked"
    assert AuditEvent.objects.filter(kind="download").count() == 1


# --- L-24


def test_no_student_stands_in_a_pages_title(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    """L-24: titles stay in the browser's history, where addresses were kept clean."""
    student = cottonwood.student("999000909", "Zzmarker", "Ann")
    record = cottonwood.record(student)
    client.force_login(clerk)
    screen = f"/districts/9012/2025/cte-concentrator/{student.pk}/"
    titles = set()
    for path in (
        "",
        "new/",
        f"{record.pathway_id}/",
        f"{record.pathway_id}/history/",
        f"{record.pathway_id}/delete/",
    ):
        answer = client.get(f"{screen}{path}", follow=True)
        title = answer.content.decode().split("<title>")[1].split("</title>")[0]
        assert (
            answer.status_code == 200
            and "ZZMARKER" not in title.upper()
            and "999000909" not in title
        ), path
        titles.add(title)
    assert len(titles) >= 4, "and still tell the screens apart"
