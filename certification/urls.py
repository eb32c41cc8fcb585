"""Addresses of certification."""

from django.urls import path

from certification.views import certifiers, events

DISTRICT = "districts/<str:district>/<int:end_year>/"
SETUP = f"{DISTRICT}type-membership-setup/"

urlpatterns = [
    path(SETUP, certifiers.TypeMembershipSetup.as_view(), name="type-membership-setup"),
    path(f"{SETUP}accept/", certifiers.AcceptCertifying.as_view(), name="certifier-accept"),
    path(f"{SETUP}<int:certifier>/", certifiers.ChangeCertifier.as_view(), name="certifier"),
    path(f"{DISTRICT}event-certification/", events.EventDashboard.as_view(), name="event-dashboard"),
    path(f"{DISTRICT}event-certification/<int:event>/", events.EventCertification.as_view(), name="event-certification"),
]
