"""The codebook: complete, suppressed where few people stand behind a cell, and readable by other programs."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from tests.small_studies import TOML, write_study

from couples_study import load_study
from couples_study.cli import main
from couples_study.codebook.book import codebook_of_package
from couples_study.codebook.derived import KINDS, dyadic
from couples_study.codebook.distribution import distribution
from couples_study.codebook.formats import FORMATS, as_html, as_json, as_markdown, table_schemas
from couples_study.core.columns import TABLES, glossary

ALL = "html,md,json,table-schema,spss,stata"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Eight couples on six evenings; touches are few, and one couple alone reports 20."""
    rows, people = ["dyad,pid,day,stress,touch,conflict"], ["dyad,pid,sex,age"]
    for couple in range(8):
        for _place, sex in enumerate("fm"):
            people.append(f"{couple},p{couple}{sex},{sex},{30 + couple}")
            rows += [
                f"{couple},p{couple}{sex},{day},{10 * day + couple},{20 if couple == 7 else day},{'no' if day else 'yes'}"
                for day in range(6)
                if not (couple == 0 and day == 3)
            ]
    folder = tmp_path_factory.mktemp("codebook") / "study"
    return write_study(folder, TOML, {"people.csv": "\n".join(people) + "\n", "diary.csv": "\n".join(rows) + "\n"})


def test_the_packages_codebook_has_every_column_in_every_format():
    book = codebook_of_package()
    told = json.loads(as_json(book))
    names = {one["name"] for rows in told["tables"].values() for one in rows}
    assert names == {one.name for table in TABLES for one in glossary().of_table(table)}
    page, text = as_html(book), as_markdown(book)
    assert all(f"<code>{name}</code>" in page and f"`{name}`" in text for name in names)
    assert all(kind.formula in text for kind in KINDS)
    assert {one["term"] for one in told["derived"]} >= {"actor", "partner", "actor.within", "actor.between", "lag1"}
    for render in FORMATS.values():
        assert render(book) == render(book)


def test_wording_is_ours_alone():
    rows = {
        one["name"]: one for table in json.loads(as_json(codebook_of_package()))["tables"].values() for one in table
    }
    assert dict(rows["close_1"]["asked"])["de"]
    assert not rows["pss10_4"]["asked"]
    assert "reversed" in rows["pss10_4"]["made"]
    assert "mean of close_1, close_2" in rows["close"]["made"]
    assert "draw" in rows["dose_target"]["made"] or "lot" in rows["dose_target"]["made"]


def test_table_schemas_are_frictionless_ones():
    kinds = {"string", "number", "integer", "date"}
    for name, text in table_schemas(codebook_of_package()).items():
        schema = json.loads(text)
        assert {field["type"] for field in schema["fields"]} <= kinds, name
        names = [field["name"] for field in schema["fields"]]
        assert len(set(names)) == len(names)
        assert set(schema.get("primaryKey", [])) <= set(names)
        for field in schema["fields"]:
            assert set(field.get("constraints", {})) <= {"minimum", "maximum", "enum"}


def test_small_cells_are_suppressed_and_can_not_be_found_from_the_total():
    people = pd.Series([f"p{n}" for n in range(20)])
    flags = pd.Series([1.0] * 3 + [0.0] * 17)
    assert [cell.n for cell in distribution(flags, people, "flag", (0, 1)).cells] == [None, None]
    few = distribution(flags[:4], people[:4], "flag", (0, 1))
    assert (few.n, few.n_people, few.cells) == (None, None, ())
    many = distribution(pd.Series([50.0] * 12), pd.Series(["one", "two", "three"] * 4), "number", (0, 100))
    assert many.mean is None
    assert many.cells == ()
    values = distribution(pd.Series(np.arange(20.0)), people, "number", (0, 100))
    assert values.mean == 9.5
    assert values.quartiles == (4.75, 9.5, 14.25)
    assert [cell.n for cell in values.cells][:2] == [10, 10]
    names = distribution(people, people, "text", (None, None))
    assert names.n == 20
    assert names.cells == ()


def test_no_answer_of_few_people_is_on_the_page(study, tmp_path):
    assert main(["codebook", str(study), "--out", str(tmp_path)]) == 0
    rows = {
        one["name"]: one for one in json.loads((tmp_path / "codebook.json").read_text("utf-8"))["tables"]["diary_days"]
    }
    cells = {cell["label"]: cell["n"] for cell in rows["touch_received_n"]["distribution"]["cells"]}
    assert cells["20 to 22.5"] is None
    assert sum(n is None for n in cells.values()) >= 2
    page = (tmp_path / "codebook.html").read_text("utf-8")
    assert "p7f" not in page
    assert "fewer than 5" in page


def test_dyadic_columns_follow_their_formulas(study):
    frame = load_study(study).frame("person_days").reset_index(drop=True)
    made = dyadic(frame.assign(time=frame["day"]), ["stress_day"])
    x, person = frame["stress_day"], frame["person_id"]
    usual = x.groupby(person).transform("mean")
    grand = x.groupby(person).mean().mean()
    assert np.allclose(made["stress_day_w"], x - usual)
    assert np.allclose(made["stress_day_b"], usual - grand)
    at = frame.set_index(["couple_id", "role", "day"])["stress_day"]
    other = {"woman": "man", "man": "woman"}
    for place, row in frame.iterrows():
        key = (row["couple_id"], other[row["role"]], row["day"])
        assert made["stress_day_p"][place] == at.get(key, np.nan)
        before = at.get((row["couple_id"], row["role"], row["day"] - 1), np.nan)
        assert np.array_equal([made["stress_day_l1"][place]], [before], equal_nan=True)


def test_labelled_files_open_with_their_labels(study, tmp_path):
    assert main(["codebook", str(study), "--format", "spss,stata", "--out", str(tmp_path)]) == 0
    expected = load_study(study).frame("person_days")
    for name, read in (("person_days.sav", pyreadstat.read_sav), ("person_days.dta", pyreadstat.read_dta)):
        frame, meta = read(str(tmp_path / name))
        assert np.array_equal(frame["touch_received_n"], expected["touch_received_n"].astype("float64"))
        assert "stress_day_pw" in frame
        assert "partner.within" in meta.column_names_to_labels["stress_day_pw"]
        assert {int(key): label for key, label in meta.variable_value_labels["conflict_today"].items()} == {
            0: "no",
            1: "yes",
        }


def test_the_same_study_gives_the_same_bytes(study, tmp_path):
    for name in ("one", "two"):
        assert main(["codebook", str(study), "--format", ALL, "--out", str(tmp_path / name)]) == 0
    first, second = ({p.name: p.read_bytes() for p in sorted((tmp_path / name).iterdir())} for name in ("one", "two"))
    assert first == second
    assert len(first) > 8


@pytest.mark.parametrize("words", [["--format", "htlm", "--out", "x"], ["--format", "spss", "--out", "x"], []])
def test_wrong_words_are_refused(words, capsys):
    assert main(["codebook", *words]) == 2
    assert "expected" in capsys.readouterr().err
