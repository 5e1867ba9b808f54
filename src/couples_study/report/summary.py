"""The head of the page: how many of each verdict, which group comes first, and what the study can say at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from couples_study.contracts.prereg import CONFIRMATORY
from couples_study.contracts.verdict import NOT_TESTABLE, STRENGTHS, VERDICTS
from couples_study.report import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from couples_study.contracts.verdict import Verdict
    from couples_study.report.context import ReportContext

OWN_THEME = "the study’s own"
NO_STRENGTH = "none"
MOST_OPEN = 12  # a page with more questions than this opens the study's own only


def tally(verdicts: Sequence[Verdict]) -> list[tuple[str, int]]:
    """How many verdicts of each kind, in the fixed order of the contract."""
    return [(word, sum(v.verdict == word for v in verdicts)) for word in VERDICTS]


def groups(context: ReportContext) -> list[tuple[str, list[Verdict]]]:
    """The study's own hypotheses first, in their order; then the built-in claims. Empty groups are left out."""
    by_id = {v.id: v for v in context.verdicts}
    own = [by_id[name] for name in context.hypotheses if name in by_id]
    rest = [v for v in context.verdicts if v.id not in context.hypotheses]
    named = [("The study’s own hypotheses", own), ("General claims put to this study", rest)]
    return [(name, verdicts) for name, verdicts in named if verdicts]


class Row(NamedTuple):
    """Where a question stands in the table of answers, however that is sorted."""

    order: int
    theme: str
    theme_rank: int
    strength: str
    strength_rank: int
    verdict_rank: int


def themes(context: ReportContext) -> list[str]:
    """The themes of the study's questions, its own first."""
    named = {_theme(context, v) for v in context.verdicts}
    return [name for name in (OWN_THEME, *sorted(named - {OWN_THEME})) if name in named]


def rows(context: ReportContext) -> dict[str, Row]:
    """Rank of every question by number, theme, verdict and strength."""
    known, strengths = themes(context), (*STRENGTHS, NO_STRENGTH)
    ordered = [v for _, verdicts in groups(context) for v in verdicts]
    return {
        v.id: Row(
            order=order,
            theme=(theme := _theme(context, v)),
            theme_rank=known.index(theme),
            strength=(strength := v.strength or NO_STRENGTH),
            strength_rank=strengths.index(strength),
            verdict_rank=VERDICTS.index(v.verdict),
        )
        for order, v in enumerate(ordered)
    }


def _theme(context: ReportContext, verdict: Verdict) -> str:
    return OWN_THEME if verdict.id in context.hypotheses else context.themes.get(verdict.id, "general")


def opened(context: ReportContext) -> set[str]:
    """Ids whose section is open when the page is: all of a short page, else the study's own; never the untestable."""
    testable = {v.id for v in context.verdicts if v.verdict != NOT_TESTABLE}
    return testable if len(context.verdicts) <= MOST_OPEN else testable & set(context.hypotheses)


def lede(context: ReportContext) -> str:
    """One paragraph on what this study can say and what it cannot."""
    parts = [
        context.about.strip(),
        _asked(context),
        _planned(context),
        _rests_on(context),
        _reach(context),
        _lacks(context),
    ]
    if context.synthetic:
        parts.append("The data are synthetic: they show the method at work and say nothing about real couples.")
    return " ".join(part for part in parts if part)


def _asked(context: ReportContext) -> str:
    own = sum(v.id in context.hypotheses for v in context.verdicts)
    rest = len(context.verdicts) - own
    parts = []
    if own:
        parts.append(f"{own} {'hypothesis' if own == 1 else 'hypotheses'} of its own")
    if rest:
        parts.append(f"{rest} general {'claim' if rest == 1 else 'claims'}")
    if not parts:
        return "No question was put to this study."
    many = len(context.verdicts)
    return f"This study was asked {many} {'question' if many == 1 else 'questions'}: {' and '.join(parts)}."


def _planned(context: ReportContext) -> str:
    """What of it was fixed before its outcomes came, and whether that was kept."""
    if not context.standings:
        return ""
    held = [v.id for v in context.verdicts if v.status == CONFIRMATORY]
    if context.deviations is None:
        return "No plan was frozen before outcomes came: every answer here is exploratory."
    many = len(context.deviations)
    kept = (
        f"{many} {'deviation' if many == 1 else 'deviations'} from the frozen plan" if many else "no deviation from it"
    )
    if not held:
        return f"Its frozen plan makes no answer here confirmatory: every one is exploratory ({kept})."
    rest = "" if len(held) == len(context.verdicts) else "; every other answer is exploratory"
    return f"Frozen before its outcomes came: {', '.join(held)}{rest} ({kept})."


def _rests_on(context: ReportContext) -> str:
    counts = [v.counts for v in context.verdicts if v.counts is not None]
    if not counts:
        return "Nothing could be estimated."
    most = max(counts, key=lambda c: (c.couples, c.people, c.n_obs))
    who = f"{numbers.count(most.couples)} couples ({numbers.count(most.people)} people)"
    if context.dyads == "single":
        who = f"{numbers.count(most.people)} people, one partner of each couple"
    days = f", asked over {context.scheduled_days} days" if context.scheduled_days else ""
    return f"Its answers rest on up to {who}{days}."


def _reach(context: ReportContext) -> str:
    if context.design == "randomised":
        return "Part of it was randomised: those answers can be read as causes, the others cannot."
    if not any(v.counts is not None for v in context.verdicts):
        return ""
    if any(v.strength == "lagged" for v in context.verdicts):
        return "Nothing was randomised: it can show what goes together and what comes first, not what causes what."
    return "Nothing was randomised: it can show what goes together, not what causes what."


def _lacks(context: ReportContext) -> str:
    n = sum(v.verdict == NOT_TESTABLE for v in context.verdicts)
    if not n:
        return ""
    if n == 1:
        return "One question lacks something it would need, and says what."
    return f"{n} questions lack something they would need, and each says what."
