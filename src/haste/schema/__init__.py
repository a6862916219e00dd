"""The nouns: frozen values, the event union, configuration, errors. Imports nothing of ours."""
