"""Addresses of OPI's archives of districts."""

from django.urls import path

from certification.archives import views

ARCHIVES = "opi/archives/"

urlpatterns = [
    path(ARCHIVES, views.Archives.as_view(), name="district-archives"),
    path(f"{ARCHIVES}<uuid:batch>/", views.TakeArchive.as_view(), name="district-archive"),
]
