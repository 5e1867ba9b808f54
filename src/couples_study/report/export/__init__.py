"""The texts of an export: what is risky about it, the models in other programs' languages, metadata for an archive."""
