"""Tasks of transformers' smaller models, one file each, all optional: imported and loaded only when chosen."""
