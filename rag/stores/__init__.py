"""Search indexes, one file each; both are derived from the catalog."""
