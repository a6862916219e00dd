"""How many input tokens a request can at most be, before anybody has counted them.

No tokenizer ships with us, each model has its own, and the caps on money and tokens are hard: so this errs upwards.
A token of any tokenizer in use spells at least one byte. Words and runs of blanks are merged (English and code come
to about 4 characters per token, the densest identifiers to about 2), so ASCII letters and blanks count half. Digits
and signs count whole, because several tokenizers split each of them off. Whatever is not ASCII counts its UTF-8 bytes.
"""

from __future__ import annotations

import json

from haste.schema.model import ModelRequest

PER_MESSAGE = 16  # role markers around each block and message
PER_CALL = 1000  # what a provider adds for a tool: Anthropic documents up to about 700 tokens


def tokens_bound(request: ModelRequest) -> int:
    """A safe upper estimate of the request's input tokens; two to three times what English and code really take."""
    form = request.form
    texts = [*request.stable, *(message.text for message in request.messages)]
    texts += [form.name, form.description, json.dumps(form.parameters)]
    return PER_CALL + PER_MESSAGE * len(texts) + sum(_bound(text) for text in texts)


def _bound(text: str) -> int:
    merged = sum(1 for sign in text if sign.isascii() and (sign.isalpha() or sign.isspace()))
    return len(text.encode()) - merged + (merged + 1) // 2
