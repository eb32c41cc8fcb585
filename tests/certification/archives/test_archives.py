"""A district's whole data in one file, checked as somebody would who has the file alone."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from certification.archives.contents import CONTENTS, LEFT_OUT
from certification.models import CertificationEvent, SealedCopy
from cte_portal.accounts.models import AuditEvent, Role, SignInEvent, User
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from pathways.models import Student
from tests.certification.either import COLLECTIONS, ready_for
from tests.certification.ready import Ready
from tests.fixtures import uploads
from tests.fixtures.people import person
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import HEALTH, District_

PAGE = "/opi/archives/"
PASSWORD = "correct horse"


class Reader:
    """Who has the ZIP file, and nothing of the portal."""

    def __init__(self, content: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        self.manifest = json.loads(self.zip.read("manifest.json"))

    def names(self) -> set[str]:
        return set(self.zip.namelist())

    def table(self, name: str) -> list[dict[str, str]]:
        text = self.zip.read(f"{name}.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def damaged(self) -> list[str]:
        """What differs from the manifest, from SHA256SUMS, or stands in one of them alone."""
        problems = []
        sums = dict(
            reversed(line.split("  ", 1))
            for line in self.zip.read("SHA256SUMS").decode().splitlines()
        )
        for file in self.manifest["files"]:
            content = self.zip.read(file["name"])
            if (hashlib.sha256(content).hexdigest(), len(content)) != (
                file["sha256"],
                file["bytes"],
            ) or sums[file["name"]] != file["sha256"]:
                problems.append(file["name"])
        listed = {file["name"] for file in self.manifest["files"]}
        return problems + sorted((listed | {"manifest.json", "SHA256SUMS"}) ^ self.names())


@pytest.fixture
@stands
def two_districts(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    elsewhere: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
    opi: User,
) -> Ready:
    """One that has certified, and one beside it whose every row says so."""
    ready = ready_for(getattr(request, "param", "cte-eoy"), cottonwood, event, clerk, kayla)
    cottonwood.student("912000777", last_name="=Formula", first_name="Zoë")
    other = elsewhere.student("987654321", last_name="Elsewhere", first_name="Nobody")
    elsewhere.record(other, HEALTH)
    ready.prepare()
    ready.sign()
    for district, name in ((cottonwood, "mine.tsv"), (elsewhere, "theirs.tsv")):
        submit(
            "upload",
            by=clerk,
            title="Upload",
            subject=name,
            scope=district.scope,
            options={"type": "cte-eoy"},
            content=ContentFile(uploads.file(uploads.line(last=name))),
        )
    opi.set_password(PASSWORD)
    opi.save()
    return ready


def asked(client: Client, opi: User, **typed: str) -> Any:
    client.force_login(opi)
    values = {"district": "9012", "reason": "Contract ended 06/30", "proof": PASSWORD, **typed}
    return client.post(PAGE, values, follow=True)


def taken(client: Client, opi: User) -> Reader:
    """The archive, asked for, made, and downloaded on the pages."""
    assert "is being made" in asked(client, opi).content.decode()
    batch = Batch.objects.get(kind="archive")
    assert run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Status.COMPLETED, batch.sentence
    page = client.get(PAGE).content.decode()
    assert batch.files.get().sha256[:32] in page and f"{PAGE}{batch.pk}/" in page
    answer = client.post(f"{PAGE}{batch.pk}/", {"purpose": "Handed to the district"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(content).hexdigest() == batch.files.get().sha256
    return Reader(content)


@pytest.mark.parametrize("two_districts", COLLECTIONS, indirect=True)
def test_a_reader_without_the_portal_finds_everything_of_the_district_and_of_no_other(
    two_districts: Ready, client: Client, opi: User
) -> None:
    reader = taken(client, opi)
    assert reader.damaged() == []
    students = reader.table("portal/pathways.student")
    assert {row["state_id"] for row in students} == {"912000777", "999000123"}
    assert "'=Formula" in {row["last_name"] for row in students}, "no formula in a spreadsheet"
    for name in reader.names() - {"columns.csv", "SHA256SUMS"}:
        content = reader.zip.read(name).decode(errors="replace")
        for word in ("987654321", "Elsewhere", "theirs.tsv"):
            assert word not in content, name
    for name in reader.names():
        if name.endswith(".csv") and name != "columns.csv":
            numbers = {
                row.get("district", row.get("district_id", ""))
                for row in reader.table(name.removesuffix(".csv"))
            }
            assert numbers <= {"9012", ""}, name
    records = reader.table("portal/pathways.participation")
    assert len(records) == len(reader.table("state/pathways.participation")) == 1
    assert records[0]["start_date"] and re.match(r"\d+\.\d\d$", records[0]["total_credits"])
    copy = two_districts.copies.get()
    sealed = reader.zip.read(f"sealed/{copy.receipt}.txt")
    assert hashlib.sha256(sealed).hexdigest() == copy.digest, "the file is what was sealed"
    files = [reader.zip.read(name) for name in reader.names() if name.endswith("/input")]
    assert files == [uploads.file(uploads.line(last="mine.tsv"))]
    people = reader.table("portal/accounts.user")
    assert "cmartin" in {row["username"] for row in people} and "password" not in people[0]
    readme = reader.zip.read("README.txt").decode()
    assert (
        "Contract ended 06/30" in readme and f"{SealedCopy.objects.count()} sealed copies" in readme
    )
    if two_districts.event.collection == "cte-fall":
        sealed_rows = reader.table("portal/certification.sealedoutcome")
        assert [row["state_id"] for row in sealed_rows] == ["999000123"]
        for edition in ("portal", "state"):
            assert len(reader.table(f"{edition}/pathways.outcome")) == 1, edition
        assert not [name for name in reader.names() if "attempt" in name or "contact" in name], (
            "whom the district calls is its own"
        )


def test_who_has_left_is_named_with_the_time_there_and_nothing_of_the_time_elsewhere(
    two_districts: Ready, client: Client, opi: User, keeper: User, second_clerk: User
) -> None:
    """The certifier and a clerk were here, and work elsewhere now; a third person came from there."""
    everywhere, signer = Authority(keeper), two_districts.primary.user
    newcomer = person("nroth", "Roth", "Noa", (Role.DATA_CLERK, "0965"))

    def sign_in(address: str) -> None:
        for user in (signer, second_clerk, newcomer):
            SignInEvent.objects.note(SignInEvent.Act.SIGNED_IN, user, address)

    sign_in("192.0.2.1")
    people.give(everywhere, newcomer, Role.DATA_CLERK, "9012")
    for user in (signer, second_clerk):
        for role in user.memberships.all():
            people.take(everywhere, user, str(role.pk))
    people.give(everywhere, second_clerk, Role.DATA_CLERK, "0965")
    people.change_address(everywhere, second_clerk, "dkeller@other.example.net")
    sign_in("192.0.2.2")

    reader = taken(client, opi)
    sign_ins = reader.table("portal/accounts.signinevent")
    assert {(row["user_id"], row["address"]) for row in sign_ins} == {
        (str(signer.pk), "192.0.2.1"),
        (str(second_clerk.pk), "192.0.2.1"),
        (str(newcomer.pk), "192.0.2.2"),
    }
    accounts = {row["id"]: row for row in reader.table("portal/accounts.user")}
    assert {str(signer.pk), str(second_clerk.pk), str(newcomer.pk)} <= set(accounts)
    left = accounts[str(second_clerk.pk)]
    assert (left["username"], left["last_name"]) == ("dkeller", "Keller")
    assert not any(left[name] for name in ("email", "confirmed_email", "last_login", "is_active"))
    assert accounts[str(newcomer.pk)]["email"] and accounts[str(newcomer.pk)]["is_active"] == "true"
    (signature,) = reader.table("portal/certification.signature")
    (certifier,) = reader.table("portal/certification.certifier")
    assert signature["certifier_id"] == certifier["id"] and certifier["user_id"] in accounts
    for name in reader.names():
        assert b"other.example.net" not in reader.zip.read(name), name
    assert "Who has left the district" in reader.zip.read("README.txt").decode()


def test_a_changed_byte_is_seen(two_districts: Ready, client: Client, opi: User) -> None:
    reader = taken(client, opi)
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as copy:
        for name in reader.zip.namelist():
            content = reader.zip.read(name)
            if name == "state/pathways.participation.csv":
                content = content.replace(b"9012", b"9013").replace(b"0.50", b"0.75") + b" "
            copy.writestr(name, content)
    assert Reader(into.getvalue()).damaged() == ["state/pathways.participation.csv"]


def test_who_asked_and_who_took_it_stand_in_the_audit(
    two_districts: Ready, client: Client, opi: User
) -> None:
    taken(client, opi)
    events = AuditEvent.objects.filter(kind__in=["archive", "download"]).order_by("pk")
    assert [(event.kind, event.district, event.reason, event.by_id) for event in events] == [
        ("archive", "9012", "Contract ended 06/30", opi.pk),
        ("download", "9012", "Handed to the district", opi.pk),
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"proof": "wrong"}, "password"),
        ({"reason": " "}, "Enter the reason"),
        ({"district": "0001"}, "There is no district with this number"),
        ({"district": "9012' --"}, "There is no district with this number"),
    ],
)
def test_nothing_is_made_without_reason_district_and_proof(
    two_districts: Ready, client: Client, opi: User, typed: dict[str, str], sentence: str
) -> None:
    assert sentence in asked(client, opi, **typed).content.decode()
    assert not Batch.objects.filter(kind="archive").exists()
    assert not AuditEvent.objects.filter(kind="archive").exists()


def test_a_double_click_makes_one_archive(two_districts: Ready, client: Client, opi: User) -> None:
    key = "7e1f2f6a-4a51-4a33-9d2e-6d7a54c9a1b0"
    asked(client, opi, key=key)
    asked(client, opi, key=key)
    assert Batch.objects.filter(kind="archive").count() == 1
    assert AuditEvent.objects.filter(kind="archive").count() == 1


def test_nobody_of_the_district_and_no_keeper_takes_it(
    two_districts: Ready, client: Client, opi: User, administrator: User, keeper: User
) -> None:
    taken(client, opi)
    batch = Batch.objects.get(kind="archive")
    for other in (administrator, keeper):
        client.force_login(other)
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}{batch.pk}/", {"purpose": "x"}).status_code == 403
    client.force_login(administrator)
    address = f"/districts/9012/2025/batches/{batch.pk}/"
    assert client.get(address).status_code == 404, "it is no job of the district"


def test_a_file_that_is_gone_is_named_and_the_rest_is_there(
    two_districts: Ready, client: Client, opi: User
) -> None:
    lost = Batch.objects.get(kind="upload", district="9012")
    default_storage.delete(lost.input_file)
    asked(client, opi)
    batch = Batch.objects.get(kind="archive")
    run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Status.WITH_ERRORS and "1 file could not be read" in batch.sentence
    with default_storage.open(batch.files.get().stored) as file:
        reader = Reader(file.read())
    assert reader.manifest["missing"] == [f"files/{lost.pk}/input"] and reader.damaged() == []


def test_the_command_writes_the_same_file(
    two_districts: Ready, opi: User, tmp_path: Path, capsys: Any
) -> None:
    arguments = {"district": "9012", "person": opi.username, "reason": "Contract ended"}
    file = tmp_path / "9012.zip"
    call_command("district_archive", to=file, json=True, **arguments)
    answer = json.loads(capsys.readouterr().out)
    assert answer["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert Reader(file.read_bytes()).damaged() == [] and file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="exists already"):
        call_command("district_archive", to=file, **arguments)
    with pytest.raises(CommandError, match="Enter a reason"):
        call_command("district_archive", to=tmp_path / "x", **{**arguments, "reason": " "})


def test_every_table_is_archived_or_left_out_for_a_reason() -> None:
    """A new model is not forgotten."""
    models = {
        model._meta.label for model in apps.get_models() if model._meta.app_label != "live_faults"
    }
    assert set(CONTENTS) | set(LEFT_OUT) == models and not set(CONTENTS) & set(LEFT_OUT)
