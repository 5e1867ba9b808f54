"""What is written passes each platform's own rules; and the checkers do find what breaks them."""

from __future__ import annotations

import pytest
from tests.fielding.checkers import formr as formr_rules
from tests.fielding.checkers import qualtrics as qualtrics_rules
from tests.fielding.checkers import redcap as redcap_rules
from tests.shared_data import SHARED, needs_shared

from couples_study.fielding.choose import questionnaire
from couples_study.fielding.tools import formr, paper, qualtrics, redcap, tools
from couples_study.fielding.workbook import workbook

PROJECTS = sorted((SHARED / "data" / "exports" / "redcap").glob("*/dictionary.csv"))


@pytest.fixture(scope="module", params=["en", "de"])
def asked(request):
    return questionnaire("all", request.param)


def test_every_platform_is_found_by_its_folder():
    assert set(tools()) == {"formr", "paper", "qualtrics", "redcap"}


def test_the_redcap_dictionary_passes_redcaps_rules(asked):
    files = redcap.files(asked)
    assert redcap_rules.faults_of_dictionary(files["upload/dictionary.csv"]) == []
    tables = [files[f"upload/{name}.csv"] for name in ("dictionary", "events", "form_events", "repeating")]
    assert redcap_rules.faults_of_events(*tables) == []


def test_the_formr_tables_pass_the_importers_rules(asked):
    for name, content in formr.files(asked).items():
        assert formr_rules.faults_of(content) == [], name


def test_the_qualtrics_text_parses_and_asks_every_question(asked):
    for form in asked.forms:
        questions, faults = qualtrics_rules.parse(qualtrics.survey(asked, form))
        assert faults == []
        told = {question.name: question for question in questions}
        assert [entry.name for entry in form.entries if entry.name not in told] == []
        for entry in form.entries:
            assert len(told[entry.name].choices) == len(entry.points)


def test_the_printed_sheet_has_every_question(asked):
    for form in asked.forms:
        page = paper.sheet(asked, form)
        assert all(f"<small>{entry.name}</small>" in page for entry in form.entries)
        assert page.count("<li>") + page.count("<li class") == page.count("</li>")


def test_the_same_questionnaire_gives_the_same_bytes(asked):
    for tool in tools().values():
        assert tool.files(asked) == tool.files(asked)


@needs_shared
@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.parent.name)
def test_the_redcap_checker_accepts_real_projects(path):
    assert redcap_rules.faults_of_dictionary(path.read_bytes()) == []


BROKEN_REDCAP = [
    ("record_id,baseline,,text", "record_id,baseline,,slider"), ("couple_code,", "Couple Code,"), ("couple_code,", "consented,"),
    ("touch_vital,baseline", "touch_vital,weekly"), ('"1, 1 do not agree at all |', '"1 do not agree at all |'),
    (",date_ymd,", ",date_iso,"), ("[done_touch] = '1'", "[gone] = '1'"), ("[done_touch] = '1'", "[done_touch = '1'"),
    (",integer,0,25,", ",integer,25,0,"), (",integer,0,25,", ",,0,25,"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), BROKEN_REDCAP)
def test_the_redcap_checker_finds(old, new):
    text = redcap.files(questionnaire("all"))["upload/dictionary.csv"].decode()
    done = "minutes_touch,evening,,text,How many minutes did it take?,,,integer,0,1440,,[done_touch] = '1',,,,,,\r\n"
    text += done
    assert redcap_rules.faults_of_dictionary(text.encode()) == ["form evening: not in one run"] or old in text
    assert old in text
    before = set(redcap_rules.faults_of_dictionary(text.encode()))
    assert set(redcap_rules.faults_of_dictionary(text.replace(old, new, 1).encode())) - before


HEAD, LISTS = ("type", "name", "label", "optional", "showif", "choice1", "choice2"), ("list_name", "name", "label")
YES_NO = [("yes_no", "1", "Yes"), ("yes_no", "0", "No")]


@pytest.mark.parametrize(
    ("row", "lists"),
    [
        (("mc_button nowhere", "ab", "Words", "*"), []),
        (("mc_button yes_no", "2b", "Words", "*"), YES_NO),
        (("mc_button yes_no", "created", "Words", "*"), YES_NO),
        (("number 0,25,1", "ab", "Words", "*"), []),
        (("number 0-25", "ab", "Words", "!"), []),
        (("range 0,100,1", "ab", "Words", "!"), []),
        (("mc_button yes_no", "ab", "Words", "*", "other == 1"), YES_NO),
        (("mc_button yes_no", "ab", "Words", "*"), [*YES_NO, ("yes_no", "1", "Twice")]),
        (("mc_button shares", "ab", "Words", "*"), [("shares", "0.5", "Half"), ("shares", "1", "All")]),
        (("mc_button a_list_with_too_long_a_name", "ab", "Words"), [("a_list_with_too_long_a_name", "1", "Yes")]),
        (("slider", "ab", "Words", "*"), []),
    ],
)
def test_the_formr_checker_finds(row, lists):
    padded = (*row, *("",) * (len(HEAD) - len(row)))
    assert formr_rules.faults_of(workbook({"survey": [HEAD, padded], "choices": [LISTS, *lists]}))


@pytest.mark.parametrize(
    "text",
    [
        "[[Question:TE]]\n[[ID:a]]\nWords",
        "[[AdvancedFormat]]\n[[Question:Slider]]\n[[ID:a]]\nWords",
        "[[AdvancedFormat]]\n[[Question:MC]]\n[[ID:a]]\nWords",
        "[[AdvancedFormat]]\n[[Question:TE]]\nWords\n[[ID:a]]",
        "[[AdvancedFormat]]\n[[Question:TE]]\n[[ID:a]]\nWords\n[[Question:TE]]\n[[ID:a]]\nWords",
        "[[AdvancedFormat]]\n[[Question:MC]]\n[[ID:a]]\nWords\n[[AdvancedChoices]]\nYes",
        "[[AdvancedFormat]]\n[[Question:MC]]\n[[ID:a]]\nWords\n[[AdvancedChoices]]\n[[Choice:1]]\nYes\n[[Choice:1]]\nNo",
        "[[AdvancedFormat]]\nWords of nobody",
    ],
)
def test_the_qualtrics_checker_finds(text):
    assert qualtrics_rules.parse(text)[1]
