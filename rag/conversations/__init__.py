"""Conversations that were saved, and what they tell of the library's use."""
