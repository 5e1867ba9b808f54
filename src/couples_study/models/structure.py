"""``model = "structure"``: are there as many strands as were named, made of the items that were said to make them?

Three questions (rule R9): does parallel analysis keep so many in both halves of the sample, do the rotated factors of
the halves agree with each other and with the named strands, and is no pair of strands one and the same? The halves are
the first and the second partner of every couple.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.models.strands import Rotated, congruence, fewest_by_bic, ratios, retained, rotated

OPTIONS = frozenset({"indicators", "contrast", "tolerance"})
DRAWS = 4000
APART = 0.85
UNPLACED = Concern(
    code="no_proper_factors",
    sentence="In a half of the sample the factors have no proper solution, so whether they agree is open.",
)


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    items = [name for group in question.indicators.values() for name in group]
    if len(question.indicators) < 2 or min(map(len, question.indicators.values()), default=0) < 3:
        faults.append("indicators, two strands or more of three items each")
    if len(set(items)) < len(items):
        faults.append("every item in one strand")
    strays = [name for name in (question.outcome, *question.contrast) if name not in question.indicators]
    if strays or len(question.contrast) not in (0, 2):
        faults.append("outcome (and the two of contrast) among the strands")
    if question.rule != "R9":
        faults.append('rule = "R9"')
    if faults:
        raise StudyFileError(
            where, expected="strands and their items", found=f"missing: {'; '.join(faults)}",
            do="see structure in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    strands = ", ".join(question.indicators)
    return Plan(
        equation=f"items = {len(question.indicators)} factors ({strands}), in each half of the couples' partners",
        formula=" + ".join(f"{name} =~ {' + '.join(items)}" for name, items in question.indicators.items()),
        estimator="parallel analysis; maximum-likelihood factors, quartimin; heterotrait-monotrait ratios over "
        "resampled couples",
        tested=tuple(_pairs(question)),
    )


def _pairs(question: Question) -> list[str]:
    return [f"{one}~{other}" for one, other in combinations(question.indicators, 2)]


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Both halves, and the correlations of strands in both partners together."""
    items = [name for group in question.indicators.values() for name in group]
    strand = np.repeat(np.arange(len(question.indicators)), [len(group) for group in question.indicators.values()])
    both = _both_answered(frames.people, items)
    couples = len(both)
    if couples < max(FEWEST_COUPLES, 2 * len(items)):
        return too_few(id, couples, f"both answered all {len(items)} items (twice as many couples as items are needed)")
    if both.std(axis=0).min() <= 0:
        return NotTestable(id=id, reason="no_variation", detail="Everybody answers one of the items alike.")
    rng = np.random.default_rng(child(setting.seed, "structure", id))
    halves = [both[:, 0], both[:, 1]]
    kept = [retained(half, rng) for half in halves]
    needed = not setting.brief or min(kept) > strand.max()  # without enough factors no agreement can help
    turned = [rotated(half, strand) if needed else None for half in halves]
    seen, drawn = _ratios(both, strand, rng)
    planned = plan(question, setting)
    terms = tuple(_term(name, float(seen[p]), drawn[:, p]) for p, name in enumerate(_pairs(question)))
    best = {} if setting.brief else _by_bic(both, len(question.indicators))
    return Evidence(
        id=id,
        model="structure",
        unit="correlation of strands",
        tested=terms,
        coefficients=terms,
        counts=Counts(couples=couples, people=2 * couples, n_obs=2 * couples),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=(*few_couples(couples), *((UNPLACED,) if None in turned else ())),
        facts=_facts(question, kept, turned, seen, drawn) | _loadings(items, strand, turned) | best,
    )


def _both_answered(people: pd.DataFrame, items: list[str]) -> np.ndarray:
    """(couples, 2, items): couples both of whom answered all, partners in the order of their roles."""
    rows = people[["couple_id", "person_id", "role", *items]].dropna(subset=items)
    rows = rows[rows.groupby("couple_id")["person_id"].transform("size") == 2]
    rows = rows.sort_values(["couple_id", "role", "person_id"], kind="stable")
    return rows[items].to_numpy(dtype=np.float64).reshape(-1, 2, len(items))


def _ratios(both: np.ndarray, strand: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Correlations of strands, and the same over resampled couples, from each couple's sums of products."""
    couples, _, count = both.shape
    z = (both - both.mean(axis=(0, 1))) / both.std(axis=(0, 1))
    products = np.einsum("cpi,cpj->cij", z, z).reshape(couples, -1)
    sums = z.sum(axis=1)

    def read(weights: np.ndarray) -> np.ndarray:
        mean = weights @ sums / (2 * couples)
        cov = (weights @ products / (2 * couples)).reshape(-1, count, count) - mean[:, :, None] * mean[:, None, :]
        spread = np.sqrt(np.einsum("bii->bi", cov))
        return ratios(cov / (spread[:, :, None] * spread[:, None, :]), strand)

    drawn = [
        read(rng.multinomial(couples, np.full(couples, 1.0 / couples), size=500).astype(np.float64))
        for _ in range(DRAWS // 500)
    ]
    return read(np.ones((1, couples)))[0], np.vstack(drawn)


def _term(name: str, seen: float, drawn: np.ndarray) -> Term:
    """A correlation of two strands with its percentile interval; its test is of .85, where two are one."""
    low, high = (float(q) for q in np.quantile(drawn, (0.025, 0.975)))
    error = max(float(drawn.std(ddof=1)), 1e-12)
    return Term(
        term=name, role=None, estimate=seen, std_error=error, df=None, statistic=(seen - APART) / error,
        p_value=_p_below(drawn), conf_low=low, conf_high=high,
    )  # fmt: skip


def _p_below(drawn: np.ndarray) -> float:
    return float(min(1.0, 2 * (1 + (drawn >= APART).sum()) / (1 + len(drawn))))


def _loadings(items: list[str], strand: np.ndarray, turned: list[Rotated | None]) -> dict[str, float]:
    """Each item's loading on its own strand, on average over the halves."""
    if turned[0] is None or turned[1] is None:
        return {}
    mean = (turned[0].loadings + turned[1].loadings) / 2
    return {f"loading.{item}": float(mean[j, strand[j]]) for j, item in enumerate(items)}


def _by_bic(both: np.ndarray, named: int) -> dict[str, float]:
    """The number of factors with the lowest BIC over both partners (as if they were independent), to be told only."""
    best, found = fewest_by_bic(both.reshape(-1, both.shape[2]), named + 1)
    return {"bic_best": float(best)} | {f"bic.{number}": value for number, value in found.items()}


def _facts(
    question: Question, kept: list[int], turned: list[Rotated | None], seen: np.ndarray, drawn: np.ndarray
) -> dict[str, float]:
    """What rule R9 reads."""
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    pairs: list[tuple[str, ...]] = list(combinations(question.indicators, 2))
    asked = tuple(sorted(question.contrast, key=list(question.indicators).index))
    named = pairs.index(asked) if asked else int(np.argmax(low))
    facts = {
        "strands": float(len(question.indicators)), "kept_first": float(kept[0]), "kept_second": float(kept[1]),
        "closest": float(seen.max()), "closest_high95": float(high.max()), "named_low95": float(low[named]),
        "named": float(seen[named]), "p_value": max(_p_below(drawn[:, p]) for p in range(drawn.shape[1])),
    }  # fmt: skip
    if turned[0] is not None and turned[1] is not None:
        facts["congruence"] = float(congruence(turned[0].loadings, turned[1].loadings).min())
        facts["misplaced"] = float(max(half.misplaced for half in turned if half is not None))
        facts["items"] = float(len(turned[0].loadings))
    return facts


MODEL = Model(
    name="structure",
    summary="how many strands there are, and of which items",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: True,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "descriptive",
    looks=lambda question: frozenset({("own", 0), ("partner", 0)}),
)
