"""How the portal writes numbers, dates and states: `{% load portal %}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.forms.utils import ErrorList
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from cte_portal.ui.patterns import escaped, joined, kept_pattern, kept_patterns
from cte_portal.ui.tables.rows import heads_of, rows_of

register = template.Library()
register.filter("rows", rows_of)
register.filter("heads", heads_of)


@register.filter("joined")
def escaped_and_joined(parts: Iterable[Any]) -> SafeString:
    """Parts of a page one after the other: a template's own loop costs more than to draw them."""
    return joined(escaped(list(parts)))


STATUS_KINDS = (
    "completed",
    "problem",
    "warning",
    "progress",
    "none",
    "queued",
    "canceled",
    "locked",
    "draft",
    "people",
)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture of the sprite; it says nothing by itself, so words stand beside it."""
    return _icon(name, False)


@register.simple_tag
def turning_icon(name: str) -> SafeString:
    """The same in a summary: it turns when the details are open."""
    return _icon(name, True)


@kept_pattern
def _icon(name: str, turn: bool) -> SafeString:
    return render_to_string("ui/icon.html", {"name": name, "turn": turn})


@register.simple_tag
def status(kind: str, word: str, sentence: str = "") -> SafeString:
    """Icon, word and the sentence that says what to do."""
    if kind not in STATUS_KINDS:
        raise ValueError(f"No such status: {kind}. There are {', '.join(STATUS_KINDS)}.")
    values = {"word": word, "sentence": sentence}
    return kept_patterns().fill("ui/status.html", values, kind=kind, has_sentence=bool(sentence))


@register.simple_block_tag
def table(
    content: SafeString,
    caption: object,
    *heads: object,
    of: object = "",
    choose: str = "",
    actions: str = "",
    kind: str = "",
    blocks: bool = True,
    caption_shown: bool = False,
) -> SafeString:
    """The table around rows that the template writes: caption, column heads and their scopes.

    A head that ends in `#` stands over numbers, an empty one is left out, and a list stands for
    several; without heads each row has its own. `of` follows the caption. `choose` names a first
    column of boxes and `actions` a last column of buttons, for those who cannot see that. `kind`
    adds classes; `blocks` makes a block of each row on a narrow screen, for which each cell says
    its column in `data-label`.
    """
    titles = [
        str(title)
        for head in heads
        for title in (head if isinstance(head, list | tuple) else [head])
        if title
    ]
    context = {
        "caption": f"{caption} {of}".strip(),
        "heads": [(title.removesuffix("#"), title.endswith("#")) for title in titles],
        "choose": choose,
        "actions": actions,
        "kind": kind,
        "blocks": blocks,
        "caption_shown": caption_shown,
        "rows": content,
    }
    return render_to_string("ui/rows.html", context)


@register.simple_block_tag
def empty_state(
    content: SafeString,
    title: str,
    *,
    good: bool = False,
    link: str = "",
    link_text: str = "",
) -> SafeString:
    """What stands where rows would: a title, and between the tags what that means.

    `good` says that nothing is wrong; `link` leads to what to do next.
    """
    context = {"title": title, "text": content, "good": good}
    return render_to_string("ui/empty.html", context | {"link": link, "link_text": link_text})


@register.simple_block_tag
def banner(
    content: SafeString,
    kind: str,
    strong: str,
    *,
    link: str = "",
    link_text: str = "",
    live: str = "",
) -> SafeString:
    """A sentence above the page: its first words are strong, the rest stands between the tags.

    `kind` is saved, attention, failed, locked or info; `live` is the role that has it read aloud.
    """
    context = {"kind": kind, "strong": strong, "text": content, "live": live}
    return render_to_string("ui/banner.html", context | {"link": link, "link_text": link_text})


@register.simple_block_tag
def paragraph(content: str) -> str:
    """One line of a plain-text e-mail, however many the template is broken into."""
    return re.sub(r"\s*\n\s*", " ", content.strip())


@dataclass(frozen=True)
class Problem:
    """One line of the error summary; `target` is the id of the control it leads to, empty for what
    concerns the whole form.
    """

    message: str
    target: str


@register.simple_tag
def problems(
    form: BaseForm | None = None, forms: Iterable[BaseForm] | None = None
) -> list[Problem]:
    """All errors of one or several forms, in the order of the fields."""
    errors = []
    for source in [form] if form else forms or []:
        errors += [Problem(str(message), "") for message in source.non_field_errors()]
        for field in source:
            errors += [
                Problem(str(message), "" if field.is_hidden else control_id(field))
                for message in field.errors
            ]
    return errors


THREES = re.compile("(?s).{1,3}").findall
_RULE = re.compile(r"[A-Z]{2,4}-[0-9]{3}")


@register.filter
def told(errors: ErrorList) -> list[tuple[str, str]]:
    """(message, id of the rule that says so, or nothing) of each error of a field."""
    return [
        (str(message), error.code if error.code and _RULE.fullmatch(error.code) else "")
        for error in errors.as_data()
        for message in error.messages
    ]


def control_id(field: BoundField) -> str:
    """The control that gets the focus: the first one of a group."""
    if field.use_fieldset:
        for choice in field:
            return choice.id_for_label or ""
    return field.id_for_label


@register.filter
def widget_is(field: BoundField, kind: str) -> bool:
    """Whether a field is a single tick box."""
    return kind == "checkbox" and isinstance(field.field.widget, CheckboxInput)


@register.filter
def credits(value: Any) -> str:
    """Always two decimals; what is not a number stays as it was typed, nothing stays nothing."""
    if value.__class__ is Decimal:
        return f"{value:.2f}"
    if value in (None, ""):
        return ""
    try:
        return f"{Decimal(str(value)):.2f}"
    except InvalidOperation:
        return str(value)


@register.filter
def with_article(noun: str) -> str:
    """a district; an end status."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


@register.filter
def count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


@kept_pattern
def _moment(value: datetime, pattern: str) -> SafeString:
    """A moment as `<time>` with its offset, written where the portal is: in Mountain time."""
    moment = timezone.localtime(value)
    return _time(moment.isoformat(timespec="seconds"), moment.strftime(pattern))


@kept_pattern
def _day(value: date) -> SafeString:
    return _time(value.isoformat(), f"{value:%m/%d}/{value.year:04d}")


def _time(machine: str, text: str) -> SafeString:
    return kept_patterns().fill("ui/time.html", {"machine": machine, "text": text})


@kept_pattern
def _threes_pattern(number: int) -> str:
    return render_to_string("ui/threes.html", {"parts": [f"{{{at}}}" for at in range(number)]})


@register.filter
def us_date(value: date | datetime | None) -> str:
    """MM/DD/YYYY. A moment is dated where the portal is."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _moment(value, "%m/%d/%Y")
    return _day(value)


@register.filter
def mt_time(value: datetime | None) -> str:
    """01:03:42 PM MT."""
    return "" if value is None else _moment(value, "%I:%M:%S %p MT")


@register.filter
def us_datetime(value: datetime | None) -> str:
    """05/07/2025 04:12:06 PM MT."""
    return "" if value is None else _moment(value, "%m/%d/%Y %I:%M:%S %p MT")


@register.filter
def us_minute(value: datetime | None) -> str:
    """05/07/2025 04:12 PM, for columns whose head says MT."""
    return "" if value is None else _moment(value, "%m/%d/%Y %I:%M %p")


@register.filter
def threes(state_id: str) -> str:
    """A state id in threes; the gaps are spacing, so that it is copied without them."""
    return all_in_threes([state_id])[0]


def all_in_threes(state_ids: Sequence[str]) -> list[SafeString]:
    """The same of a column."""
    patterns: dict[int, str] = {}
    written = []
    for state_id in state_ids:
        parts = THREES(state_id)
        pattern = patterns.get(len(parts))
        if pattern is None:
            pattern = patterns[len(parts)] = _threes_pattern(len(parts))
        written.append(
            SafeString(pattern.format(*(parts if state_id.isalnum() else escaped(parts))))
        )
    return written
