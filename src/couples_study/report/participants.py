"""The flow of participants through any study, step by step: from the rows that came to those that a question used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.report import numbers
from couples_study.report.sentences import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from couples_study.contracts.verdict import Verdict
    from couples_study.report.context import ReportContext

GRAINS = {"survey_waves": "surveys", "diary_days": "diary", "events": "events", "assays": "assays"}


def participant_flow(context: ReportContext) -> list[str]:
    """Records read and held, people known, who answered what, what a rule left out, and what the questions used."""
    sources, tables = context.ledger.get("sources", ()), context.ledger.get("tables", {})
    steps = []
    if sources:
        read, held = (sum(source[name] for source in sources) for name in ("rows_read", "rows_held"))
        steps.append(
            f"{numbers.count(read)} records came; {numbers.count(held)} were held back, for the reasons below."
        )
    if "people" in tables:
        steps.append(f"{_who(tables['people'], 'rows')} are known.{_left_out(tables['people'])}")
    for name, words in GRAINS.items():
        if tables.get(name, {}).get("people"):
            entries = f"{numbers.count(tables[name]['rows'])} entries"
            steps.append(f"{_who(tables[name], 'people')} are in the {words}, {entries}.{_left_out(tables[name])}")
    counted = [verdict for verdict in context.verdicts if verdict.counts]
    if counted:
        most, least = max(counted, key=_couples), min(counted, key=_couples)
        used = f"The questions use up to {numbers.cell(_couples(most))} couples ({most.id})"
        steps.append(f"{used}, at the least {numbers.cell(_couples(least))} ({least.id}); each says its own number.")
    return steps


def _couples(verdict: Verdict) -> int:
    return verdict.counts.couples if verdict.counts else 0


def _who(table: Mapping[str, Any], people: str) -> str:
    return f"{numbers.count(table['couples'])} couples ({numbers.count(table[people])} people)"


def _left_out(table: Mapping[str, Any]) -> str:
    told = [f"{in_words(rule)} {numbers.count(many)}" for rule, many in sorted(table["exclusions"].items()) if many]
    return f" Left out by rule: {'; '.join(told)}." if told else ""
