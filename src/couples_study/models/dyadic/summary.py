"""The printed summary of a dyadic fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from statsmodels.iolib.summary2 import Summary


def summarise(results: Any, yname: str, xnames: list[str], alpha: float) -> Summary:
    """What the model is, its fixed effects, its variance parameters and its concerns."""
    out = Summary()
    out.add_title("Dyadic mixed linear model")
    out.add_dict(_heading(results, yname))
    out.add_df(_fixed(results, xnames, alpha), float_format="%.4f")
    table = results.variance_parameters
    shown = table.set_index(table["kind"] + ": " + table["parameter"])[["estimate", "std_error"]]
    out.add_df(shown, float_format="%.4f")
    for concern in results.concerns:
        out.add_text(f"{concern.code}: {concern.sentence}")
    return out


def _heading(results: Any, yname: str) -> dict[str, Any]:
    design, options, record = results.model.design, results.model.options, results.convergence
    return {
        "Outcome": yname,
        "Couples": str(len(design.labels)),
        "People": str(design.n_people),
        "Rows": str(results.nobs),
        "Errors": results.cov_type,
        "Method": "REML" if options.reml else "ML",
        "Residual": options.residual + (" (rho in (-1, 1))" if options.ar else ""),
        "Random effects": options.G if any(kind.z_names for kind in design.kinds) else "none",
        "Dyads": options.dyads,
        "Log-likelihood": f"{results.llf:.4f}",
        "Converged": f"{'yes' if record.converged else 'no'} ({record.iterations} steps)",
    }


def _fixed(results: Any, xnames: list[str], alpha: float) -> pd.DataFrame:
    interval = np.asarray(results.conf_int(alpha))
    columns = {
        "Coef.": results.params,
        "Std.Err.": results.bse,
        "df": results.df,
        "t": results.tvalues,
        "P>|t|": results.pvalues,
        f"[{alpha / 2:.3g}": interval[:, 0],
        f"{1 - alpha / 2:.3g}]": interval[:, 1],
    }
    return pd.DataFrame({name: np.asarray(values) for name, values in columns.items()}, index=xnames)
