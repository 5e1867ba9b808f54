"""Is the stated number needed to keep what a couple has? Losses over half a year below it and from it on.

"At least six" says that fewer is not enough, not that more is useless: couples below it would lose, couples from it on
would keep. Each couple has one trend; the two groups' mean trends are compared with the smallest loss that matters, and
the trend as a curve over the average count is asked whether it changes at the stated value and only there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Term
from couples_study.models.threshold.between import average_facts, between_ground, between_rows
from couples_study.models.threshold.facts import complete
from couples_study.models.threshold.findings import Findings, Limits
from couples_study.models.threshold.handed_on import check_request, figure_of

if TYPE_CHECKING:
    from couples_study.models.threshold.rows import BoolArray

HALF_YEAR = 365.25 / 2  # days
FEWEST_IN_A_GROUP = 30
FEWEST_POINTS, SHORTEST = 3, 56.0  # time points of a person, and days between the first and the last
FLAT_LOW, FLAT_HIGH = -0.05 / 0.30, 0.035 / 0.30  # the daily curve's flat range as shares of its smallest effect
RELIABLE = 1.96


def trends(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per couple: ``exposure`` (average count), ``slope`` (SD per half year), ``error`` of it, ``people``.

    ``frame`` has couple_id, person_id, time (days), outcome and exposure (the person's average). A couple's slope is
    the least-squares slope of both partners' answers with a level for each; SD is that of people's first answers.
    """
    known = frame.dropna(subset=["time", "outcome", "exposure"])
    known = known[known.groupby("person_id")["time"].transform("nunique") >= FEWEST_POINTS]
    by_person = known.groupby("person_id")
    centred = known.assign(
        t=known["time"] - by_person["time"].transform("mean"),
        y=known["outcome"] - by_person["outcome"].transform("mean"),
    )
    first = known.sort_values("time", kind="stable").drop_duplicates("person_id")["outcome"]
    products = centred.assign(tt=centred["t"] ** 2, ty=centred["t"] * centred["y"], yy=centred["y"] ** 2)
    sums = products.groupby("couple_id", sort=True)[["tt", "ty", "yy"]].sum()
    counts = known.groupby("couple_id", sort=True)["person_id"].agg(["size", "nunique"])
    people = known.drop_duplicates("person_id").groupby("couple_id", sort=True)["exposure"].mean()
    freedom = counts["size"] - counts["nunique"] - 1
    left = (sums["yy"] - sums["ty"] ** 2 / sums["tt"]).clip(lower=0.0).sum() / max(float(freedom.sum()), 1.0)
    scale = HALF_YEAR / float(first.std(ddof=1))
    table = pd.DataFrame({
        "exposure": people, "slope": scale * sums["ty"] / sums["tt"], "error": scale * np.sqrt(left / sums["tt"]),
        "people": counts["nunique"],
    })  # fmt: skip
    return table.sort_values(["exposure", "slope"], kind="stable", ignore_index=True)


def necessity_gate(id_: str, frame: pd.DataFrame, table: pd.DataFrame, stated: float) -> NotTestable | None:
    """Follow-up too short to say what half a year does, or too few couples on one side of the stated value."""
    length = float(frame["time"].max() - frame["time"].min()) if len(frame) else 0.0
    if not length >= SHORTEST:
        return NotTestable(
            id=id_, reason="too_short",
            detail=f"{length:.0f} days from first to last answer; {SHORTEST:.0f} are needed to tell loss from wear.",
        )  # fmt: skip
    reached = int((table["exposure"] >= stated).sum())
    if min(reached, len(table) - reached) < FEWEST_IN_A_GROUP:
        found = f"{len(table) - reached} couples average fewer than {stated:g}, {reached} at least as many"
        return NotTestable(
            id=id_, reason="too_few_couples", detail=f"{FEWEST_IN_A_GROUP} are needed on either side; {found}."
        )
    return None


def group_facts(table: pd.DataFrame, stated: float, smallest: float) -> dict[str, float]:
    """Mean trends below and from the stated value, their difference (Welch), and the shares of couples who kept."""
    reached = (table["exposure"] >= stated).to_numpy()
    slope, error = table["slope"].to_numpy(), table["error"].to_numpy()
    kept = slope > -RELIABLE * error
    low, high = slope[~reached], slope[reached]
    spread = np.array([part.var(ddof=1) / len(part) for part in (low, high)])
    freedom = spread.sum() ** 2 / (spread**2 / [len(low) - 1, len(high) - 1]).sum()
    return {
        **_interval("loss_below", low.mean(), np.sqrt(spread[0]), len(low) - 1),
        **_interval("loss_from", high.mean(), np.sqrt(spread[1]), len(high) - 1),
        **_interval("loss_gap", low.mean() - high.mean(), np.sqrt(spread.sum()), freedom),
        **_share("kept_below", kept[~reached]),
        **_share("kept_from", kept[reached]),
        "smallest_loss": smallest,
        "couples_below": float((~reached).sum()),
        "couples_from": float(reached.sum()),
    }


def _interval(name: str, value: float, error: float, freedom: float) -> dict[str, float]:
    facts = {name: float(value), f"{name}_se": float(error), f"{name}_df": float(freedom)}
    for level in (90, 95):
        reach = float(stats.t.isf((1 - level / 100) / 2, freedom) * error)
        facts |= {f"{name}_low{level}": facts[name] - reach, f"{name}_high{level}": facts[name] + reach}
    return facts


def _share(name: str, kept: BoolArray) -> dict[str, float]:
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(int(kept.sum()), len(kept), alpha=0.05, method="wilson")
    return {name: float(kept.mean()), f"{name}_low95": float(low), f"{name}_high95": float(high)}


def necessity_limits(stated: float, smallest: float) -> Limits:
    """The trend as a curve over the average count: what is flat keeps its proportion to what matters."""
    return Limits(stated=stated, total_effect=smallest, slope_low=FLAT_LOW * smallest, slope_high=FLAT_HIGH * smallest)


def necessity_evidence(
    *,
    id: str,  # noqa: A002 - the word of `Evidence` and of study.toml
    frame: pd.DataFrame,
    stated: float,
    smallest: float,
    seed: np.random.SeedSequence,
    draws: int = 199,
    labels: tuple[str, str] = ("Average count", "Change in half a year, SD"),
) -> Evidence | NotTestable:
    """Do couples below the stated average lose over half a year, and couples from it on keep what they have?

    Parameters
    ----------
    frame
        couple_id, person_id, time (days), outcome, exposure (the person's average count); one row per answer.
    smallest
        The smallest loss that matters, in SD per half year.

    Returns
    -------
    Evidence or NotTestable
        Refused with a reason: less than eight weeks of follow-up, or fewer than 30 couples on either side.

    Notes
    -----
    A couple keeps what it has where its own trend does not fall by more than its error allows (the idea of Jacobson and
    Truax 1991, Journal of Consulting and Clinical Psychology 59(1), put on trends).
    """
    check_request(id, stated, draws)
    table = trends(frame)
    refused = necessity_gate(id, frame, table, stated)
    if refused is not None:
        return refused
    rows = between_rows(table["exposure"].to_numpy(), table["slope"].to_numpy())
    ground = between_ground(rows, stated, seed, draws)
    found = Findings(ground)
    limits = necessity_limits(stated, smallest)
    facts = {**average_facts(complete(id, found, rows, limits)), **group_facts(table, stated, smallest)}
    terms = tuple(_term(name, fact, facts) for name, fact in TERMS)
    return Evidence(
        id=id, model="threshold_necessity", unit="SD per half year", tested=terms, coefficients=terms,
        counts=Counts(couples=len(table), people=int(table["people"].sum()), n_obs=len(frame)),
        equation=f"trend_c = d1 [x_c < {stated:g}] + d2 [x_c >= {stated:g}] + e_c",
        formula=f"trend ~ 0 + factor(exposure >= {stated:g})",
        estimator="one least-squares trend per couple, both partners' levels apart; means by group, Welch's t",
        concerns=(NOT_ASSIGNED,), facts=facts, figure=figure_of(ground, found, facts, labels),
    )  # fmt: skip


TERMS = (("trend.below", "loss_below"), ("trend.from", "loss_from"), ("trend.difference", "loss_gap"))
NOT_ASSIGNED = Concern(
    code="observational",
    sentence="Couples chose how much they touch: those who lose may touch less because they are losing.",
)


def _term(name: str, fact: str, facts: dict[str, float]) -> Term:
    value, error, freedom = facts[fact], facts[f"{fact}_se"], facts[f"{fact}_df"]
    statistic = value / error if error > 0 else 0.0
    return Term(
        term=name, role=None, estimate=value, std_error=error, df=freedom, statistic=statistic,
        p_value=float(2 * stats.t.sf(abs(statistic), freedom)), conf_low=facts[f"{fact}_low95"],
        conf_high=facts[f"{fact}_high95"],
    )  # fmt: skip
