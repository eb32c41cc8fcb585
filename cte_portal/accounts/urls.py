"""Addresses of the first pages, and of the folders of accounts."""

from django.urls import include, path

from cte_portal.accounts import views
from cte_portal.accounts.audit import Audit, AuditDownload
from cte_portal.accounts.sign_ins import SignIns, SignInsDownload

urlpatterns = [
    path("", views.home, name="home"),
    path("districts/", views.Districts.as_view(), name="districts"),
    path("opi/audit/", Audit.as_view(), name="audit"),
    path("opi/audit/file/", AuditDownload.as_view(), name="audit-csv"),
    path("opi/sign-ins/", SignIns.as_view(), name="sign-ins"),
    path("opi/sign-ins/file/", SignInsDownload.as_view(), name="sign-ins-csv"),
    path("session/stay/", views.stay_signed_in, name="stay-signed-in"),
    path("", include("cte_portal.accounts.listing.urls")),
    path("", include("cte_portal.accounts.people.urls")),
    path("", include("cte_portal.accounts.duties.urls")),
    path("", include("cte_portal.accounts.sign_in.urls")),
    path("", include("cte_portal.accounts.sign_in.sign_on.urls")),
]
