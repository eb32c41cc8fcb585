"""From the list to the record, cured or explained, and on to the next finding of the same list
(V-05, V-06, B-07, B-08).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.models import User
from pathways.lists import standard
from pathways.models import CollectionLock, Explanation, Participation, RuleSeverity, Student
from pathways.records import entry
from tests.fixtures.records import District_
from tests.fixtures.signed_out import cut_off
from tests.pathways.desk import TYPED, dense, text

PAGE = "/districts/9012/2025/findings/"
LONG_AGO = datetime.date(2016, 8, 29)


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


@pytest.fixture
def records(cottonwood: District_) -> list[Participation]:
    """In the order of names: an error, a warning, an error, a warning; and one record in order."""
    names = ("Adkins", "Baker", "Clark", "Doyle", "Evans")
    values: list[dict[str, Any]] = [
        {"in_district_credits": Decimal("2.50")},
        {"start_date": LONG_AGO},
        {"in_district_credits": Decimal("3.00")},
        {"start_date": LONG_AGO},
        {},
    ]
    students = [cottonwood.student(f"99900010{number}", name) for number, name in enumerate(names)]
    return [
        cottonwood.record(student, **typed) for student, typed in zip(students, values, strict=True)
    ]


def opened(page: str) -> list[str]:
    """Where the buttons of the list lead, without the field in focus."""
    links = re.findall(
        r'<a class="btn small" href="(/districts/[^"]*cte-concentrator/[^"]*)"', page
    )
    return [link.replace("&amp;", "&").partition("#")[0] for link in links]


def record_page(record: Participation) -> str:
    return f"/districts/9012/2025/cte-concentrator/{record.student_id}/{record.pathway_id}/"


def save(
    desk: Client, address: str, record: Participation, then: str = "finding", **values: str
) -> Any:
    record.refresh_from_db()
    kept = {
        "in_district_credits": f"{record.in_district_credits:.2f}",
        "start_date": f"{record.start_date:%m/%d/%Y}",
    }
    return desk.post(address, {**TYPED, **kept, "version": record.version, "then": then, **values})


def test_the_list_has_exact_counts_and_leads_to_the_field(
    desk: Client, records: list[Participation]
) -> None:
    page = desk.get(PAGE).content.decode()
    assert "5 records, checked today at" in text(page)
    assert re.findall(r"<dt>([^<]*)</dt><dd><strong>(?:<a [^>]*>)?(\d+)", dense(page)) == [
        ("Errors", "2"),
        ("Warnings", "2"),
        ("Explained", "0"),
        ("For information", "0"),
    ]
    assert opened(page) == [
        f"{record_page(record)}?finding={rule}"
        for record, rule in zip(records, ["CTE-131", "CTE-127"] * 2, strict=False)
    ]
    assert f'{record_page(records[1])}?finding=CTE-127#id_start_date"' in page
    assert "Start Date 08/29/2016" in text(page)


def test_v_05_the_record_opens_with_the_rule_above_and_the_field_in_focus(
    desk: Client, records: list[Participation]
) -> None:
    page = desk.get(f"{record_page(records[1])}?finding=CTE-127").content.decode()
    assert page.count("autofocus") == 1 and re.search(
        r'<input[^>]*name="start_date"[^>]*autofocus', page
    )
    assert page.index('id="finding"') < page.index('id="id_start_date"')
    assert (
        text(page).count("Start Date is more than 6 school years before 2024-25. Check the year")
        == 2
    )
    assert 'aria-describedby="finding id_start_date_helptext"' in page
    assert "Explain it" in page and "Save and next finding" in page
    plain = desk.get(record_page(records[1])).content.decode()
    assert 'id="finding"' not in plain and "autofocus" not in plain


def test_v_05_saving_leads_through_the_list_and_back_to_it(
    desk: Client, records: list[Participation]
) -> None:
    address = opened(desk.get(PAGE).content.decode())[0]
    onward = save(desk, address, records[0], concentrator="Yes")["Location"]
    assert onward == f"{record_page(records[1])}?finding=CTE-127#id_start_date"
    page = desk.get(onward.partition("#")[0]).content.decode()
    assert "Saved." in text(page)
    # Meanwhile somebody else has solved the third.
    third = records[2]
    Participation.objects.filter(pk=third.pk).update(concentrator=True)
    onward = save(desk, onward, records[1], start_date="08/29/2022")["Location"]
    assert onward.startswith(record_page(records[3]))
    end = save(desk, onward, records[3], start_date="08/29/2022")["Location"]
    assert end == PAGE
    last = desk.get(end)
    assert "That was the last finding in this list. None are left." in text(last)
    assert re.search(
        r"No problems found in 5 records, checked today at \d\d:\d\d [AP]M MT\.", text(last)
    )


def test_what_is_skipped_stays_and_is_said_at_the_end(
    desk: Client, records: list[Participation]
) -> None:
    page = text(
        desk.get(
            f"/districts/9012/2025/findings/next/{records[3].student_id}/{records[3].pathway_id}/?finding=CTE-127",
            follow=True,
        )
    )
    assert "That was the end of the list. 4 of its findings are left." in page
    skipped = desk.get(
        f"/districts/9012/2025/findings/next/{records[0].student_id}/{records[0].pathway_id}/?finding=CTE-131"
    )
    assert skipped["Location"].startswith(record_page(records[1]))


def test_filter_and_order_are_kept(desk: Client, records: list[Participation]) -> None:
    by_rule = desk.get(f"{PAGE}?by=rule&level=error").content.decode()
    first, second = opened(by_rule)
    assert first == f"{record_page(records[0])}?finding=CTE-131&by=rule&level=error&rule=CTE-131"
    onward = save(desk, first, records[0], concentrator="Yes")["Location"]
    assert onward.partition("#")[0] == second, "the next error, not the warning in between"
    assert (
        save(desk, second, records[2], concentrator="Yes")["Location"]
        == f"{PAGE}?by=rule&level=error&rule=CTE-131"
    )


def test_b_07_the_way_back_leads_to_the_same_place(
    desk: Client, records: list[Participation]
) -> None:
    page = (
        desk.get(f"{record_page(records[1])}?finding=CTE-127&by=rule&rule=CTE-127")
        .content.decode()
        .replace("&amp;", "&")
    )
    anchor = f"{records[1].student_id}-{records[1].pathway_id}-CTE-127"
    assert f'href="{PAGE}?by=rule&rule=CTE-127#{anchor}"' in page
    assert f'id="{anchor}"' in desk.get(f"{PAGE}?by=rule&rule=CTE-127").content.decode()


def test_b_08_saving_judges_the_record_again_in_the_same_step(
    desk: Client, records: list[Participation]
) -> None:
    address = f"{record_page(records[0])}?finding=CTE-131"
    still = text(
        desk.get(
            save(desk, address, records[0], then="stay", work_based_learning_credits="0.50")[
                "Location"
            ]
        )
    )
    assert "Choose Yes for CTE Concentrator" in still and "Solved" not in still
    solved = text(
        desk.get(save(desk, address, records[0], then="stay", concentrator="Yes")["Location"])
    )
    assert "Fixed." in solved


def test_the_finding_is_kept_through_errors_and_a_conflict(
    desk: Client, records: list[Participation]
) -> None:
    address = f"{record_page(records[0])}?finding=CTE-131&level=error"
    wrong = (
        save(desk, address, records[0], in_district_credits="2,5")
        .content.decode()
        .replace("&amp;", "&")
    )
    assert f'action="{address}"' in wrong and "Save and next finding" in wrong
    assert "autofocus data-summary" in wrong and wrong.count("autofocus") == 1, (
        "D-01: the summary has the focus"
    )
    record = records[0]
    record.refresh_from_db()
    stale = record.version - 1 or 99
    conflict = desk.post(
        address, {**TYPED, "in_district_credits": "2.75", "version": stale, "then": "finding"}
    ).content.decode()
    assert "Someone else saved this record" in conflict
    assert (
        f'action="{address}"' in conflict.replace("&amp;", "&")
        and 'name="then" value="finding"' in conflict
    )
    chosen = {
        **TYPED,
        "concentrator": "Yes",
        "in_district_credits": "2.75",
        "resolve": "1",
        "seen": "0",
        "version": record.version,
    }
    choices = {
        "choice_in_district_credits": "yours",
        "choice_concentrator": "yours",
        "then": "finding",
    }
    assert desk.post(address, {**chosen, **choices})["Location"].startswith(
        record_page(records[2])
    ), "the next error"


def test_a_record_deleted_meanwhile_has_the_way_back(
    desk: Client, records: list[Participation], cottonwood: District_
) -> None:
    address = f"{record_page(records[0])}?finding=CTE-131"
    entry.delete(cottonwood.scope, records[0], version=records[0].version, by="X")
    gone = desk.get(address)
    assert gone.status_code == 404 and "Back to the findings" in text(gone)


@pytest.mark.parametrize(
    "query",
    [
        "finding=CTE-999",
        "finding=CTE-101",
        "finding=&by=x",
        "finding=%00",
        "finding=CTE-131&page=99999999999&level=x&at=y",
    ],
)
def test_a_query_that_means_nothing_does_no_harm(
    query: str, desk: Client, records: list[Participation]
) -> None:
    assert desk.get(f"{record_page(records[0])}?{query}").status_code == 200
    assert desk.get(f"{PAGE}?{query}").status_code == 200
    assert (
        desk.get(
            f"/districts/9012/2025/findings/next/{records[0].student_id}/{records[0].pathway_id}/?{query}"
        ).status_code
        == 302
    )


def test_at_the_state_the_list_shows_what_was_sent(
    desk: Client, records: list[Participation], state_edition: Callable[[], None]
) -> None:
    unsent = desk.get(f"{PAGE}?at=state")
    assert (
        "Nothing has been sent to the state yet" in text(unsent)
        and 'href="/districts/9012/2025/resync/">Resync State Data' in unsent.content.decode()
    )
    state_edition()
    Participation.objects.filter(pk=records[0].pk).update(concentrator=True)
    page = desk.get(f"{PAGE}?at=state").content.decode()
    assert len(opened(page)) == 4 and "Edition <b>State</b>" in page
    record = text(desk.get(opened(page)[0]))
    assert "Fixed at the district. Send it to the state with a resync" in record
    onward = desk.get(
        f"/districts/9012/2025/findings/next/{records[0].student_id}/{records[0].pathway_id}/?finding=CTE-131&at=state"
    )
    assert onward["Location"].startswith(record_page(records[1])), (
        "the state's list goes on though it has not changed"
    )


def test_the_home_page_says_step_4_with_counts(desk: Client, records: list[Participation]) -> None:
    page = text(desk.get("/districts/9012/2025/"))
    assert "2 errors, 2 warnings to explain" in page and "Fix findings" in page
    Participation.objects.update(
        concentrator=False, in_district_credits=1, start_date=datetime.date(2022, 8, 1)
    )
    cache.clear()  # by SQL alone: shown within a minute
    assert "No problems found" in text(desk.get("/districts/9012/2025/"))


def test_the_home_page_counts_again_what_was_entered_explained_or_weighed(
    desk: Client, cottonwood: District_, records: list[Participation]
) -> None:
    """Nothing else moves the numbers, and while nothing does nobody judges the records again."""

    def home() -> str:
        return text(desk.get("/districts/9012/2025/"))

    assert "2 errors, 2 warnings to explain" in home()
    with CaptureQueriesContext(connection) as queries:
        assert "2 errors, 2 warnings to explain" in home()
    assert not any("judged" in query["sql"] for query in queries.captured_queries)
    explain(desk, f"{PAGE}CTE-127/explain/{records[1].student_id}/{records[1].pathway_id}/")
    assert "2 errors, 1 warning to explain" in home()
    Explanation.objects.update(taken_back_at=timezone.now(), taken_back_by="MARTIN, CHERYL")
    assert "2 errors, 2 warnings to explain" in home()
    RuleSeverity.objects.create(
        rule="CTE-127", end_year=2025, severity="info", reason="Not this year."
    )
    standard.moved()
    assert "2 errors " in home() and "warnings to explain" not in home()
    entry.delete(cottonwood.scope, records[0], version=records[0].version, by="MARTIN, CHERYL")
    assert "1 error " in home()


def explain(desk: Client, address: str, reason: str = "Began in a program abroad.") -> Any:
    seen = re.search(r'name="seen" value="([^"]*)"', desk.get(address).content.decode())
    return desk.post(address, {"reason": reason, "seen": seen[1] if seen else ""})


def test_v_06_a_warning_is_explained_singly_or_with_its_rule(
    desk: Client, records: list[Participation]
) -> None:
    rule = desk.get(f"{PAGE}?by=rule&rule=CTE-127")
    assert "Explain all 2" in text(rule)
    address = f"{PAGE}CTE-127/explain/{records[1].student_id}/{records[1].pathway_id}/"
    answer = explain(desk, address)
    assert answer["Location"] == f"{PAGE}#{records[1].student_id}-{records[1].pathway_id}-CTE-127"
    page = text(desk.get(f"{PAGE}?level=all"))
    assert "1 warning is explained" in page and "MARTIN, CHERYL: Began in a program abroad." in page
    everything = f"{PAGE}CTE-127/explain/"
    assert "this finding" in text(desk.get(everything)), "one is left"
    explain(desk, everything, "Also abroad.")
    assert set(Explanation.objects.values_list("state_id", "reason")) == {
        ("999000101", "Began in a program abroad."),
        ("999000103", "Also abroad."),
    }
    assert "Nothing left to explain here" in text(desk.get(everything))


def test_from_the_record_an_explanation_leads_to_the_next_finding(
    desk: Client, records: list[Participation]
) -> None:
    address = f"{PAGE}CTE-127/explain/{records[1].student_id}/{records[1].pathway_id}/?finding=CTE-127&level=warning"
    assert explain(desk, address)["Location"].startswith(record_page(records[3]))
    page = text(desk.get(f"{record_page(records[1])}?finding=CTE-127"))
    assert "Explained by MARTIN, CHERYL: Began in a program abroad." in page


def test_an_error_has_no_explanation(desk: Client, records: list[Participation]) -> None:
    address = f"{PAGE}CTE-131/explain/"
    assert "This must be corrected" in text(desk.get(address))
    assert "Only warnings can be explained" in text(explain(desk, address))
    assert not Explanation.objects.exists()


def test_a_reason_is_asked_for_and_given_for_what_was_seen(
    desk: Client, records: list[Participation], cottonwood: District_
) -> None:
    address = f"{PAGE}CTE-127/explain/"
    assert "Enter a reason" in text(explain(desk, address, "   "))
    seen = re.search(r'name="seen" value="([^"]*)"', desk.get(address).content.decode())[1]  # type: ignore[index]
    cottonwood.record(cottonwood.student("999000109", "Later"), start_date=LONG_AGO)
    again = desk.post(address, {"reason": "All known.", "seen": seen})
    assert (
        "There are now 3 open" in text(again)
        and "All known." in text(again)
        and not Explanation.objects.exists()
    )
    seen = re.search(r'name="seen" value="([^"]*)"', again.content.decode())[1]  # type: ignore[index]
    assert desk.post(address, {"reason": "All known.", "seen": seen}).status_code == 302
    assert Explanation.objects.count() == 3


def test_the_second_click_is_told_what_stands(desk: Client, records: list[Participation]) -> None:
    address = f"{PAGE}CTE-127/explain/{records[1].student_id}/{records[1].pathway_id}/"
    explain(desk, address, "First.")
    second = desk.post(address, {"reason": "Second.", "seen": "x"})
    assert "First." in text(second) and Explanation.objects.count() == 1


def test_an_explanation_is_taken_back(
    desk: Client, records: list[Participation], second_clerk: User
) -> None:
    explain(desk, f"{PAGE}CTE-127/explain/")
    page = desk.get(f"{PAGE}?level=explained").content.decode()
    action = re.search(r'action="([^"]*take-back[^"]*)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
    desk.force_login(second_clerk)
    assert "Explanation withdrawn" in text(desk.post(action, follow=True))
    assert "already withdrawn" in text(desk.post(action, follow=True))
    assert Explanation.objects.exclude(taken_back_at=None).get().taken_back_by == "KELLER, DANIEL"


def test_g_23_a_reason_that_was_cut_off_by_the_sign_out_is_back_and_not_saved(
    client: Client, clerk: User, records: list[Participation]
) -> None:
    address = f"{PAGE}CTE-127/explain/?level=warning"
    client.force_login(clerk)
    (seen,) = re.findall(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    page = cut_off(client, clerk, address, {"reason": "Began in a program abroad.", "seen": seen})
    assert (
        "What you typed is back." in page
        and "Began in a program abroad.</textarea>" in page
        and not Explanation.objects.exists()
    )
    explain(client, address)
    assert Explanation.objects.count() == 2 and "is back" not in text(client.get(address))


def test_under_a_seal_nothing_is_explained(desk: Client, records: list[Participation]) -> None:
    page = f"{PAGE}CTE-127/explain/"
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection="cte-eoy",
        since=timezone.now(),
        by="X",
        reason="Certified.",
        reference="R",
    )
    assert "Records have been locked since" in text(explain(desk, page))
    assert "/explain/" not in desk.get(PAGE).content.decode() and "and fix" not in text(
        desk.get(PAGE)
    )


def test_an_explanation_survives_being_weighed_up_and_down(
    desk: Client, records: list[Participation]
) -> None:
    explain(desk, f"{PAGE}CTE-127/explain/")
    own = RuleSeverity.objects.create(
        rule="CTE-127", end_year=2025, severity="error", reason="Letter"
    )
    standard.moved()
    assert re.findall(
        r"<dt>([^<]*)</dt><dd><strong>(?:<a [^>]*>)?(\d+)", dense(desk.get(PAGE).content.decode())
    )[0] == ("Errors", "4")
    own.delete()
    standard.moved()
    assert re.findall(
        r"<dt>([^<]*)</dt><dd><strong>(?:<a [^>]*>)?(\d+)", dense(desk.get(PAGE).content.decode())
    )[2] == ("Explained", "2")


def test_a_viewer_reads_and_changes_nothing(
    client: Client, viewer: User, records: list[Participation]
) -> None:
    client.force_login(viewer)
    page = text(client.get(PAGE))
    assert (
        "ADKINS" in page
        and "and fix" not in page
        and "Explain" not in page.replace("Explained", "")
    )
    assert client.get(f"{record_page(records[1])}?finding=CTE-127").status_code == 200


def test_fifty_or_two_hundred_are_on_a_page(desk: Client, cottonwood: District_) -> None:
    for number in range(205):
        cottonwood.record(
            cottonwood.student(f"99901{number:04d}", f"Name{number:03d}"), start_date=LONG_AGO
        )
    by_rule = desk.get(f"{PAGE}?by=rule&rows=200")
    assert len(opened(by_rule.content.decode())) == 200 and "1 to 200 of 205" in text(by_rule)
    rest = desk.get(f"{PAGE}?by=rule&rows=200&page=2").content.decode()
    assert len(opened(rest)) == 5 and all("rows=200" in link for link in opened(rest))
    page = desk.get(f"{PAGE}?page=3").content.decode()
    assert (
        len(opened(page)) == 50
        and all("page=3" in link for link in opened(page))
        and "101 to 150 of 205" in text(page)
    )
    assert Student.objects.count() == 205
