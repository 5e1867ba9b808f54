"""The data dictionary: what every column means, how it was asked, what it is scored from, and how answers lie."""
