"""Figures as bytes, the same on every call: SVG for the page, PNG for slides, SVG to be set into HTML."""

from __future__ import annotations

import re
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from couples_study.report.theme import CSS_NAMES, DPI, house

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COMPRESSION = 2  # of 9: lines and letters on white stay small, in a fifth of the time
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_COLOUR = re.compile("|".join(CSS_NAMES))
_HEAD = re.compile(r"<svg\b[^>]*>")
_VIEW_BOX = re.compile(r'viewBox="([^"]+)"')
_STYLE = re.compile(r"\s*<defs>\s*<style\b.*?</style>\s*</defs>", re.DOTALL)  # the page's own style sheet has it
_TAG = re.compile(r"<[^>]+>")
_LONG_NUMBER = re.compile(r"(\d\.\d{2})\d+")
_NO_TURN = re.compile(r' transform="rotate\(-?0 [^"]*"')
_BETWEEN = re.compile(r">\s+<")
_GROUP = re.compile(r"(<g(?: [^>]*)?>|</g>)")
_UNSEEN = re.compile(r'<path d="[^"]*" style="fill: none"/>')
_FONT = re.compile(r"font-family: [^;\"]*; ?")  # the page's style sheet says which
_NAMES = re.compile(r'(\bid="|xlink:href="#|url\(#)(?=[\w.])')


def to_svg(figure: Figure) -> bytes:
    """The figure as SVG, without date or program in it."""
    buffer = BytesIO()
    with house():
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    return b"\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + b"\n"


def to_png(figure: Figure) -> bytes:
    """The figure as PNG on white, two pixels per screen pixel."""
    buffer = BytesIO()
    with house():
        figure.savefig(
            buffer, format="png", dpi=DPI, facecolor="white", metadata={"Software": None},
            pil_kwargs={"compress_level": COMPRESSION},
        )  # fmt: skip
    return buffer.getvalue()


def inline(svg: bytes, name: str, alt: str, *, cut: float = 0.0) -> str:
    """An SVG to be set into a page: ids made unique by ``name``, colours by the page, the alt text as its label.

    ``cut`` inches are left off at the top: a title that the page says already.
    """
    text = svg.decode("utf-8")
    text = text[text.index("<svg") :]
    view = _VIEW_BOX.search(text)
    _, _, width, height = (float(part) for part in view.group(1).split()) if view else (0, 0, 510.0, 300.0)
    box = f"0 {72 * cut:g} {width:g} {height - 72 * cut:g}"
    head = f'<svg viewBox="{box}" role="img" aria-label="{escape(alt)}" class="figure-svg">'
    text = _STYLE.sub("", _HEAD.sub(lambda _: head, text, count=1), count=1)
    text = _BETWEEN.sub("><", _TAG.sub(lambda tag: _slim(tag.group(0), name), text)).strip()
    return _flat(_UNSEEN.sub("", text))


def _flat(text: str) -> str:
    """Without the groups that say nothing: they are two tags in five, and a browser has to read them all."""
    said: list[bool] = []
    kept = []
    for part in _GROUP.split(text):
        if part.startswith("<g"):
            said.append(part != "<g>")
        if part == "<g>" or (part == "</g>" and not said.pop()):
            continue
        kept.append(part)
    return "".join(kept)


def _slim(tag: str, name: str) -> str:
    """A tag with hundredths of a point, page colours and unique names; words between tags are never touched."""
    if tag.startswith("<g id="):
        tag = "<g>" if tag.count('="') == 1 else re.sub(r' id="[^"]*"', "", tag, count=1)
    if tag.startswith("<svg"):
        return tag
    if tag.startswith("<text"):
        tag = _FONT.sub("", tag)
    tag = _LONG_NUMBER.sub(r"\1", _NO_TURN.sub("", " ".join(tag.split())))
    tag = _NAMES.sub(lambda match: f"{match.group(1)}{name}-", tag).replace("xlink:href", "href")
    return _COLOUR.sub(lambda match: f"var(--{CSS_NAMES[match.group(0)]})", tag)
