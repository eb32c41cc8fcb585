"""Three sentences for each page about people, sign-in and districts, by URL name: what it is for,
what to do, and what follows.
"""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences

_PEOPLE: Sentences = (
    "These are the people who may sign in, with their roles.",
    "Add a person, change a role, or close an account.",
    "A new person gets a one-time link and chooses a password with it.",
)
_PERSON: Sentences = (
    "This is one person's account.",
    "Change the role, or close the account when the person leaves.",
    "What the person did stays in the records under the same name.",
)

GUIDANCE: Mapping[str, Sentences] = {
    "district-home": (
        "This page shows the guide's steps and what your district has to do next.",
        "Begin with the first step that is not completed.",
        "The bar above says by when the data must be certified and what was not yet sent.",
    ),
    "districts": (
        "These are the districts that you may open.",
        "Open the one that you want to work in.",
        "The bar above every page names the open district.",
    ),
    "screens": (
        "Here you find a screen by its name or by what you call it.",
        "Type a word, the guide's path, or the Old Look path.",
        "Screens of a district are found once a district is open.",
    ),
    "help": (
        "Here is whom to ask, and which keys the portal knows.",
        "Call or write when something does not work.",
        "Never send a student's name or number by e-mail.",
    ),
    "district-people": _PEOPLE,
    "people": _PEOPLE,
    "district-person": _PERSON,
    "person": _PERSON,
    "audit": (
        "This is who changed what on OPI's lists, accounts and events.",
        "Search by person, action or dates.",
        "Nobody can change it.",
    ),
    "sign-ins": (
        "These are sign-ins, wrong passwords and sign-outs.",
        "Search for a person, or a day.",
        "Several wrong passwords in a row close the door for a while.",
    ),
    "sign-on-duties": (
        "This shows which districts must use single sign-on, and who is not connected yet.",
        "Open a district to see what would follow for its people.",
        "It counts from each person's next sign-in.",
    ),
    "mfa_index": (
        "These are your own ways to sign in.",
        "An authenticator app gives a second step beside a password.",
        "Keep the recovery codes where you find them without your phone.",
    ),
    "account_change_password": (
        "Here you change your own password.",
        "Type the present one, and the new one twice.",
        "Several words are easier to remember; spaces are allowed.",
    ),
    "account_login": (
        "Here you sign in.",
        "Type your user name and your password.",
        "Without an account, ask your District Administrator.",
    ),
    "account_reset_password": (
        "Here you get a link for a new password.",
        "Type the e-mail address of your account.",
        "The link works once.",
    ),
}
