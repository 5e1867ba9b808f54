"""Executed notebooks: what cells printed or drew goes, then each is run again on what is left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SECONDS = 600
NOTEBOOKS = "*.ipynb"


def executed(folders: Iterable[Path]) -> list[Path]:
    """Every notebook below ``folders`` that holds what its cells said, once each."""
    found = {path.resolve() for folder in folders if folder.is_dir() for path in folder.rglob(NOTEBOOKS)}
    return [path for path in sorted(found) if any(map(_said, _code(_read(path))))]


def emptied(paths: Iterable[Path]) -> None:
    """Take all outputs out, each file replaced as a whole."""
    for path in paths:
        told = _read(path)
        for cell in _code(told):
            cell["outputs"], cell["execution_count"] = [], None
        if told:
            _replace(path, json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False))


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _code(told: dict[str, Any]) -> list[dict[str, Any]]:
    cells = told.get("cells")
    return [one for one in cells if one.get("cell_type") == "code"] if isinstance(cells, list) else []


def _said(cell: dict[str, Any]) -> bool:
    return bool(cell.get("outputs") or cell.get("execution_count"))


def _replace(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.half")
    half.write_text(text + "\n", "utf-8", newline="")
    half.replace(path)


def run_again(paths: Iterable[Path], folder: Path) -> Iterator[str]:
    """Execute each notebook in ``folder``; yields one line for each that could not be, without what its cells said."""
    for path in paths:
        try:
            import nbformat
            from nbclient import NotebookClient
            from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
        except ModuleNotFoundError:
            yield f"{path}: emptied; run it again where nbclient is installed"
            continue
        notebook = nbformat.read(path, as_version=4)
        try:
            NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(folder)}}).execute()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            yield f"{path}: emptied; running it again ended in {type(error).__name__}"
            continue
        _replace(path, nbformat.writes(notebook))
