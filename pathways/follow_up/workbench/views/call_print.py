"""The call list on paper, for who calls away from the portal; that it was taken is recorded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pathways.follow_up.workbench.views.taken import TakenCallList
from pathways.models import Contact


class CallListPrint(TakenCallList):
    """The lines that the page shows, with the phones and other adults that are called; e-mails
    stay behind.
    """

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """A page that was taken is not fetched again by its address."""
        return redirect(self.address("follow-up"))

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        name = f"Printed call list, {self.scope.district}, {self.scope.end_year}"
        context = {
            "rows": self.take(name),
            "kinds": (Contact.Kind.PHONE, Contact.Kind.ADULT),
            "narrowing": self.narrowing,
            "back": self.address("follow-up"),
        }
        return render(request, "pathways/follow_up/calls_print.html", context)
