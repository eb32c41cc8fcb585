"""From the first sign-in of a portal that was set up by docs/deploy.md to a certifier's signature,
by docs/first-district.md, in Chromium: `tests/by_hand/deploy.sh` runs it.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import email
import email.policy
import hashlib
import hmac
import re
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import chromium

PASSPHRASE = "open range, quiet light"
DISTRICTS = (
    "District Number,District Name,First Name,Last Name,E-mail Address,User Name\n"
    "9012,Cottonwood Bend K-12 Schools,Dana,Ashford,dana@example.org,dashford\n"
)
FILES = {
    "schools": "School Number,School Name,Calendar Number,End Year\n0001,Sun High School,001,2025\n",
    "students": (
        "Student State ID,Local ID,Last Name,First Name,Middle Name,Birth Date,Gender\n"
        "999000001,0020,ALVAREZ,Zoe,,01/31/2007,F\n"
    ),
    "enrollments": (
        "Student State ID,School Number,Calendar Number,End Year,Service Type,Grade,Start Date,"
        "End Date,End Status\n999000001,0001,001,2025,P,12,08/21/2024,,\n"
    ),
    "courses": (
        "School Number,Course Number,Course Name,Credits,CTE Pathway\n"
        "0001,CTE101,Welding 1,1.00,05\n"
    ),
    "sections": (
        "School Number,Course Number,End Year,Calendar Number,Section Number\n"
        "0001,CTE101,2025,001,1\n"
    ),
    "rosters": (
        "School Number,Course Number,End Year,Calendar Number,Section Number,Student State ID\n"
        "0001,CTE101,2025,001,1,999000001\n"
    ),
}
"""The smallest set of docs/first-district.md."""
HOME = "/districts/9012/2025/"
PATIENCE = 120_000  # milliseconds: of a worker that has just begun, on a busy machine


class Office:
    """The portal as people meet it: a browser, and the letters that it sent."""

    def __init__(self, browser: Browser, address: str, letters: Path) -> None:
        self.browser, self.address, self.letters = browser, address, letters
        self.keys: dict[Page, str] = {}

    def window(self) -> Page:
        context = self.browser.new_context(base_url=self.address, ignore_https_errors=True)
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def code(self, page: Page, later: int = 0) -> str:
        """What the app of who sits at the window shows, `later` half minutes from now."""
        step = int(time.time()) // 30 + later
        key = base64.b32decode(self.keys[page])
        digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"

    def set_up_the_app(self, page: Page) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text("Set up your authenticator app")
        words = page.get_by_text("Enter this key in the app").locator("b").inner_text()
        self.keys[page] = words.replace(" ", "")
        page.get_by_role("textbox", name="Code that the app shows").fill(self.code(page))
        page.get_by_role("button", name="Turn it on").click()
        expect(page.get_by_text(re.compile("recovery codes", re.IGNORECASE)).first).to_be_visible()
        page.goto("/")

    def sign_in(self, user: str) -> Page:
        page = self.window()
        page.goto("/accounts/sign-in/")
        page.get_by_label("User name").fill(user)
        page.get_by_role("textbox", name="Password").fill(PASSPHRASE)
        page.get_by_role("button", name="Sign in", exact=True).click()
        self.set_up_the_app(page)
        return page

    def link(self, to: str) -> str:
        """The one-time link of an e-mail, once a worker has sent it."""
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            for file in sorted(self.letters.iterdir(), reverse=True):
                letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                body = letter.get_body(("plain",))
                text = body.get_content() if body and to in str(letter["To"]) else ""
                if link := re.search(r"https://\S+/invitation/\S+", text):
                    return link[0]
            time.sleep(0.5)
        raise SystemExit(f"no e-mail to {to} within {PATIENCE / 1000:.0f} seconds")

    def accept(self, to: str) -> Page:
        page = self.window()
        page.goto(self.link(to))
        page.get_by_role("textbox", name="New password 15").fill(PASSPHRASE)
        page.get_by_role("textbox", name="New password again").fill(PASSPHRASE)
        page.get_by_role("button", name="Save the password and sign in").click()
        self.set_up_the_app(page)
        return page


def opi_sets_up(page: Page, folder: Path) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up the collection")
    file = folder / "districts.csv"
    file.write_text(DISTRICTS)
    page.get_by_role("link", name="Districts", exact=True).first.click()
    page.get_by_role("link", name="Add districts from a file").first.click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Save and send invitations").click()
    expect(page.get_by_text("1 district").first).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="Pathway approvals").first.click()
    page.get_by_role("link", name=re.compile("^05 ")).click()
    page.get_by_label("9012 Cottonwood Bend K-12 Schools").check()
    page.get_by_label("Approved", exact=True).check(force=True)
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("Reason").first.fill("Application of 05/01/2025")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_text("Saved. 1 approved for 2024-25.")).to_be_visible()


def opi_opens_certification(page: Page) -> None:
    today = datetime.date.today()
    page.goto("/opi/certification-events/new/")
    for label, days in (
        ("Review opens", -14),
        ("Certification opens", -7),
        ("Due", 14),
        ("Corrections until", 24),
    ):
        day = today + datetime.timedelta(days=days)
        page.get_by_label(label, exact=True).fill(f"{day:%m/%d/%Y}")
    page.get_by_role("button", name="Save as a draft").click()
    page.get_by_role("link", name=re.compile("^Publish")).first.click()
    page.get_by_role("button", name=re.compile("^Publish")).click()
    expect(page.get_by_text("Published", exact=False).first).to_be_visible()


def upload(page: Page, address: str, file: Path, done: str) -> None:
    """Tested by a worker, then saved by one."""
    page.goto(address)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Submit to Batch").click()
    page.get_by_role("button", name="Upload this file").click()
    expect(page.get_by_text(done).first).to_be_visible()


def rosters_come_in(page: Page, folder: Path) -> None:
    for name, text in FILES.items():
        file = folder / f"{name}.csv"
        file.write_text(text)
        upload(page, f"{HOME}mt-data-upload/?type=roster", file, "saved:")
        print(f"    {name} are in", flush=True)
    page.goto(f"{HOME}roster-worklist/")
    page.get_by_label(re.compile("ALVAREZ, ZOE")).check()
    page.get_by_label("Create with these credits").check(force=True)
    page.get_by_role("button", name="Save for the chosen lines").click()
    expect(page.get_by_text("Created with 1.00 credits.")).to_be_visible()


def names_herself_certifier(page: Page) -> None:
    page.goto(f"{HOME}type-membership-setup/")
    page.get_by_label("Person").select_option(index=1)
    page.get_by_role("radio", name="Primary").check(force=True)
    page.get_by_label("Job title").fill("Superintendent")
    page.get_by_role("button", name="Add the certifier").click()
    expect(page.get_by_text("is Primary certifier of CTE Data.")).to_be_visible()


def sends_and_validates(page: Page) -> None:
    page.goto(f"{HOME}resync/")
    page.get_by_role("button", name="Send everything").click()
    expect(page.get_by_text("Everything was sent to the state.").first).to_be_visible()
    page.goto(f"{HOME}data-validation-reports/")
    page.get_by_role("row").filter(has_text="Participants Certification").get_by_role(
        "button", name="State"
    ).click()
    expect(page.get_by_text("1 report run at the state.").first).to_be_visible()


def signs(office: Office, page: Page) -> str:
    page.goto(HOME)
    page.get_by_role("link", name=re.compile("Open the event|Review and sign")).first.click()
    expect(page.get_by_role("heading", name="Ready to sign")).to_be_visible()
    for statement in (
        page.get_by_role("group", name=re.compile("state that")).get_by_role("checkbox").all()
    ):
        statement.check()
    page.get_by_role("textbox", name=re.compile("to sign")).fill(office.code(page, later=1))
    page.get_by_role("button", name="Certify & Submit").click()
    signed = page.get_by_text(re.compile("Certified under receipt"))
    expect(signed.first).to_be_visible()
    return signed.first.inner_text()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("letters", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept, sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        folder = Path(kept)
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        office = Office(browser, given.address, given.letters)
        begun = time.monotonic()

        def done(what: str) -> None:
            print(f"  {time.monotonic() - begun:4.0f} s  {what}", flush=True)

        opi = office.sign_in("rhale")
        done("OPI's administrator has signed in with a second factor")
        opi_sets_up(opi, folder)
        opi_opens_certification(opi)
        done("a district, its approval and an event stand")
        dana = office.accept("dana@example.org")
        done("the District Administrator has her account, by e-mail")
        rosters_come_in(dana, folder)
        done("students, courses, rosters and a record are in, by six files")
        names_herself_certifier(dana)
        sends_and_validates(dana)
        done("sent to the state and validated there")
        done(signs(office, dana))
        browser.close()


if __name__ == "__main__":
    main()
