"""Many results of one kind, kept as columns: a tuple of them that makes each one when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar, overload

import numpy as np

T = TypeVar("T")


class Rows(Sequence[T], Generic[T]):
    """Results of ``kind``, one array per field, so that those of thirty thousand people cost no more than the numbers.

    It counts, compares and prints as the tuple of its results does; a slice is that tuple.
    """

    __slots__ = ("columns", "kind")

    def __init__(self, kind: type[T], columns: Mapping[str, np.ndarray]) -> None:
        self.kind = kind
        self.columns = dict(columns)

    @classmethod
    def of(cls, kind: type[T], results: Sequence[T]) -> Rows[T]:
        """Results that may be a tuple, as columns."""
        if isinstance(results, Rows):
            return results
        names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
        return cls(kind, {name: _column([getattr(one, name) for one in results]) for name in names})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @overload
    def __getitem__(self, which: int) -> T: ...

    @overload
    def __getitem__(self, which: slice) -> tuple[T, ...]: ...

    def __getitem__(self, which: int | slice) -> T | tuple[T, ...]:
        if isinstance(which, slice):
            return self.at(np.arange(len(self))[which])
        return self.at(np.array([range(len(self))[which]]))[0]

    def __iter__(self) -> Iterator[T]:
        return iter(self[:])

    def at(self, positions: np.ndarray) -> tuple[T, ...]:
        """The results at these positions, in plain Python values."""
        told = zip(*(column[positions].tolist() for column in self.columns.values()), strict=True)
        return tuple(self.kind(**dict(zip(self.columns, values, strict=True))) for values in told)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (Rows, tuple)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def _column(values: list[Any]) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
