"""District Defined Elements in each state of their pages, and of the record that shows them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pathways.models import Element, ElementChoice
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.fixtures.records import HEALTH, lock_records

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

SCREEN = "/districts/9012/2025/district-defined-elements/"


def of_each_kind() -> list[Element]:
    elements = [
        Element.objects.create(
            district="9012",
            name=f"{kind.label} of the district’s own, with a name as long as it may be"[:60],
            help="What it is for, in the words of the district",
            kind=kind,
            position=number,
        )
        for number, kind in enumerate(Element.Kind, 1)
    ]
    for number, name in enumerate(("FFA", "HOSA"), 1):
        ElementChoice.objects.create(element=elements[-1], name=name, position=number)
    Element.objects.create(district="9012", name="Bus", kind="text", position=9, is_retired=True)
    return elements


def defined(stage: Stage, page: Page) -> None:
    of_each_kind()
    page.goto(SCREEN)


def added_wrong(stage: Stage, page: Page) -> None:
    defined(stage, page)
    page.get_by_role("button", name="Add the element").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def one_defined(stage: Stage, page: Page) -> None:
    page.goto(f"{SCREEN}{of_each_kind()[-1].pk}/")


def changed_wrong(stage: Stage, page: Page) -> None:
    one_defined(stage, page)
    page.get_by_label("Name", exact=False).first.fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def values_file(stage: Stage, page: Page) -> None:
    of_each_kind()
    page.goto(f"{SCREEN}upload/")


def send_values(stage: Stage, page: Page, *rows: str) -> None:
    values_file(stage, page)
    key = Element.objects.first().key  # type: ignore[union-attr]
    content = "\n".join([f"State ID,CTE Pathway,dde.{key},dde.unknown", *rows]).encode()
    page.get_by_label("File").set_input_files(
        {"name": "elements.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Preview").click()


def values_preview(stage: Stage, page: Page) -> None:
    send_values(stage, page, "999000123,Health Professions,Route 4,", "1,Health Professions,x,")
    expect(page.get_by_role("button", name="Save the values")).to_be_visible()


def values_file_wrong(stage: Stage, page: Page) -> None:
    send_values(stage, page)
    expect(page.get_by_text("There is a problem")).to_be_visible()


def on_the_record(stage: Stage, page: Page) -> None:
    of_each_kind()
    page.goto(stage.record())
    expect(page.get_by_role("heading", name="District Defined Elements")).to_be_visible()


def record_wrong(stage: Stage, page: Page) -> None:
    on_the_record(stage, page)
    page.get_by_label("Number of the district", exact=False).fill("many")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def certified(stage: Stage, page: Page) -> None:
    of_each_kind()
    lock_records()
    page.goto(stage.record())


def certified_wrong(stage: Stage, page: Page) -> None:
    certified(stage, page)
    page.get_by_label("Number of the district", exact=False).fill("many")
    page.get_by_role("button", name="Save", exact=False).first.click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def in_the_grid(stage: Stage, page: Page) -> None:
    query = "".join(f"&element={element.key}" for element in of_each_kind())
    stage.cottonwood.roster(stage.kayla)
    school = stage.cottonwood.school.pk
    page.goto(f"{stage.address('cte-roster-entry')}?school={school}{query}")
    expect(page.locator("thead th", has_text="Choice list")).to_be_visible()


def grid_wrong(stage: Stage, page: Page) -> None:
    in_the_grid(stage, page)
    page.locator("[data-kind=number]").first.fill("many")
    page.get_by_role("button", name="Save all changes").click()
    expect(page.get_by_role("heading", name="1 row not saved")).to_be_visible()


def narrowed(screen: str, part: str = "blank", links: str = "") -> Callable[[Stage, Page], None]:
    """A list of records whose element is so; `links` is what each line says that leads to the row
    in CTE Roster Entry, for who may type.
    """

    def visit(stage: Stage, page: Page) -> None:
        key = of_each_kind()[-1].key
        wrong = stage.cottonwood.student("999000804", "Grown")
        stage.cottonwood.record(wrong, HEALTH, in_district_credits="2.50", concentrator=False)
        page.goto(f"/districts/9012/2025/{screen}/?element={key}:{part}")
        expect(page.get_by_label("District Defined Element", exact=False)).to_be_visible()
        if links:
            expect(page.get_by_role("link", name=links).first).to_be_visible()

    return visit


STATES: dict[str, list[State]] = {
    "cte-roster-entry": [
        State("elements as columns", in_the_grid),
        State("elements refused", grid_wrong),
        State("elements as a viewer sees them", in_the_grid, who="viewer"),
    ],
    "findings": [
        State("narrowed by an element", narrowed("findings", links="In class")),
        State("an element that is none", narrowed("findings", "99999")),
        State("narrowed, as a viewer sees it", narrowed("findings"), who="viewer"),
    ],
    "roster-worklist-of": [
        State(
            "narrowed by an element", narrowed("roster-worklist/without-course", links="In class")
        ),
    ],
    "student-list": [State("narrowed by an element", narrowed("student-list"))],
    "district-defined-elements": [
        State("none yet", at(SCREEN), who="administrator"),
        State("of each kind", defined, who="administrator"),
        State("errors", added_wrong, who="administrator"),
        State("as a clerk sees them", defined),
    ],
    "district-defined-element": [
        State("to change", one_defined, who="administrator"),
        State("errors", changed_wrong, who="administrator"),
    ],
    "district-defined-values-upload": [
        State("no elements", at(f"{SCREEN}upload/")),
        State("choose", values_file),
        State("preview", values_preview),
        State("errors", values_file_wrong),
    ],
    "cte-record-elements": [
        State("on the record", on_the_record),
        State("errors", record_wrong),
        State("certified", certified),
        State("certified, errors", certified_wrong),
        State("as a viewer sees them", on_the_record, who="viewer"),
    ],
}


@each(STATES)
def test_a_page_with_elements_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
