"""Certifiers, events and signatures stand here, above the records they speak of."""

from django.apps import AppConfig


class CertificationConfig(AppConfig):
    name = "certification"
