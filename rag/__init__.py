"""Document and question become Answer. No user interface, prints nothing."""
