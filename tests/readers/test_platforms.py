"""redcap, formr and mpath on files written here: what their codebooks add, and what is refused."""

from __future__ import annotations

import json

import pytest
from tests.readers.support_readers import column, read, source

from couples_study.core.errors import DeliveryError
from couples_study.readers import readers

DICTIONARY = (
    '"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels",'
    '"Text Validation Type OR Show Slider Number","Text Validation Min","Text Validation Max"\n'
    "id,base,text,Study ID,,,,\n"
    'close,base,radio,"How <b>close</b>?","1, not | 2, very, very | -99, Refused",,,\n'
    'who,base,checkbox,Who,"1, partner | -2, nobody | B, both",,,\n'
    "age,base,text,Age,,integer,18,99\n"
    'height,base,text,Height,,number_comma_decimal,"0,5",\n'
    "joy,base,slider,Joy,,,,\n"
    "bmi,base,calc,BMI,[height]*2,,,\n"
    "sex,base,yesno,Sex today?,,,,\n"
    "say,base,descriptive,Please read,,,,\n"
)


@pytest.fixture
def redcap(tmp_path):
    (tmp_path / "dictionary.csv").write_text(DICTIONARY, "utf-8")

    def write(content, with_dictionary=True, **words):
        (tmp_path / "data.csv").write_text(content, "utf-8")
        return read("redcap", tmp_path / "data.csv", tmp_path / "dictionary.csv" if with_dictionary else None, **words)

    return write


def test_the_dictionary_gives_labels_ranges_and_captions(redcap):
    found = redcap(
        "id,close,who___1,who____2,who___b,age,height,joy,bmi,sex,base_complete,extra\n"
        '1,2,1,0,0,33,"1,54",50,3.1,1,2,x\n'
    )
    assert found.captions["close"] == "How close ?"
    assert found.captions["who____2"] == "Who: nobody"
    assert found.labels["close"] == {"1": "not", "2": "very, very", "-99": "Refused"}
    assert found.labels["who___b"] == {"1": "Checked", "0": "Unchecked"}
    assert found.labels["sex"] == {"1": "Yes", "0": "No"}
    assert found.labels["base_complete"]["2"] == "Complete"
    assert found.ranges == {"age": (18.0, 99.0), "height": (0.5, None), "joy": (0.0, 100.0)}
    assert column(found, "height") == ["1,54"]
    said = "\n".join(found.notes)
    assert "does not have: extra" in said
    assert "decimal comma by the dictionary: height" in said
    assert "calculated: bmi" in said
    assert "bmi" not in found.labels


def test_missing_data_codes_are_listed_where_they_are_no_choice(redcap):
    found = redcap("id,close,age\n1,NASK,33\n2,1,NI\n3,2,40\n")
    assert found.missing == {"close": {"NASK": "not_reached"}, "age": {"NI": None}}
    assert column(found, "age") == ["33", "NI", "40"]


def test_without_a_dictionary_nothing_is_claimed(redcap):
    found = redcap("id,close,age\n1,NASK,33\n", with_dictionary=False)
    assert not found.labels
    assert not found.ranges
    assert not found.captions
    assert not found.missing


def test_unknown_columns_are_only_counted_where_the_header_may_hold_answers(redcap):
    found = redcap("secret,other\n1,2\n")
    assert "columns that the dictionary does not have: 2" in found.notes


def test_something_else_as_dictionary_is_refused(tmp_path, redcap):
    (tmp_path / "dictionary.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(DeliveryError, match="a REDCap data dictionary"):
        redcap("id,close\n1,2\n")


def test_cyrillic_is_read_in_utf8_and_in_cp1251(tmp_path):
    text = "record_id;who;base_complete\n1;мама и сестра сегодня вечером говорили о детях;2\n"
    for encoding in ("utf-8", "cp1251"):
        (tmp_path / "x.csv").write_bytes(text.encode(encoding))
        found = read("redcap", tmp_path / "x.csv")
        assert column(found, "who") == ["мама и сестра сегодня вечером говорили о детях"]
        assert encoding in found.notes[0]


def formr(tmp_path, rows, items=None, **words):
    (tmp_path / "results.json").write_text(rows if isinstance(rows, str) else json.dumps(rows), "utf-8")
    if items is not None:
        (tmp_path / "items.json").write_text(json.dumps(items), "utf-8")
    return read("formr", tmp_path / "results.json", tmp_path / "items.json" if items is not None else None, **words)


def test_json_results_keep_their_digits_and_blank_what_is_missing(tmp_path):
    found = formr(
        tmp_path,
        '[{"id":"a","x":1.50,"big":12345678901234567890,"n":null,"t":true,"in":{"a":"1","b":{"c":2}},"l":[1,"ä"]},'
        '{"id":"b","later":"3"}]',
    )
    assert found.table.to_pylist() == [
        {"id": "a", "x": "1.50", "big": "12345678901234567890", "n": None, "t": "true", "in.a": "1", "in.b.c": "2",
         "l": '["1","ä"]', "later": None},
        {"id": "b", "x": None, "big": None, "n": None, "t": None, "in.a": None, "in.b.c": None, "l": None, "later": "3"},
    ]  # fmt: skip
    assert "rows that lack an item, given as blank: 2" in found.notes


def test_the_item_table_gives_labels_bounds_and_captions(tmp_path):
    items = {"items": [
        {"name": "close_1R", "type": "rating_button", "type_options": "7", "label": "__Close?__", "choices": {"1": "no", "2": "yes"}},
        {"name": "mood", "type": "mc", "type_options": "", "label": "Mood", "choices": {"1": "bad", "2": "good"}},
        {"name": "note", "type": "note", "label": "Hello", "choices": None},
    ]}  # fmt: skip
    found = formr(tmp_path, [{"id": "a", "close_1R": "7", "mood": 2}], items)
    assert found.labels == {"close_1R": {"1": "no", "7": "yes"}, "mood": {"1": "bad", "2": "good"}}
    assert found.ranges == {"close_1R": (1.0, 7.0)}
    assert found.captions == {"close_1R": "__Close?__", "mood": "Mood"}
    assert any("reversed by name (R), given as answered: close_1R" in note for note in found.notes)


def test_formr_csv_is_read_too(tmp_path):
    path = tmp_path / "results.csv"
    path.write_text("session;created;modified;ended;x_2R\na;1;2;3;5\n", "utf-8")
    found = read("formr", path)
    assert column(found, "x_2R") == ["5"]
    assert readers()["formr"].likes(path, path.read_bytes()) == 3


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", "[1]", "[{}]", '[{"a":1]', '[{"a":1,"a":2}]', '[{"a.b":1,"a":{"b":2}}]', '[{"a":"\\ud800"}]',
     "[" * 100_000, '[{"a":' + '{"a":' * 50_000, '{"items":[]}'],
)  # fmt: skip
def test_json_that_is_no_table_of_results_is_refused(tmp_path, text):
    with pytest.raises(DeliveryError):
        formr(tmp_path, text)


TOP = "\ufeffconnectionId;sentBeepId;timeStampSent;timeStampStart;deltaUTC;mood_slider;who_multipleChoice_string"


def mpath(tmp_path, *lines, **words):
    path = tmp_path / "m.csv"
    path.write_text("\n".join((TOP, *lines)) + "\n", "utf-8")
    return read("mpath", path, **words)


def test_unanswered_beeps_stay_rows_and_quotes_of_one_text_go(tmp_path):
    found = mpath(
        tmp_path, '1;2;1713434141;1713434150;0;50;"""Work"""', "1;3;1713434199;;0", '1;4;5;6;0;1;"""a"",""b"""'
    )
    assert column(found, "who_multipleChoice_string") == ["Work", "", '"a","b"']
    assert column(found, "timeStampSent") == ["1713434141", "1713434199", "5"]
    assert column(found, "mood_slider") == ["50", "", "1"]
    assert "rows that end after their last answer, given as blank to the right: 1" in found.notes
    assert "beeps without an answer, kept as rows: 1" in found.notes


@pytest.mark.parametrize("line", ["1;2;3", "1;2;3;4;0;1;2;3"])
def test_a_row_cut_within_the_platforms_own_columns_or_too_long_is_refused(tmp_path, line):
    with pytest.raises(DeliveryError, match="data row 2"):
        mpath(tmp_path, "1;2;3;4;0;1;2", line)


@pytest.mark.parametrize("name", ["csv", "redcap", "qualtrics", "mpath", "formr"])
def test_every_text_reader_names_what_a_binary_file_is(tmp_path, name):
    for content, what in (
        (b"PK\x03\x04 xl/workbook.xml", "Excel workbook"), (b"PK\x03\x04 data.csv", "zip archive"),
        (b"$FL2@(#) SPSS", "SPSS file"), (b"<stata_dta><header>", "Stata file"), (b"PAR1", "Parquet file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"), (b"%PDF-1.7", "PDF"), (b"<!DOCTYPE html><p>", "web page"),
    ):  # fmt: skip
        path = tmp_path / "x.csv"
        path.write_bytes(content)
        with pytest.raises(DeliveryError, match=what):
            readers()[name].read(path, source())
        with pytest.raises(DeliveryError, match=what):
            readers()[name].header(path, source())
