"""What has to hold before the curve is judged, and what a reader has to know besides."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from couples_study.contracts.evidence import Concern, NotTestable
from couples_study.models.threshold.rows import CAP, BoolArray, FloatArray, IntArray, Rows

FEWEST_COUPLES = 60
PLANNED_COUPLES = 200
LEAST_IN_BAND = 0.10
LEAST_ON_BOTH_SIDES = 0.60
BELOW_CEILING = 0.60  # people whose mean outcome is at most this quantile of all people's
HEAPED = 1.25
AT_TOP, AT_CAP = 0.20, 0.01
LEAST_KAPPA = 0.60  # agreement of the partners on reaching the stated number: below it, counts are uncertain


def bands(exposure: FloatArray, stated: float) -> FloatArray:
    """Shares of days well below, around and well above ``stated``: for six 0-3, 4-7 and 8 or more."""
    low, high = exposure < stated * 2 / 3, exposure >= stated * 4 / 3
    return np.array([low.mean(), (~low & ~high).mean(), high.mean()])


def share_on_both_sides(rows: Rows, stated: float) -> float:
    """Share of people who have days below and days from ``stated`` on."""
    reached = np.bincount(rows.person, weights=rows.exposure >= stated)
    days = np.bincount(rows.person)
    return float(((reached > 0) & (reached < days)).sum() / max((days > 0).sum(), 1))


def gate(id_: str, rows: Rows, stated: float) -> NotTestable | None:
    """The reason why the data cannot answer, or None.

    ``too_few_couples`` below `FEWEST_COUPLES`; ``positivity`` where a band of the count is hardly ever visited or
    most people stay on one side; ``no_variation`` where nobody's outcome changes.
    """
    couples = rows.n_couples
    if couples < FEWEST_COUPLES:
        return NotTestable(
            id=id_, reason="too_few_couples", detail=f"{FEWEST_COUPLES} couples are needed, {couples} have days"
        )
    shares, both = bands(rows.exposure, stated), share_on_both_sides(rows, stated)
    if shares.min() < LEAST_IN_BAND or both < LEAST_ON_BOTH_SIDES:
        low, mid, high = (f"{share:.0%}" for share in shares)
        wanted = f"{LEAST_IN_BAND:.0%} of the days in each band, {LEAST_ON_BOTH_SIDES:.0%} of people on both sides"
        had = f"{low} of the days well below {stated:g}, {mid} around it, {high} well above, {both:.0%} of people"
        return NotTestable(id=id_, reason="positivity", detail=f"needed are {wanted}; found {had}")
    if not np.ptp(rows.outcome) > 0:
        return NotTestable(id=id_, reason="no_variation", detail="the outcome is the same on every day")
    return None


def below_ceiling(rows: Rows) -> BoolArray:
    """Rows (n,) of people whose mean outcome is at most the `BELOW_CEILING` quantile, where the scale has room."""
    _, person = np.unique(rows.person, return_inverse=True)
    means = np.bincount(person, weights=rows.outcome) / np.bincount(person)
    keep: BoolArray = (means <= np.quantile(means, BELOW_CEILING))[person]
    return keep


def heaping_index(exposure: FloatArray) -> float:
    """Days at 5 and 10 against the mean of the counts beside them; 1 where answers are not rounded to fives.

    The idea of Whipple's index for ages, with neighbours instead of all ages because counts fall off quickly.
    """
    at = np.array([[(exposure == five + shift).sum() for shift in (-1, 0, 1)] for five in (5, 10)], dtype=float)
    beside = (at[:, 0].sum() + at[:, 2].sum()) / 2.0
    return float(at[:, 1].sum() / beside) if beside > 0 else 1.0


def agreement(rows: Rows, stated: float) -> dict[str, float]:
    """Rank correlation of the two partners' reports and kappa on reaching ``stated``; empty without a second report."""
    if rows.partner_exposure is None:
        return {}
    known = np.isfinite(rows.partner_exposure)
    own, other = rows.exposure[known], rows.partner_exposure[known]
    if known.sum() < 2 or np.ptp(own) == 0 or np.ptp(other) == 0:
        return {}
    a, b = own >= stated, other >= stated
    chance = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    kappa = (float((a == b).mean()) - chance) / (1 - chance) if chance < 1 else 1.0
    return {
        "partner_rank_correlation": float(np.corrcoef(rankdata(own), rankdata(other))[0, 1]),
        "partner_kappa": float(kappa),
    }


def counting(rows: Rows, stated: float) -> dict[str, float]:
    """Facts about how the days were counted: rounding to fives, and how far the partners agree."""
    return {"heaping_index": heaping_index(rows.exposure), **agreement(rows, stated)}


def _distinct(codes: IntArray) -> float:
    """How many different codes there are; codes are small whole numbers."""
    return float((np.bincount(codes) > 0).sum()) if len(codes) else 0.0


def descriptives(rows: Rows, stated: float) -> dict[str, float]:
    """Facts about the counts and the answers that the concerns and the report draw on."""
    low, mid, high = bands(rows.exposure, stated)
    couple_days, reached = rows.couple_days, rows.exposure >= stated
    return {
        "share_low": float(low),
        "share_mid": float(mid),
        "share_high": float(high),
        "share_both_sides": share_on_both_sides(rows, stated),
        "days_below": float((~reached).sum()),
        "days_from": float(reached.sum()),
        "couple_days_below": _distinct(couple_days[~reached]),
        "couple_days_from": _distinct(couple_days[reached]),
        "count_mean": float(rows.exposure.mean()),
        "count_variance": float(np.sort(rows.exposure).var(ddof=1)),
        "share_zero": float((rows.exposure == 0).mean()),
        "share_at_cap": float((rows.exposure >= CAP).mean()),
        "share_at_top": float((rows.outcome >= rows.outcome.max()).mean()),
        "rows_dropped": float(rows.dropped),
        "rows_capped": float(rows.capped),
        **counting(rows, stated),
    }


def concerns(facts: dict[str, float], couples: int, *, same_reporter: bool, randomised: bool) -> tuple[Concern, ...]:
    """Typed reservations that follow from the design and from the `descriptives`."""
    raised = {
        "observational": (
            not randomised,
            "Touch was counted, not assigned: closeness may bring touch as well as touch closeness.",
        ),
        "same_reporter": (
            same_reporter,
            "The same person reports touch and closeness on the same day, so a mood can colour both.",
        ),
        "few_couples": (
            couples < PLANNED_COUPLES,
            f"Fewer than {PLANNED_COUPLES} couples: a real break is often missed in a study of this size.",
        ),
        "heaping": (
            facts["heaping_index"] > HEAPED,
            "Counts pile up at multiples of five, which pulls a break towards five and ten.",
        ),
        "heavy_tails": (
            facts["share_at_cap"] > AT_CAP,
            "Many days lie at or above the largest count that is used; a few couples may carry the curve.",
        ),
        "ceiling": (
            facts["share_at_top"] > AT_TOP,
            "Many answers lie at the top of the scale, which makes a straight line look like a plateau.",
        ),
        "reports_disagree": (
            facts.get("partner_kappa", 1.0) < LEAST_KAPPA,
            "The partners often disagree on whether the stated number was reached; the count is uncertain.",
        ),
        "rows_dropped": (
            facts["rows_dropped"] > 0,
            "Days without the count, the outcome or a control were left out.",
        ),
        "capped": (facts["rows_capped"] > 0, "Counts above 25 were set to 25."),
    }
    return tuple(Concern(code=code, sentence=sentence) for code, (holds, sentence) in raised.items() if holds)
