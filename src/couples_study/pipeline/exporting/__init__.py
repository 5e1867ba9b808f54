"""What an export for each audience holds."""
