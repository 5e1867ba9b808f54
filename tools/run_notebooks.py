"""Execute notebooks from the top, write them as HTML: ``tools/run_notebooks.py [--twice] [--report DIR] [NAME ...]``.

Outputs never go back into the notebooks themselves. A cell that fails ends the run. Every notebook runs in an empty
folder of its own. With ``--twice`` all run once more, in another folder, time zone, language and hash seed, and a page
that differs by a byte ends the run; with ``--report`` the verdicts that a notebook holds at its end have to be those
of that report to the last digit.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from traitlets.config import Config

from couples_study.core.threads import LIMITS
from couples_study.pipeline.verify import SURROUNDINGS

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "reports" / "notebooks"
SECONDS = 900
ONE_THREAD = dict.fromkeys(LIMITS, "1")  # as the command line has it: kernels side by side would wait for one another
# Run in the notebook's own kernel when its last cell is done, and left out of the page.
TOLD = """
from couples_study.core.provenance import package_version as _version
from couples_study.report.verdicts_json import verdicts_json as _told

if "verdicts" in globals():
    print(_told(study.id, True, study.inputs, _version(), study.verdicts).decode("utf-8"), end="")
"""
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")


class NotebookError(Exception):
    """A notebook that may not be run as it is, or whose page does not hold what it should."""


def executed(path: Path, around: Mapping[str, str], study: str) -> tuple[nbformat.NotebookNode, str]:
    """A notebook run on ``study`` in the demo's place, and the verdicts it holds as ``verdicts.json`` has them."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count):
            raise NotebookError(f"{path.name}: outputs are stored in the notebook; clear them before committing")
        cell.source = cell.source.replace('load_study("demo")', f'load_study("{study}")')
    notebook.cells.append(nbformat.v4.new_code_cell(TOLD, id="told"))
    with tempfile.TemporaryDirectory(prefix="notebook-") as room:
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            startup_timeout=SECONDS,
            record_timing=False,
            resources={"metadata": {"path": room}},
            kernel_name="python3",
            config=_private(Path(room)),
        )
        client.execute(env={**os.environ, **ONE_THREAD, **around})
    told = notebook.cells.pop().outputs
    return notebook, "".join(output.get("text", "") for output in told)


def _private(room: Path) -> Config:
    """The kernel is spoken to over files of its own, where the system can: others could listen in on an open port."""
    return Config({"KernelManager": {"transport": "ipc", "ip": str(room / "kernel")}} if os.name == "posix" else {})


def page_of(notebook: nbformat.NotebookNode, name: str) -> bytes:
    """An executed notebook as a page that fetches nothing and holds nothing of the moment."""
    exporter = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="", exclude_input_prompt=False)
    exporter.exclude_anchor_links = True
    body, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": name}})
    if found := ADDRESS.search(body):
        raise NotebookError(f"{name}: an output shows an address in memory ({found[0]}), which no second run repeats")
    return body.encode("utf-8")


def run(path: Path, around: Mapping[str, str], study: str = "demo", report: Path | None = None) -> bytes:
    """Execute one notebook; its page, where its verdicts are those of the report."""
    notebook, told = executed(path, around, study)
    if report is not None and told and told != (report / "verdicts.json").read_text("utf-8"):
        raise NotebookError(f"{path.name}: its verdicts are not those of {report}/verdicts.json")
    return page_of(notebook, path.stem)


def main(words: list[str]) -> int:
    """Run what is named, or all."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("names", nargs="*", help="notebooks to run, by the start of their names; all if none is named")
    parser.add_argument("--out", type=Path, default=OUT, help="where the pages go")
    parser.add_argument("--twice", action="store_true", help="run all in two different surroundings and compare")
    parser.add_argument("--study", default="demo", help="the study to run on in the place of the demo")
    parser.add_argument("--report", type=Path, help="a report of that study that has to agree")
    asked = parser.parse_args(words)
    paths = [
        path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if path.name.startswith(tuple(asked.names) or "")
    ]
    asked.out.mkdir(parents=True, exist_ok=True)
    surroundings = SURROUNDINGS if asked.twice else ({},)
    with ThreadPoolExecutor(len(surroundings)) as beside:
        for path in paths:
            first, *others = beside.map(
                lambda around, path=path: run(path, around, asked.study, asked.report), surroundings
            )
            target = asked.out / f"{path.stem}.html"
            target.write_bytes(first)
            if any(other != first for other in others):
                target.with_suffix(".second.html").write_bytes(others[0])
                raise NotebookError(
                    f"{path.name}: a second run in other surroundings gives another page, {target.stem}.second.html"
                )
            print(f"wrote {target}{', the same in two surroundings' if others else ''}", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NotebookError as refused:
        sys.exit(str(refused))
