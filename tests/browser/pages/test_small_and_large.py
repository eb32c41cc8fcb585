"""On a telephone, and with text twice as large (walk 23, walk 25)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from certification.models import SealedCopy
from cte_portal.accounts.models import Membership, Role, User
from pathways.models import District, Element, School, Student
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, Desk
from tests.certification.ready import Ready
from tests.fixtures.records import District_

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


@pytest.fixture
def ready(cottonwood: District_, event: object, clerk: User, kayla: Student) -> Ready:
    made = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    made.record(kayla)
    made.prepare()
    return made


def test_a_certifier_with_a_telephone_is_two_taps_from_the_signature(
    desk: Desk, ready: Ready
) -> None:
    """walk 23: one context line that opens, *Sign* under the title, no keyboard over the page; axe
    at 320 px finds nothing.
    """
    page = desk.open(ready.primary.user, size=NARROW, has_touch=True, bypass_csp=True)
    bars = page.locator("header").bounding_box()
    assert bars and bars["height"] < 110
    assert page.evaluate("document.activeElement === document.body")
    expect(page.get_by_text("Edition District")).to_be_hidden()
    page.locator(".more summary").click()
    expect(page.get_by_text("Edition District")).to_be_visible()
    page.get_by_role("link", name="Review and sign").first.click()
    page.get_by_role("link", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="Status: ")).to_be_in_viewport()
    assert violations(page) == ""


CELLS = """row => [...row.querySelectorAll("td.num")].map(cell => {
    const {left, right, top, height} = cell.getBoundingClientRect();
    return {left, right, top, height, fits: cell.scrollWidth <= cell.clientWidth};
})"""


@pytest.mark.parametrize("page_name", ["receipts/{}", "{}/snapshot"])
def test_figures_on_a_telephone_stand_beside_each_other_and_apart(
    page_name: str, desk: Desk, ready: Ready
) -> None:
    """walk 23: at 320 px *2023-24* and *Difference* keep a gap, and each figure stands under its
    year.
    """
    ready.sign()
    copy = SealedCopy.objects.get()
    page = desk.glance(ready.primary.user, size=NARROW)
    page.goto(
        f"/districts/9012/2025/event-certification/{page_name.format(copy.pk if 'receipts' in page_name else copy.round.event_id)}/"
    )
    rows = [row.evaluate(CELLS) for row in page.locator("tr:has(td.num)").all()]
    assert len(rows) > 3
    for cells in rows:
        assert (
            len(cells) == 4
            and len({cell["top"] for cell in cells}) == 1
            and all(cell["fits"] and cell["height"] < 45 for cell in cells)
        )
        assert all(before["right"] + 6 <= after["left"] for before, after in pairwise(cells))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_foot_of_a_page_without_navigation_is_as_wide_as_the_page(desk: Desk) -> None:
    page = desk.glance(at="/accounts/sign-in/")
    foot = page.get_by_role("contentinfo").bounding_box()
    assert foot and foot["x"] == 0 and foot["width"] == 1366


def test_with_text_twice_as_large_the_columns_fold(
    desk: Desk, clerk: User, guides_student: Student
) -> None:
    """walk 25: the reader's own text size, not the page's zoom."""
    page = desk.open(clerk)
    page.context.new_cdp_session(page).send(
        "Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}}
    )
    page.goto(f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    expect(page.get_by_text("Menu", exact=True)).to_be_visible()
    expect(page.get_by_label("In District Credits Earned")).to_be_visible()


LINES = """box => [...box.children].filter(child => child.offsetWidth)
    .map(child => child.getBoundingClientRect())
    .sort((one, other) => one.bottom - other.bottom)
    .reduce((lines, {top, bottom}) => top >= lines.end ? {count: lines.count + 1, end: bottom}
        : {...lines, end: Math.max(lines.end, bottom)}, {count: 0, end: 0}).count"""
SMALL_DESK = {"width": 1280, "height": 800}


@pytest.mark.parametrize(
    "page_name", ["findings", "student-list", "roster-worklist/without-course"]
)
def test_what_a_list_is_narrowed_by_has_two_lines_on_a_small_desk(
    page_name: str, desk: Desk, ready: Ready
) -> None:
    """However long the names of rules, schools, pathways and the district's own elements are."""
    Element.objects.create(district="9012", name="Place of work " * 4, kind="text", position=1)
    School.objects.update(name="Cottonwood Bend Center for Career and Technical Education")
    page = desk.glance(ready.clerk, size=SMALL_DESK, at=f"/districts/9012/2025/{page_name}/")
    expect(page.get_by_label("District Defined Element")).to_be_visible()
    assert page.locator("form.filters").first.evaluate(LINES) <= 2


def test_the_head_of_a_person_with_two_roles_has_two_lines(desk: Desk, ready: Ready) -> None:
    """Also where the district's name is long, so that what is not yet sent has a line of its own."""
    person = ready.clerk
    District.objects.update(name="Cottonwood Bend K-12 Schools")
    Membership.objects.create(user=person, role=Role.DISTRICT_ADMINISTRATOR, district="9012")
    page = desk.glance(person, size=SMALL_DESK, at="/districts/9012/2025/")
    head = page.locator(".context")
    expect(head).to_contain_text("District Administrator")
    assert head.evaluate("head => head.offsetHeight") < 80, "two lines are 68 pixels"
    page.set_viewport_size({"width": 1366, "height": 768})
    height = head.evaluate("head => head.offsetHeight")
    assert height < 65, "roles one below the other, and the facts beside them"
