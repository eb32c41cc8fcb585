"""The address of the practice tour."""

from django.urls import path

from pathways.practice.views import PracticeTour

urlpatterns = [path("practice-tour/", PracticeTour.as_view(), name="practice-tour")]
