"""couples-study new: which files it takes, where it writes, what it refuses, and drafts of third-party exports."""

from __future__ import annotations

import json
import shutil
import tomllib

import pyarrow as pa
import pytest
from tests.shared_data import SHARED, needs_shared

from couples_study.cli import main
from couples_study.contracts.base import parsed
from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import StudyFile
from couples_study.core.errors import DeliveryError, UsageError
from couples_study.core.paths import shipped_studies
from couples_study.pipeline.looked_at import forms_of, looked_at
from couples_study.pipeline.new import run_new
from couples_study.readers import readers

PEOPLE = "dyad,pid,sex\n" + "".join(f"{c},{c}{s},{s}\n" for c in range(6) for s in "fm")
DIARY = "dyad;pid;day;mood\n" + "".join(
    f"{c};{c}{s};{d};{(c + d) % 5 + 1}\n" for c in range(6) for s in "fm" for d in range(4)
)


def exports(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    (folder / "diary_march.csv").write_text(DIARY, "utf-8")
    (folder / "diary_april.csv").write_text(DIARY.replace("0;0f;0", "0;0f;9"), "utf-8")
    return folder


def study(folder):
    return parsed(StudyFile, tomllib.loads((folder / "study.toml").read_text("utf-8")), "draft")


def test_a_folder_of_exports_becomes_a_study_that_can_be_planned(tmp_path, capsys):
    folder = exports(tmp_path / "evening")
    assert main(["new", str(folder), "--from", str(folder / "*.csv")]) == 0
    said = capsys.readouterr().out
    found = study(folder)
    assert [(one.files, one.table) for one in found.source] == [
        (("diary_*.csv",), "diary_days"),
        (("people.csv",), "people"),
    ]
    assert found.study.data_root is None
    assert [path.name for path in folder.iterdir() if path.suffix != ".csv"] == ["study.toml"]
    assert "lines are marked UNSURE" in said
    assert "study.toml" in said


def test_exports_that_lie_elsewhere_stay_there(tmp_path):
    exports(tmp_path / "delivered")
    run_new(tmp_path / "studies" / "evening", [tmp_path / "delivered" / "people.csv"])
    found = study(tmp_path / "studies" / "evening")
    assert found.study.data_root == "../../delivered"
    assert found.source[0].files == ("people.csv",)


def test_links_in_the_folder_lie_in_it(tmp_path):
    exports(tmp_path / "delivered")
    (tmp_path / "evening").mkdir()
    (tmp_path / "evening" / "people.csv").symlink_to(tmp_path / "delivered" / "people.csv")
    run_new(tmp_path / "evening", [tmp_path / "evening" / "people.csv"])
    assert study(tmp_path / "evening").study.data_root is None


def test_a_file_in_the_folders_place_is_refused(tmp_path, capsys):
    exports(tmp_path / "delivered")
    (tmp_path / "evening").write_text("x", "utf-8")
    assert main(["new", str(tmp_path / "evening"), "--from", str(tmp_path / "delivered" / "people.csv")]) == 2
    assert "--out" not in capsys.readouterr().err


def test_exports_in_several_other_folders_are_refused_with_advice(tmp_path):
    one, two = exports(tmp_path / "one"), exports(tmp_path / "two")
    with pytest.raises(UsageError, match="copy them into"):
        run_new(tmp_path / "evening", [one / "people.csv", two / "people.csv"])
    assert not (tmp_path / "evening").exists()


def test_a_study_file_is_never_replaced(tmp_path, capsys):
    folder = exports(tmp_path / "evening")
    (folder / "study.toml").write_text("mine", "utf-8")
    assert main(["new", str(folder), "--from", str(folder / "people.csv")]) == 2
    assert "never replaces one" in capsys.readouterr().err
    assert (folder / "study.toml").read_text("utf-8") == "mine"


def test_a_pattern_is_not_used_where_another_file_would_fit_it(tmp_path):
    folder = exports(tmp_path / "evening")
    (folder / "diary_notes.csv").write_text("something,else\n1,2\n", "utf-8")
    run_new(folder, [folder / "diary_march.csv", folder / "diary_april.csv"])
    assert study(folder).source[0].files == ("diary_march.csv", "diary_april.csv")


@pytest.mark.parametrize(
    "words", [["new"], ["new", "x"], ["new", "x", "--from", "nothing.csv"], ["new", "x", "--from", "."]]
)
def test_words_that_are_off_are_refused(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_unsure_lines_are_printed_as_json(tmp_path, capsys):
    folder = exports(tmp_path / "evening")
    assert main(["new", str(folder), "--from", str(folder / "people.csv"), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"line", "where", "key", "why"} == set(rows[0])
    assert any(row["key"] == "time_zone" for row in rows)


def test_the_schema_is_printed(capsys):
    assert main(["new", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["study"]


def reader(name, likes):
    def read(path, source, columns=None, dictionary=None):
        return Cells(table=pa.table({"pid": ["a", "b"], "mood": ["1", "2"]}))

    return Reader(
        name=name, summary=name, read=read, header=lambda *words: ("pid", "mood"), likes=lambda path, head: likes
    )


def test_the_more_special_of_two_readers_is_taken_and_said(tmp_path):
    folder = exports(tmp_path / "evening")
    registry = {name: reader(name, likes) for name, likes in (("csv", 2), ("redcap", 2), ("mpath", 1))}
    made = run_new(folder, [folder / "people.csv"], registry).draft
    assert study(folder).source[0].reader == "redcap"
    assert [one.why for one in made.unsure if one.key == "reader"] == ["it could be csv as well"]


def test_a_file_that_nobody_knows_is_refused(tmp_path):
    folder = exports(tmp_path / "evening")
    with pytest.raises(DeliveryError, match="one of the readers knows"):
        run_new(folder, [folder / "people.csv"], {"csv": reader("csv", 0)})


def test_the_demo_is_drafted_much_as_it_was_written(tmp_path):
    shutil.copytree(shipped_studies()["demo"], tmp_path / "demo", ignore=shutil.ignore_patterns("study.toml"))
    made = run_new(tmp_path / "demo", sorted((tmp_path / "demo").glob("*.csv")))
    drafted = study(tmp_path / "demo")
    meant = parsed(StudyFile, tomllib.loads((shipped_studies()["demo"] / "study.toml").read_text("utf-8")), "demo")
    assert (drafted.dyads.by, drafted.dyads.labels) == (meant.dyads.by, meant.dyads.labels)
    assert drafted.study.scheduled_days == meant.study.scheduled_days
    for want in meant.source:
        got = next(one for one in drafted.source if one.files == want.files)
        assert (got.reader, got.table, got.keys) == (want.reader, want.table, want.keys)
        agreed = {ours for ours, theirs in want.columns.items() if got.columns.get(ours, ours) == theirs}
        assert len(agreed) >= 0.7 * len(want.columns)
        assert set(got.missing) == set(want.missing)
    assert not any("UNSURE" in line and "couple" in line.split("#")[0] for line in made.draft.text.splitlines())


def drafted_from(tmp_path, *patterns):
    files = [path for pattern in patterns for path in sorted((SHARED / "data").glob(pattern))]
    assert files
    run_new(tmp_path / "study", files)
    return study(tmp_path / "study"), (tmp_path / "study" / "study.toml").read_text("utf-8")


@needs_shared
def test_a_wide_diary_of_prefixes(tmp_path):
    found, _ = drafted_from(tmp_path, "barkalifa_diary/diary.csv", "barkalifa_diary/csi*.csv")
    assert found.dyads.type == "distinguishable"
    assert [one.prefixes for one in found.source] == [{"woman": "W_", "man": "M_"}] * 2
    assert [one.table for one in found.source] == ["diary_days", "people"]
    assert found.source[0].keys.model_dump(exclude_none=True) == {"couple": "ID", "day": "DIARYDAY"}
    assert {name: found.measures[name].range for name in ("Anx", "Con")} == {"Anx": (0, 4), "Con": (0, 4)}


@needs_shared
def test_actor_and_partner_columns(tmp_path):
    found, text = drafted_from(tmp_path, "acitelli/*.csv")
    assert found.source[0].keys.model_dump(exclude_none=True) == {"couple": "CoupleID", "person": "Partnum"}
    assert found.source[0].columns["Satisfaction"] == "Satisfaction_A"
    assert found.dyads.labels == {"Wife": "woman", "Husband": "man"}
    assert "Satisfaction_P" in text.split("partner's own answer of the other row:")[1].splitlines()[0]


@needs_shared
def test_endings_and_numbered_prefixes(tmp_path):
    found, _ = drafted_from(tmp_path, "dysem_couples/*.csv")
    assert [(one.layout, one.keys.couple) for one in found.source] == [("wide", "@row")] * 2
    assert found.measures["PRQC"].items == tuple(f"PRQC_{n}" for n in range(1, 10))
    assert found.source[0].suffixes == {"partner_1": ".1", "partner_2": ".2"}
    assert found.source[1].prefixes == {"partner_1": "prqc.1_", "partner_2": "prqc.2_"}


@needs_shared
def test_beeps_of_both_partners(tmp_path):
    found, _ = drafted_from(tmp_path, "esmtools_dyads/*.csv")
    for one in found.source:
        assert one.table == "events"
        assert one.keys.model_dump(exclude_none=True) == {"couple": "dyad", "person": "id", "date": "scheduled"}
    assert found.dyads.by == "role"


@needs_shared
def test_a_survey_of_individuals(tmp_path):
    found, _ = drafted_from(tmp_path, "couplescope/*.csv")
    assert (found.dyads.type, found.source[0].keys.person) == ("single", "code")
    assert len(found.measures["IKCB"].items) > 40


@needs_shared
@pytest.mark.parametrize(
    ("folder", "reader", "sources"),
    [("redcap/longitudinal", "redcap", 7), ("redcap/vignette-repeating", "redcap", 4), ("redcap/repeating-instruments", "redcap", 2),
     ("redcap/simple", "redcap", 1), ("redcap/survey", "redcap", 1), ("redcap/decimal-comma", "redcap", 1),
     ("formr", "formr", 2), ("mpath", "mpath", 2), ("qualtrics", "qualtrics", 7)],
)  # fmt: skip
def test_exports_of_platforms(folder, reader, sources, tmp_path):
    found, text = drafted_from(tmp_path, f"exports/{folder}/*.*")
    assert {one.reader for one in found.source} == {reader}
    assert len(found.source) == sources
    for private in ("Nutmouse", "mouse.com", "130.92.34.66", "Lenox", "Valdez", "R_e8z6glNpLL4PkcR", "byyo kjyt"):
        assert private not in text


@needs_shared
def test_decimal_commas_of_an_export(tmp_path):
    found, _ = drafted_from(tmp_path, "exports/redcap/decimal-comma/*.csv")
    assert found.source[0].decimal == ","


@needs_shared
@pytest.mark.parametrize(
    "pattern",
    ["barkalifa_diary/[dc]*y.csv", "acitelli/*", "dysem_couples/prqc*", "couplescope/*", "esmtools_dyads/*sim*",
     "exports/redcap/vignette-repeating/*", "exports/redcap/simple/*", "exports/formr/BFI*", "exports/mpath/example*",
     "exports/qualtrics/side*"],
)  # fmt: skip
def test_intake_takes_a_draft_as_it_is(pattern, tmp_path, capsys):
    drafted_from(tmp_path, pattern)
    assert main(["intake", str(tmp_path / "study"), "--out", str(tmp_path / "out")]) == 0
    ledger = json.loads((tmp_path / "out" / "ledger.json").read_text("utf-8"))
    read, held = (sum(one[key] for one in ledger["sources"]) for key in ("rows_read", "rows_held"))
    assert held <= 0.02 * read


@needs_shared
@pytest.mark.parametrize("kind", ["redcap/simple", "redcap/longitudinal", "mpath", "formr", "qualtrics"])
def test_no_rare_text_of_an_export_stands_in_its_draft(kind, tmp_path):
    _, text = drafted_from(tmp_path, f"exports/{kind}/*")
    paths = sorted((SHARED / "data" / "exports" / kind).glob("*"))
    rare, known = set(), {"Survey Preview"}
    for form in forms_of([looked_at(path, path.name, readers()) for path in paths], []):
        cells, frame = form.cells, form.cells.table.to_pandas()
        known |= {
            *frame.columns,
            *cells.captions.values(),
            *(word for one in cells.labels.values() for word in one.values()),
        }
        for name in frame.columns.drop("redcap_event_name", errors="ignore"):
            counts = frame[name].value_counts()
            known |= set(counts[counts >= 5].index)
            rare |= {word for word in counts[counts < 5].index if len(word) > 4 and any(map(str.isalpha, word))}
    told = " ".join(map(str, known))
    assert len(rare) > 5
    assert not sum(word in text for word in rare if word not in told)


def test_the_sheets_of_a_workbook_are_forms_of_their_own(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    for number, text in enumerate((PEOPLE, DIARY.replace(";", ","))):
        sheet = book.active if number == 0 else book.create_sheet("diary")
        for line in text.splitlines():
            sheet.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    book.active.title = "people"
    (tmp_path / "evening").mkdir()
    book.save(tmp_path / "evening" / "both.xlsx")
    run_new(tmp_path / "evening", [tmp_path / "evening" / "both.xlsx"])
    found = study(tmp_path / "evening")
    assert [(one.sheet, one.table) for one in found.source] == [("people", "people"), ("diary", "diary_days")]


def test_labels_and_missing_codes_of_spss(tmp_path):
    import pandas as pd
    from pyreadstat import write_sav

    n = 24
    frame = pd.DataFrame({"couple": [i // 2 for i in range(n)], "person": [i % 2 for i in range(n)], "sex": [i % 2 + 1 for i in range(n)],
                          "warm": [-9 if i == 3 else i % 5 + 1 for i in range(n)]}).astype("float64")  # fmt: skip
    (tmp_path / "evening").mkdir()
    write_sav(frame, tmp_path / "evening" / "survey.sav", column_labels={"warm": "How warm was it?"},
              variable_value_labels={"sex": {1.0: "female", 2.0: "male"}, "warm": {1.0: "not at all", 7.0: "very"}},
              missing_ranges={"warm": [-9.0]})  # fmt: skip
    made = run_new(tmp_path / "evening", [tmp_path / "evening" / "survey.sav"])
    found = study(tmp_path / "evening")
    assert found.dyads.labels == {"1": "woman", "2": "man"}
    assert found.measures["warm"].range == (1, 7)
    assert found.measures["warm"].label == "How warm was it?"
    assert "-9" in found.source[0].missing_in["warm"]
    assert any("the file says missing" in one.why for one in made.draft.unsure)
