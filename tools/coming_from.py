"""docs/coming-from.md: the demo study's first hypothesis here, and the same model in R, SAS and SPSS, written by us."""

from __future__ import annotations

import re

import couples_study as cs
from couples_study.contracts.evidence import Evidence
from couples_study.core.paths import STUDY_FILE, shipped_studies
from couples_study.report.sentences import PROGRAMS

LANGUAGES = {"sas": "sas", "spss": "text"}
ORDER = ("nlme", "lme4", "glmmTMB", "spss", "sas")
HEAD = """\
# Coming from lme4, nlme, SPSS or SAS

One actor-partner model in five languages. Written by `make docs` from the demo study: what stands below is what
`results/H1.json` and the page say under "How this was computed".

## What you do by hand there, and what happens here

| by hand | here |
|---|---|
| restructure to one row per person and day, pair each row with the partner's | `[[source]]` says who is who; lags and partners follow the calendar |
| person means, centring, `x_w` and `x_b` for actor and partner | `centering = "person"` (the default) gives `actor.within`, `actor.between`, `partner.within`, `partner.between` |
| dummies and interactions for two intercepts, two slopes (`0 + role + role:x`) | `by_role = true`; terms are called `partner.within[woman]` |
| `(0 + woman + man \\| couple)`, `pdSymm`, `/RANDOM ... COVTYPE(UN)` | `random = ["intercept", "actor.within"]`, by role and correlated unless told otherwise |
| `corCAR1` with `varIdent`; `KRONECKER(role) COVTYPE(UN_AR1)`; `type=un@ar(1)` | `residual = "un@ar1"` (the default): a variance per role, their same-day correlation, AR(1) over days |
| Satterthwaite or Kenward-Roger degrees of freedom (`lmerTest`, `ddfm=kr`) | Kenward-Roger errors with Satterthwaite df, always |
| a ladder of simpler models when it does not converge | `reduce = [...]`; the step taken is printed as a concern |
| a p value | a verdict: direction, size beside the smallest effect that matters, and the set of questions it is counted with |
| filters in syntax files | named rules; every row that is held or left out is counted in `ledger.json` |

lme4 has no residual correlation at all and glmmTMB not this one; their forms below say what they leave out. `nlme`, SPSS
and SAS come closest; SAS fits the same covariance.

## Here
"""
TAIL = """\
## The numbers side by side

`tests/reference` holds estimates, standard errors, degrees of freedom and p values of other programs that every build is
compared with. [Performance](performance.md) fits one model beside lme4 and nlme and says how far the log-likelihoods lie
apart.
"""


def hypothesis(name: str = "H1") -> str:
    """A hypothesis of the demo study as its file has it."""
    text = (shipped_studies()["demo"] / STUDY_FILE).read_text("utf-8")
    blocks = re.findall(r"\[\[hypothesis\]\]\n(?:(?!\[).+\n?)+", text)
    return next(block for block in blocks if f'id = "{name}"' in block).strip()


def coming_from() -> str:
    """The page as Markdown."""
    found = cs.load_study("demo").test("H1")
    if not isinstance(found, Evidence):
        raise SystemExit(f"the demo's H1 is not testable: {found.detail}")
    parts = [HEAD, f"```toml\n{hypothesis()}\n```\n", f"```text\n{found.equation}\n```\n"]
    parts += [
        f"## {PROGRAMS[name]}\n\n```{LANGUAGES.get(name, 'r')}\n{found.syntax[name].strip()}\n```\n" for name in ORDER
    ]
    return "\n".join([*parts, TAIL])
