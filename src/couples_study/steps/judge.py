"""Step 6: evidence to verdicts, all statements of a study together."""

from __future__ import annotations

from couples_study.contracts.verdict import Verdict
from couples_study.steps.check import Checked
from couples_study.steps.estimate import Found, strength_of
from couples_study.verdicts import Case, ReadingCase
from couples_study.verdicts import decide as judge


def decide(checked: Checked, found: Found, within: str | None = None) -> tuple[Verdict, ...]:
    """One verdict per statement, in the order asked: the study's own hypotheses first.

    ``within`` names the one multiplicity set to judge; ``found`` then needs the evidence on its members alone.
    """
    return judge(
        [
            Case(
                id=asked.id,
                statement=asked.statement,
                status=asked.status,
                causal=asked.causal,
                combine=asked.combine,
                multiplicity=asked.multiplicity,
                set_size=asked.set_size,
                correction=asked.correction,
                rule_in_words=asked.rule_in_words,
                is_claim=asked.is_claim,
                untestable=asked.untestable,
                at_least=asked.at_least,
                not_yet=asked.not_yet,
                readings=tuple(
                    ReadingCase(
                        id=key,
                        statement=statement,
                        question=question,
                        found=found[key],
                        strength=strength_of(question, checked),
                    )
                    for key, statement, question in asked.readings
                ),
            )
            for asked in checked.asked
            if within in (None, asked.multiplicity)
        ]
    )
