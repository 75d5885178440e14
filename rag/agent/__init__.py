"""The agent: a chat model that uses tools, step by step, within bounds."""
