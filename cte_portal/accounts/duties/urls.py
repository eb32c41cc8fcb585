"""Addresses of OPI's pages about who has to use the identity provider."""

from django.urls import path

from cte_portal.accounts.duties.change import (
    ChangeDuty,
    NameEmergencyAccount,
    RemoveEmergencyAccount,
)
from cte_portal.accounts.duties.views import Duties, DutiesFile

urlpatterns = [
    path("opi/sign-on/", Duties.as_view(), name="sign-on-duties"),
    path("opi/sign-on/file/<str:form>/", DutiesFile.as_view(), name="sign-on-duties-file"),
    path("opi/sign-on/everybody/", ChangeDuty.as_view(), name="sign-on-duty-of-all"),
    path("opi/sign-on/districts/<str:district>/", ChangeDuty.as_view(), name="sign-on-duty"),
    path("opi/sign-on/emergency/", NameEmergencyAccount.as_view(), name="emergency-account-new"),
    path(
        "opi/sign-on/emergency/<int:person>/",
        RemoveEmergencyAccount.as_view(),
        name="emergency-account",
    ),
]
