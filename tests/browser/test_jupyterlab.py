"""JupyterLab itself, started and driven in chromium: 03_six_touches runs from its first cell to its last."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.browser.support_chromium import Browser, chromium
from tests.shared_data import REPOSITORY

NOTEBOOK = "03_six_touches.ipynb"
SECONDS = 600  # it takes about a minute on a machine with nothing else to do
OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--port=0",
    "--IdentityProvider.token=",
    "--LabApp.expose_app_in_browser=True",  # the page's own commands, by which the test opens and runs
    "--LabApp.extension_manager=readonly",
)
STARTED = "typeof jupyterapp !== 'undefined' && jupyterapp.restored.then(() => true)"
OPEN = f"""jupyterapp.commands.execute('docmanager:open', {{path: '{NOTEBOOK}', factory: 'Notebook'}}).then(async panel => {{
    globalThis.opened = panel;
    await Promise.all([panel.context.ready, panel.revealed, panel.sessionContext.ready]);
    jupyterapp.shell.activateById(panel.id);
    return true; }})"""
RUN = "jupyterapp.commands.execute('notebook:run-all-cells').then(() => true), true"
CELLS = """opened.content.model.toJSON().cells.filter(cell => cell.cell_type === 'code').map(
    cell => [cell.id, cell.execution_count, cell.outputs.filter(one => one.output_type === 'error').map(one => one.ename)])"""
BUSY = "opened.sessionContext.session.kernel.status"


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab of our own, in a folder that holds the notebook alone."""
    pytest.importorskip("jupyterlab", reason="JupyterLab comes with the notebooks extra")
    pytest.importorskip("websocket", reason="websocket-client drives the browser: install the dev extra")
    if chromium() is None:
        pytest.skip("no chromium on this machine")
    (tmp_path / "notebooks").mkdir()
    shutil.copy(REPOSITORY / "notebooks" / NOTEBOOK, tmp_path / "notebooks")
    own = {name: str(tmp_path / name) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "work")}
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={tmp_path / 'notebooks'}"],
            env={**os.environ, **own, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=log,
            stderr=log,
            cwd=tmp_path,
        )
    try:
        yield _address(tmp_path / "JUPYTER_RUNTIME_DIR", server, tmp_path / "lab.log")
    finally:
        server.terminate()
        server.wait(30)


def _address(runtime: Path, server: subprocess.Popen, log: Path) -> str:
    for _ in range(SECONDS):
        assert server.poll() is None, log.read_text("utf-8")[-2000:]
        for told in runtime.glob("jpserver-*.json"):
            address = json.loads(told.read_text("utf-8"))["url"]
            with urlopen(f"{address}api/status") as answer:  # noqa: S310 (our own server, on this machine)
                assert answer.status == 200
            return address
        time.sleep(1)
    raise TimeoutError(log.read_text("utf-8")[-2000:])


def _until(browser: Browser, expression: str, wanted, seconds: int = SECONDS):
    found = None
    for _ in range(seconds):
        found = browser.js(expression)
        if wanted(found):
            return found
        time.sleep(1)
    raise TimeoutError(f"still {found}")


def test_six_touches_runs_all_its_cells_without_an_error(lab, tmp_path):
    browser = Browser(tmp_path / "chromium")
    try:
        browser.call("Emulation.setDeviceMetricsOverride", width=1440, height=900, deviceScaleFactor=1, mobile=False)
        browser.call("Page.navigate", url=f"{lab}lab")
        _until(browser, STARTED, bool)
        assert browser.js(OPEN)
        assert all(count is None for _, count, _ in browser.js(CELLS))
        browser.js(RUN)
        done = _until(browser, CELLS, lambda cells: any(e for _, _, e in cells) or all(c for _, c, _ in cells))
        _until(browser, BUSY, lambda status: status == "idle")
    finally:
        browser.close()
    written = json.loads((REPOSITORY / "notebooks" / NOTEBOOK).read_text("utf-8"))["cells"]
    assert [id_ for id_, _, _ in done] == [cell["id"] for cell in written if cell["cell_type"] == "code"]
    assert [(id_, errors) for id_, _, errors in done if errors] == []
    assert [count for _, count, _ in done] == list(range(1, len(done) + 1))
