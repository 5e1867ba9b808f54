"""What a file is by its first bytes, so that a wrong reader can name the right one."""

from __future__ import annotations

import re
from pathlib import Path

from couples_study.core.errors import DeliveryError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
SPSS = (b"$FL2", b"$FL3")
STATA_XML = b"<stata_dta>"
STATA_VERSIONS = frozenset(range(104, 116))
PARQUET = b"PAR1"
BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (PARQUET, "a Parquet file", 'say reader = "parquet" in its [[source]]'),
    (SPSS[0], "an SPSS file", 'say reader = "spss" in its [[source]]'),
    (SPSS[1], "a compressed SPSS file", 'say reader = "spss" in its [[source]]'),
    (STATA_XML, "a Stata file", 'say reader = "stata" in its [[source]]'),
    (b"%PDF", "a PDF document", "export the data again, as a table"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and name the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and name the file inside"),
    (b"Rar!", "a RAR archive", "unpack it and name the file inside"),
    (b"BZh", "a bzip2 archive", "unpack it and name the file inside"),
    (b"\xfd7zXZ", "an xz archive", "unpack it and name the file inside"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it and name the file inside"),
    (b"RDX", "an R data file", "write it as CSV from R"),
)
JSON = re.compile(rb"""(?:\xef\xbb\xbf)?\s*(?:\[\s*[\]{]|\{\s*["}])""")
WEB = (b"<!doctype", b"<html", b"<?xml")


def kind_of(head: bytes) -> tuple[str, str] | None:
    """What the file is and what to do with it, or None where its first bytes are those of no other format."""
    for magic, what, do in BEGINNINGS:
        if head.startswith(magic):
            return what, do
    if head.startswith(ZIP):
        return _kind_of_zip(head)
    if head.startswith(OLE):
        return _kind_of_ole(head)
    if is_old_stata(head):
        return "a Stata file", 'say reader = "stata" in its [[source]]'
    if head.lstrip()[:9].lower().startswith(WEB):
        return "a web page or XML", "export the data again; a log-in page may have been saved in its place"
    return None


def refuse_other(path: Path, head: bytes, expected: str) -> None:
    """Raise `DeliveryError` where the first bytes are those of another format than ``expected``."""
    if kind := kind_of(head):
        raise DeliveryError(str(path), expected=expected, found=kind[0], do=kind[1])


def is_json(head: bytes) -> bool:
    """Whether a file begins like a JSON object or an array of objects."""
    return JSON.match(head) is not None


def is_workbook(head: bytes) -> bool:
    """Whether the first bytes are those of a zip that holds an Excel workbook."""
    return head.startswith(ZIP) and (b"xl/" in head or b"[Content_Types].xml" in head)


def is_old_stata(head: bytes) -> bool:
    """Whether the first bytes are those of a Stata file of versions 4 to 12: version, byte order, file type 1, 0."""
    return len(head) > 4 and head[0] in STATA_VERSIONS and head[1] in (1, 2) and head[2] == 1 and head[3] == 0


def _kind_of_zip(head: bytes) -> tuple[str, str]:
    if is_workbook(head):
        return "an Excel workbook", 'say reader = "excel" in its [[source]], or save the sheet as CSV'
    return "a zip archive", "unpack it and name the file inside"


def _kind_of_ole(head: bytes) -> tuple[str, str]:
    if "EncryptedPackage".encode("utf-16-le") in head:
        return "a workbook with a password", "save it without the password"
    return "an old .xls workbook, or one with a password", "save it as .xlsx, without a password"
