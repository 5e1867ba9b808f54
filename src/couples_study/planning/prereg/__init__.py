"""A plan before the answers: as a record that can be hashed, and how what is done now differs from it."""
