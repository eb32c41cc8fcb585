"""Pages that belong to no district."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView, View

from cte_portal.ui.context import QUESTION_MARK_OFF, Frame
from cte_portal.ui.navigation import entry, find_in_districts, find_screens


@method_decorator(login_not_required, name="dispatch")
class HelpPage(TemplateView):
    """Whom to ask, what the portal is for, the keys it knows: for anybody."""

    template_name = "help.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The ? key is turned off or on until the person signs out."""
        if not request.user.is_authenticated:
            raise PermissionDenied("Sign in first.")
        request.session[QUESTION_MARK_OFF] = request.POST.get("question_mark") == "off"
        return redirect(f"{reverse('help')}#keys")


class FindScreen(View):
    """Screens by name, by the guide's path or by what they were called in the *Old Look*; a single
    one opens at once, and the one whose name was typed whole.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        standing, term = Frame(request).standing, request.GET.get("find", "")[:100].strip()
        matches = [(screen, entry(screen, standing, "")) for screen in find_screens(standing, term)]
        named = [match for match in matches if match[0].name.lower() == term.lower()]
        if term and len(named or matches) == 1:
            return redirect((named or matches)[0][1].url)
        return render(
            request,
            "screens.html",
            {
                "matches": matches,
                "of_districts": [
                    screen.name for screen in (find_in_districts(standing, term) if term else [])
                ],
                "term": term,
            },
        )
