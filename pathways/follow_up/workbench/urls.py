"""Addresses of the workbench: district, the year in which the leavers left, and numbers of lines."""

from django.urls import path

from pathways.follow_up.grid.views import FollowUpGrid
from pathways.follow_up.workbench.views.call_file import CallListFile
from pathways.follow_up.workbench.views.call_list import CallList
from pathways.follow_up.workbench.views.call_print import CallListPrint
from pathways.follow_up.workbench.views.contacts import AddContacts, RemoveContact
from pathways.follow_up.workbench.views.contacts_file import ContactsFile
from pathways.follow_up.workbench.views.line import (
    CallPage,
    FollowAttempts,
    HoldLine,
    SetOutcome,
    TakeBackAttempt,
)

SCREEN = "districts/<str:district>/<int:end_year>/cte-follow-up/"
LINE = f"{SCREEN}<int:entry>/"

urlpatterns = [
    path(SCREEN, CallList.as_view(), name="follow-up"),
    path(f"{SCREEN}entry/", FollowUpGrid.as_view(), name="follow-up-entry"),
    path(f"{SCREEN}file/", CallListFile.as_view(), name="follow-up-file"),
    path(f"{SCREEN}print/", CallListPrint.as_view(), name="follow-up-print"),
    path(f"{SCREEN}contacts/", ContactsFile.as_view(), name="follow-up-contacts-file"),
    path(LINE, CallPage.as_view(), name="follow-up-line"),
    path(f"{LINE}contacts/", AddContacts.as_view(), name="follow-up-contacts"),
    path(
        f"{LINE}contacts/<int:contact>/remove/",
        RemoveContact.as_view(),
        name="follow-up-contact-remove",
    ),
    path(f"{LINE}hold/", HoldLine.as_view(), name="follow-up-hold"),
    path(f"{LINE}outcome/", SetOutcome.as_view(), name="follow-up-outcome"),
    path(f"{LINE}outcome/by-attempts/", FollowAttempts.as_view(), name="follow-up-by-attempts"),
    path(
        f"{LINE}attempts/<int:attempt>/take-back/",
        TakeBackAttempt.as_view(),
        name="follow-up-take-back",
    ),
]
