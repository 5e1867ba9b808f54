"""A parser of Qualtrics' Advanced Format, by the tags that its help page on importing surveys lists.

``[[AdvancedFormat]]`` on the first line; ``[[Block:name]]``, ``[[PageBreak]]`` and ``[[ED:name:value]]`` between
questions; a question is ``[[Question:type:...]]``, then ``[[ID:...]]``, its words, and ``[[Choices]]`` with a line each or
``[[AdvancedChoices]]`` with ``[[Choice:code]]`` above each line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KINDS = {
    "MC": {"", "SingleAnswer", "SingleAnswer:Vertical", "SingleAnswer:Horizontal", "MultipleAnswer",
           "MultipleAnswer:Vertical", "MultipleAnswer:Horizontal", "DropDown", "Select", "MultiSelect"},
    "TE": {"", "SingleLine", "Essay", "Form"}, "Matrix": {"", "SingleAnswer", "MultipleAnswer"}, "DB": {""},
    "Text": {""}, "CS": {""}, "RO": {""},
}  # fmt: skip
TAG = re.compile(r"\[\[([^\[\]]+)\]\]")
LONGEST_NAME = 64


@dataclass
class Question:
    """One question as it would be imported."""

    kind: str
    name: str = ""
    words: list[str] = field(default_factory=list)
    choices: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> tuple[list[Question], list[str]]:
    """The questions, and what is wrong."""
    lines = text.split("\n")
    found = [] if lines[0].strip() == "[[AdvancedFormat]]" else ["the first line is not [[AdvancedFormat]]"]
    questions: list[Question] = []
    part, code = "", ""
    for number, line in enumerate(lines[1:], start=2):
        tag = TAG.fullmatch(line.strip())
        if tag is None:
            if TAG.search(line):
                found.append(f"line {number}: a tag among words")
            part, code = _words(line, questions, part, code, number, found)
            continue
        part, code = _tag(tag.group(1), questions, part, number, found)
    names = [question.name for question in questions if question.name]
    found += [f"{name}: named twice" for name in sorted({name for name in names if names.count(name) > 1})]
    return questions, found + [fault for question in questions for fault in _faults(question)]


def _tag(tag: str, questions: list[Question], part: str, number: int, found: list[str]) -> tuple[str, str]:
    word, _, rest = tag.partition(":")
    if word == "Question":
        kind, _, more = rest.partition(":")
        if more not in KINDS.get(kind, set()):
            found.append(f"line {number}: no question type {rest}")
        questions.append(Question(kind=kind))
        return "head", ""
    if word == "ID" and part == "head" and questions:
        questions[-1].name = rest
        return "words", ""
    if word in ("Choices", "AdvancedChoices") and questions and part in ("head", "words"):
        return word, ""
    if word == "Choice" and part == "AdvancedChoices":
        return part, rest or str(len(questions[-1].choices) + 1)
    if word in ("Block", "PageBreak", "ED"):
        return "", ""
    found.append(f"line {number}: [[{tag}]] does not belong here")
    return part, ""


def _words(
    line: str, questions: list[Question], part: str, code: str, number: int, found: list[str]
) -> tuple[str, str]:
    if not line.strip():
        return part, code
    if part in ("head", "words") and questions:
        questions[-1].words.append(line)
        return "words", ""
    if part == "Choices":
        questions[-1].choices[str(len(questions[-1].choices) + 1)] = line
    elif part == "AdvancedChoices" and code:
        if code in questions[-1].choices:
            found.append(f"line {number}: choice {code} twice")
        questions[-1].choices[code] = line
    else:
        found.append(f"line {number}: words that belong to no question")
    return part, ""


def _faults(question: Question) -> list[str]:
    found = [f"{question.name}: no words"] * (not question.words)
    if question.kind == "MC" and not question.choices:
        found.append(f"{question.name}: nothing to choose")
    if question.kind in ("TE", "DB", "Text") and question.choices:
        found.append(f"{question.name}: choices where none belong")
    if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}", question.name):
        found.append(f"{question.name!r}: not an export tag")
    return found + [f"{question.name}: {code} is not a number" for code in question.choices if not code.isdigit()]
