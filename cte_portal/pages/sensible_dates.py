"""Dates that a filter can reckon with. A day centuries away is a slip of the keyboard, and after the last one of the calendar there is none."""

import datetime

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator


def sensible(message: str) -> list[BaseValidator]:
    return [MinValueValidator(datetime.date(2000, 1, 1), message), MaxValueValidator(datetime.date(2099, 12, 31), message)]
