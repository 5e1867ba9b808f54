"""A real chromium, driven over its own debugging protocol: pages are opened, keys are pressed, what happens is kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from base64 import b64decode
from pathlib import Path
from urllib.request import urlopen

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--hide-scrollbars")  # fmt: skip
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), " ": (32, " ")}
SECONDS = 240  # of waiting for one answer, on a machine that is busy with much else
WHOLE = """new Promise(done => { const ask = () => document.querySelector('noscript') ? setTimeout(ask, 20)
    : setTimeout(done, 100); ask(); })"""


def chromium() -> str | None:
    """The browser of this machine, if it has one."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One chromium with one page; ``asked`` are the addresses that it fetched, ``errors`` what its console says."""

    def __init__(self, folder: Path) -> None:
        from websocket import create_connection

        self.process = subprocess.Popen(
            [str(chromium()), *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = self._port(folder / "DevToolsActivePort")
        with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            target = next(one for one in json.load(answer) if one["type"] == "page")
        self.socket = create_connection(target["webSocketDebuggerUrl"], timeout=SECONDS, suppress_origin=True)
        self.asked, self.errors, self.seen, self.number = [], [], [], 0
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    @staticmethod
    def _port(told: Path) -> str:
        for _ in range(SECONDS * 10):
            if told.is_file() and (lines := told.read_text("utf-8").split()):
                return lines[0]
            time.sleep(0.1)
        raise TimeoutError("chromium did not say where it listens")

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait(SECONDS)

    def call(self, method: str, **given):
        """One call of the protocol; events that come meanwhile are kept."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": given}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                assert "error" not in message, message["error"]
                return message["result"]
            self._keep(message)

    def _keep(self, message) -> None:
        name, told = message.get("method"), message.get("params", {})
        self.seen.append(name)
        if name == "Network.requestWillBeSent":
            self.asked.append(told["request"]["url"])
        if name == "Runtime.exceptionThrown":
            self.errors.append(told["exceptionDetails"].get("exception", {}).get("description", "exception"))
        if name == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.errors.append(str([one.get("value") for one in told["args"]]))
        if name == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.errors.append(told["entry"]["text"])

    def open(
        self, page: Path, width: int, *, hash_: str = "", dark: bool = False, script: bool = True, wait: bool = True
    ) -> None:
        """Open a file in a window of this width, and wait until it is loaded (and whole, unless told not to)."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self._go("about:blank")
        self.asked, self.errors = [], []
        self._go(page.as_uri() + hash_)
        if script and wait:  # without, no timer of the page ever ends; with it, what is closed is soon set in
            self.js(WHOLE)

    def _go(self, address: str) -> None:
        self.seen = []
        self.call("Page.navigate", url=address)
        while "Page.loadEventFired" not in self.seen:
            self._keep(json.loads(self.socket.recv()))

    def js(self, expression: str):
        """The value of an expression in the page (also where the page's own scripts are off)."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def press(self, key: str, *, shift: bool = False) -> None:
        """A key, down and up."""
        code, text = KEYS.get(key, (0, key))
        given = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **given)
        self.call("Input.dispatchKeyEvent", type="keyUp", **given)

    def write(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        given = {"captureBeyondViewport": True} if whole else {}
        path.write_bytes(b64decode(self.call("Page.captureScreenshot", format="png", **given)["data"]))
