"""Every defensible way to ask the same question: listed before any answer is read, then run, then judged together."""
