"""Addresses of people's accounts, and of the one-time link."""

from django.urls import path

from cte_portal.accounts.people.invitation import Accept, open_invitation
from cte_portal.accounts.people.new_person import DistrictPersonNew, PersonNew
from cte_portal.accounts.people.person import DistrictPerson, Person
from cte_portal.accounts.people.views import DistrictPeople, DistrictPeopleFile, People, PeopleFile

DISTRICT = "districts/<str:district>/<int:end_year>/"

urlpatterns = [
    path("opi/people/", People.as_view(), name="people"),
    path("opi/people/file/<str:form>/", PeopleFile.as_view(), name="people-file"),
    path("opi/people/new/", PersonNew.as_view(), name="person-new"),
    path("opi/people/<int:person>/", Person.as_view(), name="person"),
    path(f"{DISTRICT}people/", DistrictPeople.as_view(), name="district-people"),
    path(
        f"{DISTRICT}people/file/<str:form>/",
        DistrictPeopleFile.as_view(),
        name="district-people-file",
    ),
    path(f"{DISTRICT}people/new/", DistrictPersonNew.as_view(), name="district-person-new"),
    path(f"{DISTRICT}people/<int:person>/", DistrictPerson.as_view(), name="district-person"),
    path("accounts/invitation/", Accept.as_view(), name="invitation"),
    path("accounts/invitation/<str:secret>/", open_invitation, name="invitation-link"),
]
