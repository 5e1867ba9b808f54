"""`DyadicMixedLM`: one linear mixed model for both partners' repeated measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from statsmodels.base.model import LikelihoodModel
from statsmodels.formula._manager import FormulaManager

from couples_study.models.dyadic import refusals
from couples_study.models.dyadic.assemble import likelihood_of
from couples_study.models.dyadic.bfgs import TOLERANCE
from couples_study.models.dyadic.design import Columns, build
from couples_study.models.dyadic.fit import MOST_STEPS, Start, optimise
from couples_study.models.dyadic.information import STEP
from couples_study.models.dyadic.options import Options
from couples_study.models.dyadic.results import DyadicResults, DyadicResultsWrapper

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from couples_study.models.dyadic.residual import Floats

COLUMN_ARGUMENTS = ("groups", "role", "time", "person", "exchangeable")


class DyadicMixedLM(LikelihoodModel):
    """Linear mixed model of couples, both partners' days at once.

    y = X beta + Z u_c + e with u_c ~ N(0, G) per couple and residuals whose covariance between partner i on day t and
    partner j on day s is S_ij rho^|t - s|, days taken from the calendar so that gaps count (Bolger & Laurenceau, 2013;
    Kenny, Kashy & Cook, 2006).

    Parameters
    ----------
    endog : (n,) array
        Outcome; one row per couple, partner and day.
    exog : (n, p) array
        Fixed-effects design, in full: role dummies, interactions, intercept if wanted.
    groups : (n,) array
        The couple.
    role : (n,) array, optional
        What tells the partners apart (woman, man); with indistinguishable partners any label of the two people. None
        means one person per group.
    time : (n,) array, optional
        Whole calendar days. Needed for ``@ar1``; without it, and with a paired residual, there is one day per couple.
    exog_re : (n, q) array, optional
        Columns with random effects; none by default.
    residual : {"iid", "role", "un", "role@ar1", "un@ar1"}
        Equal variances; a variance per role; that with a same-day correlation between partners; and AR(1) over days.
    rho : {"shared", "partner"}
        One AR parameter, or one per partner. Under ``un@ar1`` with two, the lagged covariance takes the later day's.
    G : {"unstructured", "diagonal"}
        Covariance of random effects.
    re_by : {"couple", "partner"}
        One random coefficient per couple and column, or one per partner and column (both partners' correlated).
    dyads : {"distinguishable", "indistinguishable", "mixed"}
        With indistinguishable partners variances are equal by construction and labels do not matter. ``mixed`` gives
        each of the two kinds of couples its own covariance parameters.
    person : (n,) array, optional
        People's identifiers, to tell exchangeable partners' rows apart where ``role`` does not.
    exchangeable : (n,) bool array, optional
        With ``mixed``: which couples' partners are exchangeable.
    reml : bool
        Restricted (default) or full maximum likelihood.
    lagged_outcome, couple_day : bool
        Say so if exog has the person's own lagged outcome, or a couple-day intercept is wanted: see Raises.

    Raises
    ------
    FrameError
        Missing or infinite values, half days, duplicate person-days, more than two roles or a role that appears once,
        constant or collinear predictors.
    AnalysisError
        What the rows can not identify: fewer couples than random effects, random effects or AR(1) with one day per
        person, a same-day correlation without shared days, an own lagged outcome beside an AR residual, a couple-day
        intercept beside (or instead of) ``un``.
    """

    def __init__(
        self,
        endog: ArrayLike,
        exog: ArrayLike,
        groups: ArrayLike,
        role: ArrayLike | None = None,
        time: ArrayLike | None = None,
        exog_re: ArrayLike | None = None,
        *,
        residual: str = "un@ar1",
        rho: str = "shared",
        G: str = "unstructured",
        re_by: str = "couple",
        dyads: str = "distinguishable",
        person: ArrayLike | None = None,
        exchangeable: ArrayLike | None = None,
        reml: bool = True,
        lagged_outcome: bool = False,
        couple_day: bool = False,
        **kwargs: Any,
    ) -> None:
        self.options = Options(residual=residual, rho=rho, G=G, re_by=re_by, dyads=dyads, reml=reml)
        refusals.contradictions(self.options, lagged_outcome=lagged_outcome, couple_day=couple_day)
        refusals.finite(_floats(endog), ["outcome"], "endog")
        refusals.finite(_floats(exog), list(_names(exog)), "exog")
        refusals.nothing_dropped(kwargs.get("missing_idx"))
        super().__init__(endog, exog, **{"hasconst": False, **kwargs})  # what is constant was looked at above
        self.reml = reml
        self.names = {"groups": _name(groups, "couple"), "role": _name(role, "role"), "time": _name(time, "day")}
        optional = {"role": role, "time": time, "person": person, "exchangeable": exchangeable}
        self.columns = Columns(
            y=_floats(self.endog),
            X=_floats(self.exog),
            x_names=tuple(self.exog_names),
            groups=np.asarray(groups),
            Z=_matrix(exog_re),
            z_names=_names(exog_re),
            **{name: _or_none(values) for name, values in optional.items()},
        )
        self.design = build(self.columns, self.options)
        self.likelihood = likelihood_of(self.design, self.columns.y[self.design.order])
        self.df_model, self.df_resid = self.exog.shape[1], len(self.columns.y) - self.exog.shape[1]
        self.nobs = len(self.columns.y)

    @classmethod
    def from_formula(
        cls, formula: str, data: pd.DataFrame, *args: Any, re_formula: str | None = None, **kwargs: Any
    ) -> DyadicMixedLM:
        """A model from formulas; ``groups``, ``role``, ``time``, ``person`` and ``exchangeable`` are column names.

        Rows with missing values are refused, not dropped: leave them out first, under a rule that counts them.
        """
        for name in COLUMN_ARGUMENTS:
            if isinstance(kwargs.get(name), str):
                kwargs[name] = data[kwargs[name]]
        if re_formula is not None:
            matrix = FormulaManager().get_matrices(re_formula, data, eval_env=kwargs.get("eval_env", 0))
            kwargs["exog_re"] = matrix
        return cast("DyadicMixedLM", super().from_formula(formula, data, *args, missing="drop", **kwargs))

    def loglike(self, params: ArrayLike) -> float:
        """Log-likelihood at packed covariance parameters, fixed effects and scale profiled out."""
        return -0.5 * self.likelihood.value_and_gradient(np.asarray(params, dtype=float))[0]

    def score(self, params: ArrayLike) -> Floats:
        """Exact gradient of `loglike`."""
        return -0.5 * self.likelihood.value_and_gradient(np.asarray(params, dtype=float))[1]

    def hessian(self, params: ArrayLike) -> Floats:
        """Hessian of `loglike`, by central differences of its gradient."""
        point = np.asarray(params, dtype=float)
        steps = STEP * np.eye(len(point))
        rows = np.array([(self.score(point + step) - self.score(point - step)) / (2 * STEP) for step in steps])
        return 0.5 * (rows + rows.T)

    def fit(
        self,
        start_params: ArrayLike | None = None,
        maxiter: int = MOST_STEPS,
        cov_type: str = "gls",
        tolerance: float = TOLERANCE,
        like: DyadicResults | None = None,
    ) -> DyadicResults:
        """Fit by (restricted) maximum likelihood, from moments or from packed covariance parameters.

        ``maxiter=0`` gives the results at ``start_params`` as they are. ``cov_type`` is ``gls``, ``kr`` or ``cr2``: see
        `DyadicResults`. ``like``, a fit of the same covariance structure to like rows (a resample, other covariates),
        gives a start and how the criterion bends: the search then ends at the same optimum in fewer steps. It stops
        where a further Newton step promises less than ``tolerance`` in -2 log-likelihood; the default leaves every
        printed digit settled, 1e-4 is a hundredth of a standard error.
        With fewer than about 100 couples, ``gls`` errors of between-person effects are too small.
        """
        start = None if start_params is None else Start(theta=np.asarray(start_params, dtype=float))
        if like is not None and start is None and len(like.theta) == self.likelihood.space.size:
            start = like.start
        optimum = optimise(self.likelihood, start, most=maxiter, tolerance=tolerance)
        return cast("DyadicResults", DyadicResultsWrapper(DyadicResults(self, optimum, cov_type)))

    def with_options(self, **changes: Any) -> DyadicMixedLM:
        """The same rows under other options, say ``reml=False``."""
        words = {name: getattr(self.options, name) for name in ("residual", "rho", "G", "re_by", "dyads", "reml")}
        names = ("groups", "role", "time", "person", "exchangeable")
        given = {name: _named(getattr(self.columns, name), self.names.get(name)) for name in names}
        Z = None if self.columns.Z is None else pd.DataFrame(self.columns.Z, columns=list(self.columns.z_names))
        exog = pd.DataFrame(self.columns.X, columns=list(self.columns.x_names))
        endog = pd.Series(self.columns.y, name=self.endog_names)
        return type(self)(endog, exog, exog_re=Z, **{**given, **words, **changes})

    def predict(self, params: ArrayLike, exog: ArrayLike | None = None) -> Floats:
        """Population means X beta for ``exog`` (m, p), by default the fitted rows."""
        return np.asarray(self.exog if exog is None else exog, dtype=float) @ np.asarray(params, dtype=float)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)


def _or_none(values: ArrayLike | None) -> Any:
    return None if values is None else np.asarray(values)


def _named(values: Any, name: str | None) -> Any:
    return None if values is None else pd.Series(values, name=name)


def _name(values: Any, default: str) -> str:
    return str(getattr(values, "name", None) or default)


def _matrix(values: ArrayLike | None) -> Floats | None:
    if values is None:
        return None
    matrix = np.asarray(values, dtype=float)
    return matrix[:, None] if matrix.ndim == 1 else matrix


def _names(values: Any) -> tuple[str, ...]:
    if values is None:
        return ()
    if hasattr(values, "columns"):
        return tuple(str(name) for name in values.columns)
    if getattr(values, "name", None) is not None:
        return (str(values.name),)
    width = np.asarray(values).reshape(len(values), -1).shape[1]
    return tuple(f"z{i + 1}" for i in range(width))
