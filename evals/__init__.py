"""Quality of retrieval and answers, measured on questions with known answers."""
