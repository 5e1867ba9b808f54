"""The csv reader: what it reads exactly, and what it refuses whole instead of guessing."""

from __future__ import annotations

import pytest

from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError
from couples_study.readers import readers
from couples_study.readers.csv import header, read


def source(**words):
    return Source(**{"reader": "csv", "files": "x.csv", "table": "people", "keys": {"person": "id"}, **words})


def rows(tmp_path, content, **words):
    path = tmp_path / "x.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    cells = read(path, source(**words))
    return [list(row.values()) for row in cells.table.to_pylist()]


def refusal(tmp_path, content, **words):
    with pytest.raises(DeliveryError) as caught:
        rows(tmp_path, content, **words)
    return str(caught.value)


def test_the_reader_is_found_by_its_folder():
    assert readers()["csv"].read is read


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("id,a\n1,2\n3,4\n", {}),
        ("id,a\r\n1,2\r\n3,4\r\n", {}),
        ("id,a\r1,2\r3,4", {}),
        ("\n\nid,a\n1,2\n\n3,4\n\n", {}),
        ("id;a\n1;2\n3;4\n", {"separator": ";"}),
        ("id\ta\n1\t2\n3\t4\n", {"separator": "\t"}),
        ("id|a\n1|2\n3|4\n", {"separator": "|"}),
        ('"id","a"\n"1","2"\n"3","4"\n', {}),
        (b"\xef\xbb\xbfid,a\n1,2\n3,4\n", {}),
        ("id,a\n1,2\n3,4\n".encode("utf-16"), {}),
        (b"\xfe\xff" + "id,a\n1,2\n3,4\n".encode("utf-16-be"), {}),
    ],
)
def test_line_ends_separators_quotes_and_encodings_give_the_same_cells(tmp_path, content, words):
    assert rows(tmp_path, content, **words) == [["1", "2"], ["3", "4"]]


def test_cells_stay_text_and_blank_cells_stay_empty(tmp_path):
    content = 'id,a,b\n007,,NA\n1e3," x ",null\n"two\nlines","say ""so""","a,b"\n'
    assert rows(tmp_path, content) == [
        ["007", "", "NA"], ["1e3", " x ", "null"], ["two\nlines", 'say "so"', "a,b"],
    ]  # fmt: skip


def test_other_encodings_are_read_where_they_are_named(tmp_path):
    assert rows(tmp_path, "id,a\n1,größer\n".encode("cp1252"), encoding="cp1252") == [["1", "größer"]]
    assert "cp1252" in refusal(tmp_path, "id,a\n1,größer\n".encode("cp1252"))


def test_only_the_columns_asked_for_are_read(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,a,b\n1,2,3\n")
    assert read(path, source(), ("b",)).table.to_pydict() == {"b": ["3"]}
    assert header(path, source()) == ("id", "a", "b")


@pytest.mark.parametrize(
    "content", [b"", b" ", b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", "  \n".encode("utf-16"), "".encode("utf-16")]
)
def test_empty_files_are_called_empty(tmp_path, content):
    assert "an empty file" in refusal(tmp_path, content)


@pytest.mark.parametrize("content", ["id,a", "id,a\n", "id,a\r\n\r\n"])
def test_a_header_alone_is_refused(tmp_path, content):
    assert "a header only" in refusal(tmp_path, content)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04\x14\x00\x06\x00", b"id,a\n1,\x00\n", b"\x89HDF\r\n\x1a\n\x80", b"\x00" * 9]
)
def test_what_is_not_text_is_refused(tmp_path, content):
    assert "expected: text" in refusal(tmp_path, content)


def test_a_wrong_separator_is_named(tmp_path):
    message = refusal(tmp_path, "id;a\n1;2\n", separator=",")
    assert "looks separated by semicolon" in message
    assert 'separator = ";"' in message


def test_a_doubled_column_is_named(tmp_path):
    assert "'a' more than once" in refusal(tmp_path, "id,a,a\n1,2,3\n")


def test_cells_of_a_missing_header_row_are_not_repeated(tmp_path):
    message = refusal(tmp_path, "41,secret,secret\n42,b,c\n")
    assert "secret" not in message
    assert "header row" in message


@pytest.mark.parametrize(
    ("content", "row", "cells"),
    [
        ("id,a\n1,2\n3\n", 2, 1),
        ("id,a\n1,2\n3,4,5\n", 2, 3),
        ("id,a\n1,2\n\n\n3\n", 2, 1),
        ('id,a\n"1\n1",2\n3\n', 2, 1),
    ],
)
def test_a_ragged_row_is_named_by_number_and_not_by_content(tmp_path, content, row, cells):
    message = refusal(tmp_path, content)
    assert f"data row {row}" in message
    assert f"found:    {cells}" in message


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('id,a\n1,2\n3,"4\n5,6\n7,8\n', 2),  # read tolerantly, this would be two rows and a long cell
        ('id,a\n1,2\n3,"4', 2),
        ('id,a\n1,"2"x\n3,4\n', 1),
        ('id,a\n1,"2\n3,4"\n5,"6\n', 2),
    ],
)
def test_an_open_quote_never_swallows_rows(tmp_path, content, row):
    message = refusal(tmp_path, content)
    assert f"data row {row}" in message
    assert "quote" in message


def test_a_quote_inside_a_plain_cell_is_a_character(tmp_path):
    assert rows(tmp_path, 'id,a\n1,5" tall\n') == [["1", '5" tall']]


@pytest.mark.parametrize("encoding", ["klingon", "", "hex", "utf\0-8"])
def test_an_unknown_encoding_is_refused(tmp_path, encoding):
    assert "an encoding that Python knows" in refusal(tmp_path, "id,a\n1,2\n", encoding=encoding)


def test_a_file_that_went_away_is_a_message(tmp_path):
    with pytest.raises(DeliveryError, match="can be read"):
        read(tmp_path / "gone.csv", source())
