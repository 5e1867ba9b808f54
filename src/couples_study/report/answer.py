"""The one sentence that answers: verdict, number, interval, n, strength, what to mind. All numbers are the object's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, NOT_TESTABLE, SUPPORTED, JudgedTerm, Verdict
from couples_study.report import numbers

OPENING = {
    (SUPPORTED, ""): "Supported",
    (SUPPORTED, "equivalent"): "Supported: the difference is shown to be too small to matter",
    (CONTRADICTED, "opposite"): "Contradicted: the effect is shown to go the other way",
    (CONTRADICTED, "below_smallest"): "Contradicted: the effect is shown to be smaller than what matters",
    (
        CONTRADICTED,
        "different",
    ): "Contradicted: there is a difference, and it is estimated to be large enough to matter",
    (CONTRADICTED, ""): "Contradicted",
    (INCONCLUSIVE, "uninformative"): "Inconclusive: the data are far too few to tell",
    (INCONCLUSIVE, "imprecise"): "Inconclusive: the interval holds both nothing and effects that would matter",
    (
        INCONCLUSIVE,
        "multiplicity",
    ): "Inconclusive: the direction does not stand once the whole set of claims is counted",
    (
        INCONCLUSIVE,
        "measurement_error",
    ): "Inconclusive: measurement error alone can produce or hide an effect of this kind",
    (INCONCLUSIVE, ""): "Inconclusive",
    (NOT_TESTABLE, ""): "Not testable",
}
STRENGTH = {
    "randomised": "Chance assigned what is compared, so this speaks to cause.",
    "lagged": "This is an order in time, not a cause.",
    "associational": "This is an association, not a cause.",
    "descriptive": "This is a description.",
}
MAGNITUDE = {
    "at_least_smallest": "It is shown to be at least the smallest effect that matters ({smallest}).",
    "below_smallest": "It is shown to be below the smallest effect that matters ({smallest}).",
    "undetermined": "Whether it reaches the smallest effect that matters ({smallest}) is open.",
}
BESIDE = "This stands beside the statement and decided nothing."
MOST_TERMS = 3
MOST_PARTS = 3  # that an answer tells in full; of more it tells how many came out how
PART_WORDS = {
    SUPPORTED: "supported", CONTRADICTED: "contradicted", INCONCLUSIVE: "inconclusive", NOT_TESTABLE: "not testable",
}  # fmt: skip
WITHOUT_SIZE = (
    "rank",
    "area",
    "correlation of strands",
)  # units whose rule asks where something lies, not how large it is


def answered(verdict: Verdict, found: Mapping[str, Evidence | NotTestable]) -> Verdict:
    """``verdict`` and its readings with their sentences; ``found`` has the evidence by reading id."""
    readings = tuple(_reading(reading, found) for reading in verdict.readings)
    said = _sentence(replace(verdict, readings=readings))
    return replace(verdict, readings=readings, sentence=f"{BESIDE} {said}" if verdict.aside else said)


def _reading(reading: Verdict, found: Mapping[str, Evidence | NotTestable]) -> Verdict:
    if reading.id in found:
        return answered(reading, found)
    evidence = next((one for key, one in found.items() if reading.id.startswith(f"{key}_")), None)
    facts = evidence.facts if isinstance(evidence, Evidence) else {}
    filled = reading.sentence.format(**{name: numbers.plain(value) for name, value in facts.items()})
    return replace(reading, sentence=f"{reading.statement} {_opening(reading)}: {filled}." if filled else "")


def short(verdict: Verdict) -> str:
    """The answer in one line for a table: the verdict with its reason, and the first number behind it."""
    if verdict.verdict == NOT_TESTABLE or not verdict.terms or any(": " in term.term for term in verdict.terms):
        return verdict.sentence if verdict.verdict == NOT_TESTABLE else f"{_opening(verdict)}."
    parts = _parts(verdict)
    if parts and not any(reading.terms for reading in parts):
        first = parts[0]
        return first.sentence.removeprefix(f"{first.statement} ").split(";", 1)[0].rstrip(".") + "."
    term = verdict.terms[0]
    decimals = numbers.shared_decimals([(term.conf_low, term.conf_high)])
    return f"{_opening(verdict)}. {_term(term, verdict, decimals)}."


def _sentence(verdict: Verdict) -> str:
    if verdict.verdict == NOT_TESTABLE:
        return f"Not testable. {verdict.sentence}".strip()
    parts = [f"{_opening(verdict)}.", *_found(verdict)]
    sized = verdict.smallest_effect is not None and verdict.unit not in WITHOUT_SIZE
    if verdict.smallest_effect and sized and verdict.verdict != CONTRADICTED and verdict.reason != "equivalent":
        smallest = f"{numbers.plain(verdict.smallest_effect.value)} {verdict.smallest_effect.unit}"
        parts.append(MAGNITUDE[verdict.magnitude].format(smallest=smallest))
    if verdict.strength:
        parts.append(STRENGTH[verdict.strength])
    if verdict.concerns:
        parts.append(f"Mind: {', '.join(concern.code.replace('_', ' ') for concern in verdict.concerns)}.")
    return " ".join(parts)


def _found(verdict: Verdict) -> list[str]:
    """What was found: by the reading that refutes alone, by all where all decide, else the verdict's own numbers."""
    refuting = next((one for one in verdict.readings if verdict.reason.startswith(f"{one.id}: ")), None)
    if refuting is not None:
        return [refuting.statement, *_found(refuting)]
    parts = _parts(verdict)
    if any(reading.terms for reading in parts) and all(": " in term.term for term in verdict.terms):
        if len(parts) > MOST_PARTS:
            return [_tally(parts)]
        return [f"{reading.statement} {_alone(reading)}" for reading in parts]
    if parts and not any(reading.terms for reading in parts):
        return _once(parts)
    return [_numbers(verdict)] if verdict.terms else []


def _parts(verdict: Verdict) -> tuple[Verdict, ...]:
    """The readings that decide."""
    return tuple(reading for reading in verdict.readings if not reading.aside)


def _tally(readings: tuple[Verdict, ...]) -> str:
    """How many of many parts have which verdict; their own answers stand with them."""
    counts = {words: sum(one.verdict == verdict for one in readings) for verdict, words in PART_WORDS.items()}
    said = [f"{number} {words}" for words, number in counts.items() if number]
    told = f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
    return f"Of its {len(readings)} parts: {told}."


def _alone(reading: Verdict) -> str:
    """What one reading found, or why these data can not tell it."""
    if reading.verdict == NOT_TESTABLE:
        return reading.sentence.removeprefix(reading.statement).strip()
    return f"{_opening(reading)}. {_numbers(reading)}"


def _once(readings: tuple[Verdict, ...]) -> list[str]:
    """The sentences of sub-claims; where they say the same, the statements together and the answer once."""
    said = [reading.sentence.removeprefix(reading.statement).strip() for reading in readings]
    if len(set(said)) > 1 or len(readings) == 1:
        return [reading.sentence for reading in readings]
    return [*(reading.statement for reading in readings), f"Of both: {said[0]}"]


def _opening(verdict: Verdict) -> str:
    return OPENING.get((verdict.verdict, verdict.reason)) or OPENING[verdict.verdict, ""]


def _numbers(verdict: Verdict) -> str:
    shown = verdict.terms[:MOST_TERMS]
    decimals = numbers.shared_decimals((term.conf_low, term.conf_high) for term in shown)
    said = "; ".join(_term(term, verdict, decimals) for term in shown)
    more = f"; and {len(verdict.terms) - MOST_TERMS} more" if len(verdict.terms) > MOST_TERMS else ""
    n = verdict.counts
    size = f" ({numbers.count(n.couples)} couples, {numbers.count(n.n_obs)} observations)" if n else ""
    return f"{said}{more}{size}."


def _term(term: JudgedTerm, verdict: Verdict, decimals: int | None) -> str:
    value = numbers.estimate(term.estimate, term.conf_low, term.conf_high, decimals)
    interval = numbers.interval(term.conf_low, term.conf_high, decimals)
    unit = f" {verdict.unit}" if verdict.unit else ""
    return f"{term.term} = {value}{unit}, {numbers.level(term.conf_level)} interval {interval}"
