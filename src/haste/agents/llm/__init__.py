"""The engineer that asks a language model. Prompts are Markdown, everything around them is pure functions."""
