"""What a study's answers rest on in the literature: the entries of ``references.bib`` that its analyses need."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from couples_study.contracts.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from couples_study.report.context import ReportContext

ALWAYS = ("appelbaum2018", "lakens2018")
SEVERAL = ("berger1982", "holm1979", "benjamini1995")  # where more than one question was asked
DIARY = ("bolger2013", "trull2020")
BY_MODEL = {
    "apim": ("cook2005", "kenny2006"),
    "micro_randomised": ("boruvka2018",),
    "onset": ("jacobson1991",),
    "threshold": ("hansen2017",),
    "threshold_between": ("hansen2017",),
}
BY_ESTIMATOR = {"GEE": ("liang1986", "mancl2001"), "Kenward-Roger": ("kenward1997",), "CR2": ("pustejovsky2018",)}
_KEY = re.compile(r"@\w+\{(\w+),")
_FIELD = re.compile(r"(\w+) = \{((?:[^{}]|\{[^{}]*\})*)\}")


@cache
def library() -> dict[str, str]:
    """Every entry by its key."""
    text = (files("couples_study.report") / "templates" / "references.bib").read_text("utf-8")
    entries = (entry.strip() for entry in text.split("\n\n") if entry.strip())
    return {key.group(1): entry for entry in entries if (key := _KEY.match(entry))}


def keys(context: ReportContext) -> list[str]:
    """The keys that a study's analyses need, sorted."""
    found = {*ALWAYS, *(SEVERAL if len(context.verdicts) > 1 else ()), *(DIARY if context.scheduled_days else ())}
    for one in context.evidence.values():
        if isinstance(one, Evidence):
            found |= {*BY_MODEL.get(one.model, ())}
            labels = " ".join([one.estimator, *(row.label for row in one.sensitivity)])
            found |= {key for word, cited in BY_ESTIMATOR.items() if word in labels for key in cited}
    return sorted(found)


def as_bibtex(named: Iterable[str]) -> bytes:
    """The entries of these keys, one field a line."""
    return "\n".join(_laid_out(library()[key]) for key in named).encode("utf-8")


def _laid_out(entry: str) -> str:
    head = entry[: entry.index(",")]
    fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in _FIELD.findall(entry))
    return f"{head},\n{fields}\n}}\n"
