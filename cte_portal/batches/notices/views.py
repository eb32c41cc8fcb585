"""What an open page asks now and then, and the button that puts a notice away."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cte_portal.pages.own_address import own_address


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """The count of running jobs and what the person has not been told yet. Asked by scripts alone;
    it is nobody's work (IdleTimeoutMiddleware).
    """
    return render(request, "batches/news.html")


@require_POST
def put_away(request: HttpRequest) -> HttpResponse:
    """It was seen when it was shown: the page comes again without it."""
    return redirect(own_address(request.POST.get("next", "")) or "home")
