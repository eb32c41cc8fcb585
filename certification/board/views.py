"""OPI's status board, its files, and the reminders written from it."""

from __future__ import annotations

import hashlib
import io
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from certification.board import perkins, reminders
from certification.board.board import (
    OVERDUE,
    WHY_LEAVERS_SUPPRESSED,
    WHY_SUPPRESSED,
    lines_of,
    totals,
)
from certification.board.cells import TITLES, TITLES_OF_LEAVERS, cells_of
from certification.board.columns import COLUMNS, COLUMNS_OF_LEAVERS, NUMBERS
from certification.board.forms import DUE, NOT_CERTIFIED, SIZES, BoardFilter, ReminderForm
from certification.board.line import Line, Stand
from certification.board.rows import rows_of
from certification.letters.occasions import reminder
from certification.models import CertificationEvent
from certification.recertification import approval
from certification.status.statewide import events_shown
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import active_end_year, reachable_districts
from cte_portal.accounts.access.scoped import StatewideActionView, StatewideView, access
from cte_portal.editions import Scope
from cte_portal.pages.typed import paged
from cte_portal.refusals import Refusal
from cte_portal.ui import csv_file, xlsx_file
from cte_portal.ui.patterns import joined, page_around
from cte_portal.ui.wording import moment
from pathways.files import writer

PAGE = 100
REMINDERS_SHOWN = 50
PERKINS = "3s1"
"""The form of the file that tells the Perkins figure."""


class BoardView(StatewideView):
    """The event and the districts that the address names."""

    capability = Capability.WORK_STATEWIDE

    @cached_property
    def filter(self) -> BoardFilter:
        return BoardFilter(self.request.GET)

    @cached_property
    def events(self) -> list[CertificationEvent]:
        """The events that districts have seen, newest first."""
        return events_shown(self.known)

    @cached_property
    def event(self) -> CertificationEvent | None:
        """The one that is asked for, else that of the current school year that is due next or was
        due last, else one to be finished.
        """
        if pk := self.filter.cleaned_data.get("event"):
            return next((event for event in self.events if event.pk == pk), None)
        active, today = active_end_year(self.request), timezone.localdate()
        current = [event for event in self.events if event.is_worked_on_in(active)]
        published = [event for event in current if event.is_published]
        coming = sorted(
            (event for event in published if event.corrections_until >= today),
            key=lambda event: event.due,
        )
        to_finish = [event for event in self.events if event.is_published and event.may_finish]
        return next(iter(coming or published or current or to_finish), None)

    @property
    def is_of_leavers(self) -> bool:
        return self.event is not None and self.event.is_of_leavers

    @cached_property
    def lines(self) -> list[Line]:
        if self.event is None:
            return []
        # Whoever works statewide sees records everywhere: these are all districts.
        districts = reachable_districts(self.request)
        return lines_of(self.event, districts, active_end_year(self.request), self.known)

    def lines_with(self, numbers: list[str]) -> list[Line]:
        return [line for line in self.lines if line.number in set(numbers)]


class StatusBoard(BoardView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        board_filter, lines = self.filter, self.lines
        lines_of_page = board_filter.matching(lines)
        page, _ = paged(request, lines_of_page, PAGE)
        numbers, show = totals(lines), board_filter.choice("show")
        cells = [
            ("", "All", "", len(lines)),
            *((stand.key, stand.word, stand.kind, numbers[stand.key]) for stand in Stand),
        ]
        cells.append((OVERDUE, "Overdue", "queued", numbers[OVERDUE]))
        sort = board_filter.choice("sort") or "number"
        context = {
            "event": self.event,
            "events": [(event, board_filter.query(event=str(event.pk))) for event in self.events],
            "filter": board_filter,
            "cells": [
                (word, kind, number, board_filter.query(show=key), key == show)
                for key, word, kind, number in cells
            ],
            "heads": [
                (
                    title,
                    board_filter.query(sort=_next(name, sort)),
                    _order(name, sort),
                    name in NUMBERS,
                )
                for name, title in (COLUMNS_OF_LEAVERS if self.is_of_leavers else COLUMNS).items()
            ],
            "page": page,
            "query": board_filter.query(),
            "remind_all": (
                f"{reverse('reminders')}?{urlencode({'show': NOT_CERTIFIED, **({'event': self.event.pk} if self.event else {})})}"
            ),
            "to_remind": (
                reminders.summary(
                    self.event,
                    [line for line in lines if not line.district_event.is_certified],
                    self.known,
                )
                if self.event
                else None
            ),
            "is_of_leavers": self.is_of_leavers,
            "why_suppressed": WHY_LEAVERS_SUPPRESSED if self.is_of_leavers else WHY_SUPPRESSED,
            "sizes": [(key, word, key == board_filter.choice("size")) for key, word in SIZES],
            "dues": [(key, word, key == board_filter.choice("due")) for key, word in DUE],
            "figures_of": min(
                (line.validated_at for line in lines if line.validated_at), default=None
            ),
            "ahead": [line.number for line in lines if line.unsent.ahead],
            "never_validated": (
                0 if self.is_of_leavers else sum(line.validated is None for line in lines)
            ),
        }
        can_extend = self.can(Capability.KEEP_LISTS)
        rows = joined(rows_of(page, self.event, can_extend=can_extend) if self.event else ())
        return page_around(request, "certification/board/board.html", context, rows=rows)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The buttons below the table send `do`, and what was chosen on the page."""
        numbers = request.POST.getlist("chosen")
        board = f"{request.path}?{self.filter.query()}"
        if not numbers or self.event is None:
            messages.warning(request, "Choose districts first.")
            return redirect(board)
        if request.POST.get("do") == "approve":
            self.approve(self.event, numbers)
            return redirect(board)
        return redirect(
            f"{reverse('reminders')}?{urlencode({'event': self.event.pk, 'chosen': numbers}, doseq=True)}"
        )

    def approve(self, event: CertificationEvent, numbers: list[str]) -> None:
        numbers_approved, why_not = [], []
        for line in self.lines_with(numbers):
            try:
                if approval.accept(Scope(line.number, event.end_year), event.pk, by=self.person):
                    numbers_approved.append(line.number)
            except Refusal as refusal:
                why_not.append(f"{line.number}: {refusal.sentence}")
        if numbers_approved:
            messages.success(self.request, f"Approved by State: {', '.join(numbers_approved)}.")
        if why_not:
            messages.warning(
                self.request,
                " ".join(why_not[:5])
                + (f" And {len(why_not) - 5:,} more." if len(why_not) > 5 else ""),
            )
        if not numbers_approved and not why_not:
            messages.success(self.request, "These certifications were already approved.")


def _next(name: str, sort: str) -> str:
    """The order that a click on a column's head asks for; numbers begin with the highest."""
    first = f"-{name}" if name in NUMBERS else name
    return first if sort.removeprefix("-") != name else name if sort.startswith("-") else f"-{name}"


def _order(name: str, sort: str) -> str:
    if sort.removeprefix("-") != name:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


class StatusBoardFile(BoardView):
    """All pages of the board as one file for a spreadsheet."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        forms = ("csv", "xlsx", PERKINS) if self.is_of_leavers else ("csv", "xlsx")
        if self.event is None or kwargs["form"] not in forms:
            raise Http404("This page does not exist.")
        if kwargs["form"] == PERKINS:
            return self.perkins(self.event)
        content, rows = io.BytesIO(), (cells_of(line) for line in self.filter.matching(self.lines))
        titles = TITLES_OF_LEAVERS if self.is_of_leavers else TITLES
        if kwargs["form"] == "csv":
            csv_file.write(content, titles, rows)
        else:
            words = (WHY_LEAVERS_SUPPRESSED,) if self.is_of_leavers else (FIGURES, WHY_SUPPRESSED)
            notes = (f"{self.event.name}, {moment(timezone.now())}", *words)
            xlsx_file.write_xlsx(content, titles, rows, sheet="Status board", notes=notes)
        response = HttpResponse(
            content.getvalue(),
            content_type=writer.CSV if kwargs["form"] == "csv" else xlsx_file.XLSX,
        )
        response["Content-Disposition"] = (
            f'attachment; filename="Status board {self.event.school_year}.{kwargs["form"]}"'
        )
        return response

    def perkins(self, event: CertificationEvent) -> HttpResponse:
        """The digest is recorded: the same seals give the same file (R-OUT-09)."""
        content = perkins.file_of(event)
        digest = hashlib.sha256(content).hexdigest()
        words = "downloaded file=3s1 user=%s event=%s sha256=%s"
        access.info(words, self.person.pk, event.pk, digest)
        name = f'attachment; filename="3S1 {event.school_year}.csv"'
        return HttpResponse(content, writer.CSV, headers={"Content-Disposition": name})


FIGURES = (
    "Errors, Warnings, and Records are from the district's last validation at the state"
    " (Validated)."
)


class Reminders(BoardView, StatewideActionView):
    """Preview, then send: text and people, and who is skipped for which reason. Without a choice,
    the reminders that were sent.
    """

    keeps = ""
    form_class = ReminderForm
    template_name = "certification/board/reminders.html"

    @cached_property
    def lines_to_remind(self) -> list[Line]:
        """Of the chosen districts, or of those that the board's filter shows; of none when nothing
        was asked for.
        """
        if numbers := self.request.GET.getlist("chosen"):
            return self.lines_with(numbers)
        return (
            self.filter.matching(self.lines)
            if self.filter.choice("show") or self.request.GET.get("all")
            else []
        )

    def typed_before(self) -> QueryDict | None:
        return super().typed_before() if self.lines_to_remind else None

    def act(self, form: ReminderForm) -> HttpResponse:
        if self.event is None:
            return self.form_invalid(form)
        number, skipped = reminders.send(
            self.event, self.lines_to_remind, text=form.cleaned_data["text"], by=self.person
        )
        words = f"{number:,} reminder{' is' if number == 1 else 's are'} on the way."
        messages.success(self.request, f"{words} {skipped:,} skipped." if skipped else words)
        return redirect(f"{self.request.path}?{urlencode({'event': self.event.pk})}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.event
        recipients = reminders.recipients(event, self.lines_to_remind) if event else []
        due = [recipient for recipient in recipients if recipient.person and not recipient.why_not]
        sample = (
            reminder(due[0].line.district_event, due[0].line.name, due[0].person, "")
            if due and due[0].person
            else None
        )
        return super().get_context_data(
            event=event,
            number_chosen=len(self.lines_to_remind),
            due=due,
            districts=len({recipient.line.number for recipient in due}),
            number_skipped=len(recipients) - len(due),
            skipped=reminders.skipped(recipients),
            sample=sample,
            written=reminders.newest(event, REMINDERS_SHOWN) if event else [],
            address=self.request.get_full_path(),
            **kwargs,
        )
