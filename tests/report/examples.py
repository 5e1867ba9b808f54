"""Six verdicts as a study would bring them, made by hand: what the report layer is tested and looked at with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Counts, Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.verdict import JudgedSensitivity, JudgedTerm, SmallestEffect, Verdict
from couples_study.report.context import DayAnswered, HeldRow, IntakeContext, ReportContext

COUNTS = Counts(couples=198, people=396, n_obs=9312, days_scheduled=5544, days_answered=4987, days_used=4656)
LAGGED = Counts(couples=198, people=396, n_obs=8254, days_scheduled=5544, days_answered=4987, days_used=4127)
ERROR = Concern(
    code="measurement_error",
    sentence="Each construct rests on one indicator a day; measurement error alone can produce a lagged effect.",
)
FEW_DAYS = Concern(
    code="person_mean_reliability",
    sentence="The person mean of responsiveness has a reliability of 0.87 over 24 answered days.",
)


def term(name, role, estimate, std_error, df=197.0):
    """A term whose interval and test follow from estimate and standard error."""
    half = 1.972 * std_error
    p = 0.0004 if abs(estimate) > 3 * std_error else 0.21
    return Term(
        term=name,
        role=role,
        estimate=estimate,
        std_error=std_error,
        df=df,
        statistic=estimate / std_error,
        p_value=p,
        conf_low=estimate - half,
        conf_high=estimate + half,
    )


def judged(t, p_adjusted=None, level=0.95):
    """A tested term as the verdicts layer hands it on."""
    names = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
    return JudgedTerm(
        term=t.name, p_adjusted=p_adjusted, conf_level=level, **{name: getattr(t, name) for name in names}
    )


def bins():
    rows = []
    for role, slope in (("woman", 0.21), ("man", 0.13)):
        for k, x in enumerate(np.linspace(-22, 22, 9)):
            y = slope * x + 0.4 * np.sin(k)
            rows.append({"x": x, "y": y, "low": y - 0.9, "high": y + 0.9, "n": 480 + 17 * k, "role": role})
    return pd.DataFrame(rows)


def shape_frames():
    x = np.arange(0.0, 16.0)
    fit = 0.62 * np.minimum(x, 6.0)
    curve = pd.DataFrame({"x": x, "fit": fit, "low90": fit - 0.35 - 0.03 * x, "high90": fit + 0.35 + 0.03 * x})
    shapes = {
        "straight line": 0.29 * x + 0.5,
        "diminishing returns": 1.52 * np.log1p(x),
        "plateau from six": 0.6 * np.minimum(x, 6.0) + 0.05,
        "jump at six": np.where(x >= 6, 3.4, 1.6),
    }
    rivals = pd.concat([pd.DataFrame({"x": x, "shape": name, "fit": y}) for name, y in shapes.items()])
    density = pd.DataFrame({"x": x, "n": (1900 * np.exp(-((x - 4.5) ** 2) / 22)).astype(int) + 12})
    return {"curve": curve, "rivals": rivals, "density": density}


H1_TERMS = (term("partner.within", "woman", 0.2114, 0.0287), term("partner.within", "man", 0.1342, 0.0301))
H1 = Evidence(
    id="H1",
    model="apim",
    unit="points per point",
    tested=H1_TERMS,
    coefficients=(
        *H1_TERMS,
        term("actor.within", "woman", 0.3021, 0.0254),
        term("actor.within", "man", 0.2873, 0.0262),
        term("intercept", None, 61.2, 1.43, None),
    ),
    counts=COUNTS,
    equation="satisfied[i,t] = b0[role] + bA[role] responsive_w[i,t] + bP[role] responsive_w[j,t] + e[i,t]",
    formula="satisfied ~ 0 + role + role:(actor_w + partner_w + actor_b + partner_b + study_day + weekend)",
    estimator="GEE, Gaussian, exchangeable within couple; bias-reduced covariance, t with G - 1 df",
    concerns=(FEW_DAYS,),
    sensitivity=(
        Sensitivity(label="without the first two days", estimate=0.168, conf_low=0.121, conf_high=0.215),
        Sensitivity(label="own report left out", estimate=0.094, conf_low=0.041, conf_high=0.147),
        Sensitivity(label="entries made late left out", estimate=0.171, conf_low=0.118, conf_high=0.224),
    ),
    facts={"residual_correlation": 0.31, "log_likelihood": -31204.5512},
    figure=FigureData(
        kind="bins",
        title="Days on which the partner felt more responded to than usual",
        x_label="Partner's responsiveness, points from the person's own mean",
        y_label="Own satisfaction, points from own mean",
        frames={"bins": bins()},
    ),
)

H2_TERM = term("partner.lag1", None, 0.0412, 0.0133)
H2 = Evidence(
    id="H2",
    model="apim",
    unit="SD per SD",
    tested=(H2_TERM,),
    coefficients=(H2_TERM, term("actor.lag1", None, 0.187, 0.0159)),
    counts=LAGGED,
    equation="close[i,t] = b0 + bA close[i,t-1] + bP close[j,t-1] + e[i,t]",
    formula="close ~ actor_lag1 + partner_lag1 + study_day + weekend",
    estimator="GEE, Gaussian; bias-reduced covariance",
    concerns=(ERROR,),
)

C12_TERM = term("touch_received_n.within", None, 0.0121, 0.0092)
C12 = Evidence(
    id="C12",
    model="apim",
    unit="SD per SD",
    tested=(C12_TERM,),
    coefficients=(C12_TERM,),
    counts=COUNTS,
    equation="close[i,t] = b0 + b1 touch_w[i,t-1] + e[i,t]",
    formula="close ~ touch_w_lag1 + study_day",
    estimator="GEE, Gaussian; bias-reduced covariance",
    sensitivity=(Sensitivity(label="partner's count", estimate=0.015, conf_low=-0.008, conf_high=0.038),),
)

C13_TERMS = (term("touch_to_close", None, 0.031, 0.011), term("close_to_touch", None, 0.012, 0.017))
C13 = Evidence(
    id="C13",
    model="apim",
    unit="SD per SD",
    tested=C13_TERMS,
    coefficients=C13_TERMS,
    counts=LAGGED,
    equation="two lagged equations, one each way",
    formula="close ~ touch_lag1 + close_lag1; touch ~ close_lag1 + touch_lag1",
    estimator="GEE; bias-reduced covariance",
    concerns=(ERROR,),
)

C60_TERMS = (term("slope_below", None, 0.62, 0.05, None), term("slope_above", None, 0.03, 0.06, None))
C60 = Evidence(
    id="C60",
    model="threshold",
    unit="points per touch",
    tested=C60_TERMS,
    coefficients=C60_TERMS,
    counts=COUNTS,
    equation="close[i,t] = a[i] + b1 x[i,t] + b2 max(x[i,t] - tau, 0) + e[i,t]",
    formula="close ~ 0 + person + x + hinge(x, tau)",
    estimator="least squares within person; 999 couple bootstraps",
    facts={"tau": 5.5, "p_kink": 0.002},
    figure=FigureData(
        kind="threshold",
        title="Closeness by number of affectionate touches that day",
        x_label="Touches received that day",
        y_label="Closeness, points above a day without touch",
        frames=shape_frames(),
        notes={"tau": 5.5, "tau_low": 4.0, "tau_high": 7.5, "stated": 6.0, "n_below": 6120, "n_above": 3192},
    ),
)

C31 = NotTestable(
    id="C31",
    reason="missing_columns",
    detail="The study did not measure resentment.",
    missing_columns=("resentment", "chores_minutes"),
)

POINTS = SmallestEffect(value=0.05, unit="points per point", why="20 points are half the weekend effect of the pilot.")
STANDARD = SmallestEffect(value=0.05, unit="SD per SD", why="Half of the smallest same-day effect that matters.")
DIRECTIONAL = (
    "Supported when the 95% interval of every tested term lies above zero and no 90% interval lies below the "
    "smallest effect; contradicted when an interval lies below the smallest effect; otherwise inconclusive."
)


def verdict(evidence, **given):
    """A verdict over an evidence with what the verdicts layer would add."""
    fields = {
        "id": evidence.id,
        "direction": "undetermined",
        "magnitude": "undetermined",
        "strength": "associational",
        "verdict_causal": "inconclusive",
        "status": "confirmatory",
        "rule": DIRECTIONAL,
        "unit": evidence.unit,
        "counts": evidence.counts,
        "concerns": evidence.concerns,
        "terms": tuple(judged(t, t.p_value * 2) for t in evidence.tested),
        "sensitivity": tuple(
            JudgedSensitivity(
                label=row.label,
                estimate=row.estimate,
                conf_low=row.conf_low,
                conf_high=row.conf_high,
                verdict="supported" if row.conf_low > 0 else "inconclusive",
            )
            for row in evidence.sensitivity
        ),
    }
    return Verdict(**(fields | given))


V_H1 = verdict(
    H1,
    statement="When my partner feels more responded to than usual, I am more satisfied.",
    verdict="supported",
    reason="direction_shown",
    direction="positive",
    magnitude="at_least_smallest",
    smallest_effect=POINTS,
    sentence="On days when the partner felt more responded to than usual, satisfaction was higher, by 0.21 points per "
    "point for women and 0.13 for men; both are more than the smallest effect of 0.05.",
)
V_H2 = verdict(
    H2,
    statement="Closeness carries over from one partner to the other the next day.",
    verdict="inconclusive",
    reason="measurement_error",
    direction="positive",
    strength="lagged",
    smallest_effect=STANDARD,
    sentence="The carry-over is 0.04 SD per SD, but one indicator a day cannot tell it from measurement error.",
)
V_C12 = verdict(
    C12,
    statement="Affectionate touch strengthens the emotional bond.",
    verdict="contradicted",
    reason="below_smallest",
    magnitude="below_smallest",
    strength="lagged",
    smallest_effect=STANDARD,
    sentence="The effect is 0.01 SD per SD, shown to be smaller than the 0.05 that would matter.",
)
READINGS = tuple(
    verdict(
        C13,
        id=f"C13_{t.term}",
        statement=statement,
        verdict=word,
        reason="measurement_error",
        strength="lagged",
        smallest_effect=STANDARD,
        terms=(judged(t, t.p_value * 2),),
        sentence=sentence,
    )
    for t, statement, word, sentence in (
        (C13_TERMS[0], "Touch today, closeness tomorrow.", "inconclusive", "Positive, but it may be error."),
        (C13_TERMS[1], "Closeness today, touch tomorrow.", "inconclusive", "The interval includes zero."),
    )
)
V_C13 = verdict(
    C13,
    statement="Closeness and touch form an upward spiral: each raises the other.",
    verdict="inconclusive",
    reason="measurement_error",
    strength="lagged",
    smallest_effect=STANDARD,
    readings=READINGS,
    sentence="Neither direction of the spiral is shown beyond what measurement error could produce.",
)
V_C31 = Verdict(
    id="C31",
    statement="Unspoken resentment is the most common reason why closeness fades.",
    verdict="not_testable",
    reason="missing_columns",
    direction="undetermined",
    magnitude="undetermined",
    strength=None,
    verdict_causal=None,
    status="exploratory",
    sentence="This study cannot speak to the claim: it has no measure of resentment.",
    rule=DIRECTIONAL,
    missing_columns=("resentment", "chores_minutes"),
)
V_C60 = verdict(
    C60,
    statement="Six welcome touches per day is the minimum dose for staying connected and satisfied.",
    verdict="inconclusive",
    reason="beats_flexible",
    rule="Supported when a curve that breaks at six predicts held-out couples better than every smooth curve.",
    sentence="Closeness levels off somewhere between 4 and 7.5 touches, but a smooth curve fits as well as a break.",
)

VERDICTS = (V_H1, V_H2, V_C12, V_C13, V_C31, V_C60)
EVIDENCE = {"H1": H1, "H2": H2, "C12": C12, "C13": C13, "C31": C31, "C60": C60}
SHA = "9f2c5b7f0d6a4c1e8b3d2f4a6c8e0b1d3f5a7c9e1b2d4f6a8c0e2b4d6f8a0c1e"
INPUTS = {"baseline.csv": SHA, "diary_week1.csv": SHA[::-1], "study.toml": SHA.replace("9", "4")}
LEDGER = {
    "sources": [
        {
            "file": "baseline.csv",
            "sha256": SHA,
            "export_rows_read": 400,
            "rows_read": 400,
            "rows_accepted": 397,
            "rows_held": 3,
            "held_by_reason": {"missing_key": 2, "out_of_range": 1},
            "columns_mapped": ["couple_id", "person_id", "role", "csi4", "age"],
            "columns_ignored": ["StartDate", "Finished"],
            "recodes": {"role": 397},
        },
        {
            "file": "diary_week1.csv",
            "sha256": SHA[::-1],
            "export_rows_read": 5006,
            "rows_read": 10012,
            "rows_accepted": 9980,
            "rows_held": 32,
            "held_by_reason": {
                "duplicate_conflicting": 4,
                "duplicate_identical": 9,
                "unknown_label": 1,
                "unreadable_date": 18,
            },
            "columns_mapped": ["couple_id", "person_id", "day", "touch_received_n", "close_1"],
            "columns_ignored": [],
            "recodes": {},
        },
    ],
    "tables": {
        "people": {"rows": 397, "people": 397, "couples": 199, "exclusions": {"partner_missing": 1}},
        "diary_days": {"rows": 9980, "people": 396, "couples": 198, "exclusions": {}},
    },
}
REPORT = ReportContext(
    study_id="demo",
    title="Touch and closeness in daily life",
    synthetic=True,
    verdicts=VERDICTS,
    evidence=EVIDENCE,
    ledger=LEDGER,
    inputs=INPUTS,
    package_version="0.1.0",
    hypotheses=("H1", "H2"),
    dyads="distinguishable",
    scheduled_days=28,
    column_labels={"resentment": "Resentment towards the partner (3 items)"},
    packages={"pandas": "3.0.0", "statsmodels": "0.15.0"},
)
HELD = (
    HeldRow(file="baseline.csv", row=17, reason="missing_key", columns=("person_id",)),
    HeldRow(file="baseline.csv", row=18, reason="missing_key", columns=("person_id",)),
    HeldRow(file="baseline.csv", row=211, reason="out_of_range", columns=("csi4",)),
    *(HeldRow(file="diary_week1.csv", row=row, reason="duplicate_conflicting") for row in (40, 41, 90, 91)),
    *(HeldRow(file="diary_week1.csv", row=row, reason="duplicate_identical") for row in range(300, 309)),
    HeldRow(file="diary_week1.csv", row=77, reason="unknown_label", columns=("role",)),
    *(HeldRow(file="diary_week1.csv", row=row, reason="unreadable_date") for row in range(1200, 1254, 3)),
)
ANSWERED = (
    *tuple(DayAnswered(day=day, scheduled=396, answered=380 - 5 * day) for day in range(27)),
    DayAnswered(day=27, scheduled=396, answered=3),
)
INTAKE = IntakeContext(
    study_id="demo",
    title="Touch and closeness in daily life",
    synthetic=True,
    ledger=LEDGER,
    inputs=INPUTS,
    package_version="0.1.0",
    held=HELD,
    answered_by_day=ANSWERED,
)
