"""Per-couple cross-products of the rows [Z X y], one block per weight, computed once and reweighted at every step."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from couples_study.models.dyadic.residual import Atom, Floats, Ints

CHUNK = 1_000_000  # floats held at once while products are summed
DENSE_SHARE = 0.3  # an atom that this share of couples has is stored for all couples, the rest as (atom, couple) rows


class Packing:
    """Upper triangle of symmetric k x k matrices as rows of length k(k+1)/2, and back."""

    def __init__(self, k: int) -> None:
        self.k = k
        self.i, self.j = np.triu_indices(k)
        self.full = np.empty((k, k), dtype=np.intp)
        self.full[self.i, self.j] = self.full[self.j, self.i] = np.arange(len(self.i))
        self.double = np.where(self.i == self.j, 1.0, 2.0)

    def unpack(self, packed: Floats) -> Floats:
        """Packed (n, P) to full (n, k, k)."""
        return packed[:, self.full.ravel()].reshape(len(packed), self.k, self.k)

    def pack_sensitivity(self, full: Floats) -> Floats:
        """Symmetric (n, k, k) to (n, P) with off-diagonal entries doubled, so that a dot product is a trace."""
        flat = full.reshape(len(full), -1)
        return flat[:, self.i * self.k + self.j] * self.double


class CrossProducts:
    """Sums of outer products of rows by (atom, couple).

    Parameters
    ----------
    rows : (N, k) array
        [Z X y] sorted by couple.
    couple : (N,) int array
        Index of each row's couple, 0..n_couples-1.
    atoms : tuple of Atom
        Pairs of rows that share a weight, each sorted by couple.
    """

    def __init__(self, rows: Floats, couple: Ints, atoms: tuple[Atom, ...], n_couples: int) -> None:
        self.n_couples, self.n_atoms = n_couples, len(atoms)
        self.padded = np.vstack([rows, np.zeros(rows.shape[1])])
        self.packing = Packing(rows.shape[1])
        self._index(couple, atoms)
        k = self.packing.k
        self._store(self._sums(slice(0, k)).reshape(-1, k * k)[:, self.packing.i * k + self.packing.j])

    @property
    def rows(self) -> Floats:
        """[Z X y] (N, k)."""
        return self.padded[:-1]

    def taken(self, rows: Floats, couples: Ints) -> CrossProducts:
        """The products of these couples (C,), sorted, by their rows (N, k), to look at the likelihood with."""
        new = copy.copy(self)
        new.n_couples, new.padded = len(couples), np.vstack([rows, np.zeros(rows.shape[1])])
        new.dense = self.dense[:, couples]
        place = np.full(self.n_couples, -1)
        place[couples] = np.arange(len(couples))
        there = place[self.rare_couple]
        new.rare, new.rare_atom, new.rare_couple = (kept[there >= 0] for kept in (self.rare, self.rare_atom, there))
        return new

    def _index(self, couple: Ints, atoms: tuple[Atom, ...]) -> None:
        self.left = np.concatenate([atom.left for atom in atoms])
        self.right = np.concatenate([atom.right for atom in atoms])
        atom_of_pair = np.repeat(np.arange(len(atoms)), [len(atom.left) for atom in atoms])
        key = atom_of_pair * self.n_couples + couple[self.left]
        self.starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        self.block_atom, self.block_couple = np.divmod(key[self.starts], self.n_couples)
        square = np.array([atom.left is atom.right for atom in atoms])
        self.weight = np.where(square[self.block_atom], 0.5, 1.0)
        self.length = np.diff(np.r_[self.starts, len(self.left)])

    def _batches(self) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Blocks of like length, a batch at a time: which they are, and their left and right rows, padded."""
        nothing = len(self.padded) - 1
        size = np.ceil(np.log2(self.length)).astype(np.intp)
        for power in np.unique(size):
            blocks, width = np.flatnonzero(size == power), 2 ** int(power)
            per_batch = max(1, CHUNK // (width * self.packing.k))
            for first in range(0, len(blocks), per_batch):
                batch = blocks[first : first + per_batch]
                at = self.starts[batch, None] + np.arange(width)
                inside = np.arange(width) < self.length[batch, None]
                at = np.where(inside, at, 0)
                yield batch, np.where(inside, self.left[at], nothing), np.where(inside, self.right[at], nothing)

    def _sums(self, columns: slice) -> Floats:
        """Block sums (n_blocks, k, m) of all columns' products with m of them, left by right and right by left."""
        out = np.empty((len(self.starts), self.packing.k, columns.stop - columns.start))
        for batch, left_at, right_at in self._batches():
            left, right = self.padded[left_at], self.padded[right_at]
            out[batch] = left.transpose(0, 2, 1) @ right[:, :, columns] + right.transpose(0, 2, 1) @ left[:, :, columns]
        return out * self.weight[:, None, None]

    def _store(self, sums: Floats) -> None:
        counts = np.bincount(self.block_atom, minlength=self.n_atoms)
        self.dense_atoms = np.flatnonzero(counts >= DENSE_SHARE * self.n_couples)
        place = np.full(self.n_atoms, -1)
        place[self.dense_atoms] = np.arange(len(self.dense_atoms))
        self.in_dense = place[self.block_atom] >= 0
        self.dense_at = place[self.block_atom[self.in_dense]], self.block_couple[self.in_dense]
        self.dense = np.zeros((len(self.dense_atoms), self.n_couples, sums.shape[1]))
        self.dense[self.dense_at] = sums[self.in_dense]
        self.rare = sums[~self.in_dense]
        self.rare_atom, self.rare_couple = self.block_atom[~self.in_dense], self.block_couple[~self.in_dense]

    def combine(self, w: Floats) -> Floats:
        """Weighted sums over atoms, packed (n_couples, P)."""
        flat = w[self.dense_atoms] @ self.dense.reshape(len(self.dense_atoms), -1)
        packed = flat.reshape(self.n_couples, -1)
        if len(self.rare):
            n_rare = len(self.rare)
            pick = sparse.csr_array(
                (w[self.rare_atom], (self.rare_couple, np.arange(n_rare))), shape=(self.n_couples, n_rare)
            )
            packed += pick @ self.rare
        return packed

    def contract(self, packed: Floats) -> Floats:
        """Trace of every atom's cross-products with a packed sensitivity (n_couples, P), summed over couples."""
        out = np.zeros(self.n_atoms)
        out[self.dense_atoms] = self.dense.reshape(len(self.dense_atoms), -1) @ packed.ravel()
        if len(self.rare):
            each = np.einsum("np,np->n", self.rare, packed[self.rare_couple])
            out += np.bincount(self.rare_atom, weights=each, minlength=self.n_atoms)
        return out

    def set_outcome(self, y: Floats) -> None:
        """Replace the last column of the rows by a new outcome (N,); only its products are computed again."""
        last = self.packing.k - 1
        self.padded[:-1, last] = y
        columns = np.flatnonzero(self.packing.j == last)
        sums = self._sums(slice(last, last + 1))[:, self.packing.i[columns], 0]
        atom, couple = self.dense_at
        self.dense[atom[:, None], couple[:, None], columns] = sums[self.in_dense]
        self.rare[:, columns] = sums[~self.in_dense]
