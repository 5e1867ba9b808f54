"""What if skipped evenings were not like the others? Shifts of the missing outcomes, and weights from the day before.

An evening on which yesterday was answered and today was not is taken as missing at random given yesterday. Beside that
stand its two rivals: missing outcomes that lie lower than expected, and weights by the chance of an answer.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Sensitivity
from couples_study.contracts.hypothesis import Question
from couples_study.measures import Panel
from couples_study.models.lagged.halves import corrected_path
from couples_study.models.lagged.pairs import Pairs, indicators_of, said
from couples_study.models.lagged.paths import PATH, Path
from couples_study.models.missing_data import PatternMixture, inverse_probability
from couples_study.models.weekly.adjusted import Combined

PLAUSIBLE = 0.5  # within-person standard deviations: a tipping point nearer than this is a concern
TOMORROW = -1


def due_pairs(question: Question, panel: Panel, pairs: Pairs, *, reverse: bool = False) -> Pairs:
    """Every evening whose day before was answered, ``today`` being NaN where it was skipped.

    The last day of the study has no day after it; ``pairs`` gives what does not depend on the rows.
    """
    names = (question.predictor, question.outcome) if reverse else (question.outcome, question.predictor)
    y_parts, x_parts = (indicators_of(question, name) for name in names)
    today = np.mean([said(panel, column, TOMORROW) for column in y_parts], axis=0)
    own = np.column_stack([said(panel, column, 0) for column in (y_parts[0], y_parts[-1])])
    other = np.column_stack([said(panel, column, 0) for column in (x_parts[0], x_parts[-1])])
    day = panel.frame["time"].to_numpy(dtype=np.float64) + 1
    steady = [day]
    if pairs.steady.shape[1] > 1 and "date" in panel.frame:
        steady.append((pd.to_datetime(panel.frame["date"]) + pd.Timedelta(days=1)).dt.day_of_week.ge(5).to_numpy(float))
    there = np.isfinite(np.column_stack([own, other, *steady])).all(axis=1) & (day <= day.max() - 1)
    order = np.lexsort((day, panel.own))
    rows = order[there[order]]
    return replace(
        pairs, today=today[rows], own=own[rows], other=other[rows], steady=np.column_stack(steady)[rows],
        person=panel.own[rows], couple=pd.factorize(panel.frame["couple_id"])[0][rows], row=rows,
        role=panel.frame["role"].astype("str").to_numpy()[rows],
    )  # fmt: skip


def skipped(due: Pairs, unit: float, outcome_sd: float, prefix: str) -> tuple[list[Sensitivity], list[Concern]]:
    """Sensitivity rows for skipped evenings, and a reservation where a plausible shift would undo a shown path.

    ``unit`` turns a raw path into the unit of the smallest effect; shifts are in ``outcome_sd``.
    """
    observed = np.isfinite(due.today)
    if observed.all():
        return [], []
    answered = due.where(observed)
    mixture = PatternMixture(
        random=_combined(corrected_path(answered), unit),
        slope=_combined(corrected_path(replace(due, today=(~observed).astype(np.float64))), unit * outcome_sd),
    )
    rows = list(mixture.rows(1.0, f"{prefix}skipped evenings"))
    known = np.column_stack([np.ones(len(due.today)), due.own.mean(axis=1), due.other.mean(axis=1), due.steady[:, 0]])
    weights = inverse_probability(observed, known)[observed]
    weighted = _combined(corrected_path(answered, weights=weights), unit).term("weighted", 1.0)
    rows.append(Sensitivity.of(weighted, f"{prefix}weighted by the inverse chance of an answer"))
    tip = mixture.tipping_point(1.0)
    if tip is None or abs(tip) >= PLAUSIBLE:
        return rows, []
    sentence = (
        f"If skipped evenings lay {abs(tip):.2f} within-person SD {'lower' if tip < 0 else 'higher'} than expected "
        f"from the day before, the interval of the {prefix.removesuffix(': ') or 'lagged'} path would hold zero."
    )
    return rows, [Concern(code="missing_not_at_random", sentence=sentence)]


def _combined(path: Path, unit: float) -> Combined:
    return Combined(value=path.value * unit, influence=path.influence[PATH] * unit, clusters=path.couples)
