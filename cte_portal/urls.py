"""Every address of the portal."""

from django.urls import include, path

from cte_portal.accounts.district_home import DistrictHome
from cte_portal.ui.views import FindScreen, HelpPage
from cte_portal.watch.outside.health import Health
from cte_portal.watch.outside.metrics import metrics
from cte_portal.watch.service.views import PortalService
from cte_portal.watch.views import PortalHealth

urlpatterns = [
    path("", include("cte_portal.accounts.urls")),
    path("help/", HelpPage.as_view(), name="help"),
    path("health/ready", Health.as_view(), name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path("opi/health/", PortalHealth.as_view(), name="portal-health"),
    path("opi/service/", PortalService.as_view(), name="portal-service"),
    path("screens/", FindScreen.as_view(), name="screens"),
    path("districts/<str:district>/<int:end_year>/", DistrictHome.as_view(), name="district-home"),
    path("", include("cte_portal.batches.urls")),
    path("", include("pathways.urls")),
    path("", include("certification.urls")),
]

handler400 = "cte_portal.ui.errors.bad_request"
handler403 = "cte_portal.ui.errors.forbidden"
handler404 = "cte_portal.ui.errors.not_found"
handler500 = "cte_portal.ui.errors.server_error"
# Asked for by allauth's rate limits.
handler429 = "cte_portal.ui.errors.too_many_requests"
