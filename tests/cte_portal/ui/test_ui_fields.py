"""One field template, one error summary, one table template (D-01, D-03, D-11, fact 4 and 5 of the
acceptance list).
"""

from __future__ import annotations

import re

import django_tables2 as tables
import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.test.html import parse_html

from tests.laid_out import laid_out


class SampleForm(forms.Form):
    use_required_attribute = False
    start = forms.DateField(
        label="Start Date",
        help_text="MM/DD/YYYY",
        error_messages={"required": "Enter the start date"},
    )
    note = forms.CharField(label="Note", required=False)
    answer = forms.ChoiceField(
        label="CTE Concentrator",
        choices=[("Y", "Yes"), ("N", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose Yes or No"},
    )
    every = forms.BooleanField(label="Apply to all", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["answer"].definition = "2.00 credits or more in one pathway."  # type: ignore[attr-defined]
        self.fields["answer"].definition_title = "What is a concentrator?"  # type: ignore[attr-defined]


PAGE = Template(
    "{% load crispy_forms_filters %}{% include 'ui/error_summary.html' %}{% for field in form %}{{"
    " field|as_crispy_field }}{% endfor %}"
)


@pytest.fixture
def fresh() -> str:
    return laid_out(PAGE.render(Context({"form": SampleForm()})))


@pytest.fixture
def failed() -> str:
    form = SampleForm({"note": "kept", "every": "on"})
    return laid_out(PAGE.render(Context({"form": form})))


def test_d_03_optional_is_said_in_words_and_nothing_is_starred(fresh: str) -> None:
    assert "*" not in fresh
    assert fresh.count("optional") == 1
    assert " required" not in fresh


def test_every_control_has_its_label(fresh: str) -> None:
    names = set(re.findall(r'<label for="([^"]+)"', fresh))
    controls = set(re.findall(r'<input[^>]*type="(?!hidden)[^"]*"[^>]*id="([^"]+)"', fresh))
    assert controls and controls <= names


def test_yes_and_no_are_one_group_with_a_legend(fresh: str) -> None:
    assert re.search(r"<fieldset[^>]*>\s*<legend>CTE Concentrator", fresh)
    assert fresh.count('type="radio"') == 2


def test_d_11_a_definition_stands_under_its_field(fresh: str) -> None:
    assert re.search(
        r"<details.*?What is a concentrator\?</summary><p>2\.00 credits", fresh, re.DOTALL
    )


def test_a_page_without_errors_has_no_summary(fresh: str) -> None:
    assert "There is a problem" not in fresh and "aria-invalid" not in fresh


def test_d_01_the_summary_says_what_the_fields_say_and_leads_to_them(failed: str) -> None:
    assert "There is a problem" in failed and "autofocus" in failed and 'tabindex="-1"' in failed
    for target, message in (
        ("id_start", "Enter the start date"),
        ("id_answer_0", "Choose Yes or No"),
    ):
        assert f'<a href="#{target}">{message}</a>' in failed
        assert f'id="{target}"' in failed
        assert failed.count(message) == 2


def test_d_01_the_message_is_tied_to_its_control(failed: str) -> None:
    control = re.search(r'<input[^>]*name="start"[^>]*>', failed)
    assert control and 'aria-invalid="true"' in control[0]
    assert 'aria-describedby="id_start_helptext id_start_error"' in control[0]
    assert 'id="id_start_helptext"' in failed and 'id="id_start_error"' in failed
    group = re.search(r"<fieldset[^>]*>", failed)
    assert (
        group
        and 'aria-describedby="id_answer_error"' in group[0]
        and 'id="id_answer_error"' in failed
    )


def test_d_01_good_and_bad_input_is_kept(failed: str) -> None:
    assert 'value="kept"' in failed and "checked" in failed


def test_the_message_stands_between_label_and_control(failed: str) -> None:
    assert (
        failed.index('for="id_start"')
        < failed.index('id="id_start_error"')
        < failed.index('name="start"')
    )


def test_what_concerns_the_whole_form_or_a_hidden_field_leads_nowhere() -> None:
    form = SampleForm({"start": "07/14/2022", "answer": "Y", "version": "x"})
    form.add_error(None, "The record is locked")
    html = PAGE.render(Context({"form": form}))
    assert "<strong>The record is locked</strong>" in html
    assert 'href="#id_version"' not in html


def test_several_forms_share_one_summary() -> None:
    both = Template("{% include 'ui/error_summary.html' %}").render(
        Context({"forms": [SampleForm({}, prefix="a"), SampleForm({}, prefix="b")]})
    )
    assert (
        'href="#id_a-start"' in both
        and 'href="#id_b-start"' in both
        and both.count("There is a problem") == 1
    )


class SampleTable(tables.Table):
    name = tables.Column(verbose_name="Student")
    credits = tables.Column(
        verbose_name="Credits",
        attrs={"td": {"class": "num"}, "th": {"class": "num"}},
        orderable=False,
    )

    class Meta:
        attrs = {"caption": "Students found"}
        empty_text = "No students match"


def table_html(rows: list[dict[str, str]], address: str = "/", per_page: int = 25) -> str:
    request: HttpRequest = RequestFactory().get(address)
    table = SampleTable(rows)
    tables.RequestConfig(request, paginate={"per_page": per_page}).configure(table)
    return laid_out(table.as_html(request))


ROWS = [{"name": f"STUDENT {at}", "credits": "0.50"} for at in range(30)]


def test_a_table_has_caption_scopes_and_row_headers() -> None:
    html = table_html(ROWS)
    assert re.search(r"<caption[^>]*>Students found", html)
    assert html.count('scope="col"') == 2 and html.count('scope="row"') == 25
    assert 'role="region" aria-label="Students found" tabindex="0"' in html


def test_only_the_sorted_column_says_how() -> None:
    assert "aria-sort" not in table_html(ROWS)
    rising, falling = table_html(ROWS, "/?sort=name"), table_html(ROWS, "/?sort=-name")
    assert (
        rising.count("aria-sort") == 1
        and 'aria-sort="ascending"' in rising
        and "sort=-name" in rising
    )
    assert 'aria-sort="descending"' in falling


def test_w_04_sorting_by_what_is_no_column_sorts_nothing() -> None:
    assert "aria-sort" not in table_html(ROWS, "/?sort=password;drop")


def test_pages_say_where_one_is_and_keep_the_sorting() -> None:
    html = table_html(ROWS, "/?sort=name&page=2", per_page=10)
    assert "11 to 20 of 30" in html and re.search(r"page=3[^>]*rel=\"next\"|rel=\"next\"", html)
    assert "sort=name" in html and 'rel="prev"' in html


def test_g_21_an_empty_table_says_so_in_words() -> None:
    html = table_html([])
    assert "No students match" in html and "<table" not in html


def test_narrow_cells_carry_their_column_name() -> None:
    assert 'data-label="Credits"' in table_html(ROWS)


def test_what_stands_in_a_cell_is_text() -> None:
    """Rows are patterns that are filled in: neither marks nor markup of a value count."""
    html = table_html([{"name": "<b>{credits}", "credits": "{0} & {"}])
    assert "&lt;b&gt;{credits}</th>" in html and "{0} &amp; {</td>" in html


def test_a_select_offers_what_django_would_offer() -> None:
    choices = [
        ("", "Choose <one>"),
        ("Health & Human", [(1, "Nursing"), (2000, 'The "second"')]),
        ("x", "Last"),
    ]
    select = forms.Select(choices=choices, attrs={"required": True, "data-a": "<b>"})
    ours = select.render("pathway", "2000", attrs={"id": "id_pathway"})
    djangos = select.render(
        "pathway", "2000", attrs={"id": "id_pathway"}, renderer=DjangoTemplates()
    )
    assert parse_html(ours) == parse_html(djangos)
    assert '<option value="2000" selected>The &quot;second&quot;</option>' in ours
