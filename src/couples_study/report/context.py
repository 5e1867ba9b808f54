"""What the pages are told: frozen, plain, and complete, so that a page can be made without the study at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from couples_study.contracts.evidence import Evidence, NotTestable
    from couples_study.contracts.prereg import Standing
    from couples_study.contracts.tension import Tension
    from couples_study.contracts.verdict import Verdict
    from couples_study.contracts.watch import Watch
    from couples_study.report.flow import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContext:
    """Everything ``index.html`` shows.

    ``hypotheses`` are the ids of the study's own hypotheses, which come first; all other verdicts are built-in
    claims, each in one of ``themes``.
    ``tensions`` are claims that exclude each other. ``evidence`` has an entry per verdict id (readings may
    have their own). ``ledger`` is the dictionary of ``ledger.json``, ``inputs`` maps file to sha256. ``design`` is
    "observational" or "randomised", ``dyads`` the word of ``[dyads] type``. ``column_labels`` explains missing
    columns. ``packages`` names the versions that computed the numbers (``{"statsmodels": "0.15.0"}``).
    ``results_path`` is where the numbers lie, relative to the page; empty where they are not written. ``flow`` is
    that of couples through a trial. ``deviations`` are what was done otherwise than a frozen plan says, None without
    such a plan; ``plan_notes`` say what was there when it was frozen, ``standings`` what each statement may be called.
    """

    study_id: str
    title: str
    synthetic: bool
    verdicts: tuple[Verdict, ...]
    evidence: Mapping[str, Evidence | NotTestable]
    ledger: Mapping[str, Any]
    inputs: Mapping[str, str]
    package_version: str
    hypotheses: tuple[str, ...] = ()
    tensions: tuple[Tension, ...] = ()
    design: str = "observational"
    dyads: str | None = None
    scheduled_days: int | None = None
    about: str = ""
    themes: Mapping[str, str] = field(default_factory=dict)
    column_labels: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    results_path: str = "results"
    intake_page: str = "intake.html"
    flow: Flow | None = None
    deviations: tuple[str, ...] | None = None
    plan_notes: tuple[str, ...] = ()
    standings: Mapping[str, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A record that intake held back: where it stands and why. Never what it says."""

    file: str
    row: int
    reason: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAnswered:
    """How many people were due on a study day and how many of them answered."""

    day: int
    scheduled: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeContext:
    """Everything ``intake.html`` shows; ``next_steps`` are added to the steps that follow from the reasons.

    ``watch`` is what was found in the validated data; without it the page tells of deliveries only, and
    ``answered_by_day`` says who answered. ``column_labels`` name the columns that partners are compared on.
    """

    study_id: str
    title: str
    synthetic: bool
    ledger: Mapping[str, Any]
    inputs: Mapping[str, str]
    package_version: str
    held: tuple[HeldRow, ...] = ()
    answered_by_day: tuple[DayAnswered, ...] = ()
    next_steps: tuple[str, ...] = ()
    watch: Watch | None = None
    column_labels: Mapping[str, str] = field(default_factory=dict)
    quarantine_path: str = "quarantine"
    report_page: str = "index.html"
