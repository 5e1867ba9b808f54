"""Plain words for every code a reader meets: verdicts, reasons, strengths, concerns, held rows, terms, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, NOT_TESTABLE, SUPPORTED
from couples_study.report import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from couples_study.contracts.evidence import Counts

VERDICT_WORDS = {
    SUPPORTED: "supported",
    CONTRADICTED: "contradicted",
    INCONCLUSIVE: "inconclusive",
    NOT_TESTABLE: "not testable",
}
VERDICT_SYMBOLS = {SUPPORTED: "✓", CONTRADICTED: "✕", INCONCLUSIVE: "◐", NOT_TESTABLE: "–"}
VERDICTS = {
    SUPPORTED: "The stated direction is shown, and the effect is not shown to be smaller than what matters.",
    CONTRADICTED: "The data speak against the statement: the effect goes the other way, or is shown to be smaller than "
    "what matters.",
    INCONCLUSIVE: "The data are compatible with more than one answer, or the design could be fooled. This is not "
    "evidence of no effect.",
    NOT_TESTABLE: "The study lacks what the question needs: a measure, a design, or enough couples.",
}
STRENGTHS = {
    "randomised": "Chance decided who got what, so the effect can be read as a cause.",
    "lagged": "One day precedes the other. Order in time is shown, a cause is not.",
    "associational": "Two things go together. Which one leads, or whether a third leads both, stays open.",
    "descriptive": "A share, a ranking or an average, without a claim about what leads to what.",
}
MAGNITUDES = {
    "at_least_smallest": "Shown to be at least the smallest effect that matters.",
    "below_smallest": "Shown to be smaller than the smallest effect that matters.",
    "undetermined": "Whether it reaches the smallest effect that matters is not settled.",
}
DIRECTIONS = {"positive": "positive", "negative": "negative", "undetermined": "not determined"}
GLOSSARY = {
    "smallest effect that matters": "Fixed before the answer was known. An effect shown to be smaller counts against a "
    "statement, however sure it is that it is not zero.",
    "interval": "The effects that are compatible with the data at the stated level.",
    "adjusted p": "The p value after asking several questions at once: the more questions, the higher the bar.",
    "within person": "Days compared with the same person's own usual day.",
    "between people": "People compared with other people, over their whole diary.",
    "confirmatory": "Stated, with its rule, before the outcome was looked at. Exploratory: found by looking.",
}
REASONS = {
    "opposite": "The interval lies on the other side of zero.",
    "below_smallest": "The effect is shown to be smaller than what matters.",
    "direction_shown": "Every tested term shows the stated direction.",
    "interval_too_wide": "The interval holds both zero and effects that would matter.",
    "includes_zero": "The interval includes zero.",
    "measurement_error": "The effect is of a kind that measurement error alone can produce.",
    "missing_columns": "The study did not measure what the question needs.",
    "too_few_couples": "Too few couples for a defensible answer.",
    "no_variation": "What the question compares hardly varies in this study.",
    "not_converged": "The model did not converge, so its numbers are not used.",
    "single_partner": "The question needs both partners, and only one answered.",
    "needs_randomisation": "The question is about a cause, and nothing was randomised.",
}
CONCERNS = {
    "measurement_error": "When one item a day stands for a construct, part of yesterday's true level is missed, and "
    "whatever correlates with it takes its place. A lagged effect can then appear out of nothing.",
    "few_couples": "With few couples standard errors are themselves uncertain; intervals may be too narrow.",
    "non_convergence": "The optimiser stopped before it reached a solution.",
    "boundary_variance": "A variance was estimated as zero; the model holds more than these data can tell apart.",
    "reduced_model": "Random effects were left out, step by step as declared, until the model converged.",
    "collinearity": "Two predictors carry nearly the same information, so neither effect is well determined.",
    "low_reliability_of_means": "Person means over few days are noisy, which pulls between-person effects to zero.",
    "same_reporter": "One person reported both sides, so a mood of that day can link them.",
    "same_day": "Both were answered the same evening: their order in time is unknown.",
    "missing_not_at_random": "Who answered, and when, may depend on what was asked.",
    "ceiling": "Many answers sit at the end of the scale, which can make a straight line look like a plateau.",
    "heaping": "Counts pile up at round numbers, which moves a break point towards them.",
    "marginal_effect": "The effect is an average over couples, not the effect within a typical couple.",
}
HELD = {
    "missing_key": "No id, or no day: the record cannot be placed.",
    "duplicate_conflict": "Two records for the same person and day disagree; none of them is used.",
    "duplicate_identical": "The same record came more than once; the first is used.",
    "out_of_range": "A value lies outside what the question allowed.",
    "unknown_label": "A value is not in the study file's list of codes.",
    "not_a_number": "A value that should be a number is not one.",
    "bad_date": "A date that cannot be read, or does not exist.",
    "unknown_person": "The record's person or couple is not among the participants.",
    "withdrawn": "The person withdrew consent.",
}
NEXT_STEPS = {
    "missing_key": "Look the rows up on the platform by their row number and add the id there, then export again.",
    "duplicate_conflict": "Decide with the field log which of the records counts, and drop the others by a named rule "
    "of study.toml.",
    "out_of_range": "Correct the entry at its source, or widen the range under [measures] if the question allowed it.",
    "unknown_label": "Add the label to [source.recode] in study.toml, with the code it stands for.",
    "not_a_number": "Declare it under missing in study.toml if it is a missing code; else correct it at its source.",
    "bad_date": "Check the date format of the export and the study's time zone.",
    "unknown_person": "Check that the baseline export is complete and that ids are spelled alike in all exports.",
}
TERM_WORDS = {
    "actor": "own effect",
    "partner": "partner effect",
    "within": "within person",
    "between": "between people",
    "lag1": "from the day before",
    "raw": "without covariates",
    "adjusted": "with covariates",
}


def explain(words: Mapping[str, str], code: str | None) -> str:
    """The explanation of a code; empty where the code explains itself or there is none."""
    return words.get(code, "") if code else ""


def in_words(code: str | None) -> str:
    """A code as words: ``below_smallest`` becomes "below smallest"."""
    return code.replace("_", " ") if code else numbers.NOT_APPLICABLE


def readable_term(name: str) -> str:
    """A term of study.toml in words: ``partner.within[woman]`` becomes "Partner effect, within person (woman)"."""
    stem, _, role = name.partition("[")
    text = ", ".join(TERM_WORDS.get(part, in_words(part)) for part in stem.split(".") if part)
    text = text[:1].upper() + text[1:]
    return f"{text} ({role.removesuffix(']')})" if role else text


def counts_line(counts: Counts | None) -> str:
    """How much data stand behind an answer, in one line."""
    if counts is None:
        return "n: not applicable, nothing was estimated"
    parts = [_many(counts.couples, "couple"), _many(counts.people, "person", "people")]
    if counts.days_used is not None:
        parts.append(f"{numbers.count(counts.days_used)} couple-days used")
    parts.append(_many(counts.n_obs, "observation"))
    return "n = " + ", ".join(parts)


def _many(n: int, one: str, more: str | None = None) -> str:
    return f"{numbers.count(n)} {one if n == 1 else more or one + 's'}"
