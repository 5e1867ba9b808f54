"""What may happen to a file between the platform and us: every kind of damage by name, one to three at a time."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from collections.abc import Callable, Sequence

Damage = Callable[[bytes, random.Random], bytes]
SWAPS = ((b",", b";"), (b";", b","), (b",", b"\t"), (b";", b"|"))
LINES = ((b"\r\n", b"\n"), (b"\r\n", b""), (b"\n", b"\r"), (b"\n", b"\n\n"))
QUOTES = (b'"', b'""', b'"x', b'"\n', b'","', b"'")
LETTERS = ("größer".encode("cp1252"), "мама".encode("koi8_r"), "é".encode("utf-16"), b"\xff\xfe", b"\xed\xa0\x80")
WHOLE_CODINGS = ("utf-16", "utf-16-le", "utf-32", "cp1252", "cp1251", "utf-8-sig", "utf-7")
FORMULAS = (b"=cmd|'/C calc'!A0", b"+1+1", b"-2+3", b"@SUM(A1)", b"\t=1", b'=HYPERLINK(""http://x"")')
NESTS = (b"[{" * 200, b'{"a":' * 300, b"}" * 50, b"," * 5000, b";" * 5000, b"9" * 4000)


def delimited(names, rows, separator=",", quoted=False, encoding="utf-8") -> bytes:
    """Rows of text as a delimited file."""
    mark = '"' if quoted else ""
    lines = [separator.join(f"{mark}{cell}{mark}" for cell in row) for row in (names, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def _spot(content: bytes, chance: random.Random) -> tuple[int, int]:
    return chance.randrange(len(content) + 1), chance.choice((1, 1, 2, 8, 64, 400))


def _cut_short(content: bytes, chance: random.Random) -> bytes:
    return content[: _spot(content, chance)[0]]


def _taken_out(content: bytes, chance: random.Random) -> bytes:
    place, size = _spot(content, chance)
    return content[:place] + content[place + size :]


def _doubled(content: bytes, chance: random.Random) -> bytes:
    place, size = _spot(content, chance)
    return content[:place] + content[place : place + size] * chance.choice((1, 3)) + content[place:]


def _put_in(words: Sequence[bytes]) -> Damage:
    def damage(content: bytes, chance: random.Random) -> bytes:
        place, _ = _spot(content, chance)
        return content[:place] + chance.choice(words) + content[place + chance.choice((0, 0, 1)) :]

    return damage


def _replaced(pairs: Sequence[tuple[bytes, bytes]]) -> Damage:
    def damage(content: bytes, chance: random.Random) -> bytes:
        return content.replace(*chance.choice(pairs), chance.choice((-1, -1, 1, 5)))

    return damage


def _nuls(content: bytes, chance: random.Random) -> bytes:
    place, size = _spot(content, chance)
    return content[:place] + b"\0" * size + content[place:]


def _in_another_coding(content: bytes, chance: random.Random) -> bytes:
    """The whole text, or all from somewhere on, in another encoding, as where two files were joined."""
    place = chance.choice((0, _spot(content, chance)[0]))
    text = content[place:].decode("utf-8", "replace")
    return content[:place] + text.encode(chance.choice(WHOLE_CODINGS), "replace")


def _noise(content: bytes, chance: random.Random) -> bytes:
    place, size = _spot(content, chance)
    return content[:place] + chance.randbytes(size) + content[place + size :]


def _bit(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return content
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def _formula_cell(content: bytes, chance: random.Random) -> bytes:
    """A cell that a spreadsheet would run: put between two separators where there are any."""
    separator = max((b",", b";", b"\t"), key=content.count)
    cells = content.split(separator)
    cells[chance.randrange(len(cells))] = chance.choice(FORMULAS)
    return separator.join(cells)


def _rows_in_another_order(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([*lines[:1], *chance.sample(lines[1:], len(lines[1:]))])


def _in_an_archive(content: bytes, chance: random.Random) -> bytes:
    """The export as somebody packed it: zip, gzip, tar, or a zip in a zip; whole or damaged below."""
    kind = chance.randrange(4)
    if kind == 0:
        return gzip.compress(content, mtime=0)
    if kind == 1:
        sink = io.BytesIO()
        with tarfile.open(fileobj=sink, mode="w") as tar:
            told = tarfile.TarInfo("diary.csv")
            told.size = len(content)
            tar.addfile(told, io.BytesIO(content))
        return sink.getvalue()
    return _zipped(_zipped(content) if kind == 2 else content)


def _zipped(content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("xl/worksheets/sheet1.xml"), content)
        archive.writestr(zipfile.ZipInfo("diary.csv"), content)
    return sink.getvalue()


def _very_wide(content: bytes, chance: random.Random) -> bytes:
    """Thousands of columns more, in the header alone or in every row."""
    lines = content.splitlines(keepends=True)
    more = b"".join(b",w%d" % number for number in range(chance.choice((300, 3_000))))
    few = lines[:1] if chance.random() < 0.5 or len(lines) > 300 else lines
    return b"".join([*(line.rstrip(b"\r\n") + more + b"\n" for line in few), *lines[len(few) :]])


DAMAGES: dict[str, Damage] = {
    "cut short": _cut_short,
    "bytes taken out": _taken_out,
    "bytes doubled": _doubled,
    "separators swapped": _replaced(SWAPS),
    "a separator put in": _put_in((b",", b";", b"\t", b"|")),
    "line ends changed": _replaced(LINES),
    "a line broken": _put_in((b"\n", b"\r", b"\r\n", b"\x0b", b"\xe2\x80\xa8")),
    "broken quotes": _put_in(QUOTES),
    "other quotes": _replaced(((b'"', b"'"), (b'"', b""), (b'"', b'""'))),
    "NULs": _nuls,
    "letters of another encoding": _put_in(LETTERS),
    "text in another encoding": _in_another_coding,
    "noise": _noise,
    "a bit": _bit,
    "a formula as a cell": _formula_cell,
    "nested or long without end": _put_in(NESTS),
    "rows in another order": _rows_in_another_order,
    "packed in an archive": _in_an_archive,
    "thousands of columns more": _very_wide,
}
ANOTHER = "another file from somewhere on"
KINDS = (*DAMAGES, ANOTHER)
RARE = {"thousands of columns more": 0.3, "packed in an archive": 0.5, "text in another encoding": 0.5}


def damaged(
    content: bytes, chance: random.Random, others: Sequence[bytes], count: Callable[[str], None] | None = None
) -> bytes:
    """One to three damages; each is told to ``count`` by its name."""
    weights = [RARE.get(kind, 1.0) for kind in KINDS]
    for kind in chance.choices(KINDS, weights, k=chance.choice((1, 1, 2, 3))):
        if count is not None:
            count(kind)
        if kind == ANOTHER:
            place, other = _spot(content, chance)[0], chance.choice(others)
            content = content[:place] + other[chance.randrange(len(other)) :]
        else:
            content = DAMAGES[kind](content, chance)
    return content
