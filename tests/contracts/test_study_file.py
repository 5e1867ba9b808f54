"""study.toml: what is refused before anything is read, and that the message names the line to mend."""

from __future__ import annotations

import pickle
import tomllib

import pytest
from tests.small_studies import DIARY, DYADS, HEAD, PEOPLE, TOML

from couples_study.contracts.base import parsed
from couples_study.contracts.study import StudyFile
from couples_study.core.errors import CouplesStudyError, StudyFileError, UsageError
from couples_study.steps.check import check

HYPOTHESIS = """
[[hypothesis]]
id = "H1"
statement = "More stress, fewer touches."
model = "apim"
outcome = "stress_day"
actor = ["touch_received_n"]
smallest_effect = { value = 0.5, unit = "points per touch", why = "why not" }
"""
FULL = TOML + HYPOTHESIS


def study(toml):
    return parsed(StudyFile, tomllib.loads(toml), "study.toml")


def refusal(toml):
    with pytest.raises(StudyFileError) as caught:
        check(study(toml))
    assert caught.value.exit_code == 1
    return str(caught.value)


def test_the_file_that_the_others_are_made_from_is_good():
    assert [asked.id for asked in check(study(FULL)).asked] == ["H1"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('title =', 'titel = "x"\ntitle =', "study.titel: unknown key; did you mean 'title'?"),
        ('by = "sex"', 'by = "sex"\nlabel = {}', "dyads.label: unknown key; did you mean 'labels'?"),
        ("table = \"people\"", "table = \"people\"\nseperator = \",\"", "source[1].seperator: unknown key; did you mean 'separator'?"),
        ('person = "pid", day', 'persn = "pid", day', "source[2].keys.persn: unknown key; did you mean 'person'?"),
        ('outcome =', 'outcom = "x"\noutcome =', "hypothesis[1].outcom: unknown key; did you mean 'outcome'?"),
        ("value = 0.5", "value = 0.5, vlaue = 1", "hypothesis[1].smallest_effect.vlaue: unknown key; did you mean 'value'?"),
        ('id = "small"', 'id = "Small Study"', "study.id: a study's id has small letters"),
        ('id = "small"', "id = 3", "study.id: Input should be a valid string"),
        ("Europe/Vienna", "Europe/Wien", "study.time_zone: a time zone is an IANA name"),
        ('time_zone = "Europe/Vienna"', 'day_ends = "4:00"', 'study.day_ends: a time of day is written "HH:MM"'),
        ('time_zone = "Europe/Vienna"', 'day_ends = "25:00"', "study.day_ends"),
        ('time_zone = "Europe/Vienna"', 'day_ends = "04:00"\nday_opens = "03:00"', "day_opens"),
        ('time_zone = "Europe/Vienna"', "schema_version = 2", "study.schema_version"),
        ('time_zone = "Europe/Vienna"', "scheduled_days = 0", "study.scheduled_days"),
        ('time_zone = "Europe/Vienna"', "start_date = 2026", "study.start_date"),
        ('type = "distinguishable"', 'type = "distinct"', "dyads.type"),
        ('by = "sex"\n', "", "by names the column"),
        ('m = "man"', 'm = "woman"', "at least two different roles"),
        ('table = "diary_days"', 'table = "diary"', "source[2].table"),
        ('files = "diary.csv"', 'files = "../diary.csv"', "source[2].files: files are named relative"),
        ('files = "diary.csv"', 'files = "a/../diary.csv"', "source[2].files: files are named relative"),
        ('files = "diary.csv"', 'files = "/etc/passwd"', "source[2].files: files are named relative"),
        ('files = "diary.csv"', 'files = "~/diary.csv"', "source[2].files: files are named relative"),
        ('files = "diary.csv"', r'files = "..\\diary.csv"', "source[2].files: files are named relative"),
        ('files = "diary.csv"', "files = []", "source[2].files"),
        ('files = "diary.csv"', 'files = ["diary.csv", ""]', "source[2].files: files names a file"),
        ('files = "diary.csv"', 'files = "diary.csv"\nseparator = "§"', "source[2].separator: a separator is one plain"),
        ('files = "diary.csv"', "files = \"diary.csv\"\nseparator = '\"'", "source[2].separator: a separator is one plain"),
        ('files = "diary.csv"', 'files = "diary.csv"\nseparator = ", "', "source[2].separator"),
        ('files = "diary.csv"', 'files = "diary.csv"\nlayout = "wide"', "prefixes (or suffixes) go together"),
        ('files = "diary.csv"', 'files = "diary.csv"\nprefixes = { woman = "W_" }', "a prefix of their own"),
        ('files = "diary.csv"', 'files = "diary.csv"\nprefixes = { woman = "W_", man = "W_" }', "a prefix of their own"),
        ('files = "diary.csv"', 'files = "diary.csv"\nprefixes = { woman = "W_", man = "" }', "a prefix of their own"),
        ('files = "diary.csv"', 'files = "diary.csv"\nsuffixes = { woman = ".1" }', "a suffix of their own"),
        ('files = "diary.csv"', 'files = "diary.csv"\nsuffixes = { woman = ".1", man = ".2" }', "(or suffixes) go together"),
        ('files = "diary.csv"', 'files = "diary.csv"\nlayout = "wide"\nsuffixes = { woman = ".1", man = ".2" }', "leave the person key out"),
        ('files = "diary.csv"', 'files = "diary.csv"\nsuffixes = { woman = ".1", man = ".2" }\nprefixes = { woman = "W", man = "M" }',
         "prefixes or suffixes, not both"),
        ('files = "diary.csv"', 'files = "diary.csv"\nlayout = "wide"\nsuffixes = { her = ".1", him = ".2" }', "leave the person key"),
        ('files = "diary.csv"', 'files = "diary.csv"\ndesign = "randomised"', "arm"),
        (', day = "day"', "", "either a day or a date"),
        ('day = "day"', 'day = "day", date = "date"', "either a day or a date"),
        ('table = "diary_days"\nkeys = { couple = "dyad", person = "pid", day = "day" }',
         'table = "survey_waves"\nkeys = { couple = "dyad", person = "pid" }', "either a wave or a week"),
        ('table = "diary_days"\nkeys = { couple = "dyad", person = "pid", day = "day" }',
         'table = "events"\nkeys = { couple = "dyad", person = "pid" }', "either a day or a date"),
        ('couple = "dyad", person = "pid", day', "day", "at least a couple or a person"),
        ('-99 = "refused"', '-99 = "dunno"', "source[2].missing.-99"),
        ("id = \"H1\"", "id = \"H 1\"", "hypothesis[1].id: an id has letters"),
        ("id = \"H1\"", "id = \"C99\"", "'C99'"),
        ('unit = "points per touch", ', "", "hypothesis[1].smallest_effect.unit: Field required"),
        ('unit = "points per touch"', 'unit = ""', "hypothesis[1].smallest_effect.unit"),
        ('unit = "points per touch"', 'unit = "points"', "a unit of the form"),
        ('unit = "points per touch"', 'unit = "pooled SD per touch"', "one of within SD, between SD, SD"),
        ("value = 0.5", "value = 0", "hypothesis[1].smallest_effect.value"),
        ("value = 0.5", "value = inf", "hypothesis[1].smallest_effect.value"),
        ("value = 0.5", "value = nan", "hypothesis[1].smallest_effect.value"),
        ("value = 0.5", 'value = "half"', "hypothesis[1].smallest_effect.value"),
        ("lag = 0", "lag = 2", "hypothesis[1].lag"),
        ('outcome = "stress_day"', 'outcome = "stres_day"', "did you mean 'stress_day'"),
        ('model = "apim"', 'model = "apmi"', "did you mean 'apim'"),
        ('actor = ["touch_received_n"]', 'actor = ["touch_received_n"]\nexposure = "touch_received_n"', "exposure"),
        ('actor = ["touch_received_n"]', 'actor = ["touch_received_n"]\ntest = ["actor.witin"]', "actor.witin"),
        ('actor = ["touch_received_n"]', "actor = 3", "hypothesis[1].actor"),
        ('actor = ["touch_received_n"]', 'actor = ["touch_received_n"]\nlag = 2', "hypothesis[1].lag"),
        ("claims = []", 'claims = ["C999"]', "claim 'C999'"),
    ],
)  # fmt: skip
def test_what_can_not_be_meant_is_refused_by_its_place(old, new, named):
    text = FULL.replace("centering", "centering") if old != "lag = 0" else FULL.replace("model =", "lag = 0\nmodel =")
    assert text.count(old) >= 1
    head, _, tail = text.rpartition(old) if old in ('id = "H1"', 'files = "diary.csv"') else text.partition(old)
    assert named in refusal(head + new + tail)


MEASURE = '[measures.mood]\nlabel = "Mood"\nitems = ["m1", "m2"]\nrange = [0, 10]\n'


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("range = [0, 10]", "range = [10, 0]", "range is [lowest, highest]"),
        ("range = [0, 10]", "range = [0, inf]", "measures.mood.range"),
        ("range = [0, 10]", 'reversed = ["m2"]', "reversed items need the range"),
        ("range = [0, 10]", 'range = [0, 10]\nreversed = ["m3"]', "['m3']"),
        ("range = [0, 10]", "min_answered = 3", "at most the number of items"),
        ('label = "Mood"\n', "", "measures.mood.label: Field required"),
        ('label = "Mood"', 'label = "Mood"\nrang = [0, 1]', "did you mean 'range'"),
    ],
)
def test_measures_that_can_not_be_scored_are_refused(old, new, named):
    assert named in refusal(TOML + MEASURE.replace(old, new))


def test_a_measure_may_not_change_the_glossary():
    with pytest.raises(CouplesStudyError, match="stress_day"):
        check(study(TOML + MEASURE.replace("mood", "stress_day")))


def test_every_fault_is_told_at_once():
    message = refusal(FULL.replace("title", "titel").replace('"distinguishable"', '"x"'))
    assert "study.titel" in message
    assert "study.title: Field required" in message
    assert "dyads.type" in message


def test_doubled_hypotheses_are_named():
    assert "['H1'] more often" in refusal(FULL + HYPOTHESIS)


def test_somebody_has_to_say_who_belongs_to_whom():
    assert "a couple among its keys" in refusal(HEAD + DYADS + DIARY.replace('couple = "dyad", ', ""))
    no_person = HEAD + '[dyads]\ntype = "exchangeable"\n' + DIARY.replace('person = "pid", ', "")
    assert "name a person" in refusal(no_person)


def test_claims_default_to_all_without_hypotheses_and_none_with_them():
    assert study(TOML.replace("claims = []", "")).chosen_claims == "all"
    assert study(FULL.replace("claims = []", "")).chosen_claims == ()
    assert study(FULL.replace("claims = []", 'claims = "all"')).chosen_claims == "all"


def test_a_source_knows_its_header():
    source = study(HEAD + DYADS + PEOPLE).source[0]
    assert source.knows(("x", "pid"))
    assert not source.knows(("1", "a"))


def test_errors_survive_the_way_between_processes():
    error = pickle.loads(pickle.dumps(UsageError("here", expected="a", found="b", do="c")))  # noqa: S301 (our own bytes)
    assert isinstance(error, UsageError)
    assert str(error) == "here\n  expected: a\n  found:    b\n  to do:    c"
