"""Addresses of Type Membership Setup, where a district names its certifiers."""

from django.urls import path

from certification.certifiers import views

SETUP = "districts/<str:district>/<int:end_year>/type-membership-setup/"

urlpatterns = [
    path(SETUP, views.TypeMembershipSetup.as_view(), name="type-membership-setup"),
    path(f"{SETUP}accept/", views.AcceptCertifying.as_view(), name="certifier-accept"),
    path(f"{SETUP}<int:certifier>/", views.ChangeCertifier.as_view(), name="certifier"),
]
