"""How soon a page of 115 claims can be used: ``python benchmarks/page.py [--page FILE] [--out FILE]``.

A page and an empty one with as many bytes (a comment of that length) are opened in turn in one headless chromium, and
the browser's own clock is read: when the page could be used (`domInteractive`), and when all that was closed stood in
it. Without ``--page`` the demo study is reported first, which takes a few minutes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from tests.browser.support_chromium import Browser

READY = "performance.getEntriesByType('navigation')[0].domInteractive"
WHOLE = "performance.now()"
TEXT = """\
# Performance of the page

Written by `python benchmarks/page.py --out docs/performance_page.md`, {times} times each in turn, in one headless
chromium ({version}); medians. The empty page holds one comment of as many bytes. Closed questions are set in after the
page can be used, and at once when they are opened, linked to or printed; without scripts all are there from the start.

| the demo study's page | |
|---|--:|
| bytes | {size} |
| claims and hypotheses | {questions} |
| the empty page can be used after | {empty:.0f} ms |
| the page can be used after | {page:.0f} ms |
| ratio (at most 2) | {ratio:.2f} |
| all that was closed is set in after | {whole:.0f} ms |
"""


def compared(browser: Browser, page: Path, room: Path, times: int) -> dict[str, float]:
    """Median milliseconds until an empty page and ``page`` can be used, and until ``page`` is whole."""
    empty = room / "empty.html"
    empty.write_text(f"<!DOCTYPE html><title>empty</title><!--{'x' * (page.stat().st_size - 45)}-->", "utf-8")
    took: dict[str, list[float]] = {"empty": [], "page": [], "whole": []}
    for _ in range(times):
        browser.open(empty, 1440)
        took["empty"].append(browser.js(READY))
        browser.open(page, 1440)
        took["whole"].append(browser.js(WHOLE))
        took["page"].append(browser.js(READY))
    return {name: statistics.median(values) for name, values in took.items()}


def main(words: list[str]) -> int:
    """Measure, and say or write what came out."""
    from tests.browser.support_chromium import Browser

    from couples_study.pipeline import run_report

    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--page", type=Path, help="a written index.html")
    parser.add_argument("--out", type=Path, help="the page to write")
    parser.add_argument("--times", type=int, default=9)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        room = Path(folder)
        page = asked.page or run_report("demo", room / "report", jobs=2).page
        browser = Browser(room / "chromium")
        try:
            took = compared(browser, page.resolve(), room, asked.times)
            version = browser.call("Browser.getVersion")["product"].partition("/")[2].partition(".")[0]
        finally:
            browser.close()
        text = page.read_text("utf-8")
        told = TEXT.format(
            times=asked.times,
            version=version,
            size=f"{page.stat().st_size:,}",
            questions=text.count('<details class="question"'),
            ratio=took["page"] / took["empty"],
            **took,
        )
    print(told)
    if asked.out:
        asked.out.write_text(told, "utf-8")
    return 0 if took["page"] <= 2 * took["empty"] else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
