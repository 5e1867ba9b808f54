"""Typed reservations that more than one model voices, each with the sentence a reader sees."""

from __future__ import annotations

from couples_study.contracts.evidence import Concern
from couples_study.measures import Panel
from couples_study.models.model import FEW_COUPLES

RELIABLE = 0.90

MEASUREMENT_ERROR = Concern(
    code="measurement_error",
    sentence=(
        "Yesterday's answers carry measurement error. Controlling for an imperfect measure of yesterday leaves part of "
        "yesterday in the lagged effect: this model can show a path where there is none and hide one where there is."
    ),
)
SHORT_SERIES = Concern(
    code="short_series",
    sentence=(
        "The person's own lag is estimated around a mean of few days, which pulls it down by about (1 + lag) / days; "
        "the other coefficients are hardly touched. It is not corrected here."
    ),
)
SAME_REPORTER = Concern(
    code="same_reporter",
    sentence="Predictor and outcome come from the same person on the same day, so a passing mood can move both.",
)


def few_couples(couples: int) -> tuple[Concern, ...]:
    """A reservation below `FEW_COUPLES` couples."""
    if couples >= FEW_COUPLES:
        return ()
    return (
        Concern(
            code="few_couples",
            sentence=f"Only {couples} couples: below {FEW_COUPLES} the standard errors are themselves uncertain.",
        ),
    )


def unreliable_means(panel: Panel, columns: tuple[str, ...]) -> tuple[Concern, ...]:
    """A reservation for each between-person predictor whose person means are too unreliable to compare people by."""
    found = []
    for column in columns:
        reliability = panel.mean_reliability(column)
        if reliability < RELIABLE:
            found.append(
                Concern(
                    code="person_mean_reliability",
                    sentence=f"Person means of {column} have a reliability of {reliability:.2f}, below {RELIABLE:.2f}.",
                )
            )
    return tuple(found)
