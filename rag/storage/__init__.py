"""What is on the disk: the catalog, which is the only truth, and the originals."""
