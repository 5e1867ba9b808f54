"""The effects of a mediation from its paths, and how a hidden common cause would change them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from couples_study.contracts.evidence import Term
from couples_study.core.errors import AnalysisError

RHO = 0.15  # residual correlation that a verdict has to survive


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Paths of a mediation; arrays of one shape, () for the estimate and (B,) for its resamples.

    ``a`` predictor to mediator, ``b`` mediator to outcome, ``direct`` predictor to outcome beside the mediator,
    ``cov_ab`` the covariance of a and b over people (0 where slopes are fixed), ``sd_m`` and ``sd_y`` the residual
    standard deviations of the two equations.
    """

    a: np.ndarray
    b: np.ndarray
    direct: np.ndarray
    cov_ab: np.ndarray
    sd_m: np.ndarray
    sd_y: np.ndarray

    @property
    def indirect(self) -> np.ndarray:
        """The average indirect effect, a b + cov(a, b): where slopes vary together the product alone falls short.

        Kenny, Korchmaros and Bolger (2003); Bauer, Preacher and Gil (2006).
        """
        return self.a * self.b + self.cov_ab

    @property
    def total(self) -> np.ndarray:
        return self.direct + self.indirect

    @property
    def share(self) -> np.ndarray:
        """The share of the total effect that goes through the mediator."""
        return self.indirect / self.total

    def at(self, rho: float) -> Paths:
        """The paths if the two equations' residuals were correlated ``rho`` by a hidden common cause.

        The least-squares b then holds rho sd_y/sd_m too much, on the scale of the residual that b leaves
        (Imai, Keele and Yamamoto, 2010).
        """
        shift = rho / np.sqrt(1 - rho**2) * self.sd_y / self.sd_m
        return replace(self, b=self.b - shift, direct=self.direct + self.a * shift)

    @property
    def rho_of_zero(self) -> np.ndarray:
        """The residual correlation at which the indirect effect is zero."""
        slope = (self.b + self.cov_ab / self.a) * self.sd_m / self.sd_y
        return slope / np.sqrt(1 + slope**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """An estimate with its couple bootstrap."""

    estimate: Paths
    resampled: Paths

    def term(self, name: str, unit: float) -> Term:
        """One of the effects as a term: percentile interval, bootstrap error and the normal p-value that goes with it.

        A p-value counted from resamples could not fall below two in their number, whatever the data say.
        """
        value, draws = getattr(self.estimate, name) / unit, getattr(self.resampled, name) / unit
        draws = draws[np.isfinite(draws)]
        if len(draws) < 2:
            raise AnalysisError(name, expected="resamples that can be fitted", found="none", do="look at the columns")
        low, high = np.quantile(draws, [0.025, 0.975])
        error = float(draws.std(ddof=1))
        return Term(
            term=name,
            role=None,
            estimate=float(value),
            std_error=error,
            df=None,
            statistic=float(value) / error,
            p_value=float(2 * stats.norm.sf(abs(float(value)) / error)),
            conf_low=float(low),
            conf_high=float(high),
        )

    def facts(self, unit: float, expected_sign: float) -> dict[str, float]:
        """What rule R6 reads, oriented so that the claim predicts positive effects where ``expected_sign`` is 1."""
        facts: dict[str, float] = {}
        for name in ("indirect", "total"):
            values = expected_sign * getattr(self.resampled, name) / unit
            values = values[np.isfinite(values)]
            facts[name] = float(getattr(self.estimate, name)) / unit
            facts[f"{name}_low95"], facts[f"{name}_high95"] = (float(q) for q in np.quantile(values, [0.025, 0.975]))
            facts[f"{name}_low90"], facts[f"{name}_high90"] = (float(q) for q in np.quantile(values, [0.05, 0.95]))
        shares = self.resampled.share[np.isfinite(self.resampled.share)]
        facts["share"] = float(self.estimate.share)
        facts["share_low90"], facts["share_high90"] = (float(q) for q in np.quantile(shares, [0.05, 0.95]))
        facts["rho_of_zero"] = float(self.estimate.rho_of_zero)
        held = [expected_sign * float(self.estimate.at(rho).indirect) > 0 for rho in (-RHO, RHO)]
        facts["survives_rho"] = float(all(held))
        facts |= {"a": float(self.estimate.a), "b": float(self.estimate.b), "direct": float(self.estimate.direct)}
        facts["cov_ab"] = float(self.estimate.cov_ab)
        facts["product_of_means"] = float(self.estimate.a * self.estimate.b) / unit
        return facts
