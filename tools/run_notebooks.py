"""Execute every notebook from the top and write it as HTML under reports/notebooks: ``python tools/run_notebooks.py``.

Outputs never go back into the notebooks themselves. A cell that fails ends the run.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "reports" / "notebooks"
SECONDS = 600


def run(path: Path) -> Path:
    """Execute one notebook in the repository's folder and write it as HTML; returns where."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count):
            raise SystemExit(f"{path.name}: outputs are stored in the notebook; clear them before committing")
    NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(ROOT)}}).execute()
    body, _ = HTMLExporter().from_notebook_node(notebook)
    target = OUT / f"{path.stem}.html"
    target.write_text(body, "utf-8")
    return target


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for notebook_path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        print(f"wrote {run(notebook_path).relative_to(ROOT)}")
