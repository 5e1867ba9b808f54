"""SPSS, Stata and Cyrillic files the whole way: kinds of missing, value labels and letters arrive in the tables."""

from __future__ import annotations

import pandas as pd
import pyreadstat
import pytest
from tests.small_studies import DYADS, HEAD, write_study

from couples_study import load_study

SOURCE = """
[[source]]
reader = "{reader}"
files = "{file}"
table = "survey_waves"
keys = {{ couple = "dyad", person = "person", wave = "wave" }}
missing = {missing}
recode = {{ kids_told = {{ 1 = "yes", 2 = "no" }} }}

[measures]
warmth = {{ label = "Warmth", range = [1, 7] }}
kids_told = {{ label = "Children", labels = ["yes", "no"] }}
"""
CODES = {"refused": -99.0, "not applicable": -98.0, "lost": -97.0}
LABELS = {1.0: "very low", 7.0: "very high", -99.0: "Keine Angabe", -98.0: "Trifft nicht zu", -97.0: "weg"}


def answers():
    return pd.DataFrame(
        {
            "dyad": ["1", "1", "2", "2", "2"],
            "person": ["a", "b", "c", "d", "d"],
            "sex": ["f", "m", "f", "m", "m"],
            "wave": [0.0, 0.0, 0.0, 0.0, 1.0],
            "warmth": [6.5, -99.0, -98.0, -97.0, None],
            "kids_told": [1.0, 2.0, 2.0, 1.0, 3.0],
        }
    )


def sav(path):
    pyreadstat.write_sav(
        answers(), path, missing_ranges={"warmth": [-99, -98, -97]}, variable_value_labels={"warmth": LABELS}
    )


def dta(path):
    letters = {-99.0: "a", -98.0: "b", -97.0: "c"}
    frame = answers()
    frame["warmth"] = pd.Series([letters.get(one, one) for one in frame["warmth"]], dtype=object)
    labels = {"a": "Refused", "b": "Does not apply", "c": "lost"}
    pyreadstat.write_dta(
        frame, path, missing_user_values={"warmth": ["a", "b", "c"]}, variable_value_labels={"warmth": labels}
    )


FORMS = {
    "spss": ("x.sav", sav, '{ -97 = "technical" }'),
    "stata": ("x.dta", dta, '{ ".c" = "technical" }'),
}


@pytest.fixture(params=FORMS)
def form(request, tmp_path):
    """``form(missing)``: a study of two couples' survey in this form; its kind of missing for the third code."""

    def go(missing=None):
        file, write, third = FORMS[request.param]
        text = SOURCE.format(reader=request.param, file=file, missing=missing or third)
        folder = write_study(tmp_path / "study", HEAD + DYADS + text, {})
        write(folder / file)
        return load_study(folder).intake

    return go


def test_user_missing_codes_arrive_by_kind(form):
    intake = form()
    waves = intake.tables["survey_waves"].set_index("person_id")
    assert waves["warmth"].dropna().to_dict() == {"1/a": 6.5}
    assert waves["warmth_missing"].dropna().to_dict() == {
        "1/b": "refused", "2/c": "not_applicable", "2/d": "technical",
    }  # fmt: skip
    entry = intake.ledger.sources[0]
    assert entry.missing_codes == {"warmth": {"refused": 1, "not_applicable": 1, "technical": 1}}
    assert entry.held_by_reason == {"unknown_label": 1}  # kids_told has no 3
    assert waves["kids_told"].to_dict() == {"1/a": "yes", "1/b": "no", "2/c": "no", "2/d": "yes"}


def test_a_code_whose_kind_nobody_says_is_missing_all_the_same(form):
    intake = form(missing="{}")
    waves = intake.tables["survey_waves"].set_index("person_id")
    assert waves["warmth_missing"].dropna().to_dict() == {"1/b": "refused", "2/c": "not_applicable"}
    assert intake.ledger.sources[0].missing_codes["warmth"]["kind_not_said"] == 1


CYRILLIC = """
[[source]]
reader = "csv"
files = "анкета.csv"
{said}
table = "people"
decimal = ","
keys = {{ couple = "пара", person = "участник" }}
columns = {{ warmth = "тепло", living = "живут_вместе", sex = "пол" }}
recode = {{ sex = {{ "ж" = "f", "м" = "m" }}, living = {{ "да" = "together", "нет" = "apart" }} }}

[measures]
warmth = {{ label = "Тепло в отношениях", range = [1, 7] }}
living = {{ label = "Living", labels = ["together", "apart"] }}
sex = {{ label = "Sex", labels = ["f", "m"] }}
"""
ROWS = "пара;участник;пол;тепло;живут_вместе\n1;Аня;ж;6,5;да\n1;Пётр;м;5,25;да\n2;Оля;ж;7;нет\n2;Ильдар;м;1,0;да\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
def test_cyrillic_and_decimal_commas_in_every_usual_encoding(encoding, tmp_path):
    said = f'encoding = "{encoding}"' if encoding in ("cp1251", "koi8-r") else ""
    toml = HEAD + DYADS + CYRILLIC.format(said=said)
    people = load_study(write_study(tmp_path / "study", toml, {"анкета.csv": ROWS.encode(encoding)})).table("people")
    assert people[["person_id", "role", "warmth", "living"]].to_numpy().tolist() == [
        ["1/Аня", "woman", 6.5, "together"], ["1/Пётр", "man", 5.25, "together"],
        ["2/Оля", "woman", 7, "apart"], ["2/Ильдар", "man", 1, "together"],
    ]  # fmt: skip
