"""The apps meet in their plugs: pages keep the guide's order, and what does not fit is a sentence
before the portal starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

import certification.plug
import cte_portal.batches.plug
import pathways.plug
from certification.models import CertificationEvent
from cte_portal.accounts.models import User
from cte_portal.checks import TAG, refuse_to_start
from cte_portal.frame import Part, Screen
from cte_portal.plugs import Kept
from cte_portal.ui.navigation import screens
from pathways.models import Student
from tests.fixtures.records import District_

HOME = "/districts/9012/2025/"


def sentences() -> list[str]:
    return [error.msg for error in run_checks(tags=[TAG])]


def other_directory(**methods: Callable[..., object]) -> object:
    return type("Other", (), methods)()


# --- what fits


def test_the_apps_fit() -> None:
    assert sentences() == []
    refuse_to_start()


@pytest.fixture
def turned_round(settings: Any) -> None:
    settings.PORTAL_PLUGS = settings.PORTAL_PLUGS[::-1]


PARTS = [
    "",
    "Student Information › State Programs",
    "Reporting › MT State Reporting",
    "",
    "Reporting › Data Validation",
    "Reporting › Data Certification",
    "OPI guide",
    "",
]


def home_page(client: Client) -> dict[str, list[str]]:
    """What stands on a district's home page, in its order."""
    context = client.get(HOME).context
    return {
        "navigation": [group.path for group in context["portal"].navigation],
        "tasks": [f"{task.step} {task.title}" for task in context["tasks"]],
        "figures": [figure.label for figure in context["figures"]],
        "facts": [fact.label for fact in context["portal"].facts],
    }


@pytest.mark.parametrize("order", ["as listed", "turned round"])
def test_pages_follow_the_guide_and_not_the_order_of_the_list(
    order: str,
    request: pytest.FixtureRequest,
    client: Client,
    clerk: User,
    cottonwood: District_,
    kayla: Student,
    event: CertificationEvent,
) -> None:
    if order == "turned round":
        request.getfixturevalue("turned_round")
    client.force_login(clerk)
    page = home_page(client)
    assert page["navigation"] == PARTS
    assert page["tasks"] == [
        "1 Identify a certifier",
        "2 Enter or update records",
        "2B Upload a file of records",
        "3 Resync data to the state",
        "4 Validate data",
        "4 Certify & Submit",
    ]
    assert page["figures"] == [
        "Must be certified by",
        "Who has signed",
        "Students in CTE",
        "Records changed in 2024-25",
    ]
    assert page["facts"] == ["Not yet sent to the state:", "Due"]


def test_all_screens_stand_in_the_same_order_however_the_apps_are_listed(
    request: pytest.FixtureRequest,
) -> None:
    listed = list(screens())
    request.getfixturevalue("turned_round")
    assert list(screens()) == listed and len(listed) >= 35


# --- what does not fit


@dataclass(frozen=True)
class Misfit:
    app: Any
    changes: dict[str, object]
    sentence: str


MISFITS = {
    "a function that takes too much": Misfit(
        certification.plug,
        {"offices": (lambda district, person, year: "",)},
        "certification.plug.PLUG: offices[0] must take 2 arguments, and <lambda> takes (district,"
        " person, year).",
    ),
    "a function that takes too little": Misfit(
        pathways.plug,
        {"home_tasks": {2: lambda scope: []}},
        "pathways.plug.PLUG: home_tasks[2] must take 2 arguments, and <lambda> takes (scope).",
    ),
    "no function": Misfit(
        pathways.plug,
        {"daily": ("publish",)},
        "pathways.plug.PLUG: daily[0] must be a function, and is 'publish'.",
    ),
    "a function whose parameters have other names": Misfit(
        cte_portal.batches.plug,
        {"post": lambda template, subject, *, person, **rest: None},
        "cte_portal.batches.plug.PLUG: post must take 2 arguments, to, key, context, address, path,"
        " and <lambda> takes (template, subject, *, person, **rest).",
    ),
    "one thing where several are meant": Misfit(
        certification.plug,
        {"batch_kinds": certification.plug.PLUG.batch_kinds[0]},
        "certification.plug.PLUG: batch_kinds must be a tuple, and is a Kind.",
    ),
    "a thing of another kind": Misfit(
        certification.plug,
        {"batch_kinds": ("letter",)},
        "certification.plug.PLUG: batch_kinds[0] must be BatchKind, and is 'letter'.",
    ),
    "a step that is no number": Misfit(
        certification.plug,
        {"facts": {"4": lambda scope, standing: None}},
        "certification.plug.PLUG: A key of facts must be int, and is '4'.",
    ),
    "half an answer": Misfit(
        pathways.plug,
        {
            "directory": other_directory(
                districts=lambda self, numbers: [], schools=lambda self, district: []
            )
        },
        "pathways.plug.PLUG: directory.school_years is missing.",
    ),
    "an answer that cannot be asked so": Misfit(
        pathways.plug,
        {
            "directory": other_directory(
                districts=lambda self: [],
                schools=lambda self, district: [],
                school_years=lambda self: [],
            )
        },
        "pathways.plug.PLUG: directory.districts must take 1 argument, and <lambda> takes ().",
    ),
    "nobody's answer": Misfit(pathways.plug, {"directory": None}, "No plug gives directory."),
    "an answer of two apps": Misfit(
        certification.plug,
        {"directory": pathways.plug.PLUG.directory},
        "pathways.plug.PLUG and certification.plug.PLUG give directory.",
    ),
    "two kinds of one name": Misfit(
        certification.plug,
        {"batch_kinds": (*certification.plug.PLUG.batch_kinds, pathways.plug.PLUG.batch_kinds[0])},
        "batch_kinds: 'upload' is there 2 times.",
    ),
    "two at one step": Misfit(
        certification.plug,
        {"home_figures": {2: lambda scope, standing: []}},
        "home_figures: 2 is there 2 times.",
    ),
    "two in one part of the navigation": Misfit(
        certification.plug,
        {"screens": {Part.RECORDS: ()}},
        "screens: <Part.RECORDS: 3> is there 2 times.",
    ),
    "two periods of one name": Misfit(
        pathways.plug,
        {"retention": (Kept("sessions", "a year", lambda: 0),)},
        "retention: 'sessions' is there 2 times.",
    ),
    "a screen without a page": Misfit(
        certification.plug,
        {"screens": {Part.SIGNATURES: (Screen("Reminders", (), "reminder", scoped=False),)}},
        "Reminders: reminder names no page.",
    ),
    "a district's screen without a district": Misfit(
        certification.plug,
        {"screens": {Part.SIGNATURES: (Screen("Reminders", (), "reminders"),)}},
        "Reminders: reminders names no district's page.",
    ),
    "a first page that is not there": Misfit(
        certification.plug,
        {"statewide_home": "board"},
        "The first page of who works for all districts: board names no page.",
    ),
    "a template that is not there": Misfit(
        pathways.plug,
        {"home_actions": ("pathways/records/home_search",)},
        "home_actions: there is no template pathways/records/home_search.",
    ),
    "a link of a student's page that is not there": Misfit(
        certification.plug,
        {"student_links": ("certification/years/link.html",)},
        "student_links: there is no template certification/years/link.html.",
    ),
}


@pytest.mark.parametrize("misfit", MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_is_a_sentence(misfit: Misfit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misfit.app, "PLUG", replace(misfit.app.PLUG, **misfit.changes))
    assert sentences() == [misfit.sentence]
    with pytest.raises(SystemExit) as refusal:
        refuse_to_start()
    assert str(refusal.value).startswith(misfit.sentence)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "certification.plug.PLUGS",
            "PORTAL_PLUGS names certification.plug.PLUGS, which is not there: ",
        ),
        (
            "certification.plugs.PLUG",
            "PORTAL_PLUGS names certification.plugs.PLUG, which is not there: ",
        ),
        (
            "certification.home.figures",
            "PORTAL_PLUGS names certification.home.figures, which is no Plug.",
        ),
        (
            "tests.cte_portal.mistyped.PLUG",
            "PORTAL_PLUGS names tests.cte_portal.mistyped.PLUG, which cannot be read: ",
        ),
    ],
)
def test_a_wrong_name_is_said_before_the_portal_starts(
    path: str, sentence: str, settings: Any
) -> None:
    settings.PORTAL_PLUGS = [*settings.PORTAL_PLUGS[:-1], path]
    assert [error.startswith(sentence) for error in sentences()] == [True]
    with pytest.raises(SystemCheckError, match=sentence[:60]):
        call_command("check")
    with pytest.raises(
        SystemExit,
        match=(
            r"Correct the name in cte_portal/settings/apps\.py|Name the app's Plug|Correct"
            r" tests/cte_portal/mistyped"
        ),
    ):
        refuse_to_start()


def test_settings_name_the_apps_plugs_and_the_answers_and_no_other_part_of_them() -> None:
    named = {name: getattr(portal, name) for name in dir(portal) if name.startswith("PORTAL_")}
    paths = {
        name: [value] if isinstance(value, str) else value
        for name, value in named.items()
        if isinstance(value, str | list)
    }
    apps = ("cte_portal.", "pathways.", "certification.")
    counts = {
        name: sum(str(path).startswith(apps) for path in values) for name, values in paths.items()
    }
    assert {name: count for name, count in counts.items() if count} == {
        "PORTAL_PLUGS": 5,
        "PORTAL_CERTIFIED": 1,
    }


@pytest.mark.once
def test_neither_web_server_nor_worker_starts_with_a_mistyped_plug() -> None:
    for start in (
        "import cte_portal.wsgi",
        "from cte_portal.celery import look_at_portal; look_at_portal()",
    ):
        begin = ["-c", f"import django; django.setup(); {start}"]
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.cte_portal.mistyped_settings"}
        ended = subprocess.run(
            [sys.executable, *begin],
            cwd=portal.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1 and "Traceback" not in ended.stderr
        assert (
            "PORTAL_PLUGS names tests.cte_portal.mistyped.PLUG, which cannot be read: "
            in ended.stderr
        )
        assert "Correct tests/cte_portal/mistyped.py." in ended.stderr
