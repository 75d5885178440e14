"""Parts that put passages found into a better order."""
