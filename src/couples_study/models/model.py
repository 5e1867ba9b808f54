"""What a model is to the rest of the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.contracts.study import Dyads
from couples_study.core.columns import Glossary
from couples_study.measures import Frames, Panel, Scale, panel_of

FEWEST_COUPLES = 30
FEW_COUPLES = 50
SINGULAR = 1e-10
COMMON_OPTIONS = frozenset(
    {
        "model",
        "outcome",
        "distribution",
        "smallest_effect",
        "rule",
        "direction",
        "require",
        "causal",
        "id",
        "statement",
        "aside",
        "status",
        "multiplicity",
        "veto",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a model may know of the study besides the frames.

    With ``brief`` a model may leave out what no rule reads (sensitivities, figures): thousands of replicates are.
    With ``influence`` a model that can tells what each couple adds to its estimate.
    """

    dyads: Dyads
    glossary: Glossary
    scales: tuple[Scale, ...] = ()
    scheduled_days: int | None = None
    wide_roles: tuple[str, ...] = ()
    randomised: frozenset[str] = field(default_factory=frozenset)
    seed: int = 0
    brief: bool = False
    influence: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of distinguishable partners, in the order ``labels`` or the wide prefixes give; else none."""
        named = tuple(dict.fromkeys(self.dyads.labels.values())) or self.wide_roles
        return named if self.dyads.distinguishable else ()

    def scale_of(self, column: str) -> Scale | None:
        return next((scale for scale in self.scales if scale.result == column), None)

    def label(self, column: str) -> str:
        """The column's words with its unit, for an axis."""
        if column not in self.glossary:
            return column
        return f"{self.glossary[column].label}, {self.glossary[column].unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """An entry of the registry.

    ``options`` are the keys of a question that the model uses; ``check`` raises `StudyFileError` on a question that
    can not be meant; ``plan`` says what will be fitted; ``estimate`` does it. ``looks`` names whose answers of how many
    days before (own or partner, lag) have to be there for a row to count.
    """

    name: str
    summary: str
    options: frozenset[str]
    repeated: Callable[[Question], bool]
    partners: Callable[[Question], bool]
    check: Callable[[Question, Setting, str], None]
    plan: Callable[[Question, Setting], Plan]
    estimate: Callable[[str, Question, Frames, Setting], Evidence | NotTestable]
    strength: Callable[[Question], str]
    looks: Callable[[Question], frozenset[tuple[str, int]]]


def not_testable_here(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    model: Model,
    frames: Frames,
    setting: Setting,
) -> NotTestable | None:
    """The gate before any model (rule R0): partners, days, columns. None where the question can go on."""
    missing = tuple(
        name for name in question.columns() if name not in ("study_day", "weekend") and not frames.has(name)
    )
    named = f" It also lacks {', '.join(missing)}." if missing else ""
    if model.partners(question) and setting.dyads.single:
        return NotTestable(
            id=id,
            reason="needs_partners",
            missing_columns=missing,
            detail="This needs both partners' answers; in this study one member of each couple answers." + named,
        )
    if model.repeated(question) and frames.person_days is None and frames.person_waves is None:
        return NotTestable(
            id=id,
            reason="needs_days",
            missing_columns=missing,
            detail="This needs repeated days or waves of the same people; this study asked once." + named,
        )
    if missing:
        return NotTestable(
            id=id,
            reason="missing_columns",
            missing_columns=missing,
            detail=f"This study did not measure {', '.join(missing)}.",
        )
    return None


def panel_for(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    outcome: str,
    frames: Frames,
    *,
    once: bool = False,
) -> Panel | NotTestable:
    """The panel in which ``outcome`` varies, if everything else the question needs is in it too.

    With ``once`` a study that asked once will do: its people are a panel of one day.
    """
    frame = frames.panel_with(outcome)
    if frame is None and once:
        frame = frames.people.assign(time=0)
    if frame is None:
        return NotTestable(id=id, reason="needs_days", detail=f"{outcome} was not measured repeatedly in this study.")
    elsewhere = [
        name for name in question.columns() if name not in frame.columns and name not in ("study_day", "weekend")
    ]
    if elsewhere:
        return NotTestable(
            id=id,
            reason="another_rhythm",
            missing_columns=tuple(elsewhere),
            detail=f"{outcome} and {', '.join(elsewhere)} were not measured on the same days or waves.",
        )
    return panel_of(frame)


def too_few(id: str, couples: int, what: str) -> NotTestable:  # noqa: A002 (id is the contract's word)
    """The gate's answer to a sample too small to say anything."""
    return NotTestable(
        id=id,
        reason="too_few_couples",
        detail=f"{couples} couples have {what}; at least {FEWEST_COUPLES} are needed before a verdict means anything.",
    )


def full_rank(design: np.ndarray, least: float = SINGULAR) -> bool:
    """Whether the columns of ``design`` (rows, columns) are linearly independent, scaled to unit length first.

    ``least`` is the smallest eigenvalue of their cosines that still counts as independent.
    """
    lengths = np.linalg.norm(design, axis=0)
    if len(lengths) == 0 or lengths.min() <= 0:
        return False
    scaled = design / lengths
    return bool(np.linalg.eigvalsh(scaled.T @ scaled)[0] > least)
