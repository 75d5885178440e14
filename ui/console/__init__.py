"""The Admin page, section by section."""
