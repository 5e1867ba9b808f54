"""One root error and one class per stage; each knows the exit code the command line answers with.

A message says where, what was expected, what was found and what to do. ``found`` describes the fault and may name
columns, files, row numbers and words of ``study.toml``; it never repeats an answer that a participant gave.
"""

from __future__ import annotations

from functools import partial
from typing import Any

MOST_LISTED = 10


class CouplesStudyError(Exception):
    """The root of every error this package raises on purpose."""

    exit_code = 1

    def __init__(self, where: str, *, expected: str = "", found: str = "", do: str = "") -> None:
        self.where, self.expected, self.found, self.do = where, expected, found, do
        super().__init__(where, expected, found, do)

    def __reduce__(self) -> tuple[Any, ...]:
        said = {"expected": self.expected, "found": self.found, "do": self.do}
        return partial(type(self), **said), (self.where,)

    def __str__(self) -> str:
        parts = [
            self.where,
            f"  expected: {self.expected}" if self.expected else "",
            f"  found:    {self.found}" if self.found else "",
            f"  to do:    {self.do}" if self.do else "",
        ]
        return "\n".join(part for part in parts if part)


class UsageError(CouplesStudyError):
    """The words of a command are off: an unknown study, claim, scenario or option."""

    exit_code = 2


class StudyFileError(CouplesStudyError):
    """``study.toml`` is missing, not TOML, or says something that cannot be meant."""


class DeliveryError(CouplesStudyError):
    """A file of the delivery cannot be read as what ``study.toml`` says it is."""


class EmptyDeliveryError(DeliveryError):
    """A file of the delivery has a header and no row below it."""


class EntryError(CouplesStudyError):
    """An entry shipped with the package (claim, instrument, glossary row) breaks its own contract."""


class FrameError(CouplesStudyError):
    """Validated tables cannot be turned into the frame that an analysis asks for."""


class AnalysisError(CouplesStudyError):
    """A model could not be fitted; the report is still written, without that result."""

    exit_code = 4


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C, and there is more to say than that nothing is half-written."""


def listed(names: object, most: int = MOST_LISTED) -> str:
    """Names as a readable list, capped so that a message never runs away."""
    words = [str(name) for name in names]  # type: ignore[attr-defined]
    shown = ", ".join(words[:most])
    return f"{shown}, ... ({len(words) - most} more)" if len(words) > most else shown or "none"


def nearest(word: str, known: object) -> str:
    """The known word that ``word`` was probably meant to be, or an empty string."""
    from difflib import get_close_matches

    matches = get_close_matches(word, [str(k) for k in known], n=1, cutoff=0.6)  # type: ignore[attr-defined]
    return matches[0] if matches else ""
