"""What the readings of a threshold have in common when they are handed on: terms, figure, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import FigureData, Term
from couples_study.core.errors import AnalysisError
from couples_study.models.threshold.figure import figure_data
from couples_study.models.threshold.findings import Findings, Ground
from couples_study.models.threshold.rows import CAP
from couples_study.models.threshold.slopes import PER_ONE_MORE, held_constant

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST_DRAWS = 99


def check_request(id_: str, stated: float, draws: int) -> None:
    """Refuse a stated value off the grid of halves, or too few draws for a p-value."""
    if draws < FEWEST_DRAWS or not (1.0 <= stated <= CAP / 2.0) or stated * 2.0 != round(stated * 2.0):
        raise AnalysisError(
            id_, expected=f"a stated value from 1 to {CAP / 2:g} in halves and at least {FEWEST_DRAWS} draws",
            found=f"stated = {stated:g}, draws = {draws}",
        )  # fmt: skip


def tested_of(found: Findings) -> tuple[Term, ...]:
    """The slopes below and above the stated value, and the total effect."""
    return (
        found.slopes.low.term("exposure.below", PER_ONE_MORE),
        found.slopes.high.term("exposure.from", PER_ONE_MORE),
        found.total.term("exposure.total"),
    )


def controls_of(ground: Ground, names: tuple[str, ...]) -> tuple[Term, ...]:
    """The coefficients of what was held constant, by ``names`` in the order of the controls."""
    found = held_constant(ground.grams, ground.sample, ground.stated)
    return tuple(
        estimate.term(name, f"units of the outcome for one more of {name}")
        for name, estimate in zip(names, found, strict=True)
    )


def _title(stated: float, labels: tuple[str, str]) -> str:
    """The figure's question, from the axis labels without their units."""
    exposure, outcome = (label.split(",", 1)[0] for label in labels)
    return f"Is {stated:g} a threshold? {outcome} by {exposure[:1].lower()}{exposure[1:]}"


def figure_of(ground: Ground, found: Findings, facts: Mapping[str, float], labels: tuple[str, str]) -> FigureData:
    """The threshold figure's frames and notes; ``labels`` are those of the axes."""
    counted = ("days_below", "days_from", "couple_days_below", "couple_days_from")
    notes = {
        "stated": ground.stated,
        "couples": ground.grams.n_couples,
        "counted": "Couples" if len(ground.rows) == ground.grams.n_couples else "Couple-days",
        "last_below": facts["last_below"],
        "whole_counts": bool((ground.rows.exposure == np.round(ground.rows.exposure)).all()),
        **{name: int(facts[name]) for name in counted},
        "six_model": ground.shapes[found.comparison.at_stated].label,
        "best_model": ground.shapes[found.comparison.best].label,
    }
    return figure_data(
        rows=ground.rows, grams=ground.grams, draws=ground.sample, shapes=ground.shapes, hinge=found.hinge,
        jump=found.jump, notes=notes, labels=labels, title=_title(ground.stated, labels),
    )  # fmt: skip
