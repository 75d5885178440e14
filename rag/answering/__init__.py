"""The whole journey from a question to its answer."""
