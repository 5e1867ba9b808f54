"""Encoding and separator: detected where the file tells, stated in the notes, refused where it does not."""

from __future__ import annotations

import pytest
from tests.readers.support_readers import source

from couples_study.core.errors import DeliveryError
from couples_study.readers.csv import header, read

GERMAN = "id,text\n1,Wir hatten heute einen schönen Abend und ich fühle mich größer\n2,Er war müde\n"


def cells(tmp_path, content, **words):
    path = tmp_path / "x.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read(path, source(**words))
    assert header(path, source(**words)) == tuple(found.table.column_names)
    return found


def refusal(tmp_path, content, **words):
    with pytest.raises(DeliveryError) as caught:
        cells(tmp_path, content, **words)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "words", "note"),
    [
        (GERMAN.encode(), {}, "encoding utf-8"),
        (GERMAN.encode("utf-8-sig"), {}, "encoding utf-8 by its mark"),
        (GERMAN.encode("utf-8-sig"), {"encoding": "utf8"}, "encoding utf-8 by its mark"),
        (GERMAN.encode("utf-16"), {}, "encoding utf-16 by its mark"),
        (GERMAN.encode("utf-32"), {}, "encoding utf-32 by its mark"),
        (GERMAN.encode("utf-16-le"), {"encoding": "utf-16-le"}, "encoding utf-16-le, as declared"),
        (GERMAN.encode("cp1252"), {"encoding": "cp1252"}, "encoding cp1252, as declared"),
        (GERMAN.encode("cp1252"), {}, 'encoding cp1252, guessed (say encoding = "cp1252" to be sure)'),
    ],
)
def test_encodings_are_found_and_stated(tmp_path, content, words, note):
    found = cells(tmp_path, content, **words)
    assert found.table.column("text").to_pylist()[1] == "Er war müde"
    assert found.notes[0] == note


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,text\n1,Мы говорили о детях вечером\n2,мама и сестра\n", "cp1251"),
        ("id,text\n1,Мы говорили о детях вечером\n2,мама и сестра\n", "koi8_r"),
        ("id,text\n1,Jesteśmy szczęśliwi, zażółć gęślą jaźń\n2,nie wiem\n".replace(", ", " "), "cp1250"),
    ],
)
def test_other_alphabets_are_found(tmp_path, text, encoding):
    found = cells(tmp_path, text.encode(encoding))
    assert found.table.to_pylist()[0]["text"] == text.splitlines()[1][2:]
    assert encoding in found.notes[0]


@pytest.mark.parametrize(
    "content",
    [
        "id,a\n1,größer\n".encode("cp1252"),
        "id,a\n1,Élève préférée déjà vu\n".encode("cp1252"),
        b"id,a\n1,\xff\xfe\x81\n",
    ],
)
def test_bytes_that_could_be_several_things_are_refused(tmp_path, content):
    message = refusal(tmp_path, content)
    assert "bytes that are not UTF-8" in message
    assert 'encoding = "cp1252"' in message
    assert "gr" not in message.replace("file", "").split("found:")[1].split("to do")[0]


def test_a_mark_against_the_declared_encoding_is_refused(tmp_path):
    assert "the mark of utf-16" in refusal(tmp_path, GERMAN.encode("utf-16"), encoding="cp1252")


def test_utf16_without_a_mark_is_recognised(tmp_path):
    assert "UTF-16 without its mark" in refusal(tmp_path, GERMAN.encode("utf-16-le"))


def test_half_a_character_is_refused(tmp_path):
    assert "bytes that are not" in refusal(tmp_path, GERMAN.encode("utf-16")[:-1])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("id,a\n1,2\n", "comma"), ("id;a\n1;2\n", "semicolon"), ("id\ta\n1\t2\n", "tab"), ("id|a\n1|2\n", "bar"),
        ("id;a\n1;2,5\n3;4,5\n", "semicolon"), ('id,"a;b;c"\n1,2\n', "comma"), ('id;a\n1;"x,y"\n2;"z"\n', "semicolon"),
        ("id,a;b\n1,2\n3,4\n", "comma"), ('id;a\n"1;1";"2\n\n,,3"\n', "semicolon"),
    ],
)  # fmt: skip
def test_separators_are_found_and_stated(tmp_path, content, word):
    assert f"separator {word}" in cells(tmp_path, content).notes


def test_two_separators_that_fit_are_refused_with_both_readings(tmp_path):
    message = refusal(tmp_path, "id,x;a\n1,2;3\n4,5;6\n")
    assert "2 columns by comma or 2 columns by semicolon" in message
    assert 'separator = "," or separator = ";"' in message


def test_the_declared_separator_wins(tmp_path):
    found = cells(tmp_path, "id,x;a\n1,2;3\n4,5;6\n", separator=";")
    assert found.table.to_pydict() == {"id,x": ["1,2", "4,5"], "a": ["3", "6"]}
    assert "separator semicolon, as declared" in found.notes


def test_one_column_has_no_separator(tmp_path):
    found = cells(tmp_path, "id\n1\n2\n")
    assert found.table.to_pydict() == {"id": ["1", "2"]}
    assert "one column, no separator" in found.notes


def test_columns_without_a_name_are_called_by_their_place(tmp_path):
    found = cells(tmp_path, "id,,a\n1,2,3\n")
    assert found.table.column_names == ["id", "column 2", "a"]
    assert "columns without a name, called by place: 2" in found.notes


def test_a_column_that_is_not_there_is_refused_by_name(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,a\n1,2\n")
    with pytest.raises(DeliveryError, match="expected: the columns b"):
        read(path, source(), ("b", "id"))


def test_a_lost_line_end_below_the_header_does_not_put_answers_into_the_message(tmp_path):
    assert "secret" not in refusal(tmp_path, "id,a,b,1,secret,secret\n2,x,y\n")


def test_a_large_file_is_known_by_its_top(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,a\n" + "1,x\n" * 400_000)
    assert header(path, source()) == ("id", "a")
    assert read(path, source(), ("a",)).table.shape == (400_000, 1)
