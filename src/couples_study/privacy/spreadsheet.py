"""Tables that somebody may open in a spreadsheet: no cell of them is computed there."""

from __future__ import annotations

import pandas as pd

BEGINS_FORMULA = r"^[\s\x00]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]"
NUMBER = r"[+\-]?[0-9]+(?:[.,:/\-][0-9]+)*"


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an apostrophe before every text, and column name, that a spreadsheet would compute.

    Numbers keep their sign: ``-99`` stays as it is.
    """
    texts = [name for name in frame.columns if pd.api.types.is_string_dtype(frame[name].dtype)]
    safe = frame.assign(**{name: _safe(frame[name]) for name in texts})
    safe.columns = pd.Index(_safe(pd.Series(frame.columns, dtype="str")))
    return safe


def _safe(texts: pd.Series) -> pd.Series:
    computed = texts.str.contains(BEGINS_FORMULA, regex=True, na=False) & ~texts.str.fullmatch(NUMBER, na=False)
    return texts.mask(computed, "'" + texts)
