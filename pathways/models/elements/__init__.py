"""District Defined Elements: what a district defines for itself, and what it enters in its records.
Neither ever leaves the district.
"""

from pathways.models.elements.element import Element, ElementChoice
from pathways.models.elements.value import ElementValue, ElementValueChange

__all__ = ["Element", "ElementChoice", "ElementValue", "ElementValueChange"]
