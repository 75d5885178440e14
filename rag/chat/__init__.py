"""What a chat model is sent, and what it writes."""
