"""Everything that a plan fixes, as plain values: what is asked, how it is analysed, judged, counted and cleaned."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from couples_study.claims import families
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.study import Source, StudyFile
from couples_study.measures import Scale
from couples_study.models.registry import model_called
from couples_study.steps.check import Asked, Checked
from couples_study.verdicts.reading import RULE_WORDS

Record = dict[str, Any]
NO_PLAN = frozenset({"title", "claims", "synthetic"})  # of [study]: what may change and changes no answer
WATCHING = frozenset({"as_of"})  # of [checks]: the day that a running study is looked at


def plan_record(checked: Checked) -> Record:
    """The plan of a study, ready for JSON; couples' states are no part of it, for they come with the data."""
    study = checked.study
    record: Record = {
        "study": study.study.model_dump(mode="json", exclude=set(NO_PLAN)),
        "dyads": study.dyads.model_dump(mode="json"),
        "sources": dict(_sources(study)),
        "measures": {name: one.model_dump(mode="json") for name, one in study.measures.items()},
        "scores": {scale.result: _scale(scale) for scale in checked.scales if scale.result in _used(checked)},
        "checks": study.checks.model_dump(mode="json", exclude=set(WATCHING)),
        "hypotheses": {one.id: one.model_dump(mode="json", exclude={"id"}) for one in study.hypothesis},
        "claims": {one.id: _claim(one) for one in checked.asked if one.is_claim},
        "analyses": dict(_analyses(checked)),
        "sets": _sets(checked),
    }
    told: Record = json.loads(json.dumps(record))
    return told


def _sources(study: StudyFile) -> Iterator[tuple[str, Record]]:
    for source in study.source:
        yield source_name(source), source.model_dump(mode="json", exclude_defaults=True)


def source_name(source: Source) -> str:
    """What a source is called in a plan: its name, or its files."""
    return source.name or ", ".join(source.files)


def _scale(scale: Scale) -> Record:
    return {
        "items": list(scale.items), "score": scale.score, "reversed": list(scale.reversed),
        "min_answered": scale.min_answered,
    }  # fmt: skip


def _used(checked: Checked) -> set[str]:
    return {name for one in checked.asked for _, _, question in one.readings for name in columns_of(question)}


def columns_of(question: Question) -> set[str]:
    """Every column that a question names."""
    return {*question.columns(), *question.indicators}


def _claim(asked: Asked) -> Record:
    """A built-in claim: how its readings combine, and each of them as far as it says anything."""
    return {
        "statement": asked.statement,
        "status": asked.status,
        "combine": asked.combine,
        "at_least": asked.at_least,
        "rule": asked.rule_in_words,
        "readings": {
            key: question.model_dump(mode="json", exclude_defaults=True) for key, _, question in asked.readings
        },
    }


def _analyses(checked: Checked) -> Iterator[tuple[str, Record]]:
    """Of every reading the model in words and formulas, and the rule in words."""
    for asked in checked.asked:
        for key, _, question in asked.readings:
            plan = model_called(question.model, key).plan(question, checked.setting)
            yield (
                key,
                {
                    "equation": plan.equation,
                    "formula": plan.formula,
                    "estimator": plan.estimator,
                    "tested": list(plan.tested),
                    "rule": RULE_WORDS.get(question.rule, asked.rule_in_words),
                },
            )


def _sets(checked: Checked) -> Record:
    """The sets within which tests are counted, with everybody who is counted."""
    found: Record = {}
    for asked in checked.asked:
        if asked.multiplicity is None:
            continue
        family = next((one for name, one in families().items() if f"claims {name}" == asked.multiplicity), None)
        own = [one.id for one in checked.asked if one.multiplicity == asked.multiplicity]
        found[asked.multiplicity] = {
            "correction": asked.correction,
            "members": list(family.members) if family and asked.is_claim else own,
        }
    return found


def question_record(plan: Mapping[str, Any], key: str) -> Record | None:
    """What a plan says of one statement and of the measures that it rests on; None where it is not in the plan."""
    asked: Record | None = plan["hypotheses"].get(key) or plan["claims"].get(key)
    if asked is None:
        return None
    names = _named_in(asked)
    return {**asked, "measures": {name: one for name, one in plan["measures"].items() if name in names}}


def _named_in(value: Any) -> set[str]:
    """Every text within a record; columns are among them."""
    if isinstance(value, str):
        return {value, value.removeprefix("partner.")}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    keys = set(value) if isinstance(value, dict) else set()
    return keys.union(*(_named_in(one) for one in inner))
