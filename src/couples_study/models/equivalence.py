"""``model = "equivalence"``: is a difference shown to be too small to matter, by two one-sided tests of any estimate?

The estimate is another model's, named in ``by``; what is asked of it is rule R5 (Schuirmann, 1987; Lakens, 2017). That
no difference is found is no answer here: with too few couples the interval holds differences that matter.
"""

from __future__ import annotations

from dataclasses import replace

from couples_study.contracts.evidence import Evidence, NotTestable, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError, listed
from couples_study.measures import Frames
from couples_study.models import apim, contrast, hazard, micro_randomised, moderation, piecewise_change, regression
from couples_study.models import surface as surface_model
from couples_study.models import trial as trial_model
from couples_study.models.model import COMMON_OPTIONS, Model, Setting

BASES = {
    one.MODEL.name: one.MODEL
    for one in (
        apim, contrast, hazard, micro_randomised, moderation, piecewise_change, regression, surface_model, trial_model,
    )
}  # fmt: skip
OPTIONS = frozenset({"by"}).union(*(base.options for base in BASES.values()))
ONE_SIDED_LEVEL = 0.90


def base_of(question: Question) -> tuple[Model, Question]:
    """The model whose estimate is tested, and the question as it is asked of that model."""
    return BASES[str(question.by)], question.model_copy(update={"model": question.by})


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if question.by not in BASES:
        faults.append(f"by, one of {listed(sorted(BASES), most=len(BASES))}")
    if question.rule != "R5":
        faults.append('rule = "R5"')
    if question.by in BASES:
        foreign = question.keys_set() - BASES[str(question.by)].options - COMMON_OPTIONS - {"by"}
        faults += [f"no {name}, which {question.by} does not use" for name in sorted(foreign)]
    if faults:
        raise StudyFileError(
            where, expected="an estimate that should be next to nothing", found=f"missing: {'; '.join(faults)}",
            do="see equivalence in docs/study-file.md",
        )  # fmt: skip
    model, inner = base_of(question)
    model.check(inner, setting, where)


def plan(question: Question, setting: Setting) -> Plan:
    """The other model's plan, with the two tests."""
    model, inner = base_of(question)
    bound = f"{question.smallest_effect.value:g} {question.smallest_effect.unit}"
    planned = model.plan(inner, setting)
    return replace(planned, notes=(*planned.notes, f"two one-sided 5% tests, against +{bound} and against -{bound}"))


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The other model's evidence, with both one-sided tests of each tested term."""
    model, inner = base_of(question)
    found = model.estimate(id, inner, frames, setting)
    if isinstance(found, NotTestable):
        return found
    facts = dict(found.facts)
    for term in found.tested:
        facts |= _two_tests(term, question.smallest_effect.value)
    estimator = f"{found.estimator}; two one-sided tests"
    return replace(found, model="equivalence", facts=facts, estimator=estimator)


def _two_tests(term: Term, smallest: float) -> dict[str, float]:
    """Both one-sided p values, and the closest bounds that these data show the difference to lie within."""
    from scipy import stats

    df = term.df if term.df is not None else float("inf")
    half = float(stats.t.isf((1 - ONE_SIDED_LEVEL) / 2, df)) * term.std_error
    return {
        f"p_above_lower.{term.name}": float(stats.t.sf((term.estimate + smallest) / term.std_error, df)),
        f"p_below_upper.{term.name}": float(stats.t.sf((smallest - term.estimate) / term.std_error, df)),
        f"within.{term.name}": abs(term.estimate) + half,
    }


MODEL = Model(
    name="equivalence",
    summary="a difference shown to be too small to matter, by two one-sided tests of another model's estimate",
    options=OPTIONS,
    repeated=lambda question: base_of(question)[0].repeated(base_of(question)[1]),
    partners=lambda question: base_of(question)[0].partners(base_of(question)[1]),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: base_of(question)[0].strength(base_of(question)[1]),
    looks=lambda question: base_of(question)[0].looks(base_of(question)[1]),
)
