"""What several pages show: sources, documents, work that goes on."""
