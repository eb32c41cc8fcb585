"""OPI's status board, its files, and the reminders written from it."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from certification.board import reminders
from certification.board.board import (
    COLUMNS,
    NUMBERS,
    OVERDUE,
    TITLES,
    WHY_SUPPRESSED,
    Line,
    Stand,
    lines_of,
    told,
    totals,
)
from certification.board.forms import DUE, NOT_CERTIFIED, SIZES, BoardFilter, ReminderForm
from certification.letters.occasions import is_waited_for, reminder
from certification.models import CertificationEvent, Reminder
from certification.recertification import recertification
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView, active_end_year
from cte_portal.editions import Scope
from cte_portal.pages.typed import paged
from cte_portal.refusals import Refusal
from cte_portal.ui import csv_file
from cte_portal.ui.wording import moment
from pathways.files import writer

PAGE = 100
REMINDERS_SHOWN = 50


class BoardView(StatewideView):
    """What the address says: which event, which districts."""

    capability = Capability.WORK_STATEWIDE

    @cached_property
    def asked(self) -> BoardFilter:
        return BoardFilter(self.request.GET)

    @cached_property
    def events(self) -> list[CertificationEvent]:
        """Those that districts have seen, newest first."""
        return list(
            CertificationEvent.objects.exclude(
                status=CertificationEvent.Status.DRAFT
            ).newest_first()
        )

    @cached_property
    def event(self) -> CertificationEvent | None:
        """The one that is asked for, else that of the current school year that is due next or was
        due last, else one to be finished.
        """
        if named := self.asked.cleaned_data.get("event"):
            return next((one for one in self.events if one.pk == named), None)
        active, today = active_end_year(self.request), timezone.localdate()
        current = [one for one in self.events if one.end_year == active]
        published = [one for one in current if one.is_published]
        coming = sorted(
            (one for one in published if one.corrections_until >= today), key=lambda one: one.due
        )
        to_finish = [one for one in self.events if one.is_published and one.may_finish]
        return next(iter(coming or published or current or to_finish), None)

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.event) if self.event else []

    def chosen(self, numbers: list[str]) -> list[Line]:
        return [line for line in self.lines if line.number in set(numbers)]


class StatusBoard(BoardView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked, lines = self.asked, self.lines
        shown = asked.matching(lines)
        page, _ = paged(request, shown, PAGE)
        numbers, show = totals(lines), asked.said("show")
        cells = [
            ("", "All", "", len(lines)),
            *((stand.key, stand.word, stand.kind, numbers[stand.key]) for stand in Stand),
        ]
        cells.append((OVERDUE, "Overdue", "queued", numbers[OVERDUE]))
        sort = asked.said("sort") or "number"
        told = {
            "event": self.event,
            "events": [(one, asked.query(event=str(one.pk))) for one in self.events],
            "asked": asked,
            "cells": [
                (word, kind, number, asked.query(show=key), key == show)
                for key, word, kind, number in cells
            ],
            "heads": [
                (title, asked.query(sort=_next(name, sort)), _order(name, sort), name in NUMBERS)
                for name, title in COLUMNS.items()
            ],
            "page": page,
            "all_of_them": len(lines),
            "query": asked.query(),
            "waiting": sum(is_waited_for(line.one) for line in lines),
            "remind_all": (
                f"{reverse('reminders')}?{urlencode({'show': NOT_CERTIFIED, **({'event': self.event.pk} if self.event else {})})}"
            ),
            "to_remind": (
                reminders.summary(self.event, [line for line in lines if not line.one.is_certified])
                if self.event
                else None
            ),
            "why_suppressed": WHY_SUPPRESSED,
            "sizes": [(key, word, key == asked.said("size")) for key, word in SIZES],
            "dues": [(key, word, key == asked.said("due")) for key, word in DUE],
            "figures_of": min(
                (line.validated_at for line in lines if line.validated_at), default=None
            ),
            "can_extend": self.can(Capability.KEEP_LISTS),
            "ahead": [line.number for line in lines if line.unsent.ahead],
            "never_validated": sum(line.validated is None for line in lines),
        }
        return render(request, "certification/board/board.html", told)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The buttons below the table send `do`, and what was chosen on the page."""
        numbers = request.POST.getlist("chosen")
        board = f"{request.path}?{self.asked.query()}"
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
        done, why_not = [], []
        for line in self.chosen(numbers):
            try:
                if recertification.accept(
                    Scope(line.number, event.end_year), event.pk, by=self.person
                ):
                    done.append(line.number)
            except Refusal as refusal:
                why_not.append(f"{line.number}: {refusal.sentence}")
        if done:
            messages.success(self.request, f"Approved by State: {', '.join(done)}.")
        if why_not:
            messages.warning(
                self.request,
                " ".join(why_not[:5])
                + (f" And {len(why_not) - 5:,} more." if len(why_not) > 5 else ""),
            )
        if not done and not why_not:
            messages.success(self.request, "These certifications were already approved.")


def _next(name: str, sort: str) -> str:
    """What a click on a column's head sorts by; numbers begin with the highest."""
    first = f"-{name}" if name in NUMBERS else name
    return first if sort.removeprefix("-") != name else name if sort.startswith("-") else f"-{name}"


def _order(name: str, sort: str) -> str:
    if sort.removeprefix("-") != name:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


class StatusBoardFile(BoardView):
    """What the board shows as a file for a spreadsheet, all pages of it."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.event is None or kwargs["form"] not in ("csv", "xlsx"):
            raise Http404("This page does not exist.")
        held, rows = io.BytesIO(), (told(line) for line in self.asked.matching(self.lines))
        if kwargs["form"] == "csv":
            csv_file.write(held, TITLES, rows)
        else:
            notes = (f"{self.event.name}, {moment(timezone.now())}", FIGURES, WHY_SUPPRESSED)
            writer.write_xlsx(held, TITLES, rows, sheet="Status board", notes=notes)
        response = HttpResponse(
            held.getvalue(), content_type=writer.CSV if kwargs["form"] == "csv" else writer.XLSX
        )
        response["Content-Disposition"] = (
            f'attachment; filename="Status board {self.event.school_year}.{kwargs["form"]}"'
        )
        return response


FIGURES = (
    "Errors, Warnings, and Records are from the district's last validation at the state"
    " (Validated)."
)


class Reminders(BoardView):
    """Preview, then send: text and people, and who is skipped for which reason. Without a choice,
    the reminders that were sent.
    """

    keeps = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(ReminderForm(self.kept_form() if self.wanted else None))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReminderForm(request.POST)
        if self.event is None or not form.is_valid():
            return self.show(form)
        number, skipped = reminders.send(
            self.event, self.wanted, text=form.cleaned_data["text"], by=self.person
        )
        words = f"{number:,} reminder{' is' if number == 1 else 's are'} on the way."
        messages.success(request, f"{words} {skipped:,} skipped." if skipped else words)
        return redirect(f"{request.path}?{urlencode({'event': self.event.pk})}")

    @cached_property
    def wanted(self) -> list[Line]:
        """Of the chosen districts, or of those that the board's filter shows; of none when nothing
        was asked for.
        """
        if numbers := self.request.GET.getlist("chosen"):
            return self.chosen(numbers)
        return (
            self.asked.matching(self.lines)
            if self.asked.said("show") or self.request.GET.get("all")
            else []
        )

    def show(self, form: ReminderForm) -> HttpResponse:
        event = self.event
        found = reminders.recipients(event, self.wanted) if event else []
        due = [one for one in found if one.person and not one.why_not]
        sample = (
            reminder(due[0].line.one, due[0].line.name, due[0].person, "")
            if due and due[0].person
            else None
        )
        sent = Reminder.objects.filter(event=event).select_related("user")[:REMINDERS_SHOWN]
        told = {
            "event": event,
            "form": form,
            "wanted": len(self.wanted),
            "due": due,
            "districts": len({one.line.number for one in due}),
            "number_skipped": len(found) - len(due),
            "skipped": reminders.skipped(found),
            "sample": sample,
            "sent": sent,
            "address": self.request.get_full_path(),
        }
        return render(self.request, "certification/board/reminders.html", told)
