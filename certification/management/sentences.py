"""docs/messages.md: every sentence that a rule, a gate, a file error or a refusal can show, by an
id that stays when the words change.

Read from the source, so that nothing is missing and a reader finds where a sentence comes from.
Values stand as `{…}`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from certification.signing.gates import GATES
from pathways.roster.problems import PROBLEMS
from pathways.rules import CATALOGUE

PACKAGES = ("cte_portal", "pathways", "certification")
RULE = re.compile(r"CTE-\d{3}")
BASES = {"Refusal", "NotApplied", "NotSigned"}
REFUSALS = {
    "Damage",
    "ValidationError",
    "CannotRun",
    "CommandError",
    "CommandRefusal",
    "TooMany",
    "Busy",
    *BASES,
}
Found = Iterator[tuple[str, str]]

INTRODUCTION = """# Messages

What the portal says when it refuses or finds something. `python3 manage.py messages` writes this page from the source; a test compares the
two, so that a changed sentence is seen in review. An id stays when its words change. `{…}` stands for a value of the case.
"""
HEADINGS = {
    "rule": "Rules and file errors, by the id of the rule",
    "gate": "Gates before signing",
    "refusal": "Refusals, by the name of the exception",
    "constraint": "Refusals of the database, by the name of the constraint",
    "form": "Refusals of forms, pages and commands, by module",
}


def document() -> str:
    """The whole page as Markdown."""
    by_id: dict[str, dict[str, dict[str, None]]] = {kind: defaultdict(dict) for kind in HEADINGS}
    for rule in CATALOGUE:
        by_id["rule"][rule.id] = {rule.problem: None, rule.message: None}
    for problem in PROBLEMS.values():
        by_id["rule"][problem.id] = {problem.title: None, problem.remedy: None}
    for gate in GATES:
        by_id["gate"][gate.slug] = {gate.problem: None}
    for path in sources():
        module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            for key, words in found_in(node, module):
                kind, _, name = key.partition(" ")
                by_id[kind][name][words] = None
    parts = [INTRODUCTION]
    for kind, heading in HEADINGS.items():
        parts.append(f"\n## {heading}\n\n| Id | Sentence |\n|---|---|\n")
        for name, sentences in (
            by_id[kind].items() if kind == "gate" else sorted(by_id[kind].items())
        ):
            parts += [
                f"| `{name}` | {words.replace('|', chr(92) + '|')} |\n" for words in sentences
            ]
    return "".join(parts)


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            if not {"migrations", "demo"} & set(path.parts):
                yield path


def found_in(node: ast.AST, module: str) -> Found:
    match node:
        case ast.ClassDef():
            yield from _of_class(node)
        case ast.FunctionDef(name=name) if module == "certification.signing.gate_answers":
            slug = {gate.ask.__name__: gate.slug for gate in GATES}.get(name)
            yield from ((f"gate {slug}", words) for words in _of_gate(node) if slug)
        case ast.Call():
            yield from _of_call(node, module)


def _of_class(node: ast.ClassDef) -> Found:
    """`sentence = "…"`, in the class or set when it is made."""
    if not any(
        isinstance(base, ast.Name) and base.id in {"Exception", *BASES} for base in node.bases
    ):
        return
    for part in ast.walk(node):
        match part:
            case ast.Assign(targets=targets, value=value) if any(
                ast.unparse(name).endswith(("sentence", "words")) for name in targets
            ):
                yield from (
                    (f"refusal {node.name}", words)
                    for words in _sentences(value)
                    if _is_sentence(words)
                )
            case ast.Call(args=[value]) if ast.unparse(part.func) == "super().__init__":
                yield from (
                    (f"refusal {node.name}", words)
                    for words in _sentences(value)
                    if _is_sentence(words)
                )


def _of_gate(node: ast.FunctionDef) -> Iterator[str]:
    """The sentences and titles of a gate's answers, without the labels of their links."""
    for part in ast.walk(node):
        match part:
            case ast.Assign(value=value):
                yield from (words for words in _sentences(value) if _is_sentence(words))
            case ast.Call(func=ast.Name(id="Answer"), args=[_, sentence, *_], keywords=keywords):
                values = [
                    sentence,
                    *(keyword.value for keyword in keywords if keyword.arg == "problem"),
                ]
                yield from (
                    words for value in values for words in _sentences(value) if " " in words.strip()
                )


def _of_call(node: ast.Call, module: str) -> Found:
    name = ast.unparse(node.func).rpartition(".")[2]
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    sentences = [words for value in values for words in _sentences(value)]
    rule_ids = [
        value.value
        for value in values
        if isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and RULE.fullmatch(value.value)
    ]
    if name == "FileRefused" or (
        rule_ids and name not in {"Rule", "_file", "_format", "_required", "_amount"}
    ):
        yield from (
            (f"rule {rule_ids[0] if rule_ids else 'CTE-400'}", words)
            for words in sentences
            if _is_sentence(words)
        )
    elif name in REFUSALS or name == "add_error":
        yield from ((f"form {module}", words) for words in sentences if _is_sentence(words))
    for keyword in node.keywords:
        if keyword.arg == "violation_error_message":
            (constraint,) = [argument.value for argument in node.keywords if argument.arg == "name"]
            yield from (
                (f"constraint {ast.literal_eval(constraint)}", words)
                for words in _sentences(keyword.value)
            )


def _sentences(node: ast.AST) -> Iterator[str]:
    """The texts in an expression; a text with values in it is one."""
    match node:
        case ast.Constant(value=str(words)):
            yield words
        case ast.JoinedStr():
            yield "".join(
                (
                    part.value
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    else "{…}"
                )
                for part in node.values
            )
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _sentences(child)


def _is_sentence(words: str) -> bool:
    return (
        " " in words.strip() and words[:1] != " " and (words[0].isupper() or words.startswith("{"))
    )
