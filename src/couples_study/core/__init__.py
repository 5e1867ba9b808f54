"""The ground floor: errors, the glossary of columns, discovery of entries, paths, provenance, seeds."""
