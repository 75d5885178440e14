"""The pages: they show and ask, and know nothing of how it is done."""
