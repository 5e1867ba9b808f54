"""``model = "moderation"``: does an effect differ by what else holds: synergy, buffering, or the same in two groups?

The product stands beside both squares, without which a curve in one predictor looks like an interaction of two
correlated ones (Ganzach, 1997). With ``rule = "R5"`` the question is whether the effect is the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError, listed
from couples_study.measures import Frames
from couples_study.measures.units import factor, product_parts
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.models.relation import (
    ESTIMATOR,
    PARTNER,
    Asked,
    Fitted,
    asked_of,
    fit_relation,
    held,
    is_within,
    looks_of,
    relation_evidence,
    variants,
)

OPTIONS = frozenset({"predictor", "moderator", "contrast", "centering", "lag", "covariates", "test"})
TESTS = ("interaction", "slope.low", "slope.high")


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = [name for name in ("predictor", "moderator") if not getattr(question, name)]
    faults += [f"test among {listed(TESTS)}, not {name!r}" for name in question.test if name not in TESTS]
    if question.moderator and _has_labels(question, setting) and len(question.contrast) != 2:
        faults.append("contrast = [group, group it is compared with], since moderator holds words")
    if {"interaction"} < set(question.test):
        faults.append("interaction or slopes in test, not both, since their units differ")
    parts = product_parts(question.smallest_effect.unit, where)[1]
    if len(parts) > 2:
        faults.append('a unit such as "SD per SD and SD", for the predictor and the moderator')
    if not is_within(question) and "within SD" in (*parts, product_parts(question.smallest_effect.unit, where)[0]):
        faults.append('"SD" or raw units, since there is one row per person here')
    if faults:
        raise StudyFileError(
            where, expected="a predictor, what moderates it, and one unit", found=f"missing: {'; '.join(faults)}",
            do="see moderation in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    x, z, y = question.predictor, question.moderator, question.outcome
    when = "[t-1]" if question.lag else "[t]" if is_within(question) else ""
    part = " (departures from own mean)" if is_within(question) else ""
    return Plan(
        equation=f"{y} = {x}{when} + {z} + {x}{when} x {z} + {x}{when}^2 + {z}^2 + covariates{part} + error",
        formula=f"{y} ~ {x} * {z} + I({x}^2) + I({z}^2)" + (" | persons" if is_within(question) else "")
        + " | couples: couple_id",
        estimator=ESTIMATOR[is_within(question)],
        tested=question.test or ("interaction",),
    )  # fmt: skip


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The product with its squares, the slopes at a low and a high value, and the same without the squares."""
    steady = _told_at_start(question, frames)
    asked = asked_of(id, question if steady is None else question.model_copy(update={"moderator": None}), frames)
    if isinstance(asked, NotTestable):
        return asked
    if steady is not None:
        asked = asked.with_steady(str(question.moderator), steady)
    x, z = asked.value(str(question.predictor), question.lag), _moderator(question, asked, setting)
    y = asked.value(question.outcome)
    refused = _groups_too_small(id, asked, x, z, y)
    if refused is not None:
        return refused
    columns, spots = _columns(asked, x, z, y)
    covariates = held(question, asked)
    fitted = fit_relation(id, asked, y, {**columns, **covariates})
    if isinstance(fitted, NotTestable):
        return fitted
    read = _reader(question, asked, spots)
    names = question.test or ("interaction",)
    others = [(label, again) for label, again in variants(id, asked, y, columns, covariates)]
    plain = fit_relation(id, asked, y, {n: c for n, c in columns.items() if "square" not in n} | covariates)
    if not isinstance(plain, NotTestable) and any("square" in name for name in columns):
        others.append(("without squares", plain))
    rows = tuple(Sensitivity.of(read(again, name), _label(label, name, names)) for label, again in others
                 for name in names)  # fmt: skip
    return relation_evidence(
        id, "moderation", question, asked, fitted, setting, plan(question, setting),
        tested=tuple(read(fitted, name) for name in names),
        beside=tuple(read(fitted, name) for name in TESTS[1:]),
        sensitivity=rows,
        facts={"moderator.low": spots[0], "moderator.high": spots[1]},
        own=not str(question.predictor).startswith(PARTNER),
    )  # fmt: skip


def _told_at_start(question: Question, frames: Frames) -> pd.Series | None:
    """By person, a moderator of another rhythm as it was at the first wave: what holds for all of the person's days."""
    name = str(question.moderator).removeprefix(PARTNER)
    panel = frames.panel_with(question.outcome)
    elsewhere = panel is not None and is_within(question) and name not in panel.columns
    if not elsewhere or question.contrast or name not in frames.varying.get("person_waves", ()):
        return None
    return frames.people.set_index("person_id")[name]


def _has_labels(question: Question, setting: Setting) -> bool:
    name = str(question.moderator).removeprefix(PARTNER)
    return name in setting.glossary and not setting.glossary[name].is_numeric


def _moderator(question: Question, asked: Asked, setting: Setting) -> np.ndarray:
    """The moderator's numbers; of two groups the first is 1, the other 0, and no third group counts."""
    name = str(question.moderator)
    if not question.contrast:
        return asked.value(name)
    labels = asked.panel.frame[name.removeprefix(PARTNER)].astype("str").to_numpy()
    if name.startswith(PARTNER):
        rows = asked.panel.rows("partner", 0)
        labels = np.where(rows >= 0, labels[rows], "")
    return np.select([labels == question.contrast[0], labels == question.contrast[1]], [1.0, 0.0], np.nan)


def _is_binary(z: np.ndarray) -> bool:
    return len(np.unique(z[np.isfinite(z)])) == 2


def _groups_too_small(id: str, asked: Asked, x: np.ndarray, z: np.ndarray, y: np.ndarray) -> NotTestable | None:  # noqa: A002
    """Rule R0 in each of two groups."""
    complete = np.isfinite(x) & np.isfinite(z) & np.isfinite(y)
    values = np.unique(z[complete])
    if len(values) < 2:
        return NotTestable(id=id, reason="no_variation", detail="The moderator has the same value everywhere.")
    if len(values) > 2:
        return None
    couple = asked.panel.frame["couple_id"].to_numpy()
    least = min(len(np.unique(couple[complete & (z == value)])) for value in values)
    return too_few(id, least, "been in the smaller group") if least < FEWEST_COUPLES else None


def _columns(
    asked: Asked, x: np.ndarray, z: np.ndarray, y: np.ndarray
) -> tuple[dict[str, np.ndarray], tuple[float, float]]:
    """The predictor, the moderator, product and squares, and the low and high value at which slopes are told.

    Both are centred: the predictor at the person's own mean (within) or over all; the moderator likewise where it
    varies, and two groups are left as 0 and 1.
    """
    complete = np.isfinite(x) & np.isfinite(z) & np.isfinite(y)
    steady = asked.within and asked.is_constant(np.where(complete, z, np.nan))
    curved = not _is_binary(x[complete])
    x = _centred(x, asked, complete, by_person=asked.within)
    binary = _is_binary(z[complete])
    if not binary:
        z = _centred(z, asked, complete, by_person=asked.within and not steady)
    columns = {"predictor": x, "moderator": z, "interaction": x * z, "predictor.square": x**2, "moderator.square": z**2}
    if binary:
        del columns["moderator.square"]
    if not curved:
        del columns["predictor.square"]
    if steady:
        columns = {name: column for name, column in columns.items() if not name.startswith("moderator")}
    spread = float(np.std(z[complete], ddof=1))
    return columns, ((0.0, 1.0) if binary else (-spread, spread))


def _centred(values: np.ndarray, asked: Asked, complete: np.ndarray, *, by_person: bool) -> np.ndarray:
    if not by_person:
        return values - float(values[complete].mean())
    codes = asked.panel.own
    size = codes.max() + 1
    counts = np.bincount(codes[complete], minlength=size)
    sums = np.bincount(codes[complete], weights=values[complete], minlength=size)
    means = np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)
    return values - means[codes]


def _reader(question: Question, asked: Asked, spots: tuple[float, float]) -> Callable[[Fitted, str], Term]:
    """How a fit's interaction or slope is read, in the question's unit."""
    unit = question.smallest_effect.unit
    kinds = product_parts(unit, "unit")[1]
    head = unit.partition(" and ")[0]

    def by(name: str) -> Callable[[str], float]:
        return lambda kind: asked.sd(name, kind)

    of_x = factor(head, by(question.outcome), by(str(question.predictor)), "unit")
    of_z = by(str(question.moderator))(kinds[1]) if len(kinds) == 2 and kinds[1] else 1.0

    def read(fitted: Fitted, name: str) -> Term:
        if name == "interaction":
            return fitted.linear.term(fitted.weights(interaction=of_x * of_z), name)
        spot = spots[0] if name == "slope.low" else spots[1]
        return fitted.linear.term(fitted.weights(predictor=of_x, interaction=of_x * spot), name)

    return read


def _label(label: str, name: str, names: tuple[str, ...]) -> str:
    return label if len(names) == 1 else f"{label}: {name}"


MODEL = Model(
    name="moderation",
    summary="an effect that depends on something else, or is the same in two groups",
    options=OPTIONS,
    repeated=is_within,
    partners=lambda question: any(str(n).startswith(PARTNER) for n in (question.predictor, question.moderator)),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "lagged" if question.lag == 1 else "associational",
    looks=lambda question: looks_of(question.predictor, lag=question.lag),
)
