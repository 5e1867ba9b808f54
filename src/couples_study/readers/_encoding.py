"""Bytes to UTF-8 text: the byte-order mark, what study.toml declares, UTF-8 itself, else a guess that convinces.

The text stays bytes throughout: where a file is UTF-8 already, it is checked in place and not decoded. A guess is made
by charset-normalizer among the encodings that spreadsheets and survey platforms write, and it convinces only if the
text then looks like some language and every other reading that looks as good gives the very same letters.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, listed
from couples_study.readers._magic import refuse_other

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
POSSIBLE = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "mac_roman",
            "cp850", "iso8859_2", "shift_jis", "gb18030", "big5", "euc_kr")  # fmt: skip
NOT_ASCII = re.compile(rb"[\x80-\xff]")
SAMPLE = 32 * 1024
LEAST_COHERENCE = 0.2  # below it, the letters do not look like any language that charset-normalizer knows
AS_GOOD = {"chaos": 0.05, "coherence": 0.15}


def as_utf8(path: Path, raw: bytes, source: Source) -> tuple[bytes, str]:
    """The text as UTF-8 bytes without a mark, and the note that says which encoding it came in.

    Refused with a `DeliveryError`: an empty file, one of another format, NUL bytes, bytes that are not of the declared
    encoding, and bytes that are not UTF-8 and could be several other things.
    """
    refuse_other(path, raw[:4096], "text, one row per line")
    text, note = _read(path, raw, source)
    if b"\0" in text:
        raise _not_text(path, text)
    if not text or text.isspace():
        raise DeliveryError(str(path), expected="a header and rows", found="an empty file", do="export again")
    return text, f"encoding {note}"


def is_utf8(text: bytes) -> bool:
    """Whether bytes are valid UTF-8; nothing is decoded or copied."""
    import pyarrow as pa

    buffers = [None, pa.array([0, len(text)], pa.int64()).buffers()[1], pa.py_buffer(text)]
    try:
        pa.Array.from_buffers(pa.large_utf8(), 1, buffers).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _read(path: Path, raw: bytes, source: Source) -> tuple[bytes, str]:
    mark, marked = next(((mark, name) for mark, name in MARKS if raw.startswith(mark)), (b"", ""))
    declared = _known(path, source.encoding) if source.encoding is not None else ""
    if marked and declared and not declared.startswith(marked):
        raise _contradicted(path, source.encoding, marked)
    if marked:
        text = raw[len(mark) :] if marked == "utf-8" else raw
        return _in(path, text, marked), f"{marked} by its mark"
    if declared:
        return _in(path, raw, declared), f"{declared}, as declared"
    if is_utf8(raw):
        return raw, "utf-8"
    if b"\0" in raw:
        raise _not_text(path, raw)
    guess = _guess(path, raw)
    return _in(path, raw, guess), f'{guess}, guessed (say encoding = "{guess}" to be sure)'


def _known(path: Path, encoding: str) -> str:
    try:
        info = codecs.lookup(encoding)
        "".encode(encoding)
    except (LookupError, ValueError) as error:
        raise DeliveryError(
            str(path),
            expected="an encoding that Python knows",
            found=f"encoding = {encoding!r}",
            do='say encoding = "utf-8", "cp1252" or "latin-1" in its [[source]]',
        ) from error
    return "utf-8" if info.name == "utf-8-sig" else info.name


def _contradicted(path: Path, encoding: str | None, marked: str) -> DeliveryError:
    return DeliveryError(
        str(path),
        expected=f"text in {encoding}, as its [[source]] says",
        found=f"the mark of {marked} at its beginning",
        do=f'leave encoding out of its [[source]], or say encoding = "{marked}"',
    )


def _in(path: Path, raw: bytes, encoding: str) -> bytes:
    if encoding == "utf-8" and is_utf8(raw):
        return raw
    try:
        return raw.decode(encoding).encode("utf-8")
    except (UnicodeError, LookupError, ValueError) as error:
        raise DeliveryError(
            str(path),
            expected=f"text in {encoding}",
            found=f"bytes that are not, from position {error.start if isinstance(error, UnicodeDecodeError) else 0}",
            do='save it as UTF-8 text, or name its encoding in the [[source]], for instance encoding = "cp1252"',
        ) from error


def _guess(path: Path, raw: bytes) -> str:
    """The one encoding that the bytes convincingly are in; raises `DeliveryError` where none or several could be."""
    from charset_normalizer import from_bytes

    sample = _telling_lines(raw)
    found = list(from_bytes(sample, cp_isolation=list(POSSIBLE)))
    best = max((one.coherence for one in found), default=0.0)
    least = min((one.chaos for one in found), default=0.0)
    near = [
        one.encoding for one in found
        if one.chaos <= least + AS_GOOD["chaos"] and one.coherence >= best - AS_GOOD["coherence"]
    ]  # fmt: skip
    texts = {_letters(raw, sample, name) for name in near}
    if best < LEAST_COHERENCE or len(texts) != 1 or None in texts:
        could = f"; it could be {listed(sorted(near), 5)}" if near else ""
        raise DeliveryError(
            str(path),
            expected="text in UTF-8, or in another encoding that can be told from the text",
            found=f"bytes that are not UTF-8{could}",
            do='save it as UTF-8 text, or name its encoding in the [[source]], for instance encoding = "cp1252"',
        )
    return "cp1252" if _letters(raw, sample, "cp1252") in texts else near[0]


def _telling_lines(raw: bytes) -> bytes:
    """The lines that hold anything but ASCII, up to the size of a sample: the others tell nothing."""
    first = NOT_ASCII.search(raw)
    start = raw.rfind(b"\n", 0, first.start()) + 1 if first else 0
    lines, size = [], 0
    for line in raw[start : start + 256 * SAMPLE].splitlines(keepends=True):
        if not line.isascii():
            lines.append(line)
            size += len(line)
        if size > SAMPLE:
            break
    return b"".join(lines)[:SAMPLE]


def _letters(raw: bytes, sample: bytes, encoding: str) -> str | None:
    """What the encoding makes of every byte that is not ASCII, or of the sample where bytes go in pairs."""
    import numpy as np

    try:
        if encoding in ("shift_jis", "gb18030", "big5", "euc_kr"):
            return sample.decode(encoding, "ignore")
        seen = np.flatnonzero(np.bincount(np.frombuffer(raw, np.uint8), minlength=256)[128:]) + 128
        return bytes(seen.astype(np.uint8)).decode(encoding)
    except UnicodeError:
        return None


def _not_text(path: Path, raw: bytes) -> DeliveryError:
    even, odd = raw[:4096:2].count(0), raw[1:4096:2].count(0)
    wide = max(even, odd) > min(len(raw), 4096) / 4
    return DeliveryError(
        str(path),
        expected="text",
        found="NUL bytes: " + ("this may be UTF-16 without its mark" if wide else "this is not a text file"),
        do='export as CSV in UTF-8 (or say encoding = "utf-16-le")' if wide
        else "export as CSV (a renamed spreadsheet or SPSS file is not one)",
    )  # fmt: skip
