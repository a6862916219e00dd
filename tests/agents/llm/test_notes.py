"""How the text of a skill is shown."""

from __future__ import annotations

import pytest

from haste.agents.llm.notes import note_text
from haste.skills.wording import CHECK, CHECK_BEGINNING

from .briefs import note

BODY = "# Advice\n\nTry it.\n\n## Check before keeping it\n\n{}\n"
EARLIER = "Make it the only change, and keep it when the score improves by more than its noise over the folds."


@pytest.mark.parametrize("check", [CHECK, CHECK_BEGINNING, EARLIER])
def test_what_the_rules_say_already_is_left_out(check: str) -> None:
    shown = note_text(note(body=BODY.format(check)), None)
    assert "Try it." in shown
    assert "Check before keeping it" not in shown
    assert check not in shown


def test_a_persons_own_check_stays() -> None:
    own = "Look at the smallest class first."
    assert own in note_text(note(body=BODY.format(own)), None)
