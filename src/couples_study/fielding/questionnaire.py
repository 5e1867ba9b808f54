"""A questionnaire: forms with their questions, sheets for the study team, and the minutes that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from couples_study.contracts.item import Language
from couples_study.items import words

FormName = Literal["baseline", "evening", "morning", "weekly"]
FORMS: tuple[FormName, ...] = ("baseline", "evening", "morning", "weekly")
TABLE_OF = {"baseline": "people", "evening": "diary_days", "morning": "diary_days", "weekly": "survey_waves"}
OPENING_SECONDS = 20.0  # to open a form and read its first lines
SECONDS = {"scale": 7.0, "yesno": 4.0, "tick": 2.5, "number": 8.0, "choice": 7.0}
SPOKEN = 0.3  # seconds for a word beyond a question of usual length
USUAL_WORDS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One question: the column that it fills, its words, and what may be answered.

    ``kind`` is ``scale`` (a point between ``low`` and ``high``), ``yesno``, ``number`` (a whole number where
    ``whole``) or ``choice`` (one code of ``choices``, standing for the number in ``values``, if any).
    ``heading`` is said once above a run of entries that have it.
    """

    name: str
    words: str
    kind: Literal["scale", "yesno", "number", "choice"]
    low: float = 0.0
    high: float = 1.0
    whole: bool = True
    ends: tuple[str, str] = ("", "")
    choices: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, float], ...] = ()
    synonyms: tuple[tuple[str, str], ...] = ()
    heading: str = ""
    only_if: str | None = None
    opt_out: str = ""
    published: bool = False

    @property
    def is_slider(self) -> bool:
        """Whether the scale is too fine for buttons."""
        return self.kind == "scale" and self.high - self.low > 10

    @property
    def points(self) -> tuple[tuple[str, str], ...]:
        """The codes and labels of a closed answer, in the questionnaire's language; none of a number or slider."""
        if self.kind == "scale" and not self.is_slider:
            whole = range(int(self.low), int(self.high) + 1)
            told = {int(self.low): self.ends[0], int(self.high): self.ends[1]}
            return tuple((str(point), f"{point} {told.get(point, '')}".strip()) for point in whole)
        return self.choices

    def stored(self, code: str) -> str | float:
        """What is stored of the answer with this code: a number wherever it stands for one."""
        return dict(self.values).get(code, float(code) if code.isdigit() else code)

    @property
    def seconds(self) -> float:
        """How long it takes, as a rule of thumb."""
        usual = SECONDS["tick" if self.heading else self.kind]
        return usual + SPOKEN * max(len(self.words.split()) - USUAL_WORDS, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form that both partners answer."""

    name: FormName
    entries: tuple[Entry, ...]

    @property
    def table(self) -> str:
        return TABLE_OF[self.name]

    @property
    def minutes(self) -> float:
        """How many minutes one filling-in takes."""
        return (OPENING_SECONDS + sum(entry.seconds for entry in self.entries)) / 60.0

    @property
    def opt_outs(self) -> tuple[str, ...]:
        """The names of the sentences that allow leaving items out, as far as the form has such items."""
        return tuple(dict.fromkeys(entry.opt_out for entry in self.entries if entry.opt_out))


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamColumn:
    """A column that the study team fills in, and how."""

    name: str
    rule: str
    made_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A CSV that the study team fills in; ``lot`` is the column that was drawn by lot, where there is one."""

    name: str
    table: str
    columns: tuple[TeamColumn, ...]
    lot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """Everything that the claims need; ``arms`` and ``weeks`` are those that they compare and look at, if any."""

    claims: tuple[str, ...]
    language: Language
    forms: tuple[Form, ...]
    sheets: tuple[Sheet, ...]
    arms: tuple[str, ...] = ()
    weeks: tuple[int, ...] = ()

    def sentence(self, name: str) -> str:
        """A sentence around the items, in the questionnaire's language."""
        return words().sentences[name].said(self.language)

    def openings(self, form: Form) -> tuple[str, ...]:
        """What is said before a form begins: consent at the first, what helps in distress, and what may be left out."""
        consent = ("consent",) if form.name == "baseline" else ()
        distress = ("distress",) if form.name in ("baseline", "weekly") else ()
        return tuple(self.sentence(name) for name in (*consent, *distress, *form.opt_outs))
