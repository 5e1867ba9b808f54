"""The page as a PDF, through a headless browser where the machine has one; nothing is fetched, no date is in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from couples_study.core.errors import AnalysisError

PDF = "index.pdf"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
QUIET = (
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--no-sandbox",  # a root user's chromium starts in no other way; it opens our own page, which may fetch nothing
)
SECONDS = 300
_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")


def browser() -> str | None:
    """The first browser found that prints to PDF; None where there is none."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def pdf_of(page: bytes) -> bytes:
    """A self-contained page, printed; a browser has to be there.

    Raises
    ------
    AnalysisError
        Where the browser ends without having printed; what it said is left out.
    """
    command = str(browser())
    with tempfile.TemporaryDirectory(prefix="couples-study-pdf-") as room:
        source, printed = Path(room) / "index.html", Path(room) / "index.pdf"
        source.write_bytes(page)
        words = [command, *QUIET, f"--user-data-dir={room}/profile", f"--print-to-pdf={printed}", source.as_uri()]
        try:
            subprocess.run(words, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 (no shell, our page)
            name = Path(room).name.encode()  # links tell it; another of the same length keeps the file whole
            return _DATE.sub(_undated, printed.read_bytes()).replace(name, b"report".ljust(len(name), b"-"))
        except (OSError, subprocess.SubprocessError) as error:
            raise AnalysisError(
                PDF,
                expected="a browser that prints the page; all else is written",
                found=f"{Path(command).name}, which did not",
                do="print index.html from a browser by hand, or leave out --pdf",
            ) from error


def _undated(found: re.Match[bytes]) -> bytes:
    """A date of the same length, so that what the file says of its own places stays true."""
    head = b"/" + found[1] + b" (D:20000101000000"
    return head + found[0][len(head) :]
