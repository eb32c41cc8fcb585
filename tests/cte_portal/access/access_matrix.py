"""Who may do what on which page: the table that the access test compares every route with.

For each route and method: the answer to an anonymous visitor, to each role in its own district, and
to the clerk of another district. The school viewer sees one school; the keeper is OPI's
administrator, who enters no district. 200 stands for a page, 302 for a redirect (of an anonymous
visitor: to the sign-in page), 400 for a form sent without its fields.
"""

from __future__ import annotations

ROLES = (
    "anonymous",
    "viewer",
    "clerk",
    "administrator",
    "school_viewer",
    "opi",
    "keeper",
    "stranger",
    "nobody",
)

SIGN_IN = 302
PUBLIC = dict.fromkeys(ROLES, 200)
SIGNED_IN = {**dict.fromkeys(ROLES, 200), "anonymous": SIGN_IN}
READ = {
    "anonymous": SIGN_IN,
    "viewer": 200,
    "clerk": 200,
    "administrator": 200,
    "school_viewer": 403,
    "opi": 200,
    "keeper": 404,
    "stranger": 404,
    "nobody": 404,
}
READ_BY_EDITORS = {**READ, "viewer": 403, "opi": 403}
OF_THE_DISTRICT = {**READ, "opi": 403}
"""Whom a district calls, OPI does not see."""
NO_METHOD = {
    "anonymous": SIGN_IN,
    "viewer": 405,
    "clerk": 405,
    "administrator": 405,
    "school_viewer": 403,
    "opi": 405,
    "keeper": 404,
    "stranger": 404,
    "nobody": 404,
}
NO_METHOD_FOR_READERS = {**NO_METHOD, "school_viewer": 405}
NO_METHOD_FOR_EDITORS = {**NO_METHOD, "viewer": 403, "opi": 403}


def write(answer: int) -> dict[str, int]:
    """POST by those who may edit."""
    return {
        "anonymous": SIGN_IN,
        "viewer": 403,
        "clerk": answer,
        "administrator": answer,
        "school_viewer": 403,
        "opi": 403,
        "keeper": 404,
        "stranger": 404,
        "nobody": 404,
    }


LED_ON = dict.fromkeys(("viewer", "clerk", "administrator", "opi"), 302)

# Pages of a district. An empty POST of a form that saves is shown again with its problems.
DISTRICT = {
    "district-home": {"GET": READ, "POST": NO_METHOD},
    "cte-concentrator": {
        "GET": READ,
        "POST": {**READ, "viewer": 302, "clerk": 302, "administrator": 302, "opi": 302},
    },
    "cte-student": {"GET": READ, "POST": NO_METHOD_FOR_EDITORS},
    "cte-record": {"GET": READ, "POST": write(200)},
    "cte-record-new": {"GET": READ, "POST": write(200)},
    "cte-record-delete": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "cte-record-move": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "cte-record-elements": {
        "GET": {**READ_BY_EDITORS, "clerk": 302, "administrator": 302},
        "POST": write(200),
    },
    "cte-record-history": {"GET": READ, "POST": NO_METHOD},
    "cte-record-restore": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(400)},
}

DISTRICT |= {
    "district-defined-values": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(200)},
    "district-defined-values-upload": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "cte-roster-entry": {"GET": READ, "POST": write(302)},
    "roster-worklist": {"GET": READ, "POST": write(200)},
    "roster-worklist-of": {"GET": READ, "POST": write(200)},
    "saved-lists": {"GET": NO_METHOD_FOR_READERS, "POST": {**READ, **LED_ON, "school_viewer": 302}},
    "saved-list": {
        "GET": {**READ, **LED_ON, "school_viewer": 404},
        "POST": NO_METHOD_FOR_READERS,
    },
    "saved-list-remove": {
        "GET": NO_METHOD_FOR_READERS,
        "POST": {**READ, **LED_ON, "school_viewer": 302},
    },
    "student-list": {"GET": READ, "POST": NO_METHOD},
    "student-list-file": {"GET": READ_BY_EDITORS, "POST": NO_METHOD_FOR_EDITORS},
    "roster-worklist-file": {"GET": READ_BY_EDITORS, "POST": NO_METHOD_FOR_EDITORS},
}

DISTRICT |= {
    "follow-up-list": {"GET": READ, "POST": NO_METHOD},
    "follow-up-draw": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(302)},
    "follow-up": {"GET": OF_THE_DISTRICT, "POST": write(302)},
    "follow-up-entry": {"GET": READ_BY_EDITORS, "POST": write(302)},
    "follow-up-line": {"GET": OF_THE_DISTRICT, "POST": write(200)},
    "follow-up-contacts": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "follow-up-contacts-file": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "follow-up-contact-remove": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(302)},
    "follow-up-differences": {"GET": OF_THE_DISTRICT, "POST": write(200)},
    "follow-up-elsewhere": {"GET": OF_THE_DISTRICT, "POST": write(302)},
    "follow-up-elsewhere-add": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "follow-up-return-file": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "follow-up-link": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(302)},
    "follow-up-file": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(200)},
    "follow-up-print": {
        "GET": {**READ_BY_EDITORS, "clerk": 302, "administrator": 302},
        "POST": write(200),
    },
    "follow-up-hold": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(302)},
    "follow-up-outcome": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "follow-up-by-attempts": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(302)},
    "follow-up-take-back": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(302)},
    "follow-up-request-add": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "follow-up-request-remove": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "follow-up-request": {"GET": READ, "POST": {**write(302), "opi": 302}},
}

# A school's page: for the school's people, and for all of the district.
SCHOOL = {**READ, "school_viewer": 200, "opi": 403}
NO_POST_TO_SCHOOL = {**NO_METHOD, "school_viewer": 405, "opi": 403}
DISTRICT |= {
    "schools": {
        "GET": {**SCHOOL, **LED_ON, "school_viewer": 302, "opi": 403},
        "POST": NO_POST_TO_SCHOOL,
    },
    "school": {"GET": SCHOOL, "POST": NO_POST_TO_SCHOOL},
    "school-file": {
        "GET": {**SCHOOL, "viewer": 403},
        "POST": {**NO_POST_TO_SCHOOL, "viewer": 403},
    },
}

PEOPLE = {**READ, "viewer": 403, "clerk": 403, "opi": 403}
DISTRICT |= {
    "district-people": {"GET": PEOPLE, "POST": {**PEOPLE, "administrator": 405}},
    "district-people-file": {"GET": PEOPLE, "POST": {**PEOPLE, "administrator": 405}},
    "district-person": {"GET": PEOPLE, "POST": PEOPLE},
    "district-person-new": {"GET": PEOPLE, "POST": PEOPLE},
    "district-defined-elements": {"GET": READ, "POST": PEOPLE},
    "district-defined-element": {"GET": PEOPLE, "POST": PEOPLE},
}
VIEWS = {**PEOPLE, "opi": 200}
NO_POST_TO_READINGS = {**VIEWS, "administrator": 405, "opi": 405}
DISTRICT |= {
    "district-view-events": {"GET": VIEWS, "POST": NO_POST_TO_READINGS},
    "district-view-events-csv": {"GET": VIEWS, "POST": NO_POST_TO_READINGS},
}
# The Batch Queue and what fills it: who enters records, and OPI, which looks.
QUEUE = {**READ, "viewer": 403}
SUBMIT = {**QUEUE, "opi": 403}
NO_GET = {**QUEUE, "clerk": 405, "administrator": 405, "opi": 405}


def submit(answer: int) -> dict[str, int]:
    return {**SUBMIT, "clerk": answer, "administrator": answer}


DISTRICT |= {
    "batch-queue": {"GET": QUEUE, "POST": NO_GET},
    "batch-queue-file": {"GET": QUEUE, "POST": NO_GET},
    "batch": {"GET": QUEUE, "POST": NO_GET},
    "batch-file": {"GET": QUEUE, "POST": QUEUE},
    "batch-cancel": {"GET": NO_GET, "POST": submit(302)},
    "batch-again": {"GET": NO_GET, "POST": submit(302)},
    "batch-keep": {"GET": NO_GET, "POST": submit(302)},
    "mt-data-upload": {"GET": QUEUE, "POST": submit(200)},
    "mt-data-upload-columns": {"GET": QUEUE, "POST": NO_GET},
    "mt-data-upload-template": {"GET": SUBMIT, "POST": NO_GET},
    "mt-data-upload-save": {"GET": NO_GET, "POST": submit(302)},
    "mt-data-upload-undo": {"GET": SUBMIT, "POST": submit(302)},
    "roster-data": {"GET": READ, "POST": NO_METHOD},
    "roster-courses": {"GET": READ, "POST": write(302)},
    "roster-schools": {"GET": READ, "POST": NO_METHOD},
    "roster-students": {"GET": READ, "POST": READ},
    "roster-student": {"GET": READ, "POST": NO_METHOD},
    "roster-merge": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "roster-sections": {"GET": READ, "POST": NO_METHOD},
    "roster-section": {"GET": READ, "POST": write(302)},
    "roster-end": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "roster-new-year": {"GET": READ, "POST": write(200)},
    "roster-row-add": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "roster-row": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "roster-row-history": {"GET": READ, "POST": NO_METHOD},
    "roster-row-remove": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "roster-take-back": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(302)},
    "roster-columns": {"GET": QUEUE, "POST": NO_GET},
    "roster-template": {"GET": QUEUE, "POST": NO_GET},
    "roster-sources": {"GET": QUEUE, "POST": NO_GET},
    "roster-source": {"GET": SUBMIT, "POST": submit(200)},
    "roster-mapping": {"GET": SUBMIT, "POST": submit(200)},
    "roster-save": {"GET": NO_GET, "POST": submit(302)},
    "roster-undo": {"GET": SUBMIT, "POST": submit(302)},
    "mt-extracts": {"GET": QUEUE, "POST": submit(200)},
    # OPI may send a district's data too.
    "resync": {"GET": QUEUE, "POST": {**submit(200), "opi": 200}},
    "district-and-state": {"GET": READ, "POST": NO_METHOD},
}

DISTRICT |= {
    "type-membership-setup": {"GET": READ, "POST": PEOPLE},
    "certifier": {"GET": PEOPLE, "POST": PEOPLE},
    "certifier-accept": {
        "GET": NO_METHOD,
        "POST": {**READ, "viewer": 403, "clerk": 302, "administrator": 403, "opi": 403},
    },
    "event-dashboard": {"GET": READ, "POST": NO_METHOD},
    "event-certification": {"GET": READ, "POST": READ},
}
DISTRICT |= {
    "findings": {"GET": READ, "POST": NO_METHOD},
    "findings-file": {"GET": READ_BY_EDITORS, "POST": NO_METHOD_FOR_EDITORS},
    "finding-next": {"GET": {**READ, **LED_ON}, "POST": NO_METHOD},
    "findings-explain": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "finding-explain": {"GET": READ_BY_EDITORS, "POST": write(200)},
    "explanation-take-back": {"GET": NO_METHOD_FOR_EDITORS, "POST": write(302)},
}

# Validation (guide, Step Four): everybody of the district reads; running leaves a batch; user
# groups are the administrator's.
DISTRICT |= {
    "data-validation-reports": {
        "GET": READ,
        "POST": {**QUEUE, **dict.fromkeys(("clerk", "administrator", "opi"), 302)},
    },
    "validation-groups": {"GET": READ, "POST": {**PEOPLE, "administrator": 302}},
}

# Certifiers of the district ask and write; OPI demands and answers. In these tests the clerk is
# one.
CERTIFIERS = {**READ, "viewer": 403, "administrator": 403, "opi": 403}
OPI_IN_A_DISTRICT = {**READ, "viewer": 403, "clerk": 403, "administrator": 403}
DISTRICT |= {
    "recertification-new": {"GET": CERTIFIERS, "POST": CERTIFIERS},
    "recertification-demand": {"GET": OPI_IN_A_DISTRICT, "POST": OPI_IN_A_DISTRICT},
    "recertification": {
        "GET": READ,
        "POST": {**READ, "viewer": 403, "clerk": 302, "administrator": 403, "opi": 302},
    },
}

DISTRICT |= {
    "certification-snapshot": {"GET": READ, "POST": NO_METHOD},
    "district-years": {"GET": READ, "POST": NO_METHOD},
    "student-years": {"GET": READ, "POST": NO_METHOD},
    "certification-changes": {"GET": READ, "POST": NO_METHOD},
    "certification-changes-file": {"GET": SUBMIT, "POST": NO_METHOD_FOR_EDITORS},
    "certification-explanations": {"GET": READ, "POST": NO_METHOD},
    "certification-list": {"GET": READ, "POST": NO_METHOD},
    "certification-list-file": {"GET": SUBMIT, "POST": NO_METHOD_FOR_EDITORS},
    "certification-status": {"GET": READ, "POST": NO_METHOD},
    "certification-receipt": {"GET": READ, "POST": NO_METHOD},
    "certification-receipt-pdf": {"GET": READ, "POST": NO_METHOD},
    "certification-extract": {"GET": SUBMIT, "POST": NO_METHOD_FOR_EDITORS},
}


def opi_alone(staff: int, keeper: int) -> dict[str, int]:
    """Pages of OPI: nobody of a district sees them."""
    return {**dict.fromkeys(ROLES, 403), "anonymous": SIGN_IN, "opi": staff, "keeper": keeper}


SEEN, NO_POST = opi_alone(200, 200), opi_alone(405, 405)
STATEWIDE = {
    "resync-all": {"GET": opi_alone(200, 403), "POST": opi_alone(200, 403)},
    "record-changes": {"GET": opi_alone(200, 403), "POST": opi_alone(200, 403)},
    "follow-up-requests": {"GET": opi_alone(200, 403), "POST": opi_alone(405, 403)},
    "follow-up-pairs": {"GET": opi_alone(200, 403), "POST": opi_alone(302, 403)},
    "shared-students": {"GET": opi_alone(200, 403), "POST": opi_alone(200, 403)},
    "validation-of-all": {"GET": opi_alone(200, 403), "POST": opi_alone(302, 403)},
    "statewide-queue": {"GET": opi_alone(200, 403), "POST": opi_alone(405, 403)},
    "portal-health": {"GET": SEEN, "POST": NO_POST},
    "portal-service": {"GET": SEEN, "POST": opi_alone(403, 200)},
    "statewide-batch": {"GET": opi_alone(200, 403), "POST": opi_alone(405, 403)},
    "statewide-batch-cancel": {"GET": opi_alone(405, 403), "POST": opi_alone(302, 403)},
    "statewide-failed-again": {"GET": opi_alone(405, 403), "POST": opi_alone(302, 403)},
    "district-archives": {"GET": opi_alone(200, 403), "POST": opi_alone(200, 403)},
    "district-archive": {"GET": opi_alone(200, 403), "POST": opi_alone(200, 403)},
    "student-files": {"GET": opi_alone(200, 403), "POST": opi_alone(200, 403)},
    "student-file": {"GET": opi_alone(200, 403), "POST": opi_alone(200, 403)},
    "status-board": {"GET": opi_alone(200, 403), "POST": opi_alone(302, 403)},
    "status-board-file": {"GET": opi_alone(200, 403), "POST": opi_alone(405, 403)},
    "reminders": {"GET": opi_alone(200, 403), "POST": opi_alone(302, 403)},
    "recertification-inbox": {"GET": opi_alone(200, 403), "POST": opi_alone(405, 403)},
    "approvals": {"GET": opi_alone(302, 302), "POST": opi_alone(403, 405)},
    "approvals-of-pathway": {"GET": SEEN, "POST": opi_alone(403, 200)},
    "approvals-of-district": {"GET": SEEN, "POST": opi_alone(403, 200)},
    "approvals-copy": {"GET": SEEN, "POST": opi_alone(403, 200)},
    "approvals-csv": {"GET": SEEN, "POST": opi_alone(403, 405)},
    "approvals-import": {"GET": SEEN, "POST": opi_alone(403, 200)},
    "audit": {"GET": SEEN, "POST": NO_POST},
    "audit-csv": {"GET": SEEN, "POST": NO_POST},
    "sign-ins": {"GET": SEEN, "POST": NO_POST},
    "sign-ins-csv": {"GET": SEEN, "POST": NO_POST},
    "people": {"GET": opi_alone(403, 200), "POST": opi_alone(403, 405)},
    "people-file": {"GET": opi_alone(403, 200), "POST": opi_alone(403, 405)},
    "person": {"GET": opi_alone(403, 200), "POST": opi_alone(403, 200)},
    "person-new": {"GET": opi_alone(403, 200), "POST": opi_alone(403, 200)},
    "opi-saved-lists": {"GET": opi_alone(403, 405), "POST": opi_alone(403, 302)},
    # Nothing is saved in these tests, and what is gone already stays gone.
    "opi-saved-list": {"GET": opi_alone(403, 404), "POST": opi_alone(403, 405)},
    "opi-saved-list-remove": {"GET": opi_alone(403, 405), "POST": opi_alone(403, 302)},
    "sign-on-duties": {"GET": opi_alone(403, 200), "POST": opi_alone(403, 405)},
    "sign-on-duties-file": {"GET": opi_alone(403, 200), "POST": opi_alone(403, 405)},
    "admin:index": {"GET": SEEN, "POST": SEEN},
}
_KEPT = {"GET": opi_alone(403, 200), "POST": opi_alone(403, 200)}
_NO_PROVIDER = {"GET": opi_alone(403, 404), "POST": opi_alone(403, 404)}
STATEWIDE |= {
    "districts-import": _KEPT,
    "districts-import-template": {"GET": opi_alone(403, 200), "POST": opi_alone(403, 405)},
    "certification-events": {"GET": SEEN, "POST": opi_alone(403, 405)},
    "certification-event": {"GET": SEEN, "POST": opi_alone(403, 200)},
    "certification-event-new": _KEPT,
    "certification-event-move": _KEPT,
    "certification-year-close": {
        "GET": opi_alone(403, 404),
        "POST": opi_alone(403, 404),
    },  # no year is over
    "certification-extension-new": _KEPT,
    "sign-on-duty": _NO_PROVIDER,
    "sign-on-duty-of-all": _NO_PROVIDER,
    "emergency-account-new": _NO_PROVIDER,
    "emergency-account": _NO_PROVIDER,
    "certification-extension": _KEPT,
}
for _model in (
    "district",
    "pathway",
    "schoolyear",
    "endstatus",
    "subjectpathway",
    "postprogramstatus",
    "followupyear",
    "ruleseverity",
):
    STATEWIDE |= {
        f"admin:pathways_{_model}_changelist": {"GET": SEEN, "POST": SEEN},
        f"admin:pathways_{_model}_add": {"GET": opi_alone(403, 200), "POST": opi_alone(403, 200)},
        f"admin:pathways_{_model}_change": {"GET": SEEN, "POST": opi_alone(403, 200)},
        f"admin:pathways_{_model}_delete": {
            "GET": opi_alone(403, 403),
            "POST": opi_alone(403, 403),
        },
        f"admin:pathways_{_model}_history": {
            "GET": opi_alone(302, 302),
            "POST": opi_alone(302, 302),
        },
    }

# Nothing names it, so it may be removed.
STATEWIDE["admin:pathways_subjectpathway_delete"] = {
    "GET": opi_alone(403, 200),
    "POST": opi_alone(403, 200),
}
# No outcome has this status yet, so it may be removed.
STATEWIDE["admin:pathways_postprogramstatus_delete"] = {
    "GET": opi_alone(403, 200),
    "POST": opi_alone(403, 200),
}

# Pages that show no student, with the reason why they are not under a district.
OTHER = {
    "home": "leads to the district that was open last, or to the choice",
    "districts": "the choice of a district: names of districts alone",
    "stay-signed-in": "a sign of life, without content",
    "news": (
        "the count of running jobs of the district that was open last, and the person's own notices"
    ),
    "news-put-away": "closes what was shown, without content",
    "cte-lingo": "the guide's definitions",
    "rules": "the rule catalogue",
    "practice-tour": "seven steps in words, and links to the Practice District for its clerks",
    "screens": "screens by name",
    "admin:<path:object_id>/": "leads to the page of a row of OPI's lists",
    "invitation": "public: the one-time link's page",
    "invitation-link": "public: the one-time link",
    "self-answer": "public: one question, for who came by a leaver's link",
    "self-answer-link": "public: a leaver's link",
    "help": "public: whom to ask",
    "health-ready": "public: what does not answer, by name",
    "metrics": "by a token of its own: numbers for a watch",
    "account_login": "public: sign-in",
    "account_logout": "sign-out",
    "account_reauthenticate": "asks for the own password again",
    "account_change_password": "the own password",
    "mfa_authenticate": "the second step of a sign-in; leads to the first without one",
    "mfa_reauthenticate": "asks for a code of the own app again",
    "mfa_index": "the own sign-in and security",
    "mfa_activate_totp": "the own authenticator app",
    "mfa_deactivate_totp": "the own authenticator app",
    "mfa_view_recovery_codes": "the own recovery codes",
    "mfa_generate_recovery_codes": "the own recovery codes",
    "mfa_download_recovery_codes": "the own recovery codes",
    "sign-on": "public: the way to the identity provider; 404 where there is none",
    "sign-on-invitation": "public: the same with the one-time link in hand",
    "sign-on-answer": "public: the identity provider's answer, judged",
    "sign-on-ended": "public: the identity provider says that a session is over",
    "sign-on-connect": "connects the own account",
    "sign-on-confirm": "asks at the identity provider who it is",
    "account_reset_password": "public: a letter to the own address",
    "account_reset_password_done": "public: the letter is sent",
    "account_reset_password_from_key": "public: the link of the letter",
    "account_reset_password_from_key_done": "public: the password is set",
}
PUBLIC_ROUTES = {
    "self-answer",
    "self-answer-link",
    "invitation",
    "invitation-link",
    "help",
    "health-ready",
    "metrics",
    "account_login",
    "account_logout",
    "sign-on",
    "sign-on-invitation",
    "sign-on-answer",
    "sign-on-ended",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
