"""Districts and their first administrators from a file (walk 14): shown first, saved whole, sent
once.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import AuditEvent, Invitation, Membership, Role, User
from cte_portal.accounts.people import newcomers, people
from cte_portal.accounts.people.authority import Authority
from cte_portal.batches.dispatch import publish
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import District
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.pathways.test_query_counts import NOT_COUNTED

PAGE = "/opi/districts/import/"
LIST = "/admin/pathways/district/"
TITLES = "District Number,District Name,First Name,Last Name,E-mail Address,User Name"
DANA = "0420,Prairie Dog,Dana,Ashford,Dana@Example.org,dashford"


@pytest.fixture
def desk(client: Client, keeper: User) -> Client:
    client.force_login(keeper)
    return client


def bring(desk: Client, *rows: str, titles: str = TITLES, content: bytes | None = None) -> Any:
    data = "\n".join([titles, *rows]).encode() if content is None else content
    return desk.post(PAGE, {"file": SimpleUploadedFile("districts.csv", data)})


def sent_by(answer: Any, *meant: int) -> dict[str, Any]:
    """What the preview's form sends, with these boxes checked."""
    assert answer.status_code == 200 and answer.context["plan"], text(answer)[:800]
    return {
        "rows": answer.context["form"]["rows"].value(),
        "seen": answer.context["plan"].digest,
        "meant": list(meant),
        "do": "save",
    }


def save(desk: Client, answer: Any, *meant: int) -> Any:
    return desk.post(PAGE, sent_by(answer, *meant), follow=True)


def outcomes(answer: Any) -> list[str]:
    return [line.outcome.value for line in answer.context["plan"].lines]


def words(answer: Any, at: int = 0) -> str:
    sentence: str = answer.context["plan"].lines[at].words
    return sentence


def deliver() -> None:
    for batch in Batch.objects.filter(kind="invitation", status="queued"):
        run(batch.pk)


def administrators() -> set[tuple[str, str]]:
    return set(
        Membership.objects.filter(role=Role.DISTRICT_ADMINISTRATOR).values_list(
            "user__email", "district"
        )
    )


def nothing_saved() -> bool:
    return (
        not District.objects.exists()
        and User.objects.count() == 1
        and not AuditEvent.objects.exists()
        and not Batch.objects.exists()
    )


# --- saved whole


def test_walk_14_districts_and_first_administrators_are_shown_then_saved(
    desk: Client, keeper: User
) -> None:
    answer = bring(
        desk,
        DANA,
        "0421,Sage,Lee,Stone,lee@example.org,",
        "0421,Sage,Ana,Reyes,ana@example.org,",
        "0422,Bitterroot,,,,",
    )
    page = text(answer)
    assert (
        "Nothing has been saved yet." in page
        and "3 districts and 3 District Administrators are added" in page
    )
    assert (
        "New district. Invitation to dana@example.org. The user name is dashford." in page
        and nothing_saved()
    )

    page = text(save(desk, answer))
    assert "Saved. 3 districts added, 3 people invited by e-mail" in page and "Prairie Dog" in page
    assert dict(District.objects.values_list("number", "name")) == {
        "0420": "Prairie Dog",
        "0421": "Sage",
        "0422": "Bitterroot",
    }
    assert administrators() == {
        ("dana@example.org", "0420"),
        ("lee@example.org", "0421"),
        ("ana@example.org", "0421"),
    }
    dana = User.objects.get(email="dana@example.org")
    assert (dana.username, dana.first_name, dana.last_name) == ("dashford", "Dana", "Ashford")
    assert User.objects.get(email="lee@example.org").username == "lee@example.org", (
        "without one, the address is the user name"
    )
    assert dana.status == ("people", "Invited") and not dana.has_usable_password()
    events = AuditEvent.objects.values_list("kind", "operation", "by_id").order_by("kind")
    assert list(events) == [
        (kind, "add", keeper.pk) for kind in ["district"] * 3 + ["person"] * 3 + ["role"] * 3
    ]
    assert AuditEvent.objects.get(kind="role", key=str(dana.pk)).after == {
        "Role": "District Administrator 0420"
    }


def test_an_invitation_is_sent_by_the_queue_and_its_link_opens_the_account(
    desk: Client, keeper: User
) -> None:
    answer = save(desk, bring(desk, DANA))
    assert not mail.outbox, "the page waits for no mail server"
    assert "/accounts/invitation/" not in answer.content.decode(), "nobody else is shown the link"
    assert Batch.objects.get(kind="invitation").hidden
    deliver()
    (letter,) = mail.outbox
    assert letter.to == ["dana@example.org"] and letter.subject == "Your CTE Portal account"
    assert (
        "Robin Hale at the Office of Public Instruction has set up a CTE Portal account for you"
        in letter.body.replace("\n", " ")
    )
    assert "of Prairie Dog. Your user name is dashford." in letter.body.replace("\n", " ")
    link = re.search(r"http://testserver(/accounts/invitation/[\w-]+/)", letter.body)
    assert link
    dana = Client()
    dana.get(link[1])
    chosen = "seven slow herons wade"
    assert (
        dana.post("/accounts/invitation/", {"password1": chosen, "password2": chosen}).status_code
        == 302
    )
    assert User.objects.get(username="dashford").check_password(chosen)


def test_the_letter_is_the_one_that_is_sent_to_a_single_person(desk: Client, keeper: User) -> None:
    save(desk, bring(desk, DANA))
    deliver()
    alone = {
        "username": "lstone",
        "first_name": "Dana",
        "last_name": "Stone",
        "email": "lee@example.org",
        "mail": "on",
    }
    desk.post("/opi/people/new/", {**alone, "role": "district-administrator", "district": "0420"})
    first, second = (
        re.sub(r"invitation/[\w-]+/|dashford|lstone|Dana Ashford|Dana Stone", "", letter.body)
        for letter in mail.outbox
    )
    assert first == second and mail.outbox[0].subject == mail.outbox[1].subject


@pytest.mark.parametrize("meanwhile", ["link", "used", "closed"])
def test_who_has_a_newer_link_or_none_any_more_gets_no_letter(
    meanwhile: str, desk: Client, keeper: User
) -> None:
    save(desk, bring(desk, DANA))
    dana = User.objects.get(username="dashford")
    if meanwhile == "link":
        secret = people.new_link(Authority(keeper), dana, mailed=False)
    elif meanwhile == "used":
        people.accept(Invitation.objects.get(), PASSPHRASE)
    else:
        people.close(Authority(keeper), dana)
    deliver()
    assert not mail.outbox
    if meanwhile == "link":
        assert Invitation.objects.by_secret(secret), "the newer link still works"


def test_a_mail_server_that_is_down_is_asked_again(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(desk, bring(desk, DANA))
    with monkeypatch.context() as away:
        away.setattr(
            "cte_portal.batches.letters.mail.send_mail",
            lambda *a, **k: (_ for _ in ()).throw(ConnectionRefusedError()),
        )
        deliver()
    batch = Batch.objects.get(kind="invitation")
    assert batch.status == "queued" and batch.stage == "Waiting for the mail server"
    Batch.objects.update(available_at=None)
    deliver()
    assert len(mail.outbox) == 1 and Batch.objects.get(kind="invitation").status == "completed"


# --- what is there stays


def test_what_is_in_the_portal_is_neither_changed_nor_removed(
    desk: Client, cottonwood: District_, administrator: User
) -> None:
    answer = bring(
        desk,
        "9012,cottonwood  bend,,,,",
        f"9012,Cottonwood Bend,Ana,Reyes,{administrator.email},",
        DANA,
    )
    assert outcomes(answer) == [
        "same",
        "same",
        "new",
    ] and "is District Administrator there" in words(answer, 1)
    before = list(District.objects.exclude(pk="0420").values())
    save(desk, answer)
    assert list(District.objects.exclude(pk="0420").values()) == before
    assert ("areyes@example.org", "9012") in administrators()
    assert User.objects.filter(memberships__district="9012").count() == 1


def test_a_district_under_another_name_is_held(desk: Client, cottonwood: District_) -> None:
    answer = bring(desk, "9012,Sage,Lee,Stone,lee@example.org,")
    assert outcomes(answer) == ["held"] and "The portal calls 9012 “Cottonwood Bend”." in text(
        answer
    )
    assert "Nothing to save." in text(answer) and "Save and send invitations" not in text(answer)
    desk.post(PAGE, sent_by(answer, 2))
    assert (
        District.objects.get(pk="9012").name == "Cottonwood Bend"
        and not User.objects.filter(email="lee@example.org").exists()
    )


def test_whose_address_is_known_gets_the_role_only_when_asked_about(
    desk: Client, cottonwood: District_, clerk: User
) -> None:
    answer = bring(
        desk,
        f"0420,Prairie Dog,Cheryl,Martin,{clerk.email.upper()},",
        DANA.replace("0420,Prairie Dog", "0421,Sage"),
    )
    assert outcomes(answer) == ["asked", "new"]
    assert "cmartin@example.org belongs to MARTIN, CHERYL (cmartin). Add the role there?" in text(
        answer
    )
    saved = save(desk, answer)
    assert "1 row not saved" in text(saved) and not District.objects.filter(pk="0420").exists()
    assert "1 role given" in text(
        save(desk, bring(desk, f"0420,Prairie Dog,Cheryl,Martin,{clerk.email},"), 2)
    )
    assert clerk.memberships.filter(role=Role.DISTRICT_ADMINISTRATOR, district="0420").exists()
    deliver()
    assert [letter.to for letter in mail.outbox] == [["dana@example.org"]], (
        "who has an account needs no link"
    )


def test_a_namesake_is_asked_about(desk: Client, cottonwood: District_, clerk: User) -> None:
    answer = bring(
        desk,
        "0420,Prairie Dog,Chéryl,Martin,other@example.org,",
        "0421,A,Jo,Lee,jo@example.org,",
        "0422,B,Jo,Lee,jo2@example.org,",
    )
    assert outcomes(answer) == [
        "asked"
    ] * 3 and "MARTIN, CHERYL (cmartin), cmartin@example.org" in words(answer)
    assert "Line 4 has the same name with another e-mail address" in words(answer, 1)
    save(desk, answer, 2, 4)
    assert administrators() == {("other@example.org", "0420"), ("jo2@example.org", "0422")}


def test_nothing_chosen_is_told(desk: Client, cottonwood: District_, clerk: User) -> None:
    answer = bring(desk, f"0420,Prairie Dog,Cheryl,Martin,{clerk.email},")
    assert "Nothing was chosen. Check the box of each row to save." in text(save(desk, answer))


def test_one_person_of_two_districts_is_one_account(desk: Client) -> None:
    answer = bring(
        desk,
        DANA,
        DANA.replace("0420,Prairie Dog", "0421,Sage"),
        DANA,
        "0422,C,Dan,Ashford,dana@example.org,",
    )
    assert (
        outcomes(answer) == ["new", "new", "same", "wrong"] and answer.context["plan"].people == 1
    )
    save(desk, answer)
    assert administrators() == {("dana@example.org", "0420"), ("dana@example.org", "0421")}
    deliver()
    assert len(mail.outbox) == 1 and "Prairie Dog, Sage" in mail.outbox[0].body.replace("\n", " ")


# --- what is wrong


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "420,Prairie Dog,,,,",
            (
                "District Number 420 has lost its leading zeros. Enter 0420 and format the column"
                " as text"
            ),
        ),
        ("420.0,Prairie Dog,,,,", "has lost its leading zeros. Enter 0420"),
        (",Prairie Dog,,,,", "Enter the District Number"),
        ("04201,Prairie Dog,,,,", "A District Number has 4 digits, not “04201”"),
        ("٠٤٢٠,Prairie Dog,,,,", "A District Number has 4 digits"),
        ("0420,,,,,", "Enter the District Name"),
        (f"0420,{'x' * 101},,,,", "District Name has 101 characters"),
        (
            "0420,Prаirie Dog,,,,",
            "District Name: This name mixes Cyrillic and Latin letters, which look alike",
        ),
        ("0420,Prairie Dog,Dana,,,", "Enter the last name. Enter the e-mail address"),
        (
            "0420,Prairie Dog,Dаna,Ashford,dana@example.org,",
            "This name mixes Cyrillic and Latin letters",
        ),
        ("0420,Prairie Dog,Dana,Ashford,dana at example,", "Enter a valid e-mail address"),
        ("0420,Prairie Dog,Dana,Ashford,dana@example.org,d ash", "Use only letters from A to Z"),
        (
            f"0420,Prairie Dog,Dana,Ashford,{'d' * 62}@example.org,",
            "Enter a User Name of at most 60 characters",
        ),
        (
            "0420,Prairie Dog,Dana,Ashford,dana@example.org,RHALE",
            "Another person has the user name RHALE",
        ),
        ("0420,Prairie Dog,Robin,Hale,rhale@example.org,", "This is your own e-mail address"),
        ('0420,"=HYPERLINK(""http://x"")",,,,', "District Name begins with =, as a formula does"),
        ("0420,Prairie Dog,@SUM(1),Ashford,dana@example.org,", "First Name begins with @"),
        (
            "0420,Prairie\0Dog,,,,",
            "District Name contains a character that is not allowed (U+0000)",
        ),
        ('0420,"Prairie Dog,,,,', "This line cannot be read. Check its quotation marks"),
        ("0420,Prairie Dog,Dana,Ashford,dana@example.org,dashford,more", "This line has 7 values"),
    ],
)
def test_a_row_that_is_wrong_says_why_and_keeps_no_other_from_being_saved(
    row: str, sentence: str, desk: Client
) -> None:
    answer = bring(desk, row, "0421,Sage,Lee,Stone,lee@example.org,")
    assert outcomes(answer) == ["wrong", "new"] and sentence in words(answer), words(answer)
    page = text(save(desk, answer))
    assert "1 row not saved: choose the file again to see it." in page
    assert [district.pk for district in District.objects.all()] == [
        "0421"
    ] and administrators() == {("lee@example.org", "0421")}


def test_two_names_of_one_district_and_a_user_name_twice_are_told_by_their_lines(
    desk: Client,
) -> None:
    answer = bring(
        desk, DANA, "0420,Prairie Cat,,,,", "0421,Sage,Lee,Stone,lee@example.org,DAshford"
    )
    assert (
        outcomes(answer) == ["new", "wrong", "wrong"]
        and words(answer, 1) == "Line 2 calls 0420 “Prairie Dog”"
    )


def test_rows_that_are_not_saved_come_back_with_the_reason(
    desk: Client, cottonwood: District_
) -> None:
    answer = bring(
        desk, DANA, "421,Sage,Lee,Stone,lee@example.org,", "9012,Other,,,,", "0423,=1+1,,,,"
    )
    file = desk.post(PAGE, {**sent_by(answer), "do": "download"})
    content = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    titles, *rows = list(csv.reader(io.StringIO(content)))
    assert titles == [*TITLES.split(","), "Reason"] and re.search(
        r'filename="districts-not-saved-[\d-]+\.csv"', file["Content-Disposition"]
    )
    assert (
        [row[0] for row in rows] == ["421", "9012", "0423"]
        and "Enter 0421" in rows[0][-1]
        and rows[2][1] == "'=1+1"
    )
    corrected = content.replace("421,Sage", "0421,Sage")
    assert outcomes(bring(desk, content=corrected.encode()))[0] == "new", (
        "the column Reason is no obstacle"
    )


# --- the file


@pytest.mark.parametrize(
    "content",
    [
        f"{TITLES}\n{DANA}\n".encode("utf-16"),
        f"\ufeff{TITLES}\r\n{DANA}\r\n\x1a".encode(),
        f"{TITLES}\n{DANA}".replace(",", ";").encode(),
        f"{TITLES}\n{DANA}".replace(",", "\t").encode(),
        (
            b'user name,E-MAIL,last name,"District",First Name,District Number\n"dashford","'
            b' dana@example.org ",Ashford,"Prairie Dog",Dana,="0420"'
        ),
    ],
)
def test_a_file_is_read_with_the_promises_of_every_file(content: bytes, desk: Client) -> None:
    answer = bring(desk, content=content)
    assert outcomes(answer) == ["new"], text(answer)
    save(desk, answer)
    assert District.objects.get().name == "Prairie Dog" and administrators() == {
        ("dana@example.org", "0420")
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04xx", "This is an Excel workbook or a zip archive"),
        (b"\x00" * 900, "UTF-16 without a byte order mark"),
        (b"", "This file is empty"),
        (b"\n\n", "The selected file is empty"),
        (
            b"District Number,Name\n0420,X",
            "Missing: District Name, First Name, Last Name, E-mail Address",
        ),
        (TITLES.encode(), "has column titles but no rows"),
        (f"{TITLES}\n".encode() + b"0420,X,,,,\n" * 901, "more than 900 rows"),
        (b"x" * 500_001, "This file is larger than 500 KB"),
        (b"x" * 20_000_001, "This file is larger than 500 KB"),
        (
            f"{TITLES}\n".encode() + b"".join(b"%d,X,,,,\n" % number for number in range(20, 40)),
            "has lost its leading zeros in 20 of 20 rows",
        ),
    ],
)
def test_a_file_that_is_none_gets_a_sentence(content: bytes, sentence: str, desk: Client) -> None:
    answer = bring(desk, content=content)
    assert (
        answer.status_code == 200
        and sentence in text(answer)
        and "There is a problem" in text(answer)
        and nothing_saved()
    )


def test_a_file_that_the_server_dropped_for_its_size_is_told_so_for_approvals_too(
    desk: Client,
) -> None:
    """It said *Choose a file* to who had chosen one."""
    for page, most in ((PAGE, "500 KB"), ("/opi/approvals/2025/import/", "2 MB")):
        answer = desk.post(page, {"file": SimpleUploadedFile("big.csv", b"x" * 20_000_001)})
        assert f"This file is larger than {most}" in text(answer) and "Choose a file" not in text(
            answer
        )


def test_the_template_is_a_file_with_the_titles_alone(desk: Client) -> None:
    content = b"".join(desk.get(f"{PAGE}template/").streaming_content)  # type: ignore[attr-defined]
    assert content.decode() == f"\ufeff{TITLES}\r\n"
    assert outcomes(bring(desk, content=content + DANA.encode())) == ["new"]


# --- once, and what was seen


def test_pressed_twice_or_brought_again_adds_and_sends_nothing_twice(desk: Client) -> None:
    """C-01"""
    answer = bring(desk, DANA, "0421,Sage,,,,")
    sent = sent_by(answer)
    desk.post(PAGE, sent)
    again = desk.post(PAGE, sent, follow=True)
    assert again.redirect_chain == [
        (LIST, 302)
    ] and "This file was already saved. Nothing was added or sent a second time." in text(again)
    answer = bring(desk, DANA, "0421,Sage,,,,")
    assert outcomes(answer) == [
        "same",
        "same",
    ] and "Everything in this file is in the portal." in text(answer)
    deliver()
    assert len(mail.outbox) == 1 and User.objects.filter(username="dashford").count() == 1
    assert AuditEvent.objects.count() == 4


def test_a_preview_that_has_gone_stale_is_refused(desk: Client, cottonwood: District_) -> None:
    answer = bring(desk, DANA, "0421,Sage,,,,")
    person("other", "Ash", "Al")
    User.objects.filter(username="other").update(email="dana@example.org")
    stale = desk.post(PAGE, sent_by(answer))
    assert "Something in the portal changed after this preview was made." in text(
        stale
    ) and outcomes(stale) == ["asked", "new"]
    assert (
        not District.objects.filter(pk="0421").exists()
        and not AuditEvent.objects.exists()
        and not Batch.objects.exists()
    )
    assert "Saved. 1 district added." in text(save(desk, stale))


def test_somebody_who_was_quicker_by_a_moment_leaves_nothing_half_saved(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look and the write the address went to another account."""
    answer = bring(desk, DANA)
    account = newcomers._account

    def slower(newcomer: Any) -> User:
        person("quicker", "Q", "Q")
        User.objects.filter(username="quicker").update(email="dana@example.org")
        return account(newcomer)

    monkeypatch.setattr(newcomers, "_account", slower)
    page = text(desk.post(PAGE, sent_by(answer)))
    assert "Someone else just saved the same thing." in page
    assert nothing_saved()


def test_a_preview_is_saved_by_who_was_shown_it_and_as_it_was(desk: Client, client: Client) -> None:
    sent = sent_by(bring(desk, DANA))
    second_keeper = Client()
    second_keeper.force_login(person("second", "Second", "Sam", (Role.OPI_ADMINISTRATOR, "")))
    for who, rows in ((second_keeper, sent["rows"]), (desk, sent["rows"][:-1] + "x"), (desk, "")):
        answer = who.post(PAGE, {**sent, "rows": rows})
        assert "This preview is no longer valid. Choose the file again." in text(answer)
    assert not District.objects.exists()


def test_z_08_many_at_once_get_no_role_that_one_alone_would_not_get(
    keeper: User, administrator: User, clerk: User, opi: User
) -> None:
    new = newcomers.Newcomer(
        "nlee", "Nora", "Lee", "nora@example.org", ((Role.DISTRICT_ADMINISTRATOR, "9012"),)
    )
    for authority in (
        Authority(opi),
        Authority(administrator),
        Authority(administrator, "0965"),
        Authority(clerk, "9012"),
    ):
        with pytest.raises(PermissionDenied):
            newcomers.invite(authority, [new])
    for role, district in ((Role.OPI_STAFF, ""), (Role.VIEWER, "0965")):
        with pytest.raises(PermissionDenied):
            newcomers.invite(
                Authority(administrator, "9012"),
                [dataclasses.replace(new, roles=((role, district),))],
            )
    for person_, role, district in (
        (administrator, Role.VIEWER, "9012"),
        (clerk, Role.OPI_STAFF, ""),
    ):
        with pytest.raises(PermissionDenied):
            newcomers.invite(Authority(administrator, "9012"), [], [(person_, role, district)])
    assert not User.objects.filter(username="nlee").exists() and not AuditEvent.objects.exists()


def test_opi_staff_have_no_such_page_and_are_offered_none(client: Client, opi: User) -> None:
    client.force_login(opi)
    assert (
        client.get(PAGE).status_code
        == client.get(f"{PAGE}template/").status_code
        == client.post(PAGE).status_code
        == 403
    )
    assert PAGE not in client.get("/admin/").content.decode() + client.get(LIST).content.decode()


def test_it_is_found_where_districts_are_added(desk: Client) -> None:
    for page in ("/admin/", LIST, f"{LIST}add/"):
        assert f'href="{PAGE}"' in desk.get(page).content.decode(), page
    for find in ("import districts", "invitations", "csv"):
        assert "Add districts from a file" in text(
            desk.get("/screens/", {"find": find}, follow=True)
        ), find
    assert f'href="{PAGE}"' not in desk.get("/admin/pathways/pathway/").content.decode()


# --- many


def state_of(number: int) -> list[str]:
    return [
        f"{1000 + at},District"
        f" {at},Ann{'abcdefghij'[at % 10] * (at // 10 + 1)},Lee,a{at}@example.org,"
        for at in range(number)
    ]


def statements(desk: Client, rows: list[str]) -> tuple[int, int]:
    """Asked for the preview, and for saving."""
    with CaptureQueriesContext(connection) as looked:
        answer = bring(desk, *rows)
    assert set(outcomes(answer)) == {"new"}
    with CaptureQueriesContext(connection) as written:
        assert desk.post(PAGE, sent_by(answer)).status_code == 302
    return tuple(
        len([query for query in queries if not query["sql"].startswith(NOT_COUNTED)])
        for queries in (looked, written)
    )  # type: ignore[return-value]


def test_405_districts_take_hardly_more_statements_than_one(desk: Client) -> None:
    """On SQLite a statement has room for some hundred values, so that many rows are written by
    several.
    """
    looked, written = statements(desk, state_of(1))
    District.objects.all().delete()
    User.objects.filter(email="a0@example.org").delete()
    Batch.objects.all().delete()
    many_looked, many_written = statements(desk, state_of(405))
    assert many_looked == looked <= 10
    assert written <= 25 and many_written <= written + (
        7 if connection.vendor == "postgresql" else 42
    )
    assert District.objects.count() == Invitation.objects.count() == 405
    assert Batch.objects.filter(kind="invitation", status="queued").count() == 405
    assert publish() and not mail.outbox
