"""``python -m couples_study``."""

from couples_study.cli import main

raise SystemExit(main())
