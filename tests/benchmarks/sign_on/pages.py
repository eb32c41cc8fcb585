"""What a session that began at an identity provider costs; by hand: `python3 manage.py shell <
tests/benchmarks/sign_on/pages.py`, on a scratch portal with `demo`.

Six pages of the largest district, opened by two people with the same role: one signed on at the
provider that is set, bound to it, in a session that it began; the other by password in a portal
without one. Medians of RUNS (40) of the processor's time of this process and its PostgreSQL
sessions, asked by turns, each as a ratio. The provider itself is never asked by a page. Whoever
signs in is made for the run and rolled back.
"""

import os
import statistics

from django.db import transaction
from django.db.models import Count
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import Membership, Role, SignOn, User
from cte_portal.accounts.sign_in.sign_on import mark
from pathways.models import District, Participation, SchoolYear
from tests.benchmarks.processor import spent_here

LIMIT = 1.05
PAGES = (
    "district-home",
    "cte-concentrator",
    "cte-student",
    "cte-record",
    "findings",
    "batch-queue",
)
ISSUER = "https://login.example.gov"
runs = int(os.environ.get("RUNS", "40"))
year = SchoolYear.objects.active().end_year


def clerk_of(district, name):
    person = User.objects.create(username=name, email=f"{name}@example.org")
    Membership.objects.create(user=person, role=Role.DATA_CLERK, district=district)
    client = Client(HTTP_HOST="localhost")
    client.force_login(person)
    return person, client


def begin_at_provider(person, client):
    SignOn.objects.create(
        user=person, issuer=ISSUER, subject="bench", way="security", made_at=timezone.now()
    )
    session = client.session
    session[mark.MARK] = {
        "user": person.pk,
        "strong": True,
        "session": "bench",
        "token": "x" * 900,
        "said": {"issuer": ISSUER, "auth_time": 1, "acr": "", "amr": ["mfa"]},
    }
    session.save()


def addresses(number):
    """(page, address) of each page that the district has a row for."""
    record = Participation.objects.filter(student__district=number).order_by("pk").first()
    rows = {
        "cte-student": record and [record.student_id],
        "cte-record": record and [record.student_id, record.pathway_id],
    }
    for page in PAGES:
        if (more := rows.get(page, [])) is not None:
            yield page, reverse(page, args=[number, year, *more])


def seconds(client, address, issuer):
    with override_settings(OIDC_ISSUER=issuer, OIDC_CLIENT_ID="portal", OIDC_SECRET="x" * 20):
        started = spent_here()
        answer = client.get(address)
        answer.getvalue()
        took = spent_here() - started
    assert answer.status_code == 200, answer.status_code
    return took


with transaction.atomic(), override_settings(VIEWS_WRITTEN_EVERY=0):
    number = District.objects.annotate(size=Count("students")).order_by("-size").first().number
    (bound, signed_on), (_, by_password) = (clerk_of(number, f"bench-{n}") for n in range(2))
    begin_at_provider(bound, signed_on)
    print(f"district {number}; {runs} runs")
    for page, address in addresses(number):
        rounds = [
            (seconds(signed_on, address, ISSUER), seconds(by_password, address, ""))
            for _ in range(runs + 1)
        ][1:]  # the first one warms what a process keeps
        own, plain = (statistics.median(times) for times in zip(*rounds, strict=True))
        print(
            f"  {page:16} {plain * 1000:7.2f} ms × {own / plain:6.3f}  (limit {LIMIT})", flush=True
        )
    transaction.set_rollback(True)
