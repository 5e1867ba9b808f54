"""What stands beside a lagged path: bias of short series, items of one minute, each partner, no correction at all."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.evidence import Concern, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.measures import Panel
from couples_study.models.concerns import MEASUREMENT_ERROR
from couples_study.models.lagged.both_ways import SURVIVES, by_role, item_error_facts
from couples_study.models.lagged.halves import corrected_path
from couples_study.models.lagged.pairs import LEAST_TOGETHER, Pairs, held_of, together
from couples_study.models.lagged.paths import OWN, PATH, Path, forward_path, plain_path, within_path

TESTED = "predictor.lag1"


def beside(
    name: str, pairs: Pairs, path: Path, unit: float, prefix: str = "", *, sign: float = 1.0, brief: bool = False
) -> tuple[dict[str, float], list[Concern], list[Sensitivity]]:
    """What stands beside a path: bias of short series, items of one minute, each partner, no correction at all.

    ``sign`` is the side of zero on which the statement has the path. With ``brief`` only what a rule reads: items of
    one minute.
    """
    facts = item_error_facts(name, pairs, path, sign)
    if brief:
        return facts, [_same_minute(name, facts)] if any(pairs.shared) else [], []
    ahead, naive = forward_path(pairs), within_path(pairs)
    facts |= {f"{name}_own_lag": float(naive.params[OWN]), f"{name}_own_lag_unbiased": float(ahead.params[OWN])}
    facts |= {f"{name}_uncorrected": naive.value * unit, f"{name}_unbiased": ahead.value * unit}
    rows = [
        Sensitivity.of(path_term(plain_path(pairs), unit, TESTED), f"{prefix}without correction for measurement error"),
        Sensitivity.of(path_term(naive, unit, TESTED), f"{prefix}with short-series bias"),
        Sensitivity.of(path_term(ahead, unit, TESTED), f"{prefix}without short-series bias, by forward differences"),
    ]
    for role, one in by_role(pairs).items():
        rows.append(Sensitivity.of(path_term(one, unit, TESTED), f"{prefix}outcome of {role}"))
    concerns = [_short_series(path, naive, ahead, unit)]
    if any(pairs.shared):
        rows.append(
            Sensitivity.of(
                path_term(corrected_path(pairs, SURVIVES), unit, TESTED),
                f"{prefix}item errors correlated {SURVIVES:.1f}",
            )
        )
        concerns.append(_same_minute(name, facts))
    return facts, concerns, rows


def _short_series(path: Path, naive: Path, ahead: Path, unit: float) -> Concern:
    """How far the days are too few, and what was done about it."""
    own = f"Differences from the mean of few days pull the own lag from {ahead.params[OWN]:.2f} to "
    own += f"{naive.params[OWN]:.2f}"
    if path.words == naive.words:
        done = f". With so few days this can not be taken out of the path, {path.value * unit:.3f}, by half series"
    else:
        done = f" and make the path {naive.value * unit:.3f}; with that taken out by half series it is "
        done += f"{path.value * unit:.3f}"
    return Concern(
        code="short_series",
        sentence=f"{own}{done}; an estimator that never had this bias, and less precision, gives "
        f"{ahead.value * unit:.3f}.",
    )


def _same_minute(name: str, facts: dict[str, float]) -> Concern:
    """One code where the answer stands whatever the items' errors share, another that keeps it from standing."""
    flips = facts.get(f"{name}_flips_at")
    if facts[f"{name}_survives"] == 0.0:
        return Concern(
            code="item_errors",
            sentence=f"Two items of one construct were answered in the same minute. If their errors are correlated "
            f"{flips:.2f} or more, the {name} path is no longer shown.",
        )
    tail = f" It would take a correlation of {flips:.2f} to undo the {name} path." if flips is not None else ""
    return Concern(
        code="same_minute_items",
        sentence="Two items of one construct were answered in the same minute, so their errors may be correlated."
        + tail,
    )


def measured(question: Question, panel: Panel) -> tuple[Concern, ...]:
    """Where errors of measurement are not taken out: one answer only, or two that do not indicate the same."""
    if {held_of(question), question.predictor} - set(question.indicators):
        return (MEASUREMENT_ERROR,)
    pairs = {name: (group[0], group[-1]) for name, group in question.indicators.items()}
    found = {name: together(panel, pair) for name, pair in pairs.items()}
    loose = [f"{name} ({value:.2f})" for name, value in found.items() if value < LEAST_TOGETHER]
    if not loose:
        return ()
    sentence = (
        f"The two answers that should indicate the same hardly go together within persons: {', '.join(loose)}, below "
        f"{LEAST_TOGETHER:.2f}. Neither can then correct the other, and the path can be anything."
    )
    return (Concern(code=MEASUREMENT_ERROR.code, sentence=sentence),)


def path_term(path: Path, unit: float, name: str) -> Term:
    weights = np.zeros(len(path.params))
    weights[PATH] = unit
    return path.linear().term(weights, name)
