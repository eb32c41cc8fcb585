"""Addresses of findings and of their explanations."""

from django.urls import path

from pathways.findings.views.explain import ExplainFinding, ExplainRule, TakeBack
from pathways.findings.views.findings import FindingsPage, NextFinding
from pathways.findings.views.rows import FindingsFile

FINDINGS = "districts/<str:district>/<int:end_year>/findings/"
RECORD = "<int:student>/<int:pathway>/"

urlpatterns = [
    path(FINDINGS, FindingsPage.as_view(), name="findings"),
    path(f"{FINDINGS}file/<str:form>/", FindingsFile.as_view(), name="findings-file"),
    path(f"{FINDINGS}next/{RECORD}", NextFinding.as_view(), name="finding-next"),
    path(f"{FINDINGS}<str:rule>/explain/", ExplainRule.as_view(), name="findings-explain"),
    path(
        f"{FINDINGS}<str:rule>/explain/{RECORD}", ExplainFinding.as_view(), name="finding-explain"
    ),
    path(
        f"{FINDINGS}take-back/<int:explanation>/", TakeBack.as_view(), name="explanation-take-back"
    ),
]
