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
STRENGTH_WORDS = {**{word: word for word in STRENGTHS}, "none": "not applicable"}
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
    "direction_shown": "The stated direction is shown.",
    "opposite": "The effect is shown to go the other way.",
    "below_smallest": "The effect is shown to be smaller than what matters.",
    "equivalent": "The difference is shown to be too small to matter.",
    "different": "There is a difference, estimated to be large enough to matter.",
    "imprecise": "The interval holds both zero and effects that would matter.",
    "uninformative": "The data are far too few: the interval holds nearly everything.",
    "multiplicity": "The direction does not stand once all questions of the set are counted.",
    "measurement_error": "Measurement error alone can produce, or hide, an effect of this kind.",
    "enough_readings": "As many readings hold as the claim needs.",
    "too_few_readings": "So many readings are contradicted that the claim can no longer hold.",
    "readings_differ": "Some readings hold and others are open; neither side has enough.",
    "beyond_such_data": "No survey, diary or trial of couples can answer this.",
    "own_meaning": "This study uses the name for something of its own.",
    "no_analysis_yet": "This version has no analysis for this claim yet.",
    "missing_columns": "The study did not measure what the question needs.",
    "needs_partners": "The question needs both partners' answers; here one of them answered.",
    "needs_days": "The question needs repeated days or waves; here people were asked once.",
    "another_rhythm": "What the question relates was not measured on the same days or waves.",
    "too_few_couples": "Too few couples for an answer that could be defended.",
    "collinear": "Two predictors carry the same information here, so no effect can be told apart.",
    "positivity": "Too few days lie on one side of the stated number.",
    "no_variation": "What the question asks about hardly varies in this study.",
    "analysis_failed": "The model could not be fitted; nothing is concluded from it.",
    "all_hold": "Every condition of the rule holds.",
    "effect": "Not shown that the whole way is worth enough to matter.",
    "break_exists": "Not shown that the curve breaks anywhere: a straight line may be enough.",
    "location": "Not shown that the break is at the stated number.",
    "beats_named": "A straight line or a logarithm predicts unseen couples as well.",
    "beats_flexible": "A smooth curve predicts unseen couples as well.",
    "beats_s_curve": "An S-curve describes the days nearly as well.",
    "beats_cubic": "A smoothly bending curve describes the days nearly as well.",
    "levels_off": "Where a gain should stop or come at once, it grows.",
    "not_heaped": "Too many counts are rounded to fives to place a break.",
    "below": "Not shown that it rises on the way to the stated number.",
    "above": "Not shown that further ones change little.",
    "not_ceiling": "The break may be the end of the answering scale.",
    "rival_better": "Another curve predicts unseen couples better.",
    "elsewhere": "The curve breaks, but not at the stated number.",
    "keeps_rising": "It keeps rising beyond the stated number.",
    "rises_from_stated": "It starts to rise only at the stated number: fewer may not be enough, and more adds.",
    "no_break": "It rises all the way, without a break.",
    "needs_arms": "Nothing was compared: without another arm a change over time says nothing of what brought it about.",
    "needs_baseline": "Nothing was asked before the programme began.",
    "needs_reliability": "With one baseline nobody can say which change is more than noise.",
    "too_short": "The couples were not followed for as long as the question asks.",
    "too_few_events": "Too few events to compare how soon they come.",
    "causes_too_rare": "A cause that is asked about is named, or not named, by too few people.",
    "causes_tell_all": "Some causes tell the outcome without fail, or one another.",
    "not_as_drawn": "The prompts do not come with the chance that is stated, so they can not be read as drawn by lot.",
    "item_errors": "It rests on the errors of two items answered in the same minute being unrelated.",
    "drawn_on": "The study is far shorter than the time that the question is about.",
    "adds_little": "It explains next to nothing beyond what both answers explain alone.",
    "both_shown": "Each goes before the other.",
    "one_way_or_none": "One of the two directions is shown to be smaller than what matters.",
    "leads": "Its path is shown and larger than the way back.",
    "other_leads": "The way back is shown to be larger.",
    "both_absent": "Both directions are shown to be smaller than what matters.",
    "one_shown": "One direction is shown.",
    "fewer_than_half": "Fewer than half improve in time.",
    "half_open": "Whether more than half improve in time is open.",
    "waiting_does_as_well": "Waiting does nearly as well.",
    "net_open": "Whether more improve than by waiting is open.",
    "faster_than_claimed": "Most may improve earlier than stated.",
    "gap_elsewhere": "The usual gap is shorter or longer than stated.",
    "gap_open": "Whether the usual gap lies in the stated weeks is open.",
    "order_as_by_chance": "The order is what improving at the same time would show.",
    "order_open": "Whether the order is more than unequal reliability would show is open.",
    "no_hump": "The second improvement is not shown to be likeliest in the stated weeks.",
    "indirect_not_shown": "That the effect goes through the mediator is not shown.",
    "total_not_shown": "There may be no effect to explain.",
    "prevalence_elsewhere": "The share lies elsewhere.",
    "prevalence_open": "The interval of the share holds both answers.",
    "spread_too_small": "The effects are shown to differ by less than what matters.",
    "spread_open": "That the effects differ is not shown.",
    "one_too_small": "At least one of them is shown to be smaller than what matters.",
    "one_open": "Not shown of each of them.",
    "fewer_strands": "One or two strands are enough.",
    "number_open": "Whether there are as many strands as were named is open.",
    "agreement_open": "That the halves of the sample agree on what the strands are made of is not shown.",
    "strands_are_one": "Two of the strands are shown to be one.",
    "apart_open": "Whether two of the strands are one is open.",
    "area_elsewhere": "The signs are shown to tell less than what was stated.",
    "area_open": "Whether the signs tell as much as was stated is open.",
    "exceptions_shown": "More couples than one in twenty are shown to be exceptions.",
    "exceptions_open": "Whether there are exceptions is open.",
    "rank_elsewhere": "The rank is shown to lie elsewhere.",
    "rank_open": "The interval of the rank holds both answers.",
    "as_of_anything": "Nearly as many say the same of what nobody claims.",
    "placebo_open": "Whether more say so than of anything is open.",
    "share_open": "Whether enough of the effect goes that way is open.",
    "hidden_cause": "A weak hidden common cause would explain it.",
}
# Said after a concern's own sentence, where that sentence gives the finding and not what follows from it.
CONCERNS = {
    "part_not_tested": "The answer is to the part of the claim that was tested.",
    "few_couples": "With few couples an interval can be too narrow.",
    "person_mean_reliability": "Noisy person means pull effects between people towards zero; effects within a person "
    "are not touched.",
    "non_convergence": "The optimiser stopped before it reached a solution.",
    "boundary_variance": "The model holds more than these data can tell apart.",
    "collinearity": "Neither effect is well determined.",
    "ceiling": "People at the end of the scale have no room left to rise.",
    "missing_not_at_random": "The tipping point says how far the missing would have to differ.",
    "unseen_not_compared": "Whether the answer would stand if they were other ones is open.",
    "weak_instrument": "What doing it brings is hardly determined by a prompt that changes so little.",
    "rows_dropped": "If what was left out differs, the answer may hold only for what was kept.",
}
HELD = {
    "missing_key": "No id, no day or no date: the record cannot be placed.",
    "duplicate_conflicting": "Records for the same person and day disagree; none of them is used.",
    "duplicate_identical": "The same record came more than once; the first is used.",
    "out_of_range": "A value lies outside what the question allows.",
    "unknown_label": "A value is not in the study file's list of codes.",
    "not_a_number": "A value that should be a number is not one.",
    "not_a_whole_number": "A value that should be a whole number is not one.",
    "unreadable_date": "A date that cannot be read, or does not exist.",
    "wave_negative": "A wave before baseline.",
    "start_date_unknown": "Without the couple's first day a date cannot become a study day.",
    "day_outside_window": "The day lies outside the days that were scheduled.",
    "couple_not_in_people": "The couple is not among the participants.",
    "person_not_in_people": "The person is not among the participants.",
    "role_unknown": "Nothing says which of the two partners this is.",
    "roles_conflict": "Two members of a couple have the same role, or one person has two.",
    "too_many_members": "More than two people under one couple's id.",
    "too_many_in_a_day": "More than 65,535 events or samples of one person on one day.",
}
NEXT_STEPS = {
    "missing_key": "look the rows up on the platform by their row number, add what is missing there, export again.",
    "duplicate_conflicting": "decide by the field log which record counts, and drop the other by a rule in study.toml.",
    "out_of_range": "correct the entry at its source, or widen the range under [measures] if the question allowed it.",
    "unknown_label": "add the label to recode in study.toml with the code it stands for.",
    "not_a_number": "declare it under missing in study.toml if it is a missing code; else correct it at its source.",
    "not_a_whole_number": "correct the entry at its source, or declare it under missing in study.toml.",
    "unreadable_date": "check the date format of the export and the study's time zone.",
    "start_date_unknown": "add the couple's start date to the couples export, or map day instead of date.",
    "day_outside_window": "check scheduled_days and the start date; practice entries can be dropped by a rule.",
    "person_not_in_people": "check that the baseline export is complete and that ids are spelled alike in all exports.",
    "role_unknown": "add the column that tells partners apart, or the label under [dyads] labels.",
    "roles_conflict": "find out which member the record belongs to and correct its role at the source.",
    "too_many_in_a_day": "sum up what a device samples by the minute before it is delivered.",
    "too_many_members": "find out which two of them are the couple; a mistyped couple id is the usual cause.",
}
PROGRAMS = {
    "glmmTMB": "R, glmmTMB",
    "lme4": "R, lme4",
    "nlme": "R, nlme",
    "sas": "SAS, PROC MIXED",
    "spss": "SPSS, MIXED",
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
        parts.append(f"{numbers.count(counts.days_used)} couple-{counts.occasion}s used")
    parts.append(_many(counts.n_obs, "observation"))
    return "n = " + ", ".join(parts)


def _many(n: int, one: str, more: str | None = None) -> str:
    return f"{numbers.count(n)} {one if n == 1 else more or one + 's'}"
