"""The extractive reader: which sentence of the passages found answers a question, and which words of it."""
