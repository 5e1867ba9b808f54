"""From claims to questionnaires that can be fielded, and the study.toml that reads what comes back."""
