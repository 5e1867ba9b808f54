"""The dyadic mixed model behind actor-partner questions: which random effects, what happens if they do not fit.

The ladder is stated beforehand and walked only on non-convergence; the step that was reached is part of the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Term
from couples_study.contracts.hypothesis import Question
from couples_study.core.errors import AnalysisError, FrameError
from couples_study.models.apim_design import Design
from couples_study.models.clustered import term_of
from couples_study.models.dyadic import DyadicMixedLM
from couples_study.models.model import Setting
from couples_study.models.terms import split

if TYPE_CHECKING:
    from couples_study.models.dyadic.results import DyadicResults

DEFAULT_LADDER = ("covariances", "partner", "actor")
INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Random effects per partner (columns by term name), whether they covary, and the residual's structure."""

    random: tuple[str, ...]
    diagonal: bool
    residual: str

    def words(self) -> str:
        covary = "independent" if self.diagonal else "correlated"
        effects = f"{covary} random {', '.join(self.random)} of each partner" if self.random else "no random effects"
        return f"{effects}; residual {self.residual}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """A fitted dyadic mixed model in the words of a `Design`."""

    names: tuple[str, ...]
    results: DyadicResults
    structure: Structure
    reduced: tuple[str, ...]

    @property
    def params(self) -> np.ndarray:
        return np.asarray(self.results.params)

    @property
    def estimator(self) -> str:
        return f"REML, {self.structure.words()}; Kenward-Roger errors, t with Satterthwaite df"

    def robust(self) -> Mixed:
        """The same fit with couple-cluster-robust CR2 errors and their own degrees of freedom."""
        return replace(self, results=self.results.with_errors("cr2"))

    def term(self, weights: np.ndarray, name: str) -> Term:
        """The linear combination ``weights @ params`` with t on its own degrees of freedom."""
        test = self.results.t_test(np.atleast_2d(weights))
        return term_of(name, float(test.effect[0]), float(np.ravel(test.sd)[0]), float(np.ravel(test.df_denom)[0]))

    def terms(self) -> tuple[Term, ...]:
        return tuple(self.term(row, name) for row, name in zip(np.eye(len(self.names)), self.names, strict=True))

    def influence(self, weights: np.ndarray, couple: np.ndarray) -> dict[int, float]:
        """What each couple adds to ``weights @ params``, by its code in ``couple`` (rows,), bias-reduced as in CR2."""
        robust = self.results.robust
        rows = self.results.model.design.order[robust.first.astype(np.int64)]
        return dict(zip(couple[rows].tolist(), (robust.scores @ weights).tolist(), strict=True))

    def concerns(self) -> tuple[Concern, ...]:
        """What the fit itself gives reason to mind, the steps taken down the ladder included."""
        if not self.reduced:
            return tuple(self.results.concerns)
        sentence = f"The model did not converge in full and was reduced as declared: without {', '.join(self.reduced)}."
        return (*self.results.concerns, Concern(code="reduced_model", sentence=sentence))

    def syntax(self) -> dict[str, str]:
        """The same model in the words of other programs; what one of them can not express is said there."""
        return {program: self.results.syntax(program) for program in PROGRAMS}

    def facts(self) -> dict[str, float]:
        """Log-likelihood, information criteria and variance parameters with their errors, where finite."""
        fit = self.results
        found = {"log_likelihood": float(fit.llf), "aic": float(fit.aic), "bic": float(fit.bic)}
        for row in self.results.variance_parameters.to_dict("records"):
            found[str(row["parameter"])] = float(row["estimate"])
            found[f"{row['parameter']}.std_error"] = float(row["std_error"])
        return {name: value for name, value in found.items() if np.isfinite(value)}


PROGRAMS = ("nlme", "lme4", "glmmTMB", "sas", "spss")


def fit_mixed(question: Question, design: Design, time: np.ndarray, setting: Setting) -> Mixed:
    """Fit the model, walking down the ladder while it does not converge; the last step stands, converged or not."""
    best: Mixed | None = None
    for structure, reduced in _ladder(question, design, setting):
        best = fit_structure(structure, reduced, question, design, time, setting)
        if best.results.converged:
            break
    if best is None:
        raise ValueError("a ladder has at least one step")
    return best


def fit_structure(
    structure: Structure,
    reduced: tuple[str, ...],
    question: Question,
    design: Design,
    time: np.ndarray,
    setting: Setting,
    like: Mixed | None = None,
) -> Mixed:
    """Fit one structure as it is, as far as ``design`` has its random effects; what the rows refuse is named.

    The search begins where that of ``like`` ended, a fit of the same structure to like rows.
    """
    there = {INTERCEPT, *(split(name)[0] for name in design.names)}
    structure = replace(structure, random=tuple(name for name in structure.random if name in there))
    try:
        results = _model(structure, question, design, time, setting).fit(
            cov_type="kr", like=None if like is None else like.results
        )
    except FrameError as error:
        raise AnalysisError(error.where, expected=error.expected, found=error.found, do=error.do) from error
    return Mixed(names=design.names, results=results, structure=structure, reduced=reduced)


def _model(
    structure: Structure, question: Question, design: Design, time: np.ndarray, setting: Setting
) -> DyadicMixedLM:
    exog = pd.DataFrame(design.X, columns=list(design.names))
    effects = pd.DataFrame({name: random_column(design, name) for name in structure.random})
    single = setting.dyads.single
    return DyadicMixedLM(
        pd.Series(design.y, name=question.outcome),
        exog,
        groups=pd.Series(design.couple, name="couple_id"),
        role=None if single else pd.Series(design.role.astype("str"), name="role"),
        time=pd.Series(time, name="day"),
        exog_re=effects if structure.random else None,
        residual=structure.residual,
        G="diagonal" if structure.diagonal else "unstructured",
        re_by="couple" if single else "partner",
        dyads="distinguishable" if setting.dyads.distinguishable or single else "indistinguishable",
        lagged_outcome=question.autoregression or (question.lag == 1 and question.outcome in question.actor),
    )


def first_structure(question: Question, design: Design, setting: Setting) -> Structure:
    """The structure asked for, or the default: intercepts and day-level slopes of each partner, all correlated."""
    repeated = len(np.unique(design.person)) < len(design.person)
    own_lag = question.autoregression or (question.lag == 1 and question.outcome in question.actor)
    usual = ("iid" if setting.dyads.single else "un") if own_lag or not repeated else "un@ar1"
    random = question.random if "random" in question.keys_set() else _default_random(design)
    return Structure(random=tuple(random) if repeated else (), diagonal=False, residual=question.residual or usual)


def _default_random(design: Design) -> tuple[str, ...]:
    terms = zip(design.names, design.pieces, strict=True)
    slopes = [split(name)[0] for name, piece in terms if piece is not None and piece.kind == "within"]
    return (INTERCEPT, *dict.fromkeys(name for name in slopes if name != "autoregression"))


def random_column(design: Design, name: str) -> np.ndarray:
    """A random effect's column: the intercept, or a term's values over all roles."""
    if name == INTERCEPT:
        return np.ones(len(design.y))
    found = [i for i, term in enumerate(design.names) if split(term)[0] == name]
    values: np.ndarray = design.X[:, found].sum(axis=1)
    return values


def _ladder(question: Question, design: Design, setting: Setting) -> Iterator[tuple[Structure, tuple[str, ...]]]:
    structure = first_structure(question, design, setting)
    yield structure, ()
    gone: tuple[str, ...] = ()
    for step in question.reduce or DEFAULT_LADDER:
        if step == "covariances":
            structure = replace(structure, diagonal=True)
        else:
            structure = replace(structure, random=tuple(n for n in structure.random if not n.startswith(step)))
        gone = (*gone, step)
        yield structure, gone
