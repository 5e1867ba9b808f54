"""``intake.html`` as one self-contained text: what came and was held, who answered, who is silent, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from couples_study.contracts.watch import Compliance
from couples_study.report.context import DayAnswered
from couples_study.report.intake import words
from couples_study.report.intake.agreement import shown_pairs
from couples_study.report.intake.answered import plot_answered
from couples_study.report.intake.held import held_groups
from couples_study.report.intake.maps import shown_maps
from couples_study.report.intake.steps import next_steps
from couples_study.report.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from couples_study.report.context import IntakeContext

MOST_ROWS = 50  # of any table that may name everybody


def intake_page(context: IntakeContext) -> str:
    """``intake.html`` as text. No answer stands on it; couples and people go by their pseudonyms."""
    watch = context.watch
    compliance = watch.compliance if watch else Compliance()
    days = tuple(DayAnswered(day=d.day, scheduled=d.due, answered=d.answered) for d in compliance.by_day)
    days = days or context.answered_by_day
    return render(
        "intake/page.html.j2",
        c=context,
        w=watch,
        words=words,
        most=MOST_ROWS,
        held=held_groups(context.held),
        steps=next_steps(context),
        totals=source_totals(context.ledger),
        answered=plot_answered(days) if days else "",
        days=days,
        maps=shown_maps(compliance),
        pairs=shown_pairs(watch.agreement if watch else (), context.column_labels),
    )


def source_totals(ledger: Mapping[str, Any]) -> dict[str, int]:
    """Records read, accepted and held over all files."""
    sources = ledger.get("sources", ())
    return {name: sum(source[name] for source in sources) for name in ("rows_read", "rows_accepted", "rows_held")}
