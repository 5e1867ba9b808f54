"""Whole numbers read as numbers: the same texts as by the way that reads texts, or not taken at all."""

from __future__ import annotations

import random

import pytest
from tests.readers.support_readers import plain, read

from couples_study.readers import _whole

ROWS = 400
SPELLINGS = (
    "07",
    "+7",
    "-0",
    " 7",
    "7 ",
    "0x7",
    "0X1F",
    "0xFFFFF",
    "7.0",
    "1e3",
    "NA",
    "nan",
    "٣",
    "7_0",
    "10000000",
    "2000000000",
    "-2147483648",
    "99999999999",
    "-",
)


@pytest.fixture
def small_files_too(monkeypatch):
    """Files of any size are taken for large, and few of their lines are looked at."""
    monkeypatch.setattr(_whole, "LARGE", 0)
    monkeypatch.setattr(_whole, "SAMPLE", 200)


def rows(chance):
    return [
        [
            str(number),
            str(chance.randint(-3, 300)),
            chance.choice(("", "1", "0", "-99")),
            chance.choice(("ja", "nein", "")),
        ]
        for number in range(ROWS)
    ]


def delimited(rows, end="\n"):
    return (end.join(",".join(row) for row in (["id", "x", "y", "z"], *rows)) + end).encode()


def both(path, content, monkeypatch):
    """The table as it is read, the table as text, and whether numbers were taken for numbers."""
    path.write_bytes(content)
    taken = []
    usual = _whole.read_whole_numbers

    def told(*words):
        taken.append(usual(*words))
        return taken[-1]

    monkeypatch.setattr("couples_study.readers._delimited.read_whole_numbers", told)
    found = read("csv", path)
    monkeypatch.setattr("couples_study.readers._delimited.read_whole_numbers", lambda *_: None)
    return plain(found.table), plain(read("csv", path).table), taken[0] is not None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
@pytest.mark.usefixtures("small_files_too")
def test_the_same_texts_come_back(tmp_path, monkeypatch, end):
    found, expected, taken = both(tmp_path / "x.csv", delimited(rows(random.Random(1)), end), monkeypatch)  # noqa: S311
    assert taken
    assert found.equals(expected)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.usefixtures("small_files_too")
def test_another_spelling_of_a_number_is_never_lost(tmp_path, monkeypatch, spelling):
    told = rows(random.Random(2))  # noqa: S311
    told[ROWS // 3][1] = spelling  # between the lines that are looked at
    found, expected, _ = both(tmp_path / "x.csv", delimited(told), monkeypatch)
    assert found.equals(expected)
    assert spelling in found.column("x").to_pylist()


@pytest.mark.parametrize("cell", ["255", "256", "300", "-1", "70000", *SPELLINGS])
@pytest.mark.usefixtures("small_files_too")
def test_a_number_beyond_a_byte_is_found_where_the_sample_held_small_ones(tmp_path, monkeypatch, cell):
    told = [[str(number), str(number % 101), str(number % 7 + 1), "ja"] for number in range(ROWS)]
    told[ROWS // 3][1] = cell  # between the lines that are looked at
    found, expected, taken = both(tmp_path / "x.csv", delimited(told), monkeypatch)
    assert found.equals(expected)
    assert cell in found.column("x").to_pylist()
    assert taken or cell in SPELLINGS


@pytest.mark.usefixtures("small_files_too")
def test_random_cells_come_back(tmp_path, monkeypatch):
    chance, taken = random.Random(3), 0  # noqa: S311
    for _ in range(60):
        told = rows(chance)
        for _ in range(chance.randint(0, 2)):
            told[chance.randrange(ROWS)][chance.randrange(4)] = chance.choice((*SPELLINGS, "5", "", "-5", "123456"))
        found, expected, numbers = both(tmp_path / "x.csv", delimited(told), monkeypatch)
        assert found.equals(expected)
        taken += numbers
    assert 10 < taken < 60


@pytest.mark.usefixtures("small_files_too")
def test_a_row_too_long_is_refused_as_before(tmp_path):
    told = rows(random.Random(4))  # noqa: S311
    told[ROWS // 3].append("1")
    (tmp_path / "x.csv").write_bytes(delimited(told))
    with pytest.raises(Exception, match=f"row {ROWS // 3 + 1}"):
        read("csv", tmp_path / "x.csv")


def test_a_small_file_is_read_as_text():
    assert _whole.read_whole_numbers(b"a,b\n1,2\n", ",", ["a", "b"]) is None
