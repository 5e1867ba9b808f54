"""R8 for the other readings on written-down facts, and how the readings of one claim combine."""

from dataclasses import replace

import pytest
from tests.verdicts.test_threshold_rule import ACCEL, PLATEAU

from couples_study.claims import claims
from couples_study.contracts.evidence import Counts, Evidence, NotTestable, Term
from couples_study.report.answer import answered
from couples_study.verdicts import Case, ReadingCase, decide
from couples_study.verdicts.threshold_designs import judge_between, judge_dose, judge_necessity

NEED = {
    "stated": 6.0, "smallest_loss": 0.25, "loss_below": -0.5, "loss_below_low90": -0.6, "loss_below_high90": -0.4,
    "loss_below_high95": -0.38, "loss_from": 0.0, "loss_from_low90": -0.1, "loss_from_high90": 0.1,
    "loss_from_high95": 0.12, "loss_gap_high95": -0.3, "z_linear": 2.0, "z_log": 2.0, "bic_margin_s_curve": 7.0,
}  # fmt: skip
DOSE = {
    **PLATEAU, "equal": 0.10, "step_to": 0.2, "step_to_low95": 0.1, "step_to_low90": 0.12, "step_to_high90": 0.28, "step_beyond_low90": -0.04,
    "step_beyond_high90": 0.05, "bic_linear": 30.0, "bic_log": 20.0, "bic_saturating": 12.0, "bic_parabola": 12.0,
    "bic_plateau_at_stated": 0.0, "bic_step_at_stated": 20.0, "bic_slopes_at_stated": 8.0,
}  # fmt: skip


def both(found):
    return found.minimum.verdict, found.plateau.verdict


def test_needed_and_enough() -> None:
    assert both(judge_necessity(NEED)) == ("supported", "supported")
    assert judge_necessity(NEED).minimum.need == "supported"


@pytest.mark.parametrize(
    ("change", "verdicts", "reason"),
    [
        ({"loss_below_low90": -0.2, "loss_below": -0.1}, ("contradicted", "inconclusive"), "maintained_below"),
        ({"loss_below_high95": 0.02}, ("inconclusive", "supported"), "loses_below"),
        ({"loss_below": -0.24}, ("inconclusive", "supported"), "loses_below"),
        ({"loss_from_low90": -0.3}, ("inconclusive", "inconclusive"), "keeps_from"),
        ({"loss_gap_high95": 0.01}, ("inconclusive", "inconclusive"), "parts"),
        ({"z_linear": 1.0}, ("inconclusive", "inconclusive"), "divides_there"),
        ({"loss_from_high95": -0.26, "loss_from_low90": -0.6}, ("inconclusive", "contradicted"), "keeps_from"),
    ],
)
def test_what_stops_or_refutes_a_need(change, verdicts, reason) -> None:
    facts = {**NEED, **change}
    if reason == "maintained_below":
        facts["loss_gap_high95"] = 0.1
    found = judge_necessity(facts)
    assert both(found) == verdicts
    assert found.minimum.reason == reason


def test_an_assigned_six() -> None:
    assert both(judge_dose(DOSE)) == ("supported", "supported")
    assert judge_dose({**DOSE, "step_to_high90": 0.09}).minimum.reason == "no_step"
    assert judge_dose({**DOSE, "step_beyond_low90": 0.11}).plateau.reason == "step_beyond"
    assert both(judge_dose({**DOSE, "bic_parabola": 5.0})) == ("inconclusive", "inconclusive")
    assert both(judge_dose({**DOSE, "z_parabola": -0.1})) == ("inconclusive", "inconclusive")
    assert both(judge_dose({**DOSE, "step_beyond_high90": 0.11})) == ("inconclusive", "inconclusive")
    small = {
        f"{name}_{end}": value for name in ("total", "total_best") for end, value in (("low90", 0), ("high90", 0.2))
    }
    assert both(judge_dose({**DOSE, **small})) == ("contradicted", "contradicted")
    assert both(judge_dose({**DOSE, **small, "adherence": 0.5})) != ("contradicted", "contradicted")


def test_averages_are_not_whole_numbers() -> None:
    assert not any("whole" in part for part in judge_between(PLATEAU).minimum.parts)


def evidence(model: str, facts) -> Evidence:
    term = Term(term="trend.difference", role=None, estimate=1.0, std_error=0.1, df=None, statistic=10.0, p_value=1e-9,
                conf_low=0.8, conf_high=1.2)  # fmt: skip
    return Evidence(
        id="C60", model=model, unit="points", tested=(term,), coefficients=(term,), equation="", formula="",
        estimator="", facts=facts, counts=Counts(couples=200, people=400, n_obs=9000),
    )  # fmt: skip


def judged(**found):
    """The verdict on C60 with the readings given; the others are not testable."""
    claim = claims()["C60"]
    readings = tuple(
        ReadingCase(
            id=reading.id, statement=reading.statement, question=reading,
            found=found.get(reading.id.removeprefix("C60_"), NotTestable(id=reading.id, reason="missing_columns", detail="")),
            strength="randomised" if reading.id == "C60_dose" else "associational",
        )
        for reading in claim.reading
    )  # fmt: skip
    case = Case(id="C60", statement=claim.statement, status=claim.status, causal=True, combine=claim.combine,
                readings=readings)  # fmt: skip
    return decide([case])[0]


WITHIN = evidence("threshold", PLATEAU)
KEPT = {**NEED, "loss_below_low90": -0.2, "loss_below_high90": 0.0, "loss_below": -0.1, "loss_gap_high95": 0.1}


def test_the_daily_reading_leads_and_what_is_not_there_stops_nothing() -> None:
    whole = judged(within=WITHIN)
    assert (whole.verdict, whole.strength, whole.verdict_causal) == ("supported", "associational", "inconclusive")
    assert [reading.verdict for reading in whole.readings] == ["supported", *["not_testable"] * 3]
    assert [sub.id for sub in whole.readings[0].readings] == ["C60_within_6a", "C60_within_6b"]


def test_keeping_below_six_contradicts_the_claim() -> None:
    whole = judged(within=WITHIN, need=evidence("threshold_necessity", KEPT))
    assert (whole.verdict, whole.reason) == ("contradicted", "C60_need: maintained_below")


def test_a_curve_that_starts_to_rise_at_six_supports_the_minimum_where_a_need_is_shown() -> None:
    rising = evidence("threshold", ACCEL)
    alone, open_need = (
        judged(within=rising),
        judged(within=rising, need=evidence("threshold_necessity", {**NEED, "z_log": 0.0})),
    )
    assert (
        (alone.verdict, alone.reason) == (open_need.verdict, open_need.reason) == ("inconclusive", "rises_from_stated")
    )
    assert "speaks for fewer not being enough" in alone.readings[0].readings[0].sentence
    assert alone.readings[0].readings[1].verdict == "contradicted"
    needed = judged(within=rising, need=evidence("threshold_necessity", NEED))
    assert (needed.verdict, needed.reason) == ("supported", "rises_from_stated")
    assert [sub.verdict for sub in needed.readings[0].readings] == ["supported", "contradicted"]
    assert "lose what they have within half a year" in needed.readings[0].readings[0].sentence


def test_the_curve_between_couples_stands_aside() -> None:
    against = evidence("threshold_between", {**PLATEAU, "z_log": -2.0})
    whole = judged(within=WITHIN, between=against)
    assert whole.readings[1].verdict == "contradicted"
    assert whole.verdict == "supported"


def test_only_assignment_speaks_to_cause() -> None:
    whole = judged(within=WITHIN, dose=evidence("threshold_dose", DOSE))
    assert (whole.verdict, whole.verdict_causal) == ("supported", "supported")
    alone = judged(dose=evidence("threshold_dose", DOSE))
    assert alone.verdict == "not_testable"
    assert replace(alone, verdict="x").readings[3].verdict == "supported"


def test_a_reading_that_refutes_the_claim_speaks_in_its_sentence() -> None:
    refuting = evidence("threshold_dose", {**DOSE, "step_to_high90": 0.09})
    whole = judged(within=WITHIN, dose=refuting)
    assert (whole.verdict, whole.reason) == ("contradicted", "C60_dose: no_step")
    said = answered(whole, {"C60_within": WITHIN, "C60_dose": refuting}).sentence
    assert said.startswith("Contradicted. Couples assigned six touches a day feel closer")
    assert "no more than being assigned the next lower number" in said
    assert "trend.difference" not in said
