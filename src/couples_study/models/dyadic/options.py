"""What was asked of a `DyadicMixedLM`, with every word checked."""

from __future__ import annotations

from dataclasses import dataclass

from couples_study.core.errors import AnalysisError, listed
from couples_study.models.dyadic.residual import STRUCTURES

CHOICES = {
    "residual": STRUCTURES,
    "rho": ("shared", "partner"),
    "G": ("unstructured", "diagonal"),
    "re_by": ("couple", "partner"),
    "dyads": ("distinguishable", "indistinguishable", "mixed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The structure of the model.

    ``residual`` is one of `STRUCTURES`; ``rho`` is ``shared`` or ``partner`` (one per partner); ``G`` is
    ``unstructured`` or ``diagonal``; ``re_by`` says whether a column of exog_re has one coefficient per couple or one
    per partner; ``dyads`` whether roles tell the partners apart.
    """

    residual: str = "un@ar1"
    rho: str = "shared"
    G: str = "unstructured"
    re_by: str = "couple"
    dyads: str = "distinguishable"
    reml: bool = True

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise AnalysisError(
                    f"DyadicMixedLM: {name}", expected=f"one of {listed(allowed)}", found=repr(value), do="choose one"
                )

    @property
    def ar(self) -> bool:
        return self.residual.endswith("@ar1")

    @property
    def paired(self) -> bool:
        return self.residual.startswith("un")

    @property
    def by_role(self) -> bool:
        return not self.residual.startswith("iid")
