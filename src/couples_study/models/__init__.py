"""The statistical models: frames in, results out. Nothing here reads or writes a file."""
