"""The worlds that any claim can be put to: the stated effect, none, and the traps that the claims name.

What is true is read off a claim's readings: each names an outcome, what moves it, over which day or between whom, and
the smallest effect that matters. In ``claim_true`` every effect is `STATED` times that; in all others but
``claim_ceiling`` it is none, and something else moves the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from couples_study.contracts.hypothesis import ABOVE, BELOW, Question, Reading
from couples_study.measures.units import product_parts
from couples_study.models.terms import pieces_of, split

STATED = 2.0
BEYOND, LEAST = 0.15, 0.05  # how far a share lies from where a word begins, and from none and all
UNPROMPTED = ("one_cause_told",)  # answers in people's own words: there is nothing to say yes to
COUNT_WEIGHT = 0.5  # of what moves an outcome that is counted, on the logarithm of its rate
MOST_EXPLAINED = 0.8  # of an outcome's variance, shared by what moves it
SUMMARIES = {
    "claim_true": "every effect is twice the smallest that matters",
    "claim_false": "no effect; where none is claimed, one of twice the smallest",
    "claim_mood": "no effect; a person's mood of the day colours all of that person's answers of the day",
    "claim_halo": "no effect; a person's view of the relationship colours all of that person's answers",
    "claim_ceiling": "every effect as stated, and the outcome's upper 40 in 100 can not be told apart",
    "claim_acquiescence": "no effect; some people say yes to everything",
    "claim_regression": "no effect; couples join when they are at their lowest",
    "claim_reverse": "no effect; the outcome moves what is said to move it",
    "claim_together": "no effect; days together move everything of both partners",
    "claim_noise": "no effect (or one of twice the smallest, where none is claimed), and half of what is said to move "
    "the outcome is measurement error",
    "claim_severity": "no effect; how grave the occasion is raises the one and lowers the other",
    "claim_skewed": "no effect; the outcome's answers crowd at one end and few lie far off",
    "claim_uneven": "no effect; some people's days vary three times as much as others'",
    "claim_trend": "no effect; everything drifts over the study, in each couple at a pace of its own",
}
CLAIM_WORLDS = tuple(SUMMARIES)
TRUE_WORLDS = ("claim_true", "claim_ceiling")
SINCE = "since"  # an event's effect lasts from its day on
MISSPECIFIED = ("claim_skewed", "claim_uneven", "claim_trend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """``predictor`` moves ``outcome`` by ``size`` of its standard deviations, with ``sign`` as claimed.

    ``who`` is own or partner (whose answer the predictor is), ``lag`` 0 or 1 day, ``level`` within (days) or between
    (people); ``by_lot`` where the predictor is a draw of 0 or 1. ``times`` is what the predictor is multiplied with,
    where the claim is that an effect depends on it; ``match``, under the name ``along`` of a line of the surface, the
    answer that the predictor should match. ``along`` is `SINCE` where the predictor is a rare event whose effect stays.
    ``before`` is what the outcome was earlier on the day, of which it keeps a part.
    """

    outcome: str
    predictor: str
    size: float
    sign: float
    who: str = "own"
    lag: int = 0
    level: str = "within"
    by_lot: bool = False
    times: str | None = None
    match: str | None = None
    along: str = ""
    before: str = ""


def paths_of(question: Question) -> tuple[Path, ...]:
    """What one reading about days or people says to be true; nothing for trials, which say it of arms."""
    question = estimated_by(question)
    if question.model == "mediation" and question.arm is None:
        return tuple(_mediated(question))
    if question.model == "micro_randomised":
        return (_path(question, question.predictor or "", "own", question.lag, "within"),)
    if question.model == "cross_lag":
        path = _path(question, question.predictor or "", "own", question.lag, "within")
        return (replace(path, before=question.after or ""),)
    if question.model == "moderation":
        return (_moderated(question),)
    if question.model == "counts":
        return tuple(_counted(question))
    if question.model == "practices":
        return tuple(_practised(question))
    if question.model == "piecewise_change":
        path = _path(question, str(question.predictor).removeprefix("partner."), "own", 0, "within")
        return (replace(path, along=SINCE, by_lot=True),)
    if question.model == "trend" and question.after is not None:
        path = _path(question, question.after, "own", 0, "trend")
        return (replace(path, by_lot=False),)
    if question.model == "surface":
        return tuple(_along(question))
    if question.model in ("apim", "regression"):
        return tuple(_tested(question))
    return ()


def estimated_by(question: Question) -> Question:
    """The question as it is asked of the model whose estimate is tested for equivalence."""
    return question if question.model != "equivalence" else question.model_copy(update={"model": question.by})


def none_claimed(questions: Sequence[Question]) -> bool:
    """Whether the claim is that there is no effect (rule R5), and nothing else."""
    return bool(questions) and all(question.rule == "R5" for question in questions)


def strength_in(world: str, questions: Sequence[Question], times: float | None = None) -> float:
    """How large every effect is in ``world``, in multiples of the smallest that matters; ``times`` where given."""
    if times is not None:
        return times
    if none_claimed(questions):
        return STATED if world in ("claim_false", "claim_noise") else 0.0
    return STATED if world in TRUE_WORLDS else 0.0


def scalable(questions: Sequence[Question]) -> bool:
    """Whether the effects of a claim can be made larger and smaller: a share that says so can not."""
    return any(paths_of(question) or question.model == "trial" for question in questions)


def holds_size(paths: Sequence[Path]) -> dict[str, float]:
    """By outcome, the most that a single path may move it where several do."""
    counts: dict[str, int] = {}
    for path in paths:
        counts[path.outcome] = counts.get(path.outcome, 0) + 1
    return {name: float((MOST_EXPLAINED / count) ** 0.5) for name, count in counts.items()}


def gains_of(questions: Sequence[Question]) -> dict[str, float]:
    """By arm, the gain that makes every contrast of a claim true by `STATED` times its smallest effect."""
    gains: dict[str, float] = {}
    for _ in questions:
        for question in questions:
            if question.model != "trial":
                continue
            first, second = question.contrast
            if question.rule == "R5":
                gains.setdefault(first, 0.0), gains.setdefault(second, 0.0)
                continue
            sign = 1.0 if question.direction == "positive" else -1.0
            high, low = (first, second) if sign > 0 else (second, first)
            needed = gains.setdefault(low, 0.0) + STATED * question.smallest_effect.value
            gains[high] = max(gains.get(high, 0.0), needed)
    return gains


def share_of(question: Question, world: str) -> float:
    """The share that says so: as claimed and well beyond doubt, or so in the other direction; all say yes or not."""
    assent = world == "claim_acquiescence" and question.outcome not in UNPROMPTED
    true = assent or world in ("claim_true", "claim_ceiling")
    if question.rule == "R3":
        return float(question.stated or 0.5) - (0.0 if true else BEYOND)
    word = str(question.quantifier)
    claimed, stands = (BEYOND, ABOVE[word]) if word in ABOVE else (-BEYOND, BELOW[word])
    return min(max(stands + (claimed if true else -claimed), LEAST), 1 - LEAST)


def _tested(question: Question) -> Iterator[Path]:
    """The first piece of every test moves the outcome: in a comparison of two, the second does nothing."""
    columns = question.predictors if question.model == "regression" else (*question.actor, *question.partner)
    level = "between" if question.model == "regression" or question.centering == "grand" else "within"
    for words in question.test or columns:
        _, name = next(iter(pieces_of(words, "test")))
        only = question.partner if name.startswith("partner") else columns  # a side's single column is not named
        column = next((one for one in columns if split(name)[0].endswith(one)), only[0])
        partners = column in question.partner and not (column in question.actor and name.startswith("actor"))
        yield _path(question, column, "partner" if partners else "own", question.lag, level)


def _counted(question: Question) -> Iterator[Path]:
    """Each predictor moves the rate by twice the smallest ratio that matters, per SD or per doubling."""
    level = "within" if question.centering == "person" else "between"
    for name in question.test or question.predictors:
        who = "partner" if name.startswith("partner.") else "own"
        path = _path(question, name.removeprefix("partner."), who, 0, level)
        yield replace(path, size=path.size / COUNT_WEIGHT, by_lot=False)


def _practised(question: Question) -> Iterator[Path]:
    """Every practice does something, the last of the list 4.5 times as much as the first; none of those aside."""
    if isinstance(question, Reading) and question.aside:
        return
    for place, name in enumerate(question.items):
        path = _path(question, name, "own", question.lag, "within")
        yield replace(path, size=path.size * (1 + 3.5 * place / max(len(question.items) - 1, 1)))


def _path(question: Question, column: str, who: str, lag: int, level: str) -> Path:
    sign = 1.0 if question.direction == "positive" else -1.0
    return Path(
        outcome=question.outcome,
        predictor=column,
        size=STATED * question.smallest_effect.value,
        sign=sign,
        who=who,
        lag=lag,
        level=level,
        by_lot=product_parts(question.smallest_effect.unit, "unit")[1][:1] == (None,),
    )


def _moderated(question: Question) -> Path:
    """The product moves the outcome, or where a slope is tested, the predictor does whatever else holds."""
    who = "partner" if str(question.predictor).startswith("partner.") else "own"
    level = "within" if question.centering == "person" or question.lag else "between"
    path = _path(question, str(question.predictor).removeprefix("partner."), who, question.lag, level)
    return replace(path, times=None if question.test else str(question.moderator))


def _along(question: Question) -> Iterator[Path]:
    """Each tested line of a surface: its slope or curvature, or how that depends on the moderator."""
    first, second = question.predictors
    for name in question.test or ("a4",):
        line, _, moderated = name.partition(".")
        path = _path(question, first.removeprefix("partner."), "own", 0, "between")
        yield replace(path, match=second, along=line, by_lot=False, times=question.moderator if moderated else None)


def _mediated(question: Question) -> Iterator[Path]:
    """A path of 0.5 into the mediator and one out of it: a quarter goes through, and nothing beside it."""
    names = (question.predictor or "", question.mediator or "", question.outcome)
    for predictor, outcome in pairwise(names):
        yield Path(outcome=outcome, predictor=predictor, size=0.5, sign=1.0)
