"""The qualtrics reader on files written here: header rows found or declared, left-over ones dropped, names single."""

from __future__ import annotations

import pytest
from tests.readers.support_readers import column, read, source
from tests.small_studies import DYADS, HEAD

from couples_study import load_study
from couples_study.core.errors import DeliveryError
from couples_study.readers import readers

NAMES = "StartDate,ResponseId,Finished,Q1,Q1"
TEXTS = "Start Date,Response ID,Finished,How close?,How close?"
IDS = ",".join(f'"{{""ImportId"":""{one}""}}"' for one in ("startDate", "_recordId", "finished", "QID1", "QID2"))
DATA = "2026-01-01,R_1,True,1,2\n2026-01-02,R_2,False,-99,"


def cells(tmp_path, *lines, **words):
    path = tmp_path / "q.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    found = read("qualtrics", path, **words)
    assert readers()["qualtrics"].header(path, source(**words)) == tuple(found.table.column_names)
    return found


@pytest.mark.parametrize("top", [(NAMES, TEXTS, IDS), (NAMES, TEXTS), (NAMES, IDS), (NAMES,)])
def test_one_to_three_header_rows_are_found(tmp_path, top):
    found = cells(tmp_path, *top, DATA)
    assert found.table.column_names == ["StartDate", "ResponseId", "Finished", "Q1", "Q1.2"]
    assert column(found, "Q1") == ["1", "-99"]
    assert column(found, "Q1.2") == ["2", ""]
    assert f"header rows: {len(top)}, found" in found.notes
    assert found.captions.get("Q1") == ("How close?" if TEXTS in top else None)


@pytest.mark.parametrize("declared", [1, 2, 3])
def test_header_rows_that_are_declared_win_and_the_others_are_left_over(tmp_path, declared):
    found = cells(tmp_path, NAMES, TEXTS, IDS, DATA, header_rows=declared)
    assert column(found, "ResponseId") == ["R_1", "R_2"]
    assert f"header rows: {declared}, as declared" in found.notes
    assert any(f"dropped: {3 - declared}" in note for note in found.notes) == (declared < 3)
    assert found.captions["Q1"] == "How close?"


def test_headers_of_a_second_file_among_the_data_are_dropped_and_counted(tmp_path):
    found = cells(tmp_path, NAMES, TEXTS, IDS, DATA, NAMES, TEXTS, IDS, "2026-01-03,R_3,True,4,5")
    assert column(found, "ResponseId") == ["R_1", "R_2", "R_3"]
    assert "header rows left over among the data, dropped: 3 (rows 3, 4, 5 below the header)" in found.notes


def test_the_columns_asked_for_come_without_left_over_headers_too(tmp_path):
    found = cells(tmp_path, NAMES, TEXTS, IDS, DATA, IDS)
    path = tmp_path / "q.csv"
    assert column(read("qualtrics", path, columns=("Q1",)), "Q1") == column(found, "Q1")


def test_more_header_rows_than_the_file_has_are_refused(tmp_path):
    with pytest.raises(DeliveryError, match="3 header rows"):
        cells(tmp_path, NAMES, TEXTS, header_rows=3)


def test_header_rows_alone_are_refused(tmp_path):
    with pytest.raises(DeliveryError, match="header only"):
        cells(tmp_path, NAMES, TEXTS, IDS)
    with pytest.raises(DeliveryError, match="header rows only"):
        cells(tmp_path, NAMES, TEXTS, IDS, header_rows=1)


def test_tabs_and_utf16_as_qualtrics_writes_tsv(tmp_path):
    path = tmp_path / "q.tsv"
    lines = [NAMES, TEXTS, IDS, "2026-01-01,R_1,True,größer,2"]
    path.write_bytes("\n".join(line.replace(",", "\t") for line in lines).encode("utf-16"))
    assert column(read("qualtrics", path), "Q1") == ["größer"]
    assert readers()["qualtrics"].likes(path, path.read_bytes()) == 3


def test_loop_and_merge_and_multi_answer_names_stay_and_fill_what_study_toml_says(tmp_path):
    names = "ResponseId,dyad,who,1_Q7,2_Q7,2_Q7_1,Q5_3,Q4#1_2"
    texts = (
        'Response ID,Dyad,Who,"With your partner, how close?","With your friend, how close?",Touch,Which?,Side by side'
    )
    ids = ",".join(f'"{{""ImportId"":""{one}""}}"' for one in ("_recordId", *(f"QID{n}" for n in range(1, 8))))
    rows = ("R_1,1,f,6,3,1,,2", "R_2,1,m,,5,,1,")
    found = cells(tmp_path, names, texts, ids, *rows)
    assert found.table.column_names == names.split(",")
    assert found.captions["1_Q7"] == "With your partner, how close?"
    study = f"""{HEAD}{DYADS.replace('by = "sex"', 'by = "who"')}
[[source]]
reader = "qualtrics"
files = "q.csv"
table = "people"
keys = {{ couple = "dyad", person = "ResponseId" }}
columns = {{ close_partner = "1_Q7", close_friend = "2_Q7", which_3 = "Q5_3", side_2 = "Q4#1_2" }}

[measures]
close_partner = {{ label = "Close to partner", range = [1, 7] }}
close_friend = {{ label = "Close to friend", range = [1, 7] }}
which_3 = {{ label = "Third box", range = [0, 1] }}
side_2 = {{ label = "Second question, first column", range = [1, 5] }}
"""
    (tmp_path / "study.toml").write_text(study, "utf-8")
    people = load_study(tmp_path).table("people").set_index("role")
    assert people.loc["woman", ["close_partner", "close_friend", "side_2"]].tolist() == [6, 3, 2]
    assert people["close_partner"].isna().to_dict() == {"woman": False, "man": True}
    assert people.loc["man", "which_3"] == 1
