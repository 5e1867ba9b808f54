"""What watching a study gives: agreement, careless answering, compliance, devices, drift and silence. No answers.

Everything names couples and people as they may be shown on a page (see `couples_study.privacy.shown`). A part that
could not be looked at says why in ``why_not``; it is then otherwise empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

DriftKind = Literal["renamed", "gone", "new", "range_changed", "code_moved", "words_new", "words_gone", "more_missing"]
USED_DAY, CAME_DAY, SILENT_DAY, NOT_DUE = "u", "c", ".", " "


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """Items that are answered together on one scale, in the order they are asked; ``table`` is where they stand."""

    table: str
    items: tuple[str, ...]
    reversed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementIndex:
    """One number of agreement with its 95% interval over couples, or the reason why it cannot be had."""

    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FarOffCouple:
    """A couple whose two reports lie much further apart than those of other couples."""

    couple: str
    reports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Two columns that report the same thing, compared within couple and day.

    ``reports`` counts compared pairs of answers: one per couple-day where both columns are the same, up to two where
    they differ (each partner's ``mine`` against the other's ``partners``).
    """

    mine: str
    partners: str
    kind: Literal["flag", "number"]
    couples: int = 0
    couple_days: int = 0
    reports: int = 0
    indices: tuple[AgreementIndex, ...] = ()
    far_off: tuple[FarOffCouple, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarelessCheck:
    """One way of answering carelessly in one table: questionnaires judged and flagged, and people with a flag.

    ``judged`` and ``flagged`` are of the table as the analyses read it; ``left_out`` were kept out of it for this sign.
    """

    table: str
    flag: str
    bound: float
    judged: int = 0
    flagged: int = 0
    left_out: int = 0
    people: int = 0
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarelessPerson:
    """A person with flagged questionnaires: how many there are, and how many have each flag."""

    table: str
    couple: str
    person: str
    questionnaires: int
    flags: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePerson:
    """A person's diary entries that were made late or together.

    ``late`` came after the next morning, ``next_days`` more than one calendar day after their evening, and
    ``one_sitting`` within minutes of an entry for another evening; ``longest`` is the longest such row of evenings.
    """

    couple: str
    person: str
    entries: int
    late: int
    next_days: int
    one_sitting: int
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEntries:
    """The same over the whole diary; ``people`` are those with entries after days, at one sitting, or often late."""

    entries: int = 0
    timed: int = 0
    late: int = 0
    next_days: int = 0
    one_sitting: int = 0
    people: tuple[LatePerson, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDevice:
    """A device that entries of more than one couple came from. The device itself is not named."""

    couples: tuple[str, ...]
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OneHand:
    """A couple whose partners' entries came from one device within seconds of each other."""

    couple: str
    evenings: int
    compared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """Devices used by more than one couple, and couples of whom one may answer for both."""

    shared: tuple[SharedDevice, ...] = ()
    one_hand: tuple[OneHand, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDays:
    """One person's diary: ``days`` has a letter per study day (`USED_DAY`, `CAME_DAY`, `SILENT_DAY`, `NOT_DUE`)."""

    couple: str
    person: str
    role: str
    days: str
    due: int
    answered: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleDays:
    """Evenings on which both partners were due, and those on which both, or exactly one, answered."""

    couple: str
    due: int
    both: int
    one: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """One study day: people due, answered and used; couples due and with answers of both."""

    day: int
    due: int
    answered: int
    used: int
    couples_due: int
    both: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """Who was due and who answered, by person, couple and study day.

    ``people`` and ``couples`` come couple by couple, and are `Rows` where there may be many.
    """

    people: Sequence[PersonDays] = ()
    couples: Sequence[CoupleDays] = ()
    by_day: tuple[DayCount, ...] = ()
    notes: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftFinding:
    """A difference between two deliveries of one source, in words that hold no answer."""

    source: str
    before: str
    file: str
    kind: DriftKind
    columns: tuple[str, ...]
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentPerson:
    """Someone who is due tonight and has not answered; ``evenings`` due in a row without an answer, tonight included.

    ``ever`` is whether this person has answered at all.
    """

    couple: str
    person: str
    role: str
    evenings: int
    ever: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleAtRisk:
    """A couple that may stop: silent for long, or answering much less than before. Shares are of evenings due."""

    couple: str
    reasons: tuple[Literal["silent", "declining"], ...]
    evenings: int
    recent: float
    before: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running study on one evening: couples by where they stand, who is silent, and who may stop."""

    as_of: date | None = None
    active: int = 0
    done: int = 0
    ended: int = 0
    not_started: tuple[str, ...] = ()
    silent: tuple[SilentPerson, ...] = ()
    at_risk: tuple[CoupleAtRisk, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Everything that is told about validated data while a study runs, and after."""

    agreement: tuple[PairAgreement, ...] = ()
    careless: tuple[CarelessCheck, ...] = ()
    careless_people: tuple[CarelessPerson, ...] = ()
    late: LateEntries = field(default_factory=LateEntries)
    devices: Devices = field(default_factory=Devices)
    compliance: Compliance = field(default_factory=Compliance)
    drift: tuple[DriftFinding, ...] = ()
    running: Running = field(default_factory=Running)
