"""The methods in the order of the reporting standards (JARS-Quant, with what a diary study has to add)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from couples_study.contracts.evidence import Evidence
from couples_study.report import numbers
from couples_study.report.sentences import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from couples_study.contracts.evidence import Counts
    from couples_study.contracts.verdict import Verdict
    from couples_study.report.context import ReportContext

DYADS = {
    "distinguishable": "Partners are told apart by a role that each couple has once.",
    "indistinguishable": "Nothing tells partners apart, so both share one set of coefficients.",
    "exchangeable": "Nothing tells partners apart, so both share one set of coefficients.",
    "mixed": "In some couples a role tells partners apart, in others nothing does.",
    "single": "One partner of each couple answered; nothing here speaks of both.",
}
RULES = (
    "The smallest effect that matters, the rule and the set it is counted with are stated for each question beside its "
    "answer; only a frozen plan can show that they were fixed before the outcome was read."
)
NO_PLAN = "No frozen plan came with the study, so that deviations from it can not be told."
NOT_KNOWN = "The data do not say this; the authors add it:"
BY_HAND = {
    "Participants": "eligibility, recruitment, setting, dates, compensation, ethics approval, and who the couples are.",
    "Procedure": "how people were trained and reminded, and with which device and software they answered.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the methods: its head and its sentences."""

    head: str
    said: tuple[str, ...]


def methods(context: ReportContext) -> tuple[Part, ...]:
    """Participants, procedure, measures, data quality, missing data, analysis, deviations; empty parts say so."""
    parts = (
        ("Participants", _participants(context)),
        ("Design and procedure", _procedure(context)),
        ("Measures", _measures(context)),
        ("Data quality", _quality(context)),
        ("Missing data", _missing(context)),
        ("Analysis", _analysis(context)),
        ("Deviations from the plan", _deviations(context)),
    )
    return tuple(Part(head=head, said=tuple(said)) for head, said in parts)


def as_markdown(parts: Iterable[Part]) -> bytes:
    """The methods to paste into a paper."""
    return "\n".join(f"## {part.head}\n\n{' '.join(part.said)}\n" for part in parts).encode("utf-8")


def _participants(context: ReportContext) -> list[str]:
    people = context.ledger.get("tables", {}).get("people")
    said = []
    if people:
        said.append(
            f"The study knows {numbers.count(people['couples'])} couples ({numbers.count(people['rows'])} people)."
        )
        said += [
            f"{numbers.count(many)} {'row was' if many == 1 else 'rows were'} left out: {in_words(rule)}."
            for rule, many in sorted(people["exclusions"].items())
            if many
        ]
    used = _largest(context.verdicts)
    if used:
        who = f"{numbers.count(used.couples)} couples ({numbers.count(used.people)} people)"
        said.append(f"The answers rest on up to {who}; each question says its own number.")
    return [*said, DYADS.get(context.dyads or "", ""), f"{NOT_KNOWN} {BY_HAND['Participants']}"]


def _procedure(context: ReportContext) -> list[str]:
    said = [
        "Chance assigned part of what is compared."
        if context.design == "randomised"
        else "The study is observational; nothing was assigned by chance."
    ]
    if context.scheduled_days:
        said.append(f"The diary was scheduled for {numbers.count(context.scheduled_days)} days.")
    diary = _largest([v for v in context.verdicts if v.counts and v.counts.days_scheduled])
    if diary and diary.days_scheduled and diary.days_answered is not None:
        answered = numbers.share(diary.days_answered, diary.days_scheduled)
        said.append(
            f"Of {numbers.count(diary.days_scheduled)} scheduled couple-{diary.occasion}s, "
            f"{numbers.count(diary.days_answered)} ({answered}) were answered by at least one partner."
        )
    return [*said, f"{NOT_KNOWN} {BY_HAND['Procedure']}"]


def _measures(context: ReportContext) -> list[str]:
    mapped = {name for source in context.ledger.get("sources", ()) for name in source["columns_mapped"]}
    known = sorted(name for name in mapped if name in context.column_labels)
    if not known:
        return ["No column of the exports is one that the codebook describes."]
    listed = "; ".join(f"{context.column_labels[name]} ({name})" for name in known)
    return [f"Measured were: {listed}.", "Wording, units and ranges are in the codebook."]


def _quality(context: ReportContext) -> list[str]:
    sources = context.ledger.get("sources", ())
    if not sources:
        return ["No file is listed."]
    read, held = (sum(source[name] for source in sources) for name in ("rows_read", "rows_held"))
    reasons: dict[str, int] = {}
    for source in sources:
        for reason, many in source["held_by_reason"].items():
            reasons[reason] = reasons.get(reason, 0) + many
    why = "; ".join(f"{in_words(reason)} {numbers.count(many)}" for reason, many in sorted(reasons.items()))
    told = f" ({why})" if why else ""
    return [
        f"Of {numbers.count(read)} records, {numbers.count(held)} were held back before any analysis{told}.",
        "Every recode and every exclusion is listed with the files.",
    ]


def _missing(context: ReportContext) -> list[str]:
    rows = occasions(context.verdicts)
    if not rows:
        return ["No question rests on repeated answers."]
    least = min(rows, key=lambda row: row.used / row.scheduled)
    part = f"{numbers.count(least.used)} of {numbers.count(least.scheduled)}"
    return [
        "Each question uses the couple-days on which it has all that it needs; the table of questions says how many.",
        f"The fewest are those of {least.id}: {part} ({numbers.share(least.used, least.scheduled)}).",
        "What other handling of missing answers would have given stands among the other ways of asking.",
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasions:
    """Scheduled, answered and used couple-days (or weeks, waves) of one question."""

    id: str
    occasion: str
    scheduled: int
    answered: int | None
    used: int


def occasions(verdicts: Iterable[Verdict]) -> list[Occasions]:
    """What each question asked of the schedule, had answers for, and used."""
    return [
        Occasions(
            id=v.id,
            occasion=v.counts.occasion,
            scheduled=v.counts.days_scheduled,
            answered=v.counts.days_answered,
            used=v.counts.days_used,
        )
        for v in verdicts
        if v.counts and v.counts.days_scheduled and v.counts.days_used is not None
    ]


def _analysis(context: ReportContext) -> list[str]:
    by_model: dict[tuple[str, str], list[str]] = {}
    for verdict in context.verdicts:
        one = context.evidence.get(verdict.id)
        if isinstance(one, Evidence):
            by_model.setdefault((one.model, one.estimator), []).append(verdict.id)
    said = [f"{', '.join(ids)}: {in_words(model)} ({estimator})." for (model, estimator), ids in by_model.items()]
    asked, own = len(context.verdicts), len(context.hypotheses)
    programs = ", ".join(f"{name} {version}" for name, version in sorted(context.packages.items()))
    return [
        f"{numbers.count(asked)} questions were asked, {numbers.count(own)} of them the study's own.",
        *said,
        RULES,
        f"Computed with couples_study {context.package_version}{', ' if programs else ''}{programs}.",
    ]


def _deviations(context: ReportContext) -> list[str]:
    if context.deviations is None:
        return [f"{NO_PLAN} Every question is exploratory."]
    none = "None: what was done is what the frozen plan says."
    return [f"{said[:1].upper()}{said[1:].rstrip('.')}." for said in context.deviations] or [none]


def _largest(verdicts: Iterable[Verdict]) -> Counts | None:
    counts = [v.counts for v in verdicts if v.counts is not None]
    return max(counts, key=lambda c: (c.couples, c.people, c.n_obs), default=None)
