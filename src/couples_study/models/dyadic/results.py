"""Results of a `DyadicMixedLM`, in statsmodels' idiom."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import statsmodels.base.wrapper as wrap
from statsmodels.base.model import LikelihoodModelResults, LikelihoodResultsWrapper
from statsmodels.formula._manager import FormulaManager
from statsmodels.stats.contrast import ContrastResults

from couples_study.core.errors import AnalysisError, listed
from couples_study.models.dyadic import components, concerns, profile, ranef, simulate
from couples_study.models.dyadic.bfgs import TOLERANCE
from couples_study.models.dyadic.compare import LikelihoodRatio, likelihood_ratio
from couples_study.models.dyadic.dense import CoupleBlock, couple_blocks
from couples_study.models.dyadic.fit import WARM_PUSH, Start, null_directions
from couples_study.models.dyadic.inference import Satterthwaite
from couples_study.models.dyadic.information import Information, observe
from couples_study.models.dyadic.kenward_roger import adjusted_covariance
from couples_study.models.dyadic.predict import predict_couples
from couples_study.models.dyadic.refit import Refitter, Resampler
from couples_study.models.dyadic.robust import ClusterRobust, cr2
from couples_study.models.dyadic.summary import summarise
from couples_study.models.dyadic.syntax import syntax

if TYPE_CHECKING:
    from statsmodels.iolib.summary2 import Summary

    from couples_study.contracts.evidence import Concern
    from couples_study.models.dyadic.fit import Optimum
    from couples_study.models.dyadic.residual import Floats
    from couples_study.models.dyadic.stratum import State

LEVELS = ("population", "couple")
COV_TYPES = {
    "gls": "generalised least squares, variances taken as known",
    "kr": "generalised least squares with what estimating the variances adds (Kenward & Roger)",
    "cr2": "couple-cluster-robust, bias-reduced (CR2)",
}


class DyadicResults(LikelihoodModelResults):
    """A fitted dyadic model.

    ``params``, ``bse``, ``tvalues``, ``pvalues``, ``conf_int`` and ``cov_params`` are of the fixed effects, with t
    tests on Satterthwaite degrees of freedom (``df``). ``cov_type`` says which errors they are: ``gls`` takes the
    variances as known, ``kr`` adds what their estimation costs (Kenward & Roger, 1997), ``cr2`` is cluster-robust.
    Variance parameters are in ``variance_parameters``; ``theta`` is their packed form, ``scale`` the first partner's
    residual variance.
    """

    def __init__(self, model: Any, optimum: Optimum, cov_type: str = "gls") -> None:
        self.optimum, self.theta, self.convergence = optimum, optimum.theta, optimum.convergence
        likelihood, design = model.likelihood, model.design
        self._solution = likelihood.solve(likelihood.states(self.theta))
        scale = self._solution.scale
        self._turn = np.linalg.inv(design.R) * np.sqrt(len(design.Q))
        y = model.columns.y[design.order]
        params = self._turn @ (self._solution.beta + design.Q.T @ y / np.sqrt(len(y)))
        root = self._turn @ self._solution.root
        super().__init__(model, params, normalized_cov_params=root @ root.T, scale=scale, use_t=True)
        self.df_model, self.df_resid, self.nobs = model.df_model, model.df_resid, model.nobs
        self._gls = scale * root @ root.T
        self._set_errors(cov_type)

    def _set_errors(self, cov_type: str) -> None:
        if cov_type not in COV_TYPES:
            raise AnalysisError(
                "cov_type", expected=f"one of {listed(COV_TYPES)}", found=repr(cov_type), do="choose one"
            )
        if cov_type == "kr" and not self.model.reml:
            raise AnalysisError(
                "cov_type", expected="'kr' with REML", found="ML", do="fit with reml=True, or use 'gls'"
            )
        self.cov_type, self.cov_kwds = cov_type, {"description": COV_TYPES[cov_type]}
        if cov_type == "kr":
            self.cov_params_default = self._turn @ adjusted_covariance(self.information) @ self._turn.T
        elif cov_type == "cr2":
            self.cov_params_default = self.robust.covariance

    def with_errors(self, cov_type: str) -> DyadicResults:
        """The same fit with other standard errors, degrees of freedom and tests; nothing is fitted again."""
        return cast("DyadicResults", DyadicResultsWrapper(DyadicResults(self.model, self.optimum, cov_type)))

    # -- fixed effects ---------------------------------------------------------------------------------------------

    @cached_property
    def information(self) -> Information:
        """Observed information of the covariance parameters."""
        return observe(self.model.likelihood, self.theta)

    @cached_property
    def start(self) -> Start:
        """Where the search for like rows begins. Off a boundary, on which every gradient would be zero."""
        unpacked = self.model.likelihood.space.unpack(self.theta)
        if any(null_directions(L).size for L, _, _ in unpacked):
            pushed = [np.linalg.cholesky(L @ L.T + WARM_PUSH**2 * np.eye(len(L))) for L, _, _ in unpacked]
            return Start(theta=self.model.likelihood.space.pack(pushed, [natural for _, natural, _ in unpacked]))
        information = self.information
        if not (information.free.all() and information.proper):
            return Start(theta=self.theta)
        return Start(theta=information.point[:-1], inverse=0.5 * information.covariance[:-1, :-1])

    @cached_property
    def satterthwaite(self) -> Satterthwaite:
        """Degrees of freedom of any contrast of the fixed effects."""
        return Satterthwaite.of(self._gls, self.information, self._turn)

    @property
    def _reference(self) -> Satterthwaite | ClusterRobust:
        return self.robust if self.cov_type == "cr2" else self.satterthwaite

    @cached_property
    def df(self) -> Floats:
        """Satterthwaite degrees of freedom (p,) of each fixed effect."""
        return self._reference.df(np.eye(len(self.params)))

    @property
    def df_resid_inference(self) -> Floats:
        """What statsmodels' tests and intervals refer t to."""
        return self.df

    def t_test(self, r_matrix: Any, cov_p: Any = None, use_t: bool | None = None) -> ContrastResults:
        """t tests of contrasts of fixed effects, each on its own Satterthwaite degrees of freedom."""
        R, q = self._constraints(r_matrix)
        cov = np.asarray(self.cov_params() if cov_p is None else cov_p)
        effect, sd = R @ self.params, np.sqrt(np.einsum("rp,pq,rq->r", R, cov, R))
        if use_t is False:
            return ContrastResults(effect=effect, statistic=(effect - q) / sd, sd=sd, distribution="norm")
        return ContrastResults(effect=effect, t=(effect - q) / sd, sd=sd, df_denom=self._reference.df(R))

    def wald_test(self, r_matrix: Any, cov_p: Any = None, use_f: bool | None = None, **_: Any) -> ContrastResults:
        """F test that all contrasts vanish, denominator degrees of freedom after Fai & Cornelius (1996)."""
        R, q = self._constraints(r_matrix)
        cov = np.asarray(self.cov_params() if cov_p is None else cov_p)
        off = R @ self.params - q
        chi2 = float(off @ np.linalg.pinv(R @ cov @ R.T) @ off)
        rank = int(np.linalg.matrix_rank(R @ cov @ R.T))
        if use_f is False:
            return ContrastResults(chi2=chi2, statistic=chi2, df_denom=rank, distribution="chi2", distargs=(rank,))
        return ContrastResults(F=chi2 / rank, df_num=rank, df_denom=self._reference.joint_df(R))

    def f_test(self, r_matrix: Any, cov_p: Any = None, **_: Any) -> ContrastResults:
        """The same as `wald_test`."""
        return self.wald_test(r_matrix, cov_p)

    def _constraints(self, r_matrix: Any) -> tuple[Floats, Floats]:
        found = FormulaManager().get_linear_constraints(r_matrix, self.model.data.cov_names)
        R = np.atleast_2d(np.asarray(found.constraint_matrix, dtype=float))
        values = found.constraint_values
        return R, np.zeros(len(R)) if values is None else np.asarray(values, dtype=float).ravel()

    @cached_property
    def robust(self) -> ClusterRobust:
        """Couple-cluster-robust CR2 covariance with its own Satterthwaite df: the sensitivity row."""
        design = self.model.design
        residuals = self.model.columns.y[design.order] - design.X @ self.params
        return cr2(self._blocks, design.X, residuals, self._gls)

    def robust_table(self, alpha: float = 0.05) -> pd.DataFrame:
        """Estimates with CR2 errors, df, t, p and interval, one row per fixed effect."""
        return self.robust.table(self.params, self.model.exog_names, alpha)

    # -- likelihood ------------------------------------------------------------------------------------------------

    @property
    def llf(self) -> float:
        """Log-likelihood, restricted under REML."""
        return -0.5 * self.optimum.value

    @property
    def k_parameters(self) -> int:
        """Fixed effects and covariance parameters, the scale among them."""
        return len(self.params) + len(self.theta) + 1

    @property
    def aic(self) -> float:
        """-2 llf + 2 k; comparable under REML only between fits with the same fixed part."""
        return -2.0 * self.llf + 2.0 * self.k_parameters

    @property
    def bic(self) -> float:
        """-2 llf + k log(n), n being rows (n - p under REML)."""
        return -2.0 * self.llf + self.k_parameters * float(np.log(self.model.likelihood.n_free))

    def compare_lr(self, smaller: Any) -> LikelihoodRatio:
        """Likelihood-ratio test against a nested fit of the same rows; refused across fixed parts under REML."""
        return likelihood_ratio(smaller, self)

    @property
    def converged(self) -> bool:
        """Whether the search ended at an optimum."""
        return self.convergence.converged

    @cached_property
    def concerns(self) -> tuple[Concern, ...]:
        """Typed reservations: non-convergence, boundary, flat likelihood, few couples, near-collinear columns."""
        return concerns.of_fit(self.model.design, self.convergence, information_proper=self.information.proper)

    # -- variance parameters ---------------------------------------------------------------------------------------

    @property
    def _full(self) -> Floats:
        return np.r_[self.theta, np.log(self.scale)]

    @cached_property
    def variance_parameters(self) -> pd.DataFrame:
        """Standard deviations, correlations and rho with delta-method errors: kind, parameter, estimate, std_error."""
        return components.table(self.model.design, self.information)

    @property
    def cov_re(self) -> dict[str, pd.DataFrame]:
        """G in the caller's units, per kind of couples."""
        space = self.model.likelihood.space
        return {
            kind.name: pd.DataFrame(
                components.random_covariance(space, self._full, at, kind), index=kind.z_names, columns=kind.z_names
            )
            for at, kind in enumerate(self.model.design.kinds)
        }

    def variance_intervals(self, level: float = 0.95, names: tuple[str, ...] | None = None) -> pd.DataFrame:
        """Profile-likelihood intervals of the variance parameters (all, or those named)."""
        return profile.intervals(self, level, names)

    # -- random effects, prediction, residuals ---------------------------------------------------------------------

    @cached_property
    def _states(self) -> list[State]:
        return self.model.likelihood.states(self.theta)

    @cached_property
    def _effects(self) -> list[Floats]:
        return ranef.predictions(self._states, self._solution)

    def random_effects(self, *, fixed_uncertainty: bool = True) -> pd.DataFrame:
        """BLUPs: couple, term, estimate, std_error (of the prediction error).

        ``fixed_uncertainty=False`` leaves out what estimating beta adds, as lme4's conditional variances do.
        """
        likelihood = self.model.likelihood
        covariances = ranef.prediction_covariances(
            likelihood, self.theta, self._states, self._solution, fixed_uncertainty=fixed_uncertainty
        )
        return ranef.frames(self.model.design, self._effects, covariances)

    def predict(self, exog: Any = None, *, level: str = "population", **columns: Any) -> Floats:
        """Predicted means.

        ``level="population"`` gives X beta, ``"couple"`` adds the couple's random effects. New rows at couple level
        need ``exog``, ``groups``, ``exog_re`` and, with partner-wise effects, ``role`` (or ``person``).
        """
        if level not in LEVELS:
            raise AnalysisError("predict: level", expected=" or ".join(LEVELS), found=repr(level), do="choose one")
        mean = self.model.predict(self.params, exog)
        if level == "population":
            return mean
        return mean + predict_couples(self.model, self._effects, exog is not None, **columns)

    @property
    def fittedvalues(self) -> Floats:
        """X beta plus random effects, in the caller's row order."""
        return self.predict(level="couple")

    @property
    def resid(self) -> Floats:
        """Outcome less ``fittedvalues``."""
        return self.model.columns.y - self.fittedvalues

    @cached_property
    def _blocks(self) -> list[CoupleBlock]:
        return list(couple_blocks(self.model.design, self.model.likelihood, self.theta, self.scale))

    def _to_caller(self, values: Floats) -> Floats:
        out = np.empty_like(values)
        out[..., self.model.design.order] = values
        return out

    def whitened_residuals(self) -> Floats:
        """Cholesky residuals (n,): independent with variance one if the model is true."""
        design = self.model.design
        raw = self.model.columns.y[design.order] - design.X @ self.params
        return self._to_caller(simulate.whitened(self._blocks, raw))

    def simulate(self, draws: int, seed: np.random.SeedSequence | int) -> Floats:
        """Outcomes (draws, n) drawn from the fit, in the caller's row order."""
        design, rng = self.model.design, np.random.default_rng(seed)
        return self._to_caller(simulate.draw(self._blocks, design.X @ self.params, draws, rng))

    def simulated_residuals(self, draws: int = 250, seed: np.random.SeedSequence | int = 0) -> Floats:
        """Share of simulated outcomes below the observed (n,): uniform if the model is true."""
        first, second = np.random.SeedSequence(seed).spawn(2) if isinstance(seed, int) else seed.spawn(2)
        drawn = self.simulate(draws, first)
        return simulate.simulated_ranks(self.model.columns.y, drawn, np.random.default_rng(second))

    def refitter(self) -> Refitter:
        """Fits new outcomes on this design quickly; see `Refitter`."""
        return Refitter(self.model.design, self.model.likelihood, self.start)

    def resampler(self, tolerance: float = TOLERANCE) -> Resampler:
        """Fits this model quickly to groups drawn from its own; see `Resampler`."""
        return Resampler(self, tolerance)

    # -- words -----------------------------------------------------------------------------------------------------

    def summary(self, yname: str | None = None, xname: list[str] | None = None, alpha: float = 0.05) -> Summary:
        """Tables of the fit: what it is, fixed effects, variance parameters, concerns."""
        return summarise(self, yname or self.model.endog_names, xname or self.model.exog_names, alpha)

    def syntax(self, program: str) -> str:
        """The same model in ``nlme``, ``lme4``, ``glmmTMB``, ``sas`` or ``spss``, saying what it can not express."""
        return syntax(self.model, program)


class DyadicResultsWrapper(LikelihoodResultsWrapper):
    """Gives arrays the caller's names, as statsmodels does."""

    _wrap_attrs = wrap.union_dicts(LikelihoodResultsWrapper._wrap_attrs, {"df": "columns"})


wrap.populate_wrapper(DyadicResultsWrapper, DyadicResults)
