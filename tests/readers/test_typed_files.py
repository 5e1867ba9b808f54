"""spss, stata, excel and parquet on files written here: full precision, ISO dates, labels, and missing codes kept."""

from __future__ import annotations

import datetime as dt
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from tests.readers.support_readers import column, read, source

from couples_study.core.errors import DeliveryError
from couples_study.readers import _apart, readers

DAY, MOMENT = dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 23, 4, 5)


def frame():
    return pd.DataFrame(
        {
            "id": ["a", "größer", "мама"],
            "x": [3.0, -99.0, -95.0],
            "y": [0.1, 1467890123456.0, np.nan],
            "d": [DAY, None, DAY],
            "t": [MOMENT, None, MOMENT],
            "h": [dt.time(3, 4, 5), None, dt.time(1)],
        }
    )


@pytest.fixture(params=[".sav", ".zsav"])
def sav(request, tmp_path):
    path = tmp_path / f"x{request.param}"
    pyreadstat.write_sav(
        frame(), path, row_compress=False, compress=request.param == ".zsav",
        column_labels={"x": "Zufriedenheit heute"},
        variable_value_labels={"x": {1.0: "low", -99.0: "Keine Angabe", -98.0: "Not applicable!", -97.0: "weg"}},
        missing_ranges={"x": [-99, {"lo": -98, "hi": -90}]},
    )  # fmt: skip
    return path


def test_spss_cells_labels_captions_and_missing_codes(sav):
    cells = read("spss", sav)
    assert column(cells, "id") == ["a", "größer", "мама"]
    assert column(cells, "x") == ["3", "-99", "-95"]
    assert column(cells, "y") == ["0.1", "1467890123456", None]
    assert column(cells, "d") == ["2026-01-02", None, "2026-01-02"]
    assert column(cells, "t") == ["2026-01-02 23:04:05", None, "2026-01-02 23:04:05"]
    assert column(cells, "h") == ["03:04:05", None, "01:00:00"]
    assert cells.captions == {"x": "Zufriedenheit heute"}
    assert cells.labels["x"]["-99"] == "Keine Angabe"
    assert cells.missing == {"x": {"-99": "refused", "-98": "not_applicable", "-97": None, "-95": None}}


def test_stata_extended_missing_values_stay_codes(tmp_path):
    path = tmp_path / "x.dta"
    content = frame()[["id", "y", "d", "t"]].assign(x=pd.Series([1.0, "a", "b"], dtype=object))
    pyreadstat.write_dta(
        content, path, column_labels={"x": "Closeness"}, missing_user_values={"x": ["a", "b"]},
        variable_value_labels={"x": {1: "low", "a": "Refused"}},
    )  # fmt: skip
    cells = read("stata", path)
    assert column(cells, "x") == ["1", ".a", ".b"]
    assert column(cells, "y") == ["0.1", "1467890123456", None]
    assert column(cells, "d") == ["2026-01-02", None, "2026-01-02"]
    assert cells.missing == {"x": {".a": "refused", ".b": None}}
    assert cells.labels == {"x": {"1": "low", ".a": "Refused"}}
    assert cells.captions == {"x": "Closeness"}


def book(tmp_path, sheets, formats=None):
    path, made = tmp_path / "x.xlsx", openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cell, shown in (formats or {}).items():
            sheet[cell].number_format = shown
    made.save(path)
    return path


def test_excel_cells_as_excel_stores_them(tmp_path):
    rows = [
        [None, None],
        ["id", "n", "f", "b", "d", "t", "h"],
        ["a", 3.0, 0.1, True, DAY, MOMENT, dt.time(3, 4, 5)],
        [],
        ["b", 12345678901, 1e-7, False, None, dt.datetime(2026, 1, 2), dt.timedelta(hours=30)],
    ]
    cells = read("excel", book(tmp_path, {"one": rows, "blank": []}))
    assert cells.table.to_pylist() == [
        {"id": "a", "n": "3", "f": "0.1", "b": "TRUE", "d": "2026-01-02", "t": "2026-01-02 23:04:05", "h": "03:04:05"},
        {
            "id": "b",
            "n": "12345678901",
            "f": "1e-07",
            "b": "FALSE",
            "d": None,
            "t": "2026-01-02 00:00:00",
            "h": "30:00:00",
        },
    ]
    assert "sheet 'one'" in cells.notes
    assert "blank rows, left out: 1" in cells.notes


def test_a_text_that_looks_like_a_formula_is_a_text(tmp_path):
    path = book(tmp_path, {"one": [["id", "note"], ["a", "x"]]})
    made = openpyxl.load_workbook(path)
    made["one"]["B2"].value, made["one"]["B2"].data_type = "=cmd|' /C calc'!A0", "s"
    made.save(path)
    assert column(read("excel", path), "note") == ["=cmd|' /C calc'!A0"]


def test_a_formula_whose_result_was_never_saved_is_refused(tmp_path):
    path = book(tmp_path, {"one": [["id", "n"], ["a", "=1+1"]]})
    with pytest.raises(DeliveryError, match="results were never saved"):
        read("excel", path)


def test_sheets_are_named_or_refused(tmp_path):
    path = book(tmp_path, {"diary": [["id"], ["a"]], "codes": [["id"], ["b"]]})
    with pytest.raises(DeliveryError, match="2 sheets that hold something: 'diary', 'codes'"):
        read("excel", path)
    assert column(read("excel", path, sheet="codes"), "id") == ["b"]
    with pytest.raises(DeliveryError, match="did you mean 'diary'"):
        read("excel", path, sheet="dairy")


@pytest.mark.parametrize(
    ("sheets", "found"),
    [({"a": []}, "an empty workbook"), ({"a": [["id"]]}, "a header only"), ({"a": [["id", "id"], ["x", "y"]]}, "more than once"),
     ({"a": [["id"], ["x", "stray"]]}, "found:    2")],
)  # fmt: skip
def test_a_sheet_that_is_no_table_is_refused(tmp_path, sheets, found):
    with pytest.raises(DeliveryError) as caught:
        read("excel", book(tmp_path, sheets))
    assert found in str(caught.value)
    assert "stray" not in str(caught.value)


def test_a_zip_bomb_and_a_zip_of_something_else_are_refused(tmp_path):
    path = tmp_path / "x.xlsx"
    for name, size, found in (("xl/workbook.xml", 80 << 20, "MiB packed into"), ("data.csv", 9, "another zip archive")):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, b"0" * size)
        with pytest.raises(DeliveryError, match=found):
            read("excel", path)


def test_a_cell_in_the_last_corner_costs_no_memory(tmp_path):
    path = book(tmp_path, {"one": [["id"], ["a"]]})
    made = openpyxl.load_workbook(path)
    made["one"]["XFD1048576"].value = "far"
    made.save(path)
    with pytest.raises(DeliveryError, match="16384"):
        read("excel", path)


def test_parquet_types_as_text(tmp_path):
    path = tmp_path / "x.parquet"
    zoned = pa.array([dt.datetime(2026, 1, 2, 3, 4, 5, 600000)], pa.timestamp("us", "UTC"))
    pq.write_table(
        pa.table({
            "id": ["größer"], "i": [7], "f": [3.0], "g": pa.array([0.1], pa.float32()), "b": [True], "d": [DAY], "t": [MOMENT],
            "ns": pa.array([dt.datetime(2026, 1, 2)], pa.timestamp("ns")), "z": zoned, "n": pa.array([None], pa.null()),
            "c": pa.array(["x"]).dictionary_encode(), "h": [dt.time(3, 4, 5)], "nan": [float("nan")], "none": pa.array([None], pa.int64()),
        }), path,
    )  # fmt: skip
    assert read("parquet", path).table.to_pylist() == [
        {"id": "größer", "i": "7", "f": "3", "g": "0.1", "b": "TRUE", "d": "2026-01-02", "t": "2026-01-02 23:04:05",
         "ns": "2026-01-02 00:00:00", "z": "2026-01-02 03:04:05.6Z", "n": None, "c": "x", "h": "03:04:05", "nan": None, "none": None}
    ]  # fmt: skip


def test_parquet_columns_that_are_not_flat_are_refused(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": ["a"], "l": [[1, 2]]}), path)
    with pytest.raises(DeliveryError, match="'l' of type"):
        read("parquet", path)
    assert column(read("parquet", path, columns=("id",)), "id") == ["a"]


def test_a_reading_process_that_dies_is_replaced(tmp_path):
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(frame(), path)
    assert read("spss", path).table.num_rows == 3
    _apart._apart._process.kill()
    _apart._apart._process.wait()
    assert read("spss", path).table.num_rows == 3
    with pytest.raises(DeliveryError, match="damaged"):
        spss_with_the_process_killed(path)
    assert read("spss", path).table.num_rows == 3


def spss_with_the_process_killed(path):
    """As where pyreadstat crashes: the process dies between question and answer."""
    fresh = _apart._apart._running
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_apart._apart, "_running", lambda: killed(fresh()))
        read("spss", path)


def killed(process):
    process.kill()
    process.wait()
    return process


def made(tmp_path):
    pyreadstat.write_sav(frame(), tmp_path / "x.sav")
    pyreadstat.write_dta(frame()[["id", "x", "y"]], tmp_path / "x.dta")
    frame()[["id", "x", "y"]].to_parquet(tmp_path / "x.parquet")
    book(tmp_path, {"one": [["id", "x", "y"], ["a", 1, 2], ["b", 3, 4]]})
    return {"spss": "x.sav", "stata": "x.dta", "parquet": "x.parquet", "excel": "x.xlsx"}


def test_each_is_liked_by_its_reader_alone_and_read_by_column(tmp_path):
    for name, file in made(tmp_path).items():
        path = tmp_path / file
        assert {
            one: r.likes(path, path.read_bytes()[:65536])
            for one, r in readers().items()
            if r.likes(path, path.read_bytes()[:65536])
        } == {name: 3}
        whole = read(name, path)
        assert readers()[name].header(path, source()) == tuple(whole.table.column_names)
        assert read(name, path, columns=("x", "id")).table.equals(whole.table.select(["x", "id"]))


@pytest.mark.parametrize("name", ["spss", "stata", "parquet", "excel"])
def test_what_is_another_format_is_named(tmp_path, name):
    files = made(tmp_path)
    for other, file in files.items():
        if other != name:
            with pytest.raises(DeliveryError, match=f'reader = "{other}"'):
                read(name, tmp_path / file)
    (tmp_path / "y").write_text("id,x\n1,2\n")
    with pytest.raises(DeliveryError, match="found:    something else"):
        read(name, tmp_path / "y")
    with pytest.raises(DeliveryError, match="can be read"):
        read(name, tmp_path / "gone")


@pytest.mark.parametrize("name", ["spss", "stata", "parquet", "excel"])
def test_a_file_cut_off_is_called_damaged(tmp_path, name):
    path = tmp_path / made(tmp_path)[name]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DeliveryError, match=r"cut off|damaged"):
        read(name, path)
