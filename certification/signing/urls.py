"""Addresses of the Event Dashboard and of an event's page, where a district signs."""

from django.urls import path

from certification.signing import views

EVENTS = "districts/<str:district>/<int:end_year>/event-certification/"

urlpatterns = [
    path(EVENTS, views.EventDashboard.as_view(), name="event-dashboard"),
    path(f"{EVENTS}<int:event>/", views.EventCertification.as_view(), name="event-certification"),
]
