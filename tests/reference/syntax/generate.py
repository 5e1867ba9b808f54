"""Write script.R of this bundle: what `results.syntax` says, run by the programs it speaks to.

The data are those of the bundle `generated_diary`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from couples_study.models.dyadic import DyadicMixedLM

HERE = Path(__file__).parent
DATA = HERE.parent / "generated_diary" / "diary.csv"
BY_ROLE = ["fa", "fb", "wa", "wb", "ma", "mb"]
POOLED = ["one", "within", "between"]
ALIKE = {"dyads": "indistinguishable", "re_by": "partner"}

CASES: dict[str, tuple[str, list[str], list[str], dict[str, Any]]] = {
    "lme4 slopes": ("lme4", BY_ROLE, ["fa", "fb", "wa", "wb"], {"residual": "iid"}),
    "lme4 diagonal ML": ("lme4", BY_ROLE, ["fa", "fb"], {"residual": "iid", "G": "diagonal", "reml": False}),
    "lme4 partner-wise": ("lme4", BY_ROLE, ["one"], {"residual": "iid", "re_by": "partner"}),
    "lme4 exchangeable": ("lme4", POOLED, ["one"], {"residual": "un", **ALIKE}),
    "nlme AR": ("nlme", BY_ROLE, ["fa", "fb"], {"residual": "role@ar1"}),
    "nlme diagonal AR ML": ("nlme", BY_ROLE, ["fa", "fb"], {"residual": "role@ar1", "G": "diagonal", "reml": False}),
    "nlme same day": ("nlme", BY_ROLE, ["fa", "fb"], {"residual": "un"}),
    "nlme exchangeable AR": ("nlme", POOLED, ["one"], {"residual": "role@ar1", **ALIKE}),
    "nlme gls": ("nlme", BY_ROLE, [], {"residual": "un"}),
    "glmmTMB roles": ("glmmTMB", BY_ROLE, ["fa", "fb"], {"residual": "role"}),
    "glmmTMB same day": ("glmmTMB", BY_ROLE, ["fa", "fb"], {"residual": "un"}),
    "glmmTMB exchangeable AR": ("glmmTMB", POOLED, ["one"], {"residual": "role@ar1", **ALIKE}),
}
HEAD = """# Written by generate.py. Run in this folder: Rscript script.R
suppressMessages({library(jsonlite)})
d <- read.csv("../generated_diary/diary.csv")
d$one <- 1; d$fa <- as.numeric(d$role == "a"); d$fb <- 1 - d$fa; d$partner_sign <- d$fa - d$fb
d$wa <- d$fa * d$within; d$wb <- d$fb * d$within; d$ma <- d$fa * d$between; d$mb <- d$fb * d$between
out <- list()
"""
TAIL = """
out$versions <- list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
  nlme = as.character(packageVersion("nlme")), glmmTMB = as.character(packageVersion("glmmTMB")))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "output.json")
"""


def diary() -> pd.DataFrame:
    frame = pd.read_csv(DATA).assign(one=1.0)
    for role in "ab":
        dummy = (frame["role"] == role).astype(float)
        frame[f"f{role}"], frame[f"w{role}"] = dummy, dummy * frame["within"]
        frame[f"m{role}"] = dummy * frame["between"]
    return frame


def model(frame: pd.DataFrame, name: str) -> DyadicMixedLM:
    _, fixed, random, options = CASES[name]
    return DyadicMixedLM(
        frame["y"], frame[fixed], groups=frame["couple"], role=frame["role"], time=frame["day"],
        exog_re=frame[random] if random else None, **options,
    )  # fmt: skip


def script() -> str:
    frame, parts = diary(), [HEAD]
    for name, (program, *_) in CASES.items():
        text = model(frame, name).fit().syntax(program)
        beta = "fixef(fit)$cond" if program == "glmmTMB" else "if (inherits(fit, 'gls')) coef(fit) else fixef(fit)"
        keep = f"out[['{name}']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric({beta}))\n"
        parts += [text, keep]
    return "\n".join([*parts, TAIL])


if __name__ == "__main__":
    (HERE / "script.R").write_text(script())
