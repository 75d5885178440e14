"""The read side: a question becomes hits."""
