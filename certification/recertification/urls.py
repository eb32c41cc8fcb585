"""Addresses of recertification: a district's request, and OPI's list of requests."""

from django.urls import path

from certification.recertification import asking_views, views

REQUESTS = "districts/<str:district>/<int:end_year>/recertification/"

urlpatterns = [
    path(
        f"{REQUESTS}new/<int:event>/",
        asking_views.NewRecertification.as_view(),
        name="recertification-new",
    ),
    path(
        f"{REQUESTS}demand/<int:event>/",
        asking_views.DemandRecertification.as_view(),
        name="recertification-demand",
    ),
    path(
        f"{REQUESTS}<int:recertification>/",
        views.OneRecertification.as_view(),
        name="recertification",
    ),
    path(
        "opi/recertification/", views.RecertificationInbox.as_view(), name="recertification-inbox"
    ),
]
