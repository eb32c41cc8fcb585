"""What an attacker tries first: markup in names, SQL in fields, frames, other origins; and that no
marked student leaks (W-…, P-…).
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Participation
from tests.fixtures.records import BUSINESS, District_

ROOT = Path(settings.BASE_DIR)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "{% debug %}",
    "javascript:alert(1)",
    "'; DROP TABLE x; --",
    "%s %d",
]
CODE = [
    *ROOT.glob("cte_portal/**/*.py"),
    *ROOT.glob("pathways/**/*.py"),
    *ROOT.glob("certification/**/*.py"),
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_w_01_a_hostile_name_is_text_on_every_page(
    hostile: str, client: Client, clerk: User, cottonwood: District_
) -> None:
    student = cottonwood.student("999000200", hostile[:50], hostile[:50])
    record = cottonwood.record(student, by=hostile)
    client.force_login(clerk)
    base = f"/districts/9012/2025/cte-concentrator/{student.pk}/"
    pages = [
        "",
        "new/",
        f"{record.pathway_id}/",
        f"{record.pathway_id}/history/",
        f"{record.pathway_id}/delete/",
    ]
    answers = [client.get(base + page) for page in pages] + [
        client.get("/districts/9012/2025/cte-concentrator/")
    ]
    for answer in answers:
        page = answer.content.decode()
        assert answer.status_code == 200
        assert (
            "<script>alert" not in page.lower()
            and "<img src=x" not in page.lower()
            and "7*7" not in page.replace("{{ 7*7 }}", "")
        )


def test_w_01_no_code_marks_text_as_safe() -> None:
    """But what patterns, State IDs and options are filled with, which is put, escaped, where a
    template has made room.
    """
    escaped = {
        "cte_portal/ui/patterns.py": 2,
        "cte_portal/ui/tables/rows.py": 1,
        "cte_portal/ui/templatetags/portal.py": 1,
        "cte_portal/ui/templatetags/widgets.py": 1,
    }
    unsafe = re.compile(r"mark_safe|format_html|SafeString\(|autoescape off|\|safe\b|\.extra\(")
    for path in [*CODE, *ROOT.glob("templates/**/*")]:
        if path.is_file() and path.suffix != ".txt":  # e-mails are plain text
            text = path.read_text()
            assert text.count("SafeString(") == escaped.get(str(path.relative_to(ROOT)), 0), path
            text = text.replace("SafeString(", "")
            assert not unsafe.search(text), path


def test_w_04_raw_sql_is_written_in_few_named_places() -> None:
    homes = {
        "certification/archives/archive.py",
        "cte_portal/accounts/grants.py",
        "pathways/ledger/ledger.py",
        "pathways/ledger/locks.py",
        "pathways/ledger/plan.py",
        "pathways/ledger/staged_values.py",
        "pathways/ledger/staging.py",
        "pathways/ledger/statistics.py",
        "pathways/rules/between.py",
        "pathways/rules/catalogue.py",
        "cte_portal/triggers.py",
        "cte_portal/connection.py",
        "pathways/management/commands/demo.py",
        "cte_portal/batches/running.py",
        "pathways/uploads/changed_rows.py",
        "pathways/uploads/checking.py",
        "pathways/uploads/findings.py",
        "pathways/uploads/undo.py",
        "pathways/uploads/fall/judging.py",
        "pathways/uploads/fall/run.py",
        "pathways/uploads/fall/staging.py",
        "pathways/follow_up/lines.py",
        "pathways/follow_up/population.py",
        "pathways/models/change.py",
        "pathways/management/commands/migrate.py",
        "pathways/demo/load.py",
        "pathways/resync/cursors.py",
        "pathways/resync/resync.py",
        "pathways/resync/difference.py",
        "pathways/rules/stored.py",
        "pathways/roster/staging.py",
        "pathways/roster/statistics.py",
        "pathways/roster/differences.py",
        "pathways/roster/shapes/unread.py",
        "pathways/roster/ledger.py",
        "pathways/roster/undo.py",
        "pathways/roster/editing.py",
        "pathways/roster/certified_year.py",
        "pathways/roster/imports/carrying.py",
        "pathways/roster/imports/batch.py",
        "cte_portal/watch/standing.py",
        "cte_portal/watch/configuration.py",
        "pathways/roster/imports/results/absent_rows.py",
        "cte_portal/prepared.py",
        "cte_portal/prepared_changes.py",
        "cte_portal/ui/unavailable.py",
    }
    scripts = {
        str(path.relative_to(ROOT))
        for path in CODE
        if re.search(r"cursor\.execute|\.raw\(|executemany|RawSQL", path.read_text())
    }
    assert scripts <= homes


@pytest.mark.parametrize("module", ["resync/resync", "ledger/copy_out", "rules/stored"])
def test_w_04_statements_are_put_together_from_names_alone(module: str) -> None:
    """What stands in a statement's braces is a table, a column or a piece made of such; values go
    beside it as parameters.
    """
    names = {
        "key",
        "columns",
        "staged",
        "column",
        "parent_key",
        "pairs",
        "marks",
        "sql",
        "judged",
        "asked",
        "named",
        "update",
    }
    names |= {
        "', '.join(['%s'] * len(kind.columns))",
        "', '.join(['%s'] * len(some))",
        "kind.columns[0]",
        "missing",
        "cursor.mogrify(sql, values)",
    }
    names |= {
        "kind.table",
        "parent._meta.db_table",
        "kind.columns",
        "' OR '.join(columns)",
        "expressions",
        "name",
    }
    tree = ast.parse((ROOT / "pathways" / f"{module}.py").read_text())
    statement = re.compile(
        r"\s*(SELECT|INSERT|UPDATE|DELETE|COPY|CREATE|DROP|ANALYZE|WITH|FROM|SET|WHERE|%s|\()\b",
        re.IGNORECASE,
    )
    number = 0
    for text in (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
        words = "".join(str(part.value) for part in text.values if isinstance(part, ast.Constant))
        if statement.match(words):
            number += 1
            assert {
                ast.unparse(part.value)
                for part in text.values
                if isinstance(part, ast.FormattedValue)
            } <= names, words
    assert number


@pytest.mark.parametrize(
    "injection",
    [
        "1; DROP TABLE pathways_student",
        "' OR 1=1 --",
        "name) UNION SELECT password FROM accounts_user --",
    ],
)
def test_w_04_parameters_are_data(
    injection: str, client: Client, clerk: User, cottonwood: District_
) -> None:
    cottonwood.student("999000200")
    client.force_login(clerk)
    for parameters in (
        {"sort": injection},
        {"page": injection},
        {"list": injection},
        {"find": injection},
    ):
        for path in (
            "/districts/9012/2025/cte-concentrator/",
            "/districts/",
            "/districts/9012/2025/",
        ):
            assert client.get(path, parameters).status_code == 200
    assert cottonwood.district.students.count() == 1


def test_w_03_no_page_lets_itself_be_framed(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    for path in ("/districts/9012/2025/", "/help/", "/nowhere/"):
        answer = client.get(path)
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_e_05_forms_without_a_token_or_from_elsewhere_are_refused(
    clerk: User, cottonwood: District_
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)
    student = cottonwood.student("999000200")
    for path in (
        f"/districts/9012/2025/cte-concentrator/{student.pk}/new/",
        "/districts/9012/2025/cte-concentrator/",
        "/accounts/sign-out/",
    ):
        assert client.post(path, {"term": "x"}).status_code == 403
        token = client.get("/accounts/password/").context["csrf_token"]
        foreign = client.post(
            path,
            {"term": "x", "csrfmiddlewaretoken": str(token)},
            headers={"Origin": "https://evil.example"},
        )
        assert foreign.status_code == 403
        assert "CTE Portal" in foreign.content.decode()
    assert not Participation.objects.exists()


def test_p_01_a_marked_student_goes_through_every_page_and_leaks_nowhere(
    client: Client, clerk: User, opi: User, cottonwood: District_
) -> None:
    """The fixture of tests/fixtures/markers.py listens."""
    student = cottonwood.student("999777555", "Zzmarker", "Mark")
    record = cottonwood.record(student)
    base = f"/districts/9012/2025/cte-concentrator/{student.pk}/"
    for user in (clerk, opi):
        client.force_login(user)
        for term in ("Zzmarker", "999777555", "999 777 555"):
            page = client.post(
                "/districts/9012/2025/cte-concentrator/", {"term": term}, follow=True
            )
            assert "ZZMARKER" in page.content.decode()
        for page in (
            "",
            "new/",
            f"{record.pathway_id}/",
            f"{record.pathway_id}/history/",
            f"{record.pathway_id}/delete/",
            "99999/",
        ):
            client.get(base + page)
    client.force_login(clerk)
    client.post(f"{base}new/", {"start_date": "Zzmarker", "pathway": "999777555", "version": "x"})
    client.post(f"{base}{record.pathway_id}/delete/", {"version": 1}, follow=True)
    client.post(
        f"{base}{record.pathway_id}/restore/", {"version": 1, "seen": 0, "undo": 1}, follow=True
    )
    client.post("/accounts/sign-out/")
    client.post("/accounts/sign-in/", {"login": "Zzmarker", "password": "999777555"})


def test_p_01_our_own_fault_logs_no_student(
    client: Client, clerk: User, cottonwood: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = cottonwood.student("999777555", "Zzmarker", "Mark")
    client.force_login(clerk)
    client.raise_request_exception = False

    def broken(*arguments: object, **options: object) -> None:
        raise KeyError(student.last_name, student.state_id)

    monkeypatch.setattr("pathways.records.entry.save", broken)
    typed = {
        "concentrator": "No",
        "single_parent": "No",
        "start_date": "07/14/2022",
        "in_district_credits": "1",
        "out_of_district_credits": "0",
        "dual_enrollment_credits": "0",
        "work_based_learning_credits": "0",
        "version": "0",
    }
    pathway = cottonwood.district.approvals.get(pathway__name=BUSINESS).pathway_id
    answer = client.post(
        f"/districts/9012/2025/cte-concentrator/{student.pk}/new/", {**typed, "pathway": pathway}
    )
    assert answer.status_code == 500
    assert "zzmarker" not in answer.content.decode().lower()


def test_p_09_pages_are_not_stored_and_messages_stay_on_the_server(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    student = cottonwood.student("999777555", "Zzmarker", "Mark")
    client.force_login(clerk)
    answer = client.get(f"/districts/9012/2025/cte-concentrator/{student.pk}/")
    assert "no-store" in answer["Cache-Control"]
    assert settings.MESSAGE_STORAGE.endswith("SessionStorage")
    assert set(client.cookies) <= {"sessionid", "csrftoken"}


@pytest.mark.parametrize(
    "back",
    [
        "home",
        "batch",
        "%0d%0aX:1",
        "//evil.example",
        "/\\evil.example",
        "/x\r\nSet-Cookie: a=b",
        "https://evil.example",
    ],
)
def test_a_form_that_brings_an_odd_way_back_ends_on_a_page_of_the_portal(
    back: str, client: Client, clerk: User
) -> None:
    """A2-31: a word without a slash was looked up as the name of a page, and answered 500."""
    client.force_login(clerk)
    assert client.post("/news/put-away/", {"next": back})["Location"] == "/"
    reports = "/districts/9012/2025/data-validation-reports/"
    run = {
        "run": "count-concentrator-participant:district",
        "key": "6f5d1c9e-6a7e-4d37-9d1e-0d9b8b1f0a11",
        "next": back,
    }
    assert client.post(reports, run)["Location"].startswith("/districts/9012/2025/")


def test_a_header_cannot_move_the_portal_elsewhere(client: Client) -> None:
    """A2-44: gunicorn believes SCRIPT_NAME of a proxy on the same machine, and a proxy may hand a
    visitor's own header on.
    """
    answer = client.get("/evil/", SCRIPT_NAME="/evil")
    assert "/evil" not in answer.get("Location", "")
    assert "/evil" not in client.get("/accounts/sign-in/", SCRIPT_NAME="/evil").content.decode()


def test_whatever_is_written_for_others_can_be_seen() -> None:
    """A2-57: each reason, purpose and message is asked by the one field that takes what nobody can
    see for nothing.
    """
    plain = re.compile(r"\b(reason|purpose|answer|text|what_changes) = forms\.CharField\(")
    assert [str(path.relative_to(ROOT)) for path in CODE if plain.search(path.read_text())] == []
