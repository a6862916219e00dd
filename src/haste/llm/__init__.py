"""The seam to language models: one method, real providers through a library, and two fakes that ship."""
