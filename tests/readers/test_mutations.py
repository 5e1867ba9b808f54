"""Every reader survives damaged files: cells of the promised shape, or a DeliveryError that repeats no cell.

``READER_EXAMPLES`` sets how many damaged files each reader is given.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import zipfile
from io import BytesIO

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.readers.damage import damaged, delimited
from tests.readers.support_readers import source, well_formed

from couples_study.core.errors import DeliveryError
from couples_study.readers import readers

EXAMPLES = int(os.environ.get("READER_EXAMPLES", "40"))
TELL = "zqx"  # stands in every data cell, and in no name
COLUMNS = ("record_id", "close", "note", "ends", "base_complete")
ROWS = [[f"{TELL}{row}{place}" for place in range(len(COLUMNS))] for row in range(8)]
QUALTRICS = ("StartDate", "ResponseId", "Finished", "Q1", "Q2")
MPATH = ("connectionId", "sentBeepId", "timeStampStart", "deltaUTC", "open")


def binary(folder, name):
    frame = pd.DataFrame([[row[0], float(place), *row[2:]] for place, row in enumerate(ROWS)], columns=list(COLUMNS))
    path = folder / "base"
    if name == "spss":
        pyreadstat.write_sav(
            frame, path, missing_ranges={"close": [1]}, variable_value_labels={"close": {1.0: "Refused"}}
        )
    elif name == "zsav":
        pyreadstat.write_sav(frame, path, compress=True)
    elif name == "stata":
        pyreadstat.write_dta(frame, path)
    elif name == "parquet":
        frame.to_parquet(path)
    else:
        book = openpyxl.Workbook()
        for row in (COLUMNS, *ROWS):
            book.active.append(row)
        book.save(path)
    return path.read_bytes()


def repacked(content, swap):
    """The workbook with the bytes of its parts damaged and its archive whole."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = before.read(name)
            after.writestr(name, swap(part) if "sheet" in name else part)
    return out.getvalue()


def bases(folder):
    note = [[*row[:2], f'{row[2]},""\r\n""ü мама', *row[3:]] for row in ROWS]
    ids = [json.dumps({"ImportId": name}).replace('"', '""') for name in QUALTRICS]
    return {
        "csv": [delimited(COLUMNS, ROWS), delimited(COLUMNS, note, quoted=True), delimited(COLUMNS, ROWS, ";", encoding="utf-16"),
                delimited(COLUMNS, note, "\t", quoted=True, encoding="utf-8-sig")],
        "qualtrics": [delimited(QUALTRICS, [QUALTRICS, ids, *note], quoted=True), delimited(QUALTRICS, ROWS)],
        "redcap": [delimited(COLUMNS, ROWS), delimited(COLUMNS, note, quoted=True)],
        "mpath": [delimited(MPATH, [row[:place % 2 + 4] for place, row in enumerate(ROWS)], ";", encoding="utf-8-sig")],
        "formr": [json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in note]).encode(), delimited(COLUMNS, ROWS, ";")],
        "spss": [binary(folder, "spss"), binary(folder, "zsav")],
        "stata": [binary(folder, "stata")],
        "excel": [binary(folder, "excel")],
        "parquet": [binary(folder, "parquet")],
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


@pytest.fixture(scope="module")
def all_bases(folder):
    return bases(folder)


def raises_no_cell(call, path):
    """Whether the call worked; anything else than a DeliveryError fails the test, and so does a cell in one."""
    try:
        call()
    except DeliveryError as error:
        message = str(error).replace(str(path), "")
    else:
        return True
    assert TELL not in message
    return False


def survives(reader, path, **words):
    """Whether it was read, whole and by its header."""
    given_source = source(keys={"person": "record_id"}, **words)
    assert reader.likes(path, path.read_bytes()[: 64 * 1024]) in (0, 1, 2, 3)
    read = raises_no_cell(lambda: well_formed(reader.read(path, given_source)), path)
    return raises_no_cell(lambda: reader.header(path, given_source), path) and read


@pytest.mark.parametrize("name", sorted(readers()))
def test_damaged_files(name, folder, all_bases):
    others = [content for contents in all_bases.values() for content in contents]
    path = folder / f"{name}.bin"

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(st.integers(0, 2**63), st.sampled_from(all_bases[name]))
    def check(seed, content):
        random_ = random.Random(seed)  # noqa: S311 - damage, not cryptography
        if name == "excel" and random_.random() < 0.7:
            content = repacked(content, lambda part: damaged(part, random_, others))
        else:
            content = damaged(content, random_, others)
        path.write_bytes(content)
        survives(readers()[name], path, separator=random_.choice((None, None, ",", ";")))

    check()


@pytest.mark.parametrize("name", sorted(readers()))
def test_whole_files_are_read_and_those_of_other_formats_survived(name, folder, all_bases):
    path = folder / f"{name}.whole"
    for owner, contents in all_bases.items():
        for content in contents:
            path.write_bytes(content)
            assert survives(readers()[name], path) or owner != name


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(sorted(readers())),
    st.sampled_from([b"", b"PAR1", b"$FL2", b"PK\x03\x04", b"<stata_dta>", b"[{", b"\xff\xfe"]),
)
def test_any_bytes(tmp_path_factory, content, name, start):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(start + content)
    given_source = source()
    for call in (readers()[name].read, readers()[name].header):
        with contextlib.suppress(DeliveryError):
            call(path, given_source)


@pytest.mark.parametrize("name", ["redcap", "mpath", "formr"])
def test_damaged_codebooks(name, folder, all_bases):
    data, path = folder / f"{name}.data", folder / f"{name}.codebook"
    data.write_bytes(all_bases[name][0])
    base = {
        "redcap": b'"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels"\nclose,base,radio,C,"1, a | 2, b"\n',
        "mpath": b"\xef\xbb\xbfcolumnName;fullQuestion;typeQuestion\nopen;\"<p>What</p>\";open\n",
        "formr": b'{"name":"s","items":[{"name":"close","label":"C","type":"rating_button","type_options":"7","choices":{"1":"a","2":"b"}}]}',
    }[name]  # fmt: skip
    others = [content for contents in all_bases.values() for content in contents]

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(st.integers(0, 2**63))
    def check(seed):
        random_ = random.Random(seed)  # noqa: S311 - damage, not cryptography
        path.write_bytes(damaged(base, random_, others))
        raises_no_cell(lambda: well_formed(readers()[name].read(data, source(), None, path)), path)

    check()
