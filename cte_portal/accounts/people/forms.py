"""The forms about people."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from cte_portal.accounts.models import OPI_ROLES, SCHOOL_ROLE
from cte_portal.accounts.models.names import USER_NAME, NameField, check_name
from cte_portal.accounts.models.user import plain_address
from cte_portal.accounts.people.authority import Authority
from cte_portal.accounts.sign_in.confirming import ProofForm
from cte_portal.pages.offered import offer
from cte_portal.pages.reason import ReasonField
from cte_portal.plugs import directory


class RoleForm(forms.Form):
    """A role, with the school of a School Viewer. In a district the school is chosen from a list;
    for OPI, district and school are typed by their numbers.
    """

    use_required_attribute = False

    role = forms.ChoiceField(label="Role", error_messages={"required": "Choose a role"})
    district = forms.CharField(
        label="District Number",
        help_text="4 digits; empty for OPI",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    school = forms.CharField(
        label="School Number",
        help_text="for a School Viewer: 4 digits",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *arguments: Any, authority: Authority, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.authority = authority
        roles = ((role.value, role.label) for role in authority.roles)
        offer(self, "role", [("", "Choose a role"), *roles])
        if not authority.everywhere:
            del self.fields["district"]
            schools = directory().schools(authority.district)
            self.fields["school"] = forms.ChoiceField(
                label="School",
                help_text="for a School Viewer",
                required=False,
                choices=[
                    ("", "Choose a school"),
                    *((number, f"{number} {name}") for _, number, name in schools),
                ],
                error_messages={"invalid_choice": "There is no school with that number"},
            )

    def clean_district(self) -> str:
        number = str(self.cleaned_data["district"]).strip()
        if number.isascii() and number.isdigit() and 0 < len(number) < 4:
            raise forms.ValidationError(f"A district number has 4 digits. Write {number.zfill(4)}")
        if number and number not in {code for code, _ in directory().districts({number})}:
            raise forms.ValidationError("There is no district with that number")
        return number

    def clean_school(self) -> str:
        return str(self.cleaned_data["school"]).strip()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if not self.authority.everywhere:
            cleaned["district"] = self.authority.district
        elif "role" in cleaned and "district" in cleaned:
            opi = cleaned["role"] in OPI_ROLES
            if opi and cleaned["district"]:
                self.add_error("district", "An OPI role applies to all districts. Leave this empty")
            if not opi and not cleaned["district"]:
                self.add_error("district", "Enter the district for this role")
        if {"role", "district", "school"} <= cleaned.keys():
            self.check_school(cleaned["role"], cleaned["district"], cleaned["school"])
        return cleaned

    def check_school(self, role: str, district: str, school: str) -> None:
        """A school where the role holds in one, and there alone."""
        if role != SCHOOL_ROLE:
            if school:
                self.add_error("school", "Only a School Viewer has a school. Leave this empty")
        elif not school:
            self.add_error("school", "Choose the school that the School Viewer sees")
        elif school not in {number for _, number, _ in directory().schools(district)}:
            self.add_error("school", f"District {district} has no school with that number")


class AddressField(forms.EmailField):
    """An e-mail address, in the one form in which addresses are kept."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"label": "E-mail address", "max_length": 254, **options})
        self.error_messages["required"] = "Enter the e-mail address"
        self.error_messages["invalid"] = (
            "Enter a valid e-mail address, like name@district.k12.mt.us"
        )

    def to_python(self, value: Any) -> str:
        return plain_address(super().to_python(value))


class NamesForm(forms.Form):
    use_required_attribute = False

    first_name = NameField(label="First name", error_messages={"required": "Enter the first name"})
    last_name = NameField(label="Last name", error_messages={"required": "Enter the last name"})

    def clean(self) -> dict[str, Any] | None:
        """Both names are of one alphabet, too."""
        cleaned = super().clean() or self.cleaned_data
        if {"first_name", "last_name"} <= cleaned.keys():
            try:
                check_name(f"{cleaned['first_name']} {cleaned['last_name']}")
            except forms.ValidationError as refusal:
                self.add_error("last_name", refusal)
        return cleaned


class UserNameField(forms.CharField):
    default_validators = [USER_NAME]

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        )
        super().__init__(**{"label": "User name", "max_length": 60, "widget": widget, **options})
        self.error_messages["required"] = "Enter a user name"


class NewcomerForm(NamesForm):
    """Somebody whom a file names. Without a user name the e-mail address serves, less the
    characters that no user name may have.
    """

    email = AddressField()
    username = UserNameField(required=False)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if "email" in cleaned and "username" in cleaned and not cleaned["username"]:
            cleaned["username"] = re.sub(r"[^A-Za-z0-9@.+_-]", "", cleaned["email"])
            if len(cleaned["username"]) > 60:
                self.add_error(
                    "username",
                    "The e-mail address is too long for a user name. Enter a User Name of at most"
                    " 60 characters",
                )
        return cleaned


class PersonForm(NamesForm, RoleForm):
    """Somebody new."""

    email = AddressField()
    username = UserNameField()
    mail = forms.BooleanField(label="E-mail the one-time link", required=False)

    field_order = [
        "username",
        "first_name",
        "last_name",
        "email",
        "role",
        "district",
        "school",
        "mail",
    ]


class LinkForm(ProofForm):
    """A one-time link for an account that there is: the administrator proves who is asking, as an
    unlocked screen is not enough.
    """

    purpose = "to confirm"


class FactorForm(LinkForm):
    reason = ReasonField(
        label="Reason",
        max_length=200,
        error_messages={"required": "Enter a reason. It stays in the history"},
    )
    field_order = ["reason", "proof"]


class AddressForm(LinkForm):
    email = AddressField()
    field_order = ["email", "proof"]
