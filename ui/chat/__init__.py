"""The Ask page: the conversation, its answers and their sources."""
