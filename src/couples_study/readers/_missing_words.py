"""Which kind of missing a value label means, where it says so clearly; a closed table in English and German."""

from __future__ import annotations

import re

from couples_study.contracts.study import MissingKind

WORDS: dict[str, MissingKind] = {
    "refused": "refused",
    "refusal": "refused",
    "declined": "refused",
    "declined to answer": "refused",
    "prefer not to say": "refused",
    "prefer not to answer": "refused",
    "verweigert": "refused",
    "antwort verweigert": "refused",
    "keine angabe": "refused",
    "moechte nicht antworten": "refused",
    "not applicable": "not_applicable",
    "does not apply": "not_applicable",
    "inapplicable": "not_applicable",
    "n/a": "not_applicable",
    "trifft nicht zu": "not_applicable",
    "nicht zutreffend": "not_applicable",
    "entfaellt": "not_applicable",
    "not reached": "not_reached",
    "not asked": "not_reached",
    "not administered": "not_reached",
    "not presented": "not_reached",
    "nicht erreicht": "not_reached",
    "nicht gestellt": "not_reached",
    "nicht vorgelegt": "not_reached",
    "technical": "technical",
    "technical error": "technical",
    "technical problem": "technical",
    "technischer fehler": "technical",
    "technisches problem": "technical",
    "technisch": "technical",
}
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def kind_of_missing(label: str) -> MissingKind | None:
    """The kind that a label of a missing code means, or None where it is not in the table."""
    plain = re.sub(r"[^a-z/ ]", " ", label.lower().translate(UMLAUTS))
    return WORDS.get(" ".join(plain.split()))
