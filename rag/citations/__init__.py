"""Sentences are tied to the words that they rest on, and checked against them."""
