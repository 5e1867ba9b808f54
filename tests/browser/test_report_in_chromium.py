"""The report in a real browser: sorted, filtered, linked to, by keyboard, on a phone, in the dark, without scripts."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from tests.browser.support_chromium import Browser, chromium
from tests.report import examples as ex

from couples_study.pipeline.pdf import browser as printer
from couples_study.pipeline.pdf import pdf_of
from couples_study.report.intake import intake_page
from couples_study.report.page import report_page

WIDTHS = (375, 1440)
AXE = Path(__file__).parent / "axe" / "axe.min.js"
FAULTS = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(
    one => [one.id, one.impact, one.nodes.slice(0, 3).map(node => node.html.slice(0, 120))]))"""
VISIBLE = "[...document.querySelectorAll('tr[data-verdict]:not([hidden]) th a')].map(a => a.textContent)"
WIDER = """[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest('.scroll, .figure-box, .visually-hidden, .skip, thead')).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    pytest.importorskip("websocket", reason="websocket-client drives the browser: install the dev extra")
    if chromium() is None:
        pytest.skip("no chromium on this machine")
    found = Browser(tmp_path_factory.mktemp("chromium"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The pages of the hand-made study: the report, one with 115 claims, and intake's."""
    folder = tmp_path_factory.mktemp("pages")
    themes = {f"C{k:02d}": f"theme {k % 7}" for k in range(1, 116)}
    made = {"C12": ex.V_C12, "C13": replace(ex.V_C13, readings=()), "C31": ex.V_C31}
    claims = tuple(replace(list(made.values())[k % 3], id=id_) for k, id_ in enumerate(themes))
    evidence = {one.id: ex.EVIDENCE[list(made)[k % 3]] for k, one in enumerate(claims)}
    many = replace(ex.REPORT, verdicts=(ex.V_H1, ex.V_H2, *claims), evidence={**ex.EVIDENCE, **evidence}, themes=themes)
    for name, text in (
        ("few", report_page(ex.REPORT)), ("many", report_page(many)), ("intake", intake_page(ex.INTAKE)),
    ):  # fmt: skip
        (folder / f"{name}.html").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["few", "many", "intake"])
def test_nothing_is_fetched_nothing_complains_and_nothing_overflows(browser, folder, name, width, dark):
    browser.open(folder / f"{name}.html", width, dark=dark)
    assert browser.asked == [(folder / f"{name}.html").as_uri()]
    assert browser.errors == []
    browser.js("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browser.js("document.documentElement.scrollWidth") <= width
    assert browser.js(WIDER) == []


@pytest.mark.parametrize(("width", "dark"), [(375, False), (1440, True)], ids=["phone, light", "screen, dark"])
@pytest.mark.parametrize("name", ["few", "intake"])
def test_axe_finds_no_fault(browser, folder, name, width, dark):
    """axe-core's rules: contrast, names and roles, landmarks, order of heads, what can be reached by keyboard."""
    browser.open(folder / f"{name}.html", width, dark=dark)
    browser.js("document.querySelectorAll('details').forEach(one => one.open = true)")
    browser.js(f"{AXE.read_text('utf-8')};0")
    assert browser.js(FAULTS) == []


def test_filters_and_search_leave_what_fits(browser, folder):
    browser.open(folder / "many.html", 1440)
    assert len(browser.js(VISIBLE)) == 117
    choose = "(() => {{ const e = document.querySelector('[name={}]'); e.value = '{}'; e.dispatchEvent(new Event('input', {{bubbles: true}})); }})()"
    browser.js(choose.format("verdict", "contradicted"))
    contradicted = browser.js(VISIBLE)
    assert contradicted == [f"C{k:02d}" for k in range(1, 116, 3)]
    browser.js(choose.format("theme", "theme 1"))
    assert browser.js(VISIBLE) == [one for one in contradicted if int(one[1:]) % 7 == 1]
    assert (
        browser.js("document.querySelector('[role=status]').textContent") == f"{len(browser.js(VISIBLE))} of 117 shown"
    )
    browser.js("document.querySelector('#find [type=reset]').click()")
    browser.js("document.querySelector('[name=words]').focus()")
    browser.write("upward C50")
    assert browser.js(VISIBLE) == ["C50"]
    assert browser.js("[...document.querySelectorAll('table.answers tbody')].map(one => one.hidden)") == [True, False]


def test_heads_sort_both_ways_by_keyboard_and_say_so(browser, folder):
    browser.open(folder / "few.html", 1440)
    browser.js("document.querySelector('table.answers thead th:nth-child(3) button').focus()")
    state = "document.querySelector('table.answers thead th:nth-child(3)').getAttribute('aria-sort')"
    assert browser.js(state) is None
    browser.press("Enter")
    assert browser.js(state) == "ascending"
    assert browser.js(VISIBLE) == ["H1", "H2", "C12", "C13", "C60", "C31"]
    browser.press(" ")
    assert browser.js(state) == "descending"
    assert browser.js(VISIBLE) == ["H2", "H1", "C31", "C13", "C60", "C12"]
    browser.press("Tab", shift=True)
    browser.press("Enter")
    assert browser.js("document.querySelectorAll('[aria-sort]').length") == 1


def test_a_link_opens_its_question_and_brings_it_into_view(browser, folder):
    seen = "(() => {{ const e = document.getElementById('{0}'); const y = e.getBoundingClientRect().top; return [e.closest('details').open, y >= 0 && y < innerHeight]; }})()"
    browser.open(folder / "many.html", 375, hash_="#C60")
    assert browser.js(seen.format("C60")) == [True, True]
    assert browser.js("document.activeElement.querySelector('.qid').textContent") == "C60"
    browser.js(
        "document.activeElement.closest('details').open = false; document.querySelector('a[href=\"#C60\"]').click()"
    )
    browser.js("new Promise(done => setTimeout(done, 50))")
    assert browser.js(seen.format("C60")) == [True, True]
    browser.js("location.hash = '#C61'")
    browser.js("new Promise(done => setTimeout(done, 50))")
    assert browser.js(seen.format("C61")) == [True, True]


def test_a_question_opens_and_closes_by_keyboard(browser, folder):
    browser.open(folder / "many.html", 1440)
    browser.js("document.querySelector('#C60').closest('details').querySelector('summary').focus()")
    state = "document.querySelector('#C60').closest('details').open"
    assert browser.js(state) is False
    browser.press("Enter")
    assert browser.js(state) is True
    browser.press(" ")
    assert browser.js(state) is False


def test_the_first_tab_offers_to_skip_to_the_content(browser, folder):
    browser.open(folder / "few.html", 1440)
    browser.press("Tab")
    assert browser.js("document.activeElement.className") == "skip"


def test_without_scripts_all_content_is_there(browser, folder):
    browser.open(folder / "many.html", 1440, script=False)
    assert browser.js("document.getElementById('find').hidden")
    assert browser.js("document.querySelectorAll('thead button').length") == 0
    assert len(browser.js(VISIBLE)) == 117
    text = browser.js("document.body.textContent")
    assert all(v.sentence in text for v in (ex.V_H1, ex.V_H2, ex.V_C12, ex.V_C31))
    browser.js("document.querySelector('#C60').closest('details').querySelector('summary').focus()")
    browser.press("Enter")
    assert browser.js("document.querySelector('#C60').closest('details').open")


def test_paper_shows_every_answer(browser, folder):
    browser.open(folder / "many.html", 1440)
    browser.call("Emulation.setEmulatedMedia", media="print")
    tall = browser.js("document.querySelector('#C60').getBoundingClientRect().height")
    controls = browser.js("getComputedStyle(document.getElementById('find')).display")
    browser.call("Emulation.setEmulatedMedia", media="")
    assert tall > 100
    assert controls == "none"


def test_what_is_closed_is_there_at_once_when_it_is_opened_and_soon_in_any_case(browser, folder):
    """Closed questions come as text, so that the page can be used early; an early reader misses nothing."""
    page = (folder / "many.html").read_text("utf-8")
    early = 'addEventListener("load", () => later(more));'
    assert early in page
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)[1]
    never = page.replace(early, "").replace(_hash(script), _hash(script.replace(early, "")))
    (folder / "never.html").write_text(never, "utf-8")
    rows = "document.querySelectorAll('#{} table').length"
    browser.open(folder / "never.html", 1440, wait=False)
    assert browser.js(rows.format("C61")) == 0
    browser.js("document.querySelector('#C61').closest('details').open = true")
    browser.js("new Promise(done => setTimeout(done, 100))")
    assert browser.js(rows.format("C61")) > 0
    browser.js("location.hash = '#C58'")
    browser.js("new Promise(done => setTimeout(done, 100))")
    assert browser.js(rows.format("C58")) > 0
    assert browser.js("document.querySelectorAll('noscript').length") > 100
    browser.js("dispatchEvent(new Event('beforeprint'))")
    assert browser.js("document.querySelectorAll('noscript').length") == 0
    assert browser.errors == []
    browser.open(folder / "many.html", 1440)
    assert browser.js("document.documentElement.dataset.whole") == "yes"


def _hash(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


@pytest.mark.skipif(printer() is None, reason="no browser that prints on this machine")
def test_the_printed_page_holds_every_question_and_has_the_same_bytes_twice(folder):
    page = (folder / "few.html").read_bytes()
    printed = pdf_of(page)
    assert printed.startswith(b"%PDF")
    assert printed == pdf_of(page)
    closed = page.replace(b'<details class="question" open>', b'<details class="question">')
    assert closed != page
    assert abs(_pages(pdf_of(closed)) - _pages(printed)) <= 1
    assert _pages(printed) > 10


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_a_page_of_115_claims_is_light_and_becomes_whole(browser, folder):
    """How soon it can be used is measured by `benchmarks/page.py`, beside an empty page with the same bytes."""
    page = folder / "many.html"
    assert page.stat().st_size < 6_000_000
    browser.open(page, 1440)
    assert browser.js("document.querySelectorAll('tr[data-verdict]').length") == 117
    assert browser.js("document.querySelectorAll('noscript').length") == 0
