"""What the readers' tests share: a source, one reading, and the shape that every reading has."""

from __future__ import annotations

import pyarrow as pa

from couples_study.contracts.study import Source
from couples_study.readers import readers


def source(**words):
    return Source(**{"reader": "csv", "files": "x.csv", "table": "people", "keys": {"person": "id"}, **words})


def read(reader, path, dictionary=None, columns=None, **words):
    """The cells, after checking the shape that the contract promises."""
    cells = readers()[reader].read(path, source(**words), columns, dictionary)
    return well_formed(cells)


def well_formed(cells):
    names = cells.table.column_names
    assert len(set(names)) == len(names)
    assert all(name.strip() for name in names)
    codes = (pa.int32(), pa.uint8(), pa.uint16())
    assert set(cells.table.schema.types) <= {pa.string(), *(pa.dictionary(code, pa.string()) for code in codes)}
    assert cells.table.num_rows > 0
    cells.table.validate(full=True)
    assert all(isinstance(note, str) for note in cells.notes)
    for said in (cells.captions, cells.labels, cells.ranges, cells.missing):
        assert set(said) <= set(names)
    return cells


def column(cells, name):
    return cells.table.column(name).to_pylist()


def plain(table):
    """The table with its texts spread out."""
    return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
