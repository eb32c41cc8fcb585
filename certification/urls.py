"""Addresses of certification, each room's beside its views."""

from django.urls import include, path

urlpatterns = [
    path("", include("certification.certifiers.urls")),
    path("", include("certification.signing.urls")),
    path("", include("certification.review.urls")),
    path("", include("certification.recertification.urls")),
    path("", include("certification.years.urls")),
    path("", include("certification.receipts.urls")),
    path("", include("certification.board.urls")),
    path("", include("certification.events.urls")),
    path("", include("certification.archives.urls")),
    path("", include("certification.student_files.urls")),
]
