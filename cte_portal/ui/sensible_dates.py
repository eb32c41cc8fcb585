"""Dates that a filter can reckon with: a year from now to the end of the calendar is a slip of the keyboard, and no day comes after it."""

import datetime

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator


def sensible(message: str) -> list[BaseValidator]:
    return [MinValueValidator(datetime.date(2000, 1, 1), message), MaxValueValidator(datetime.date(2099, 12, 31), message)]
