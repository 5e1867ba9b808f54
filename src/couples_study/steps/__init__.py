"""The study in seven pure calls: check, take_in, link, derive, estimate, decide, describe; a module each."""
