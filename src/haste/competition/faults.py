"""One way to say what is wrong with a competition's folder: where, what, and what to do about it."""

from haste.schema.errors import CompetitionError


def fault(where: str, message: str, hint: str) -> CompetitionError:
    """The error to raise; argument order as it is read aloud."""
    return CompetitionError(message, where=where, hint=hint)
