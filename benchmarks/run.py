"""Time our fits beside statsmodels, lme4 and nlme on the same files, check that they agree, write docs/performance.md.

usage: run.py [--quick] [--huge] [--repeats 3] [--out docs/performance.md]

Peers in R are left out, and said to be, where there is no Rscript with lme4, nlme and jsonlite.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy
import statsmodels
import statsmodels.api as sm
from diary import FIXED, RANDOM, diary, write

from couples_study.models.dyadic import DyadicMixedLM

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
RESIDUALS = ("iid", "role@ar1", "un@ar1")
LOGLIK, ESTIMATE = 1e-4, 1e-3  # against a tightly converged lmer: log-likelihood, and fixed effects in standard errors
NLME = 1e-3  # our log-likelihood may be lower than nlme's by no more


def ours(frame: pd.DataFrame, residual: str, cov_type: str = "gls") -> Any:
    """Design, fit and standard errors, as a caller waits for them."""
    result = DyadicMixedLM(
        frame["y"], frame[FIXED], groups=frame["couple"], role=frame["role"], time=frame["day"],
        exog_re=frame[RANDOM], residual=residual,
    ).fit(cov_type=cov_type)  # fmt: skip
    _ = result.bse
    return result


def best(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Shortest of several runs, in seconds, and the last result."""
    shortest, result = float("inf"), None
    for _ in range(repeats):
        began = time.perf_counter()
        result = call()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest, result


def stock(frame: pd.DataFrame) -> tuple[float, float]:
    """Seconds and log-likelihood of statsmodels' MixedLM; what it warns of is its own affair here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.MixedLM(frame["y"], frame[FIXED], groups=frame["couple"], exog_re=frame[RANDOM])
        seconds, fit = best(model.fit, 1)
    return seconds, float(fit.llf)


def rust(frame: pd.DataFrame, repeats: int) -> tuple[float, float]:
    """Seconds and log-likelihood of the package mixedlm."""
    import mixedlm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formula = f"y ~ 0 + {' + '.join(FIXED)} + (0 + {' + '.join(RANDOM)} | couple)"
        seconds, fit = best(lambda: mixedlm.lmer(formula, frame), repeats)
    return seconds, float(fit.logLik().value)


def peers(path: Path, repeats: int, *jobs: str) -> dict[str, dict[str, Any]]:
    """What R's packages make of the same file, by job; empty where they are not installed."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}
    done = subprocess.run(
        [rscript, str(HERE / "peers.R"), str(path), str(repeats), *jobs], capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line["job"]: line for line in lines}


def race(couples: int, days: int, folder: Path, repeats: int, *, slow: bool) -> list[dict[str, Any]]:
    """All fits of one file: seconds, log-likelihood and how far from ours."""
    frame, path = diary(couples, days), write(couples, days, folder)
    rows, fits = [], {}
    for residual in RESIDUALS:
        seconds, fits[residual] = best(lambda residual=residual: ours(frame, residual), repeats)
        rows.append(_row(couples, days, "couples_study", residual, seconds, fits[residual].llf))
        tested, _ = best(lambda residual=residual: ours(frame, residual, "kr").pvalues, repeats)
        rows.append(_row(couples, days, "couples_study, Kenward-Roger p", residual, tested, fits[residual].llf))
    rows.append(_row(couples, days, "statsmodels MixedLM", "iid", *stock(frame)))
    rows.append(_row(couples, days, "mixedlm", "iid", *rust(frame, repeats)))
    jobs = ["lmer", "lmer_tight", *(["lme_ar"] if slow else [])]
    for job, found in peers(path, repeats, *jobs).items():
        residual = "role@ar1" if job == "lme_ar" else "iid"
        mine, error = fits[residual], np.array(found["bse"])
        off = float(np.max(np.abs(np.asarray(mine.params) - found["params"]) / error))
        name = {"lmer": "lme4 lmer", "lmer_tight": "lme4 lmer, tight", "lme_ar": "nlme lme"}[job]
        rows.append(_row(couples, days, name, residual, found["seconds"], found["llf"], off))
        _check(job, mine.llf, found["llf"], off)
    return rows


def _row(
    couples: int, days: int, who: str, residual: str, seconds: float, llf: float, off: float = 0.0
) -> dict[str, Any]:
    return {
        "couples": couples, "days": days, "program": who, "residual": residual, "seconds": seconds, "logLik": llf,
        "estimates off (SE)": off,
    }  # fmt: skip


def _check(job: str, mine: float, theirs: float, off: float) -> None:
    if job == "lme_ar" and mine < theirs - NLME:
        raise SystemExit(f"disagreement: our log-likelihood {mine} is below nlme's {theirs}")
    if job == "lmer_tight" and (abs(mine - theirs) > LOGLIK or off > ESTIMATE):
        raise SystemExit(f"disagreement with lmer: log-likelihood {mine} and {theirs}, estimates off by {off} SE")


def single_threaded() -> None:
    """Start over with one BLAS thread, which must be said before numpy is imported."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    if any(os.environ.get(name) != "1" for name in names):
        environment = {**os.environ, **dict.fromkeys(names, "1")}
        raise SystemExit(subprocess.run([sys.executable, *sys.argv], env=environment, check=False).returncode)


def growth(sizes: list[tuple[int, int]], along: int, repeats: int) -> list[dict[str, Any]]:
    """Seconds by size, and the exponent from the smallest to the largest."""
    rows = []
    frames = [diary(couples, days) for couples, days in sizes]
    for residual in RESIDUALS:
        seconds = [best(lambda f=frame, r=residual: ours(f, r), repeats)[0] for frame in frames]
        exponent = np.log(seconds[-1] / seconds[0]) / np.log(sizes[-1][along] / sizes[0][along])
        shown = {f"{n} x {d}": taken for (n, d), taken in zip(sizes, seconds, strict=True)}
        rows.append({"residual": residual, **shown, "exponent": exponent})
    return rows


def refits(folder: Path, count: int) -> list[dict[str, Any]]:
    """New outcomes on one design, per second."""
    frame, path = diary(100, 28), write(100, 28, folder)
    rows = []
    for residual in RESIDUALS:
        result = ours(frame, residual)
        refitter, outcomes = result.refitter(), result.simulate(count, 7)
        seconds, fits = best(lambda r=refitter, ys=outcomes: [r.fit(y) for y in ys], 1)
        rows.append({
            "program": "couples_study", "residual": residual, "refits": count, "per second": count / seconds,
            "converged": float(np.mean([fit.converged for fit in fits])),
        })  # fmt: skip
    theirs = peers(path, 1, "refit")
    if theirs:
        rows.append({
            "program": "lme4 refit", "residual": "iid", "refits": 10, "per second": 1 / theirs["refit"]["seconds"],
            "converged": float("nan"),
        })  # fmt: skip
    return rows


def huge() -> list[dict[str, Any]]:
    """20,000 couples x 28 days under the richest structure, with the process's peak memory."""
    frame = diary(20_000, 28)
    seconds, result = best(lambda: ours(frame, "un@ar1"), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return [{"rows": len(frame), "seconds": seconds, "peak GB": peak, "converged": str(result.converged)}]


def page(sections: dict[str, list[dict[str, Any]]]) -> str:
    """The measurements as a page."""
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
    versions += f"pandas {pd.__version__}, statsmodels {statsmodels.__version__}"
    lines = [
        "# Performance",
        "",
        "Written by `benchmarks/run.py` in one run on one machine, one BLAS thread, best of the repeats. Seconds",
        "depend on the machine; ratios and log-likelihoods do not. The model has two role intercepts and two role",
        "slopes, correlated, on diaries with AR(1), a residual variance per role, same-day correlation and 15% missing",
        "evenings.",
        "",
        versions + ("." if shutil.which("Rscript") else ". No R on this machine: its rows are left out."),
    ]  # fmt: skip
    for title, rows in sections.items():
        lines += ["", f"## {title}", "", _table(pd.DataFrame(rows))]
    return "\n".join(lines) + "\n"


def _table(frame: pd.DataFrame) -> str:
    def cell(value: Any) -> str:
        if isinstance(value, float):
            return "" if np.isnan(value) else f"{value:.4f}" if abs(value) < 100 else f"{value:.3f}"
        return str(value)

    head = "| " + " | ".join(frame.columns) + " |\n|" + "---|" * frame.shape[1]
    body = ["| " + " | ".join(cell(value) for value in row) + " |" for row in frame.itertuples(index=False)]
    return "\n".join([head, *body])


def main() -> None:
    single_threaded()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, one repeat")
    parser.add_argument("--huge", action="store_true", help="also 20,000 couples x 28 days")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("docs/performance.md"))
    args = parser.parse_args()
    repeats, ours_repeats = (1, 1) if args.quick else (args.repeats, 5)
    sections: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sections["One fit"] = race(100, 28, folder, repeats, slow=not args.quick)
        if not args.quick:
            sections["One fit"] += race(400, 28, folder, repeats, slow=False)
        sections["More couples, seconds"] = growth(
            [(100, 28), (400, 28)] + [(1600, 28)] * (not args.quick), 0, ours_repeats
        )
        sections["More days, seconds"] = growth([(100, 28), (100, 56), (100, 112)], 1, ours_repeats)
        sections["New outcomes on one design"] = refits(folder, 100 if args.quick else 1000)
    if args.huge:
        sections["Many couples"] = huge()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(page(sections), "utf-8")
    print(args.out.read_text("utf-8"))


if __name__ == "__main__":
    main()
