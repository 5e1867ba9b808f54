"""What to do next, most urgent first: people, then forms, then rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.report.intake.words import DRIFT, DRIFT_STEPS, RISK, couples, evenings, named, people
from couples_study.report.sentences import NEXT_STEPS, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from couples_study.contracts.watch import CoupleAtRisk, DriftFinding, Running, Watch
    from couples_study.report.context import IntakeContext

NOTHING_TO_DO = "Nothing was held back and nothing needs to be done."
HELD_WITHOUT_A_STEP = "Look at the held rows in the quarantine files, correct them at their source, and export again."


def next_steps(context: IntakeContext) -> list[str]:
    """Steps from the running study, from drift, from held rows, from how entries were made; then the study's own."""
    watch = context.watch
    steps = [*_people(watch.running), *_forms(watch)] if watch else []
    steps += _held(context)
    steps += _entries(watch) if watch else []
    steps.extend(context.next_steps)
    return steps or [NOTHING_TO_DO]


def _people(running: Running) -> Iterator[str]:
    if running.at_risk:
        told = tuple(f"{one.couple} ({_why(one)})" for one in running.at_risk)
        yield f"Call {couples(len(told))} that may stop: {named(told)}."
    at_risk = {one.couple for one in running.at_risk}
    others = tuple(one for one in running.silent if one.couple not in at_risk)
    if others:
        yield f"Remind {people(len(others))} who have not answered tonight: the list is below."
    if running.not_started:
        yield f"Ask {couples(len(running.not_started))} when they will begin: {named(running.not_started)}."


def _why(couple: CoupleAtRisk) -> str:
    return f"{evenings(couple.evenings)} of silence" if couple.evenings else RISK["declining"]


def _forms(watch: Watch) -> Iterator[str]:
    for kind in DRIFT:
        found = [one for one in watch.drift if one.kind == kind]
        if found:
            columns = tuple(dict.fromkeys(_columns(one) for one in found))
            yield f"{DRIFT[kind].capitalize()} ({named(columns, most=4)}): {DRIFT_STEPS[kind]}"


def _columns(finding: DriftFinding) -> str:
    if finding.kind == "renamed":
        return " is now ".join(finding.columns)
    return named(finding.columns, most=2)


def _held(context: IntakeContext) -> list[str]:
    """One step per reason that has one."""
    reasons = {reason for source in context.ledger.get("sources", ()) for reason in source.get("held_by_reason", {})}
    reasons |= {row.reason for row in context.held}
    steps = [f"{in_words(reason).capitalize()}: {NEXT_STEPS[reason]}" for reason in sorted(reasons & set(NEXT_STEPS))]
    return [HELD_WITHOUT_A_STEP] if reasons and not steps else steps


def _entries(watch: Watch) -> Iterator[str]:
    if watch.devices.one_hand:
        named_couples = named(tuple(one.couple for one in watch.devices.one_hand))
        yield f"One hand for two: ask, in general words, that both fill in their own diary ({named_couples})."
    if watch.devices.shared:
        yield "One device in several couples: find out whether it is a shared computer, or one person in two couples."
    if watch.late.next_days or watch.late.one_sitting:
        yield (
            "Several evenings at one sitting, or days later: remind these people that an evening that was missed "
            "stays missed, and decide before the analysis whether such entries count."
        )
    if watch.careless_people:
        yield (
            "Careless answering: decide before any result is seen which signs keep a questionnaire out "
            "(exclude under [checks.careless] in study.toml)."
        )
    far = tuple(dict.fromkeys(one.couple for pair in watch.agreement for one in pair.far_off))
    if far:
        yield (
            f"Reports far apart: check for {named(far)} that nobody's ids are swapped and both understood the question."
        )
