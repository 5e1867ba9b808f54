"""Properties of the csv reader: what is written is read, the fast look at quotes is sound, Arrow reads as Python does."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.readers.support_readers import source, well_formed

from couples_study.core.errors import DeliveryError
from couples_study.readers._records import fault_in, quotes_are_sound, rows_in
from couples_study.readers.csv import header, read

EXAMPLES = int(os.environ.get("READER_EXAMPLES", "150"))
quickly = settings(max_examples=EXAMPLES, deadline=None)
CELL = st.text(
    st.one_of(st.sampled_from('",;\t|\r\n a1é€мà\ufeff'), st.characters(exclude_characters="\0", codec="utf-8")),
    max_size=8,
)
TRICKY = st.text(st.sampled_from('"",;\r\na'), max_size=40)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 5))
    row = st.lists(CELL, min_size=width, max_size=width)
    return [f"n{place}" for place in range(width)], draw(st.lists(row, min_size=1, max_size=6))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("csv")


@quickly
@given(
    tables(), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans(),
)  # fmt: skip
def test_any_text_comes_back_as_it_was_written(folder, table, separator, end, quoting, encoding, declared):
    names, rows = table
    end = end if quoting == csv.QUOTE_ALL else "\r\n"  # Python's writer quotes the line ends that it writes, no others
    if quoting == csv.QUOTE_MINIMAL and not declared:
        quoting = csv.QUOTE_ALL  # which separator it is can only be told for certain where cells are quoted
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows([names, *rows])
    path = folder / "x.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    given_source = source(separator=separator if declared else None)
    cells = well_formed(read(path, given_source))
    assert cells.table.column_names == names == list(header(path, given_source))
    assert [list(row.values()) for row in cells.table.to_pylist()] == rows


def rows_by_python(text, separator):
    try:
        return [row for row in rows_in(text, separator) if row]
    except csv.Error:
        return None


@quickly
@given(st.one_of(TRICKY, CELL), st.sampled_from(",;"))
def test_quotes_that_look_sound_are(text, separator):
    if quotes_are_sound(text.encode(), separator):
        assert rows_by_python(text.encode(), separator) is not None


@quickly
@given(tables(), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]))
def test_quotes_that_a_csv_writer_wrote_look_sound(table, quoting):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting).writerows([table[0], *table[1]])
    assert quotes_are_sound(text.getvalue().encode(), ",")


@quickly
@given(TRICKY, st.sampled_from(",;"))
def test_the_reader_gives_what_pythons_strict_csv_gives_or_refuses(folder, text, separator):
    path = folder / "y.csv"
    path.write_text("n1" + separator + "n2\n" + text, "utf-8", newline="")
    rows = rows_by_python(path.read_bytes(), separator)
    even = rows is not None and all(len(row) == 2 for row in rows) and len(rows) > 1
    try:
        cells = read(path, source(separator=separator))
    except DeliveryError:
        assert not even
    else:
        assert [list(row.values()) for row in cells.table.to_pylist()] == rows[1:]


def test_quotes_are_looked_at_across_blocks(monkeypatch):
    monkeypatch.setattr("couples_study.readers._records.BLOCK", 4)
    for text, sound in (
        (b'a,"b\n""c"\n"d",e', True),
        (b'a,"b\n""c"\n"d"x,e', False),
        (b'aaa,"b', False),
        (b'ab"c', False),
    ):
        assert quotes_are_sound(text, ",") == sound


@pytest.mark.parametrize("size", [10, 200_000, 3_000_000])
def test_cells_and_headers_of_any_length(tmp_path, size):
    path = tmp_path / "x.csv"
    path.write_text(f'id,a\n1,"{"x" * size}""\n"\n')
    assert read(path, source()).table.column("a").to_pylist() == ["x" * size + '"\n']
    path.write_text(f'id,"{"x" * size}"\n1,2\n')
    assert header(path, source()) == ("id", "x" * size) == tuple(read(path, source()).table.column_names)


def test_a_very_wide_header_is_read_or_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(",".join(f"c{place}" for place in range(20_000)) + "\n" + ",".join("1" * 20_000) + "\n")
    assert read(path, source()).table.shape == (1, 20_000)
    path.write_text(",".join(f"c{place}" for place in range(1_000_000)) + "\n")
    with pytest.raises(DeliveryError, match="at most 100000 columns"):
        read(path, source())


def test_a_row_longer_than_any_block_without_quotes(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,a\n1," + "x" * 5_000_000 + "\n2,y\n")
    assert read(path, source()).table.column("id").to_pylist() == ["1", "2"]
    assert fault_in(Path("x"), path.read_bytes(), ",", 2, 1) is None
