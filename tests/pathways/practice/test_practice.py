"""The Practice District: its records go back each night, no other district's do, and the tour leads
through it.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.dispatch import daily
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from cte_portal.settings.words import practice_portal
from pathways.demo import records
from pathways.demo.districts import PRACTICE
from pathways.ledger.shape import TYPED, Row
from pathways.models import Change, CollectionLock, Participation
from pathways.practice import nightly
from pathways.practice.loaded import rows_as_loaded
from pathways.practice.tour import STEPS
from pathways.records import entry
from tests.fixtures.records import BUSINESS, HEALTH, District_, row

DAY = datetime.date(2025, 5, 12)


@pytest.fixture
def practice(cottonwood: District_) -> District_:
    """The Practice District with two records of the practice data."""
    district = District_(PRACTICE.number, PRACTICE.name)
    district.approve(HEALTH, BUSINESS)
    rows = [
        records.modified(row(district.student(f"99900090{number}")), DAY, 2025, "MARTIN, CHERYL")
        for number in range(2)
    ]
    records.write(PRACTICE, rows)
    return district


def stored(district: str = PRACTICE.number) -> list[Any]:
    held = Participation.objects.filter(student__district=district)
    fields = ("student_id", "pathway_id", "modified_date", "modified_by", *TYPED)
    return sorted(held.values_list(*fields))


def certified() -> None:
    CollectionLock.objects.create(
        district=PRACTICE.number,
        end_year=2025,
        collection="cte-eoy",
        since="2025-06-12T18:00Z",
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )


def practiced(district: District_) -> None:
    """A clerk changes one record, deletes another, and enters a third."""
    changed, deleted = Participation.objects.filter(
        student__district=district.district.number
    ).order_by("pk")
    more = Row.of(changed, version=changed.version, in_district_credits=Decimal("2.75"))
    new = row(changed.student, BUSINESS)
    entry.delete(district.scope, deleted, version=deleted.version, by="KELLER, DANIEL")
    entry.save(district.scope, [more, new], by="KELLER, DANIEL")


def night() -> list[Batch]:
    daily()
    return list(Batch.objects.filter(kind="practice-reset").order_by("queued_at"))


def test_each_night_records_are_as_they_were_loaded_and_their_history_stays(
    practice: District_,
) -> None:
    before = stored()
    practiced(practice)
    assert stored() != before
    (batch,) = night()
    batch = run_here(batch)
    assert (batch.status, batch.sentence) == ("completed", "3 records put back as loaded.")
    assert stored() == before
    sources = Change.objects.filter(district=PRACTICE.number).values_list("source", flat=True)
    assert len(sources) == 2 + 3 + 3


def test_it_is_done_once_a_day_and_only_where_somebody_has_practiced(practice: District_) -> None:
    assert night() == []
    practiced(practice)
    assert len(night()) == len(night()) == 1
    run_here(Batch.objects.get())
    assert len(night()) == 1


def test_a_record_that_was_deleted_again_after_a_night_comes_back_the_next(
    practice: District_,
) -> None:
    before = stored()
    practiced(practice)
    run_here(*night())
    Batch.objects.update(idempotency_key="of yesterday")
    for record in Participation.objects.filter(student__district=PRACTICE.number):
        entry.delete(practice.scope, record, version=record.version, by="KELLER, DANIEL")
    run_here(night()[-1])
    assert stored() == before


def test_what_was_changed_while_the_others_were_put_back_follows_the_next_night(
    practice: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clerk works at midnight: after the job has read the record, before it writes."""
    before = stored()
    practiced(practice)

    def overtaken(scope: Scope) -> list[Row]:
        rows = list(rows_as_loaded(scope))
        changed = Participation.objects.filter(student__district=PRACTICE.number).first()
        assert changed is not None
        later = Row.of(changed, version=changed.version, in_district_credits=Decimal("3.25"))
        entry.save(practice.scope, [later], by="KELLER, DANIEL")
        return rows

    with monkeypatch.context() as midnight:
        midnight.setattr(nightly, "rows_as_loaded", overtaken)
        batch = run_here(*night())
    assert "1 record changed meanwhile stay" in batch.sentence and stored() != before
    Batch.objects.update(idempotency_key="of yesterday")
    run_here(night()[-1])
    assert stored() == before


def test_no_other_district_is_touched_even_if_a_job_names_it(
    practice: District_, cottonwood: District_, administrator: User
) -> None:
    mine = cottonwood.student("999000800")
    cottonwood.record(mine, in_district_credits=Decimal("2.75"))
    before = stored("9012")
    practiced(practice)
    run_here(*night())
    assert stored("9012") == before
    batch = submit("practice-reset", by=administrator, title="X", scope=cottonwood.scope)
    batch = run_here(batch)
    assert (
        batch.status == "failed" and "Only the records of the Practice District" in batch.sentence
    )
    assert stored("9012") == before


def test_in_production_no_district_is_for_practice_whatever_its_name(
    practice: District_, settings: Settings, client: Client, clerk: User
) -> None:
    practiced(practice)
    settings.PRODUCTION = True
    assert night() == []
    batch = submit("practice-reset", by=clerk, title="X", scope=practice.scope)
    before = stored()
    assert run_here(batch).status == "failed" and stored() == before
    client.force_login(clerk)
    page = client.get("/practice-tour/").content.decode()
    assert "This portal has no Practice District" in page and "knows its address" in page
    settings.PRACTICE_PORTAL = "https://practice.example.gov"
    page = client.get("/practice-tour/").content.decode()
    assert 'href="https://practice.example.gov/practice-tour/"' in page


def test_a_district_of_another_name_with_that_number_is_not_the_practice_district(
    practice: District_,
) -> None:
    practice.district.name = "Prairie Dog Public Schools"
    practice.district.save()
    practiced(practice)
    assert night() == []


def test_what_was_certified_stays_as_it_was_signed(practice: District_) -> None:
    practiced(practice)
    certified()
    before = stored()
    batch = run_here(*night())
    assert batch.status == "failed" and "locked" in batch.sentence
    assert stored() == before


def test_the_tour_says_that_certified_records_are_not_put_back(
    practice: District_, clerk: User, client: Client
) -> None:
    client.force_login(clerk)
    goes_back = "Each night its records go back to what they were"
    assert goes_back in client.get("/practice-tour/").content.decode()
    certified()
    page = client.get("/practice-tour/").content.decode()
    assert "The records of the Practice District are certified" in page and goes_back not in page


@pytest.mark.once
@pytest.mark.parametrize("value", ["practice", "http://practice.example.gov", "https://a b"])
def test_an_address_of_the_practice_portal_that_is_none_stops_the_start(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRACTICE_PORTAL", value)
    with pytest.raises(ImproperlyConfigured, match="PRACTICE_PORTAL is no address"):
        practice_portal()
    monkeypatch.setenv("PRACTICE_PORTAL", "https://practice.example.gov/")
    assert practice_portal() == "https://practice.example.gov"


def test_nobody_signs_in_with_the_account_of_the_job(practice: District_) -> None:
    practiced(practice)
    (batch,) = night()
    account = batch.submitted_by
    assert not account.is_active and not account.has_usable_password()
    assert not account.memberships.exists()


def test_the_tour_leads_its_clerk_to_seven_screens_that_open(
    practice: District_, clerk: User, client: Client
) -> None:
    """Credits are entered for a class: in the section that has the most students."""
    for number, size in (("10", 1), ("11", 3), ("12", 2)):
        for at in range(size):
            practice.roster(practice.student(f"999007{number}{at}"), number=number)
    Membership.objects.create(user=clerk, role=Role.DATA_CLERK, district=PRACTICE.number)
    client.force_login(clerk)
    page = client.get("/practice-tour/").content.decode()
    links = re.findall(r'<a href="(/districts/9099/2025/[^"]*)">Open ', page)
    assert len(links) == len(STEPS) == 7
    pages = [client.get(link) for link in links]
    assert [page.status_code for page in pages] == [200] * 7
    assert len(pages[3].context["rows"]) == 3
    home = client.get("/districts/9099/2025/").content.decode()
    assert "Take the practice tour" in home
    assert "Take the practice tour" not in client.get("/districts/9012/2025/").content.decode()
    assert 'href="/practice-tour/"' in client.get("/help/").content.decode()


def test_who_does_not_enter_records_there_reads_the_steps_without_links(
    practice: District_, clerk: User, client: Client
) -> None:
    client.force_login(clerk)
    page = client.get("/practice-tour/").content.decode()
    assert "You do not enter records in the Practice District" in page
    assert "/districts/9099/" not in page and "Find a student" in page
    client.logout()
    assert client.get("/practice-tour/").status_code == 302
