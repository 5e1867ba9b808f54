"""Step 1: is what ``study.toml`` says possible at all? Nothing of the data is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from couples_study.claims import chosen, families
from couples_study.contracts.evidence import NotTestable
from couples_study.contracts.hypothesis import Claim, Correction, Hypothesis, Question
from couples_study.contracts.plan import Plan
from couples_study.contracts.study import StudyFile
from couples_study.core.columns import Glossary, glossary
from couples_study.core.errors import StudyFileError, UsageError, listed
from couples_study.core.seeds import DEFAULT_SEED
from couples_study.instruments import instruments
from couples_study.intake.mapping import study_columns
from couples_study.measures import Scale
from couples_study.models.registry import Model, Setting, check_question, model_called


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One statement to be judged, a hypothesis or a claim, as readings (id, statement, question)."""

    id: str
    statement: str
    status: str
    causal: bool
    combine: str
    readings: tuple[tuple[str, str, Question], ...]
    multiplicity: str | None
    set_size: int
    correction: Correction
    rule_in_words: str
    is_claim: bool
    untestable: NotTestable | None = None
    at_least: int | None = None
    not_yet: str = ""

    def planned(self, setting: Setting) -> dict[str, Plan]:
        """The plan of every reading, by its id."""
        return {key: model_called(q.model, key).plan(q, setting) for key, _, q in self.readings}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A study that may be read: its file, the glossary with its own measures, scales, setting, and what is asked."""

    study: StudyFile
    glossary: Glossary
    scales: tuple[Scale, ...]
    setting: Setting
    asked: tuple[Asked, ...]


def check(
    study: StudyFile, *, only: tuple[str, ...] | None = None, seed: int = DEFAULT_SEED, models: bool = True
) -> Checked:
    """Everything that can be refused without data. ``only`` limits the built-in claims to these ids.

    Without ``models`` the study's own hypotheses are checked, and built-in claims are only known by name: whoever
    takes data in does not wait for the libraries that their models need.
    """
    columns = study_columns(study.measures, glossary())
    scales = tuple(_scales(study))
    setting = Setting(
        dyads=study.dyads,
        glossary=columns,
        scales=scales,
        scheduled_days=study.study.scheduled_days,
        seed=seed,
        wide_roles=tuple(dict.fromkeys(role for source in study.source for role in source.partners)),
        randomised=frozenset(_arms(study)),
    )
    sets = _set_sizes(study)
    asked = [_of_hypothesis(hypothesis, sets) for hypothesis in study.hypothesis]
    own = frozenset(name for name, row in columns.items() if name in glossary() and row != glossary()[name])
    asked += [_of_claim(claim, own) for claim in (chosen(only) if only is not None else _claims_of(study))]
    for one in asked:
        if one.is_claim and not models:
            continue
        for key, _, question in one.readings:
            check_question(question, setting, f"hypothesis {key}" if not one.is_claim else f"claim {key}")
    return Checked(study=study, glossary=columns, scales=scales, setting=setting, asked=tuple(asked))


def _claims_of(study: StudyFile) -> tuple[Claim, ...]:
    try:
        return chosen(study.chosen_claims)
    except UsageError as error:
        where = f"study.toml, claims: {error.where}"
        raise StudyFileError(where, expected=error.expected, found=error.found, do=error.do) from error


def model_of(question: Question) -> Model:
    """The model that answers a question."""
    return model_called(question.model, "model")


def _scales(study: StudyFile) -> Iterator[Scale]:
    for instrument in instruments().values():
        if instrument.result in study.measures:
            continue  # the study gives the name to a measure of its own
        low, high = _bounds(instrument.items[0]) if instrument.reversed else (None, None)
        yield Scale(
            result=instrument.result,
            items=instrument.items,
            further=instrument.further,
            score=instrument.score,
            reversed=instrument.reversed,
            min_answered=instrument.min_answered,
            low=low,
            high=high,
        )
    for name, measure in study.measures.items():
        if measure.items:
            low, high = measure.range or (None, None)
            yield Scale(
                result=name,
                items=measure.items,
                score=measure.score,
                reversed=measure.reversed,
                min_answered=measure.min_answered or len(measure.items),
                low=low,
                high=high,
            )


def _bounds(item: str) -> tuple[float | None, float | None]:
    return glossary()[item].low, glossary()[item].high


def _arms(study: StudyFile) -> Iterator[str]:
    """The columns that were randomised: each source's arm, under the name it has in our tables."""
    for source in study.source:
        if source.arm is not None:
            yield next((target for target, column in source.columns.items() if column == source.arm), "arm")


def _set_sizes(study: StudyFile) -> dict[str, int]:
    names = [hypothesis.multiplicity for hypothesis in study.hypothesis if hypothesis.multiplicity]
    return {name: names.count(name) for name in names}


def _of_hypothesis(hypothesis: Hypothesis, sets: dict[str, int]) -> Asked:
    return Asked(
        id=hypothesis.id,
        statement=hypothesis.statement,
        status=hypothesis.status,
        causal=hypothesis.causal,
        combine="all",
        readings=((hypothesis.id, hypothesis.statement, hypothesis),),
        multiplicity=hypothesis.multiplicity,
        set_size=sets.get(hypothesis.multiplicity or "", 1),
        correction="holm",
        rule_in_words="",
        is_claim=False,
    )


def _of_claim(claim: Claim, own: frozenset[str]) -> Asked:
    family = families().get(claim.family)
    reason = _untestable(claim, own)
    return Asked(
        id=claim.id,
        statement=claim.statement,
        status=claim.status,
        causal=claim.causal,
        combine=claim.combine,
        readings=() if reason else tuple((reading.id, reading.statement, reading) for reading in claim.reading),
        multiplicity=f"claims {claim.family}" if family else None,
        set_size=len(family.members) if family else 1,
        correction=family.correction if family else "holm",
        rule_in_words=claim.rule_in_words,
        is_claim=True,
        untestable=reason,
        at_least=claim.at_least,
        not_yet=claim.not_yet,
    )


def _untestable(claim: Claim, own: frozenset[str]) -> NotTestable | None:
    """Why a claim has no reading, where it has none; or that the study's ``own`` measures go by its columns' names."""
    taken = tuple(name for name in claim.columns() if name in own)
    if claim.reading and not taken:
        return None
    if claim.reading:
        return NotTestable(
            id=claim.id, reason="own_meaning", missing_columns=taken,
            detail=f"This study uses {listed(taken)} as names of its own measures, which need not mean the same.",
        )  # fmt: skip
    if claim.not_testable:
        return NotTestable(id=claim.id, reason="beyond_such_data", detail=claim.not_testable)
    return NotTestable(id=claim.id, reason="no_analysis_yet", detail=claim.not_yet, missing_columns=claim.needs)
