"""Whether the apps fit together, asked when the portal starts: a wrong name or a missing answer is
a sentence then, and no error page later.

What is asked follows from the types of `cte_portal/plugs.py`, so a new field of `Plug` is checked
as it stands there.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.conf import settings
from django.core.checks import CheckMessage, Error, run_checks
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from cte_portal.frame import Screen
from cte_portal.plugs import Plug

TAG = "apps"
SETTINGS = "cte_portal/settings/apps.py"
EXAMPLE = ("0000", 2025)


def refuse_to_start() -> None:
    """For processes that no command of Django starts: the web server and the workers."""
    if errors := run_checks(tags=[TAG]):
        raise SystemExit("\n".join(f"{error.msg} {error.hint or ''}".strip() for error in errors))


def load(setting: str, path: str) -> tuple[object, list[CheckMessage]]:
    """What a setting names, or the sentence that says why it cannot be had."""
    try:
        return import_string(path), []
    except ImportError as error:
        return None, [
            Error(
                f"{setting} names {path}, which is not there: {error}.",
                hint=f"Correct the name in {SETTINGS}.",
                id="apps.E001",
            )
        ]
    except (AttributeError, NameError, TypeError) as error:
        hint = f"Correct {path.rpartition('.')[0].replace('.', '/')}.py."
        return None, [
            Error(
                f"{setting} names {path}, which cannot be read: {error}.", hint=hint, id="apps.E002"
            )
        ]


def plugs_fit(**_: Any) -> list[CheckMessage]:
    """Each plug by itself, then what they give together."""
    plugs: dict[str, Plug] = {}
    errors: list[CheckMessage] = []
    for path in settings.PORTAL_PLUGS:
        plug, unreadable = load("PORTAL_PLUGS", path)
        errors += unreadable
        if isinstance(plug, Plug):
            plugs[path] = plug
        elif not unreadable:
            errors.append(
                Error(
                    f"PORTAL_PLUGS names {path}, which is no Plug.",
                    hint=f"Name the app's Plug in {SETTINGS}.",
                    id="apps.E003",
                )
            )
    return (
        errors
        or [*_misfits(plugs)]
        or [*_together(plugs), *_addresses(plugs.values()), *_templates(plugs.values())]
    )


def _misfits(plugs: Mapping[str, Plug]) -> Iterator[CheckMessage]:
    types = get_type_hints(Plug)
    for path, plug in plugs.items():
        for field, kind in types.items():
            for misfit in misfits(kind, getattr(plug, field), field):
                yield Error(
                    f"{path}: {misfit}.",
                    hint="cte_portal/plugs.py says what each field of a Plug is.",
                    id="apps.E004",
                )


def _together(plugs: Mapping[str, Plug]) -> Iterator[CheckMessage]:
    """What exactly one app gives, and what no two may."""
    for field, kind in get_type_hints(Plug).items():
        gifts = {path: getattr(plug, field) for path, plug in plugs.items()}
        if type(None) in get_args(kind):
            yield from _given_once(
                field, [path for path, gift in gifts.items() if gift is not None]
            )
        elif get_origin(kind) is Mapping:
            yield from _twice(field, [key for gift in gifts.values() for key in gift])
    for field in ("batch_kinds", "retention"):
        yield from _twice(
            field, [gift.name for plug in plugs.values() for gift in getattr(plug, field)]
        )


def _given_once(field: str, paths: list[str]) -> Iterator[CheckMessage]:
    if len(paths) != 1:
        owners = " and ".join(paths) if paths else "No plug"
        verb = "give" if paths else "gives"
        yield Error(
            f"{owners} {verb} {field}.", hint=f"Exactly one app must give {field}.", id="apps.E005"
        )


def _twice(field: str, keys: list[object]) -> Iterator[CheckMessage]:
    for key, number in Counter(keys).items():
        if number > 1:
            yield Error(
                f"{field}: {key!r} is there {number} times.",
                hint="Each must be there once. Rename or remove one.",
                id="apps.E006",
            )


def _addresses(plugs: Iterable[Plug]) -> Iterator[CheckMessage]:
    for plug in plugs:
        screens = [screen for several in plug.screens.values() for screen in several]
        if plug.statewide_home is not None:
            screens.append(
                Screen(
                    "The first page of who works for all districts",
                    (),
                    plug.statewide_home,
                    scoped=False,
                )
            )
        for screen in screens:
            try:
                reverse(screen.url_name, args=EXAMPLE if screen.scoped else ())
            except NoReverseMatch:
                noun = "a district's page" if screen.scoped else "a page"
                yield Error(
                    f"{screen.name}: {screen.url_name} names no {noun[2:]}.",
                    hint="Correct url_name or scoped.",
                    id="apps.E007",
                )


def _templates(plugs: Iterable[Plug]) -> Iterator[CheckMessage]:
    several = [
        (field, template)
        for plug in plugs
        for field in ("home_actions", "student_links")
        for template in getattr(plug, field)
    ]
    for field, template in several:
        try:
            get_template(template)
        except TemplateDoesNotExist:
            yield Error(
                f"{field}: there is no template {template}.",
                hint="Correct the name.",
                id="apps.E008",
            )


def misfits(kind: Any, value: object, name: str) -> list[str]:
    """Why a value is not of a type, in sentences without their full stop. Callables are asked for
    their parameters alone.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        options = [option for option in arguments if option is not type(None)]
        return (
            []
            if value is None or any(not misfits(option, value, name) for option in options)
            else misfits(options[0], value, name)
        )
    if origin is tuple:
        if not isinstance(value, tuple):
            return [f"{name} must be a tuple, and is {_words(value)}"]
        return [
            misfit
            for number, item in enumerate(value)
            for misfit in misfits(arguments[0], item, f"{name}[{number}]")
        ]
    if origin is Mapping:
        if not isinstance(value, Mapping):
            return [f"{name} must be a mapping, and is {_words(value)}"]
        key_type, item_type = arguments
        keys = [misfit for key in value for misfit in misfits(key_type, key, f"A key of {name}")]
        return keys + [
            misfit
            for key, item in value.items()
            for misfit in misfits(item_type, item, f"{name}[{key!r}]")
        ]
    if origin is Callable:
        return _call(value, name, [(inspect.Parameter.POSITIONAL_ONLY, "") for _ in arguments[0]])
    if getattr(kind, "_is_protocol", False):
        return [misfit for part in _parts(kind) for misfit in _part(kind, part, value, name)]
    return (
        []
        if isinstance(value, kind)
        else [f"{name} must be {_words(kind)}, and is {_words(value)}"]
    )


def _parts(protocol: type) -> list[str]:
    """What a protocol asks for, by name."""
    return [part for part in vars(protocol) if part == "__call__" or not part.startswith("_")]


def _part(protocol: type, part: str, value: object, name: str) -> list[str]:
    declaration = vars(protocol)[part]
    whole = name if part == "__call__" else f"{name}.{part}"
    if not hasattr(value, part):
        return [
            (
                f"{whole} is missing"
                if part != "__call__"
                else f"{name} must be a function, and is {_words(value)}"
            )
        ]
    if isinstance(declaration, property):
        return []
    parameters = list(inspect.signature(declaration).parameters.values())[1:]
    called = value if part == "__call__" else getattr(value, part)
    return _call(called, whole, [(parameter.kind, parameter.name) for parameter in parameters])


def _call(value: object, name: str, arguments: list[tuple[Any, str]]) -> list[str]:
    """Whether it can be called so: by place, or by name."""
    if not callable(value):
        return [f"{name} must be a function, and is {_words(value)}"]
    names = [argument for kind, argument in arguments if kind is inspect.Parameter.KEYWORD_ONLY]
    placed = len(arguments) - len(names)
    try:
        inspect.signature(value).bind(*[None] * placed, **dict.fromkeys(names))
    except TypeError:
        words = [f"{placed} argument{'' if placed == 1 else 's'}", *names]
        return [
            (
                f"{name} must take {', '.join(words)}, and {_words(value)} takes"
                f" {inspect.signature(value)}"
            )
        ]
    return []


def _words(value: object) -> str:
    if inspect.isroutine(value) or isinstance(value, type):
        return value.__name__
    return repr(value) if isinstance(value, str | int | None) else f"a {type(value).__name__}"
