"""Figures as bytes, the same on every call: SVG for the page, PNG for slides, SVG to be set into HTML."""

from __future__ import annotations

import re
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from couples_study.report.theme import CSS_NAMES, DPI, house

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_COLOUR = re.compile("|".join(CSS_NAMES))
_HEAD = re.compile(r"<svg\b[^>]*>")
_VIEW_BOX = re.compile(r'viewBox="([^"]+)"')
_STYLE = re.compile(r"\s*<defs>\s*<style\b.*?</style>\s*</defs>", re.DOTALL)  # the page's own style sheet has it
_IDS = re.compile(r'(\bid="|xlink:href="#|url\(#)(?=[\w.])')


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
        figure.savefig(buffer, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def inline(svg: bytes, name: str, alt: str) -> str:
    """An SVG to be set into a page: ids made unique by ``name``, colours by the page, the alt text as its label."""
    text = svg.decode("utf-8")
    text = text[text.index("<svg") :]
    view = _VIEW_BOX.search(text)
    box = view.group(1) if view else "0 0 510 300"
    head = f'<svg viewBox="{box}" role="img" aria-label="{escape(alt)}" class="figure-svg">'
    text = _STYLE.sub("", _HEAD.sub(lambda _: head, text, count=1), count=1)
    text = _IDS.sub(lambda match: f"{match.group(1)}{name}-", text).replace("xlink:href", "href")
    return _COLOUR.sub(lambda match: f"var(--{CSS_NAMES[match.group(0)]})", text)
