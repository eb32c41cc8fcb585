"""Addresses of certification events, which OPI sets up, and of their extensions."""

from django.urls import path

from certification.events import extension_views, views, year_end_views

EVENTS = "opi/certification-events/"
EVENT = f"{EVENTS}<int:event>/"

urlpatterns = [
    path(EVENTS, views.Events.as_view(), name="certification-events"),
    path(f"{EVENTS}new/", views.NewEvent.as_view(), name="certification-event-new"),
    path(EVENT, views.Event.as_view(), name="certification-event"),
    path(f"{EVENT}move/<str:to>/", views.MoveEvent.as_view(), name="certification-event-move"),
    path(
        f"{EVENT}finishing/<str:district>/",
        year_end_views.CloseYearForDistrict.as_view(),
        name="certification-year-close",
    ),
    path(
        f"{EVENT}extensions/new/",
        extension_views.GiveExtension.as_view(),
        name="certification-extension-new",
    ),
    path(
        f"{EVENT}extensions/<str:district>/",
        extension_views.GiveExtension.as_view(),
        name="certification-extension",
    ),
]
