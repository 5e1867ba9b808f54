"""What a researcher's own hypothesis says to be true, in the columns and on the scales of its own study.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from couples_study.contracts.hypothesis import Question
from couples_study.core.columns import Glossary
from couples_study.core.errors import UsageError
from couples_study.measures.units import product_parts
from couples_study.models.apim_design import pieces_of_question
from couples_study.models.terms import pieces_of, split
from couples_study.planning.claim_worlds import STATED, Path, paths_of

RANGE_IN_SD = 6.0  # a column's day-to-day SD is taken to be a sixth of its range, unless it is given
FLAG = "flag"


def own_paths(question: Question, columns: Glossary, spread: Mapping[str, float]) -> tuple[Path, ...]:
    """The paths of a hypothesis, each once, sized in standard deviations whatever the unit of its smallest effect."""
    found = list(_apim(question)) if question.model == "apim" else list(paths_of(question))
    if not found:
        raise UsageError(
            f"hypothesis of model {question.model!r}",
            expected="apim, regression, cross_lag, moderation or mediation",
            found="a model whose worlds are not drawn for a study's own columns",
            do="`couples-study simulate --list` names worlds that can be simulated and reported instead",
        )
    sized = [_sized(path, question, columns, spread) for path in found]
    return tuple({(p.outcome, p.predictor, p.who, p.lag, p.level, p.times): p for p in sized}.values())


def spread_of(question: Question, columns: Glossary, given: Mapping[str, float]) -> dict[str, float]:
    """Day-to-day standard deviations of the columns that the smallest effect is stated in raw units of.

    As ``given``, else a sixth of the column's range; raises `UsageError` where neither is known.
    """
    outcome, predictors = product_parts(question.smallest_effect.unit, "unit")
    raw = [question.outcome] if outcome is None else []
    if any(kind is None for kind in predictors):
        named = (*question.actor, *question.partner, *question.predictors, question.predictor, question.moderator)
        raw += [str(name).removeprefix("partner.") for name in named if name]
    return {name: _spread(name, columns, given) for name in raw if columns[name].kind != FLAG}


def _spread(name: str, columns: Glossary, given: Mapping[str, float]) -> float:
    if name in given:
        return given[name]
    low, high = columns[name].low, columns[name].high
    if low is None or high is None:
        raise UsageError(
            f"column {name!r}",
            expected="its day-to-day standard deviation, for the smallest effect is stated in its raw units",
            found="no range to guess it from",
            do=f"say --sd {name}=VALUE, from a pilot or a published study",
        )
    return (high - low) / RANGE_IN_SD


def _apim(question: Question) -> Iterator[Path]:
    """A path for the first term of every test; own or partner's, within or between, as the term says."""
    pieces = {piece.name: piece for piece in pieces_of_question(question) if piece.name != "autoregression"}
    tests = question.test or tuple(name for name, piece in pieces.items() if piece.kind != "between")
    for words in tests:
        _, term = pieces_of(words, "test")[0]
        piece = pieces.get(split(term)[0])
        if piece is not None:
            yield Path(
                outcome=question.outcome,
                predictor=piece.column,
                size=STATED * question.smallest_effect.value,
                sign=1.0 if question.direction == "positive" else -1.0,
                who=piece.who,
                lag=piece.lag,
                level="between" if piece.kind == "between" else "within",
            )


def _sized(path: Path, question: Question, columns: Glossary, spread: Mapping[str, float]) -> Path:
    """The path in SDs of its columns; a predictor that is 0 or 1 is drawn so."""
    outcome, predictors = product_parts(question.smallest_effect.unit, "unit")
    by_lot = columns[path.predictor].kind == FLAG
    size = path.size
    if question.model != "mediation":  # whose two paths are in SDs as they are
        size /= spread[path.outcome] if outcome is None else 1.0
        size *= spread.get(path.predictor, 1.0) if predictors[0] is None else 1.0
        size *= (
            spread.get(path.times.removeprefix("partner."), 1.0)
            if path.times and len(predictors) > 1 and predictors[1] is None
            else 1.0
        )
    return replace(path, size=size, by_lot=by_lot)
