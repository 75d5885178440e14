"""The two search indexes, kept in step with the catalog; what shapes them, and which languages they know."""
