"""The numbers of an analysis under the names by which rule R8 reads them: all at once, or one by one as asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from couples_study.core.errors import AnalysisError
from couples_study.models.threshold.basis import cubic, number_of
from couples_study.models.threshold.checks import descriptives
from couples_study.models.threshold.findings import Findings, Limits, ground_of

if TYPE_CHECKING:
    from couples_study.models.threshold.rows import Rows
    from couples_study.models.threshold.slopes import Estimate

RIVAL_FACTS = {
    "none": "F0", "linear": "F1", "log": "F2", "saturating": "F2s", "s_curve": "F2g",
    "free_hinge": "F4", "free_step": "F6",
    "rise_only": "F8", "parabola": "F9", "hump": "F9h", "smooth": "F10",
}  # fmt: skip
WEIGHT_FACTS = {**RIVAL_FACTS, "plateau_at_stated": "F3", "step_at_stated": "F5", "slopes_at_stated": "F7"}


def facts_from(id_: str, rows: Rows, limits: Limits, seed: np.random.SeedSequence, draws: int) -> dict[str, float]:
    """The facts alone, as `threshold_evidence` gives them, without sensitivity rows and figure."""
    return complete(id_, Findings(ground_of(rows, limits.stated, seed, draws)), rows, limits)


def complete(id_: str, found: Findings, rows: Rows, limits: Limits) -> dict[str, float]:
    """All facts of an analysis; `AnalysisError` if one is not finite."""
    return dict(FactsOnDemand(id_, found, {**limits.facts(), **descriptives(rows, limits.stated)}))


class FactsOnDemand(Mapping[str, float]):
    """Facts of an analysis, each computed when it is first read; ``given`` are those that are known already.

    Reading one that is not finite raises `AnalysisError`.
    """

    def __init__(self, id_: str, found: Findings, given: Mapping[str, float]) -> None:
        self._id, self._found, self._given = id_, found, given
        self._known: dict[str, float] = {}

    @cached_property
    def _names(self) -> dict[str, None]:
        return dict.fromkeys([*FACTS, *self._given])

    def __getitem__(self, name: str) -> float:
        if name not in self._known:
            value = self._given[name] if name in self._given else FACTS[name](self._found)
            if not np.isfinite(value):
                raise AnalysisError(self._id, expected="finite numbers", found=f"none for {name}")
            self._known[name] = value
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in FACTS or name in self._given

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


Getter = Callable[[Findings], float]


def _by_jump(found: Findings) -> bool:
    return found.comparison.at_stated == "F5"


def _break_roomy(found: Findings) -> Estimate:
    return found.roomy.jump_given_line if _by_jump(found) else found.roomy.change


def _break_all(found: Findings) -> Estimate:
    return found.slopes.jump_given_line if _by_jump(found) else found.slopes.change


def _advantage(code: str) -> Getter:
    """Positive where the curve with its break at the stated value predicts better than ``code``."""
    return lambda found: found.comparison.advantage(found.comparison.at_stated, code)


def _weight(code: str) -> Getter:
    return lambda found: found.comparison.weights[code]


def _criterion(code: str) -> Getter:
    return lambda found: found.bic.above_least(code)


def _band(name: str, of: Callable[[Findings], Estimate]) -> dict[str, Getter]:
    return {
        name: lambda found: of(found).value,
        f"{name}_low90": lambda found: of(found).low90,
        f"{name}_high90": lambda found: of(found).high90,
    }


FACTS: Mapping[str, Getter] = MappingProxyType({
    "six_model": lambda found: number_of(found.comparison.at_stated),
    "best_model": lambda found: number_of(found.comparison.best),
    "kink_p": lambda found: found.tests.kink.p_value,
    "jump_p": lambda found: found.tests.jump.p_value,
    "curvature_p": lambda found: found.tests.curvature.p_value,
    "tau": lambda found: found.hinge.estimate,
    "tau_low": lambda found: found.hinge.low,
    "tau_high": lambda found: found.hinge.high,
    "tau_tested_low": lambda found: found.standing[0],
    "tau_tested_high": lambda found: found.standing[1],
    "step_tau": lambda found: found.jump.estimate,
    "step_tau_low": lambda found: found.jump.low,
    "step_tau_high": lambda found: found.jump.high,
    "step_free_gain_se": lambda found: found.comparison.advantage("F6", "F5"),
    **{f"z_{name}": _advantage(code) for name, code in RIVAL_FACTS.items()},
    **{f"weight_{name}": _weight(code) for name, code in WEIGHT_FACTS.items()},
    "bic_margin_s_curve": lambda found: found.bic.margin(found.ground.shapes["F2g"]),
    "bic_margin_cubic": lambda found: found.bic.margin(cubic(found.ground.grams.levels)),
    **{f"bic_{name}": _criterion(code) for name, code in WEIGHT_FACTS.items()},
    **_band("total", lambda found: found.total),
    **_band("total_best", lambda found: found.total_best),
    **_band("slope_low", lambda found: found.slopes.low),
    **_band("slope_high", lambda found: found.slopes.high),
    **_band("slope_high_beside_jump", lambda found: found.slopes.high_beside_jump),
    **_band("slope_change", lambda found: found.slopes.change),
    **_band("jump", lambda found: found.slopes.jump),
    **_band("break_all", _break_all),
    **_band("break_roomy", _break_roomy),
    "break_all": lambda found: found.slopes.break_value(by_jump=_by_jump(found)),
})  # fmt: skip
