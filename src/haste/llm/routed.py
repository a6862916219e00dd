"""One model per role, behind the seam: whoever asks names a role and learns nothing of the rest."""

from __future__ import annotations

from collections.abc import Mapping

from haste.schema.model import ModelReply, ModelRequest, Role

from .protocol import LanguageModel


class RoutedModel:
    """Passes each request on to the model of its role. `by_role` names one for every role."""

    def __init__(self, by_role: Mapping[Role, LanguageModel]) -> None:
        self._by_role = dict(by_role)

    def complete(self, request: ModelRequest) -> ModelReply:
        return self._by_role[request.role].complete(request)
