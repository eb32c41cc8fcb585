"""The first day of a district by the keyboard alone, with Tab, Enter and what is typed: every link
and field of its six steps is reached, shows that it is, and is saved.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import Role
from pathways.lists import standard
from pathways.models import Course, District, Roster
from tests.browser.conftest import Desk
from tests.fixtures.people import person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

HOME = "/districts/9777/2025/"
ALL_OF_A_PAGE = 200
FOCUSED = """() => {
    const focused = document.activeElement, style = getComputedStyle(focused);
    const label = focused.labels?.[0]?.innerText;
    return {
        name: (focused.getAttribute('aria-label') || label || focused.innerText)
            .replace(/\\s+/g, ' ').trim(),
        kind: focused.tagName,
        seen: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
    };
}"""


@dataclass
class Keyboard:
    page: Page

    def reach(self, name: str, *kinds: str) -> None:
        for _ in range(ALL_OF_A_PAGE):
            focused = self.page.evaluate(FOCUSED)
            if focused["kind"] in kinds and focused["name"].startswith(name):
                assert focused["seen"], f"{name} does not show that it has the focus"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{name} is not reached by Tab on {self.page.url}")

    def follow(self, link: str, heading: str) -> None:
        self.press(link, "A", heading)

    def save(self, heading: str, button: str = "Save") -> None:
        self.press(button, "BUTTON", heading)

    def press(self, name: str, kind: str, heading: str) -> None:
        self.reach(name, kind)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def fill(self, **values: str) -> None:
        """Fields by the first words of their labels; a choice by the first letters of what is
        chosen.
        """
        for label, value in values.items():
            self.reach(label.replace("_", " "), "INPUT", "TEXTAREA", "SELECT")
            self.page.keyboard.type(value)


@pytest.mark.long
def test_a_first_day_needs_no_mouse(desk: Desk, opi_reference: None) -> None:
    standard.load()
    District.objects.create(number="9777", name="Sunrise")
    clerk = person("sun", "Sun", "Ann", (Role.DATA_CLERK, "9777"))
    keys = Keyboard(desk.glance(clerk, at=HOME))

    keys.follow("Schools and calendars", "Schools and calendars")
    keys.follow("Add a school", "Add a school")
    keys.fill(School_Number="0001", School_Name="Sun High School")
    keys.save("Schools and calendars")
    keys.follow("Add a calendar", "Add a calendar")
    keys.fill(Calendar_Number="001")
    keys.save("Schools and calendars")

    keys.page.goto(HOME)
    keys.follow("Students", "Students")
    keys.follow("Add a student", "Add a student")
    keys.fill(State_ID="999000001", Last_name="ALVAREZ", First_name="Zoe")
    keys.fill(Birth_Date="01/31/2007", Gender="F")
    keys.save("ALVAREZ, ZOE")
    keys.follow("Enroll", "Add an enrollment")
    keys.fill(Grade="12", Start_Date="08/21/2024")
    keys.save("ALVAREZ, ZOE")

    keys.page.goto(HOME)
    keys.follow("Courses and their pathways", "Courses and pathways")
    keys.follow("Add a course", "Add a course")
    keys.fill(School="Sun", Course_Number="CTE101", Course_Name="Welding 1", Credits="1.00")
    keys.save("Courses and pathways")
    keys.fill(CTE_Pathway_of_CTE101="Agriculture, F")
    keys.save("Courses and pathways")

    keys.page.goto(HOME)
    keys.follow("Sections and rosters", "Sections and rosters")
    keys.follow("Add a section", "Add a section")
    keys.fill(Course="CTE101", Section_Number="1")
    keys.save("CTE101 Welding 1, section 1")
    keys.fill(Add_students_by_State_ID="999000001")
    keys.save("CTE101 Welding 1, section 1", "Save the roster")

    assert Course.objects.get().pathway is not None
    assert Roster.objects.get().enrollment.student.state_id == "999000001"
