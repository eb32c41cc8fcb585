"""Pages that belong to no district."""

from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView


@method_decorator(login_not_required, name="dispatch")
class Help(TemplateView):
    """Whom to ask, what the portal is for, the keys it knows: for anybody."""

    template_name = "help.html"
    http_method_names = ["get", "head", "options"]
