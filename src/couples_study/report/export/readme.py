"""What stands on top of an export: for whom it is, what could go wrong, what was done about it, what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from couples_study.privacy.k_anonymity import Anonymised
from couples_study.privacy.recognition import Recognition, told_why
from couples_study.privacy.release import to_five
from couples_study.privacy.small_cells import SMALLEST_CELL, is_small

FOR_WHOM = {
    "archive": "For a data archive that gives data to researchers by contract; never for participants or in the open.",
    "open": "For anybody: no person's answers are in it.",
    "supervisor": "For somebody who advises on the study and is to see no person's answers.",
    "partner-safe": "For anybody, participants included: nothing in it tells one partner what the other answered.",
}
NOBODY = "The study is synthetic: nobody answered, and nobody can be harmed. Everything is done as for a real one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What is known of an export's risks; None, or nothing, where that kind of content is not in it."""

    audience: str
    title: str
    synthetic: bool
    anonymised: Anonymised | None = None
    recognition: Recognition | None = None
    held_back: int = 0
    waiting: int = 0
    topped: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    blocked: Mapping[str, str] = field(default_factory=dict)
    suppressed: int | None = None
    notes: Sequence[str] = ()

    def record(self) -> dict[str, object]:
        """For ``risk.json``; bookkeeping counts at the nearest five."""
        k, met = self.anonymised, self.recognition
        return {
            "audience": self.audience,
            "k_anonymity": None if k is None else {
                "k": k.k, "smallest_class": k.smallest, "smallest_class_before": _few(k.smallest_before),
                "couples_blanked": _few(k.blanked), "couples_held_back": _few(self.held_back),
                "told": dict(k.told), "holds": k.holds,
            },
            "partner_recognition": None if met is None else {
                "people": to_five(met.people), "could_find_the_partner": _few(met.found),
                "blocks_open_access": met.blocks,
            },
            "cells_suppressed": self.suppressed,
            "couples_waiting": _few(self.waiting),
            "coarsened": dict(self.topped),
            "left_out": dict(self.left_out),
            "blocked": dict(self.blocked),
            "notes": list(self.notes),
        }  # fmt: skip


def _few(n: int | None) -> str | int | None:
    return None if n is None else f"fewer than {SMALLEST_CELL}" if is_small(n) else to_five(n)


def readme(risk: Risk, files: Mapping[str, str]) -> str:
    """``README.md``: the risk report first, then the files with what they hold."""
    return "\n".join([*_risk(risk), "", "## What is in it", "", *_files(files)]) + "\n"


def _risk(risk: Risk) -> Iterator[str]:
    yield f"# {risk.title}: export for {risk.audience}"
    yield ""
    yield "## Risk report"
    yield ""
    yield FOR_WHOM[risk.audience]
    if risk.synthetic:
        yield NOBODY
    yield ""
    for line in (*_k(risk), *_partner(risk), *_cells(risk)):
        yield f"* {line}"
    for head, told in (("Made coarser", risk.topped), ("Left out", risk.left_out)):
        for line in told_why(told):
            yield f"* {head}: {line}."
    for note in risk.notes:
        yield f"* {note}"


def _k(risk: Risk) -> Iterator[str]:
    k = risk.anonymised
    if k is None:
        yield "k-anonymity: no row of a person is in it."
        return
    holds = "holds" if k.holds else "does not hold"
    yield (
        f"k-anonymity {holds}: what outsiders may know of a couple (both partners' facts, in which tables they are) "
        f"is shared by {k.smallest} couples or more (k = {k.k}; as answered: {_few(k.smallest_before)})."
    )
    for name, how in k.told.items():
        yield f"{name}: {how}."
    if k.blanked:
        yield f"These facts are blank for {_few(k.blanked)} couples that were still alone with theirs."
    if risk.held_back:
        yield (
            f"{_few(risk.held_back)} couples are held back whole: too few others are in the same tables with as many "
            "members."
        )


def _partner(risk: Risk) -> Iterator[str]:
    met = risk.recognition
    if met is None:
        yield "Partner recognition: no row of a person is in it; a partner finds nobody."
    elif not met.blocks:
        yield "Partner recognition: nobody's answers tell their row from those of five others."
    else:
        who = f"{_few(met.found)} of {to_five(met.people)} people"
        yield (
            f"Partner recognition: {who} could find their own rows by their own answers, and their partner's beside "
            "them. No coarsening of daily answers undoes that. So this export is blocked for the open (`--access open` "
            "writes synthetic data instead), and the archive gives it by contract, never to participants."
        )


def _cells(risk: Risk) -> Iterator[str]:
    if risk.suppressed is not None:
        yield (
            f"Suppressed cells: {risk.suppressed}, those of fewer than {SMALLEST_CELL} and those that would give them "
            "back. All other counts are at the nearest five; means are so coarse that five answers could be elsewhere."
        )
        yield "Answers are counted over both partners together: a table by role tells a partner more."
    for line in told_why(risk.blocked):
        yield f"Not told, since a partner could read it off ({line})."
    if risk.waiting:
        yield (
            f"{_few(risk.waiting)} couples wait for the next export: couples leave in batches of {SMALLEST_CELL}, so "
            "that the difference of two exports is never a single couple."
        )


def _files(files: Mapping[str, str]) -> Iterator[str]:
    for name, what in files.items():
        yield f"* `{name}`: {what}"
