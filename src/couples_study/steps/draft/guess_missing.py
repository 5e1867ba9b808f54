"""Codes and words that stand for no answer."""

from __future__ import annotations

from collections.abc import Mapping

from couples_study.steps.draft.forms import Line
from couples_study.steps.draft.look import Look

KINDS = "refused, not_applicable, not_reached or technical"


def missing_lines(looks: Mapping[str, Look]) -> tuple[list[Line], dict[str, list[Line]]]:
    """Lines of ``[source.missing]``, and of ``[source.missing_in.<column>]`` where a code is an answer elsewhere."""
    everywhere, only_in = [], dict[str, list[Line]]()
    for code in sorted({code for look in looks.values() for code in look.codes}, key=float):
        flagged = [name for name, look in looks.items() if code in look.codes]
        elsewhere = any(look.numeric and look.lowest <= float(code) <= look.highest for look in looks.values())
        line = Line(key=code, value="refused", why=f"far from all other answers; is it missing? say whether {KINDS}")
        if not elsewhere:
            everywhere.append(line)
            continue
        for name in flagged:
            only_in.setdefault(name, []).append(line)
    why = f"no answer, but of which kind? {KINDS}"
    for name, look in looks.items():
        told = [
            Line(key=code, value="refused", why=f"the file says missing, not of which kind: {KINDS}")
            for code in look.unkind
        ]
        if told:
            only_in.setdefault(name, []).extend(told)
    blanks = sorted({word for look in looks.values() for word in look.blanks})
    return everywhere + [Line(key=word, value="not_reached", why=why) for word in blanks], only_in


def decimal_of(looks: Mapping[str, Look]) -> Line | None:
    """The line for decimal commas, where numbers have them."""
    commas = [look for look in looks.values() if look.comma]
    if not commas:
        return None
    points = [look for look in looks.values() if look.numeric and not look.comma and not look.whole]
    why = f"columns with decimal points are there as well ({len(points)}); their numbers will be held" if points else ""
    return Line(key="decimal", value=",", why=why)
