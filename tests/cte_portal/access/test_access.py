"""Every page, every role, own and other district, every method (Z-01, Z-02, Z-05 … Z-07): the
routes come from the resolver.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from certification.models import (
    CertificationEvent,
    Certifier,
    Recertification,
    SealedCopy,
)
from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.models import Batch
from cte_portal.ui import errors
from pathways.models import (
    Element,
    EndStatus,
    Explanation,
    FollowUpEntry,
    ListRequest,
    OneRosterMapping,
    Participation,
    Pathway,
    PostProgramStatus,
    RuleSeverity,
    Section,
    StudentChange,
    SubjectPathway,
)
from tests.cte_portal.access import districts
from tests.cte_portal.access.access_matrix import DISTRICT, OTHER, ROLES, STATEWIDE
from tests.fixtures import people, records
from tests.fixtures.quick.worlds import Standing, standing_fixture, world
from tests.fixtures.records import HEALTH
from tests.pathways.blocks import is_postgresql

WITHOUT_A_ROW = (
    "district-home",
    "schools",
    "cte-concentrator",
    "batch-queue",
    "batch-queue-file",
    "resync",
    "district-and-state",
    "mt-data-upload",
    "mt-data-upload-columns",
    "mt-data-upload-template",
    "follow-up",
    "follow-up-list",
    "follow-up-draw",
    "follow-up-entry",
    "follow-up-file",
    "follow-up-print",
    "follow-up-contacts-file",
    "follow-up-request-add",
    "follow-up-differences",
    "follow-up-elsewhere",
    "follow-up-return-file",
    "roster-data",
    "roster-courses",
    "roster-schools",
    "follow-up-list",
    "roster-students",
    "roster-sections",
    "roster-end",
    "roster-new-year",
    "roster-row-add",
    "roster-columns",
    "roster-template",
    "roster-sources",
    "mt-extracts",
    "findings",
    "findings-explain",
    "type-membership-setup",
    # an administrator alone gets so far: tests/certification/certifiers/test_certifiers.py
    "certifier",
    "certifier-accept",
    "district-defined-elements",
    "district-defined-values",
    "district-defined-values-upload",
    # the same: tests/pathways/elements/test_definitions.py
    "district-defined-element",
    "event-dashboard",
    "event-certification",
    "data-validation-reports",
    "validation-groups",
    "cte-roster-entry",
    "roster-worklist",
    "roster-worklist-of",
    "roster-worklist-file",
    "student-list",
    "saved-lists",
    "saved-list-remove",  # what is gone already stays gone
    "student-list-file",
    "findings-file",
    "recertification-new",
    "recertification-demand",
    "district-years",
    "certification-snapshot",  # of the event, which belongs to no district
    "certification-changes",
    "certification-changes-file",
    "certification-explanations",
    "certification-list",
    "certification-list-file",
    "certification-status",
)


def routes(patterns: list[Any] | None = None, space: str = "") -> dict[str, URLPattern]:
    url_patterns: dict[str, URLPattern] = {}
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            url_patterns |= routes(
                pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space
            )
        else:
            url_patterns[space + (pattern.name or str(pattern.pattern))] = pattern
    return url_patterns


NAMES = (
    "cottonwood",
    "elsewhere",
    "kayla",
    "clerk",
    "viewer",
    "administrator",
    "school_viewer",
    "stranger",
    "opi",
    "keeper",
    "nobody",
    "record",
    "cast",
)


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing]:
    """The rows of both districts, which hundreds of tests ask for: built once."""
    with world(django_db_blocker):
        built = Standing(people, records, districts)
        for name in NAMES:
            built[name]
        built["cookies"] = {role: signed_in(user) for role, user in built["cast"].items()}
        built["rows"] = rows()
        yield built


def signed_in(user: User | None) -> str:
    """The cookie of a session that has just begun; none for who is anonymous."""
    client = Client()
    if user:
        client.force_login(user)
    return client.cookies.output(header="", sep=";")


Window = Callable[[str], Client]


@pytest.fixture
def window(standing: Standing, db: None) -> Window:
    """`window(role)` is a window in which somebody of this role has signed in. They did so when
    the world was built: to sign in costs more than most pages.
    """

    def opened(role: str) -> Client:
        client = Client()
        client.cookies.load(standing["cookies"][role])
        return client

    return opened


Refusals = dict[tuple[int | None, str], str]
"""Drawn frames of refusals, by the person and the kind."""


def draw_refusals_once(patch: pytest.MonkeyPatch, drawn: Refusals) -> None:
    """The portal's frame around a refusal, once for each person and kind of refusal: whom a page
    lets in is the same without it, and a frame that fails is left out.
    """
    draw = errors._framed

    def drawn_once(template: str, request: HttpRequest, about: Mapping[str, Any]) -> str:
        kind = (request.user.pk, template)
        if kind not in drawn:
            drawn[kind] = draw(template, request, about)
        return drawn[kind]

    patch.setattr(errors, "_framed", drawn_once)


@pytest.fixture(scope="module")
def refusals() -> Refusals:
    return {}


@pytest.fixture
def refusals_are_drawn_once(monkeypatch: pytest.MonkeyPatch, refusals: Refusals) -> None:
    draw_refusals_once(monkeypatch, refusals)


globals().update({name: standing_fixture(name) for name in NAMES})


def address(name: str, record: Participation, district: str = "9012") -> str:
    arguments: list[object] = [district, 2025]
    if name in ("cte-student", "cte-record-new", "student-years"):
        arguments += [record.student_id]
    elif name.startswith("cte-record"):
        arguments += [record.student_id, record.pathway_id]
    elif (
        (name.startswith("batch-") and not name.startswith("batch-queue"))
        or name == "batch"
        or name.endswith(("-save", "-undo", "-mapping"))
    ):
        kind = "roster-file" if name.startswith("roster-") else "upload"
        arguments += [Batch.objects.get(district=record.student.district_id, kind=kind).pk]
        arguments += ["report.csv"] if name == "batch-file" else []
    elif name == "findings-explain":
        arguments += ["CTE-127"]
    elif name == "finding-next":
        arguments += [record.student_id, record.pathway_id]
    elif name == "finding-explain":
        arguments += ["CTE-127", record.student_id, record.pathway_id]
    elif name == "explanation-take-back":
        arguments += [Explanation.objects.get(district=record.student.district_id).pk]
    elif name == "mt-data-upload-template":
        arguments += ["filled"]
    elif name == "follow-up-request":
        arguments += [ListRequest.objects.get(district=record.student.district_id).pk]
    elif name.startswith("follow-up-") and name not in WITHOUT_A_ROW:
        entry = FollowUpEntry.objects.get(student=record.student, end_year=2025)
        arguments += [entry.pk]
        arguments += [entry.attempts.get().pk] if name == "follow-up-take-back" else []
        if name == "follow-up-contact-remove":
            arguments += [record.student.contacts.get().pk]
    elif name == "roster-source":
        mappings = OneRosterMapping.objects.of_district(record.student.district_id)
        arguments += [mappings.get().pk]
    elif name in ("roster-student", "roster-merge"):
        arguments += [record.student_id]
    elif name == "roster-section":
        arguments += [Section.objects.get(rosters__enrollment__student=record.student).pk]
    elif name == "roster-row-add":
        arguments += ["students"]
    elif name.startswith("roster-row"):
        arguments += ["students", record.student_id]
    elif name == "roster-take-back":
        arguments += [StudentChange.objects.of_row(record.student_id).get(operation="update").batch]
    elif name == "roster-template":
        arguments += ["students"]
    elif name in ("certification-receipt", "certification-receipt-pdf", "certification-extract"):
        arguments += [SealedCopy.objects.get(round__district=record.student.district_id).pk]
        arguments += ["tsv"] if name == "certification-extract" else []
    elif name.startswith("saved-list") and name != "saved-lists":
        arguments += [f"saved{record.student.district_id}"]
    elif name in ("student-list-file", "district-people-file", "findings-file", "batch-queue-file"):
        arguments += ["csv"]
    elif name.startswith("roster-worklist-"):
        arguments += ["without-course", *(["csv"] if name.endswith("-file") else [])]
    elif name in ("school", "school-file"):
        arguments += ["0001", *(["csv"] if name.endswith("-file") else [])]
    elif name == "recertification":
        arguments += [Recertification.objects.get(district=record.student.district_id).pk]
    elif name in ("event-certification", "recertification-new", "recertification-demand") or (
        name.startswith("certification-") and name != "certification-status"
    ):
        arguments += [CertificationEvent.objects.get().pk]
        arguments += ["concentrators"] if name.startswith("certification-list") else []
    elif name == "district-defined-element":
        arguments += [Element.objects.get(district=record.student.district_id).pk]
    elif name == "certifier":
        arguments += [Certifier.objects.get(district=record.student.district_id).pk]
    elif name == "district-person":
        arguments += [User.objects.get(username="cmartin").pk]
    return reverse(name, args=arguments)


def statewide_address(name: str) -> str:
    arguments: dict[str, list[object]] = {
        "approvals-of-district": [2025, "9012"],
        "status-board-file": ["csv"],
        "people-file": ["csv"],
        "opi-saved-list": ["saved"],
        "opi-saved-list-remove": ["saved"],
        "sign-on-duties-file": ["csv"],
        "sign-on-duty": ["9012"],
    }
    if name == "approvals-of-pathway":
        return reverse(name, args=[2025, Pathway.objects.get(name=HEALTH).pk])
    if name in ("emergency-account", "person"):
        return reverse(name, args=[User.objects.get(username="cmartin").pk])
    if name.startswith("statewide-batch"):
        return reverse(name, args=[Batch.objects.get(kind="resync-all").pk])
    kinds = {"district-archive": "archive", "student-file": "student-file"}
    if name in kinds:
        return reverse(name, args=[Batch.objects.get(kind=kinds[name]).pk])
    if name.startswith("certification-") and name not in (
        "certification-events",
        "certification-event-new",
    ):
        more = {
            "certification-event-move": ["closed"],
            "certification-extension": ["9012"],
            "certification-year-close": ["9012"],
        }
        return reverse(name, args=[CertificationEvent.objects.get().pk, *more.get(name, [])])
    if name.startswith("approvals-") and name not in arguments:
        return reverse(name, args=[2025])
    if name.startswith("admin:") and name.endswith(("change", "delete", "history")):
        return reverse(name, args=[key_in_admin(name.split("_")[1])])
    return reverse(name, args=arguments.get(name, []))


def key_in_admin(model: str) -> object:
    """Of a row of one of OPI's lists."""
    keys: dict[str, Callable[[], object]] = {
        "district": lambda: "9012",
        "pathway": lambda: Pathway.objects.get(name=HEALTH).pk,
        "schoolyear": lambda: 2025,
        "endstatus": lambda: EndStatus.objects.get(code="400").pk,
        "subjectpathway": lambda: SubjectPathway.objects.get(area="14").pk,
        "postprogramstatus": lambda: PostProgramStatus.objects.get(code="01").pk,
        "followupyear": lambda: 2024,
        "ruleseverity": lambda: RuleSeverity.objects.get().pk,
    }
    return keys[model]()


@contextmanager
def undone() -> Iterator[None]:
    """What happens within is rolled back in both databases; a file that a batch stored stays, and
    nothing names it.
    """
    with ExitStack() as stack:
        for alias in ("default", "state"):
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        yield


# Who is refused is decided before any row is asked, so PostgreSQL is asked by those whom a page may
# let in, and by one who is sent away.
ASKED_BY = ("clerk", "opi", "keeper") if is_postgresql() else ROLES


@pytest.mark.usefixtures("refusals_are_drawn_once")
@pytest.mark.parametrize("name", STATEWIDE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_z_09_pages_of_opi_answer_as_the_table_says(
    name: str, method: str, record: Participation, window: Window, standing: Standing
) -> None:
    path = statewide_address(name)
    answers = {role: window(role).generic(method, path).status_code for role in ASKED_BY}
    assert answers == {role: STATEWIDE[name][method][role] for role in ASKED_BY}
    assert rows() == standing["rows"]


# Who is refused is decided before any row is asked; that every page answers on both vendors is
# asked at the end of this file.
@pytest.mark.once
@pytest.mark.usefixtures("refusals_are_drawn_once")
@pytest.mark.parametrize("name", DISTRICT)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_z_01_pages_of_a_district_answer_as_the_table_says(
    name: str, method: str, record: Participation, window: Window
) -> None:
    open_pages = {}
    path = address(name, record)
    for role in ROLES:
        with undone():  # each role meets the same rows
            answer = window(role).generic(method, path)
            open_pages[role] = answer.status_code
            assert role != "anonymous" or answer["Location"].startswith("/accounts/sign-in/?next=")
            assert Participation.objects.get(pk=record.pk).version == 1, role
    assert open_pages == {role: DISTRICT[name][method][role] for role in ROLES}


@pytest.mark.once
@pytest.mark.parametrize("name", DISTRICT)
def test_e_07_no_page_knows_put_or_delete(name: str, record: Participation, window: Window) -> None:
    client = window("administrator")
    answers = {
        method: client.generic(method, address(name, record)).status_code
        for method in ("PUT", "DELETE", "PATCH")
    }
    assert answers == dict.fromkeys(answers, 405)


@pytest.mark.once
@pytest.mark.parametrize("name", DISTRICT)
def test_z_01_another_district_and_an_unknown_one_answer_alike(
    name: str, record: Participation, window: Window
) -> None:
    client = window("clerk")

    def body(district: str) -> tuple[int, str]:
        answer = client.get(address(name, record, district))
        text = re.sub(
            r"reference <strong>\w+|<strong>[A-Z0-9]{4}</strong>|\b[A-Z0-9]{4}\b",
            "",
            answer.content.decode(),
        )
        return answer.status_code, re.sub(r'value="[^"]{64}"|<time.*?</time>', "", text)

    other, unknown = body("0965"), body("4444")
    assert other == unknown
    assert other[0] == 404


@pytest.mark.usefixtures("refusals_are_drawn_once")
def test_z_02_rows_of_another_district_under_the_own_one_do_not_exist(
    client: Client, record: Participation, clerk: User
) -> None:
    client.force_login(clerk)
    theirs = Participation.objects.exclude(pk=record.pk).get()
    for name in DISTRICT:
        by_number = name in ("school", "school-file")  # both districts have a school 0001
        if name not in WITHOUT_A_ROW and not by_number and not name.startswith("district-"):
            for method in ("GET", "POST"):
                answer = client.generic(method, address(name, theirs))
                assert answer.status_code in (404, 405), (name, method)
    assert Participation.objects.get(pk=theirs.pk).version == 1


def test_z_05_no_page_lets_another_districts_student_slip(
    client: Client, record: Participation, clerk: User
) -> None:
    client.force_login(clerk)
    theirs = Participation.objects.exclude(pk=record.pk).get()
    addresses = {
        address(name, which, district): None  # many pages are of no record, and are the same
        for name in DISTRICT
        for which in (record, theirs)
        for district in ("9012", "0965")
    }
    pages = [client.get(path) for path in addresses]
    pages += [
        client.post("/districts/9012/2025/cte-concentrator/", {"term": term}, follow=True)
        for term in ("", "zzm", "777555", "sent")
    ]
    pages += [client.get(path) for path in ("/districts/", "/cte-lingo/", "/help/")]
    for page in pages:
        text = (
            (b"".join(page.streaming_content) if page.streaming else page.content)
            .decode(errors="replace")
            .lower()
        )
        assert "sentinel" not in text and "999777555" not in text and ">zzmarker" not in text


def test_a_refusal_leaves_one_line_for_security_without_student_data(
    client: Client,
    record: Participation,
    stranger: User,
    viewer: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for user, name, method in ((stranger, "cte-record", "GET"), (viewer, "cte-record", "POST")):
        client.force_login(user)
        with caplog.at_level(logging.INFO, logger="cte_portal"):
            caplog.clear()
            client.generic(method, address(name, record))
        lines = [
            entry.getMessage() for entry in caplog.records if entry.name == "cte_portal.security"
        ]
        assert len(lines) == 1
        assert f"user={user.pk}" in lines[0] and f"student={record.student_id}" in lines[0]
        assert "anderson" not in caplog.text.lower() and "999000123" not in caplog.text


def test_what_opi_looks_at_is_logged(
    client: Client, record: Participation, opi: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(opi)
    with caplog.at_level(logging.INFO, logger="cte_portal.access"):
        client.get(address("cte-record", record))
    assert [
        f"user={opi.pk} district=9012" in entry.getMessage()
        for entry in caplog.records
        if entry.name == "cte_portal.access"
    ] == [True]


def test_z_06_a_role_that_is_taken_away_ends_with_the_next_request(
    client: Client, record: Participation, clerk: User
) -> None:
    client.force_login(clerk)
    assert client.get(address("cte-record", record)).status_code == 200
    Membership.objects.filter(user=clerk).update(role=Role.VIEWER)
    assert client.post(address("cte-record", record), {}).status_code == 403
    Membership.objects.filter(user=clerk).delete()
    assert client.get(address("cte-record", record)).status_code == 404


def test_z_06_a_deactivated_person_is_out_with_the_next_request(
    client: Client, record: Participation, clerk: User
) -> None:
    client.force_login(clerk)
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert client.get(address("cte-record", record)).status_code == 302


def test_z_06_a_changed_password_ends_other_sessions(
    client: Client, record: Participation, clerk: User
) -> None:
    client.force_login(clerk)
    clerk.set_password("another long passphrase 7")
    clerk.save()
    assert client.get(address("cte-record", record)).status_code == 302


def rows() -> dict[str, list[Any]]:
    """All that stands in the District edition, but for sessions."""
    by_table = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in ("django_session", "staged_participation"):
                cursor.execute(f'SELECT * FROM "{table}"')
                by_table[table] = sorted(map(repr, cursor.fetchall()))
    return by_table


@pytest.mark.usefixtures("refusals_are_drawn_once")
@pytest.mark.parametrize("role", ["clerk", "opi"])
def test_e_07_looking_at_every_page_changes_nothing(
    role: str, client: Client, record: Participation, cast: dict[str, User | None]
) -> None:
    user = cast[role]
    assert user
    client.force_login(user)
    # The first look at a follow-up list draws it, from data that stand; no other look does.
    client.get(address("follow-up-list", record))
    before = rows()
    for name in DISTRICT:
        client.get(address(name, record))
        client.head(address(name, record))
    for name in OTHER:
        if "from_key" not in name and not name.endswith("-link") and not name.startswith("admin:"):
            client.get(reverse(name))
    assert rows() == before
