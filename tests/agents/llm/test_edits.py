from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.agents.llm.edits import Edit, apply, check_syntax
from haste.agents.llm.unfit import Unfit

CODE = "a = 1\nb = 2\nfor i in range(3):\n    a += i\n    b += i\nc = a\nc = a\n"


def test_edits_are_made_at_once_in_any_order() -> None:
    changed = apply(CODE, [Edit("b = 2", "b = 20"), Edit("a = 1", "a = 10")])
    assert changed == CODE.replace("b = 2\n", "b = 20\n").replace("a = 1", "a = 10")


def test_an_edit_does_not_see_what_another_put_in() -> None:
    assert apply("x = 1\ny = 2\n", [Edit("x = 1", "y = 2"), Edit("y = 2", "x = 1")]) == "y = 2\nx = 1\n"


def test_spaces_at_the_ends_of_lines_may_differ() -> None:
    code = "a = 1   \nb = 2\t\nc = 3\n"
    assert apply(code, [Edit("a = 1\nb = 2 \n", "a = 5\n")]) == "a = 5\nc = 3\n"
    assert apply("a = 1\r\nb = 2\r\n", [Edit("a = 1\nb = 2", "a = 2")]) == "a = 2\r\n"


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([], "no edits"),
        ([Edit("", "x = 1")], "empty search text"),
        ([Edit("  \n", "x = 1")], "empty search text"),
        ([Edit("c = a", "c = b")], r"occurs 2 times \(lines 6, 7\)"),
        ([Edit("a=1", "a = 2")], "does not occur"),
        ([Edit("  a += i", "  a -= i"), Edit("a += i\n    b", "b")], "overlap"),
        ([Edit("a = 1", "a = 1")], "as it is"),
        ([Edit("a = 1", "a = (")], "does not parse"),
        ([Edit("    a += i\n    b += i", "    a += i\n  b += i")], "does not parse.*line 5"),
    ],
)
def test_what_cannot_be_applied_is_refused_with_the_reason(edits: list[Edit], reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        apply(CODE, edits)


def test_a_missed_search_text_is_answered_with_the_nearest_passage() -> None:
    with pytest.raises(Unfit, match=r"(?s)from line 3, reads:\nfor i in range\(3\):\n    a \+= i"):
        apply(CODE, [Edit("for i in range(4):\n    a += i", "")])
    with pytest.raises(Unfit, match="character by character"):
        apply(CODE, [Edit("import antigravity", "")])


def test_indentation_counts() -> None:
    with pytest.raises(Unfit, match="does not occur"):
        apply(CODE, [Edit("for i in range(3):\n  a += i", "pass")])


LINES = st.lists(st.integers(0, 10_000), min_size=3, max_size=40, unique=True).map(lambda n: [f"v{i} = {i}" for i in n])


@settings(max_examples=60, deadline=None)
@given(lines=LINES, data=st.data())
def test_edits_of_whole_lines_round_trip(lines: list[str], data: st.DataObject) -> None:
    code = "\n".join(lines) + "\n"
    picked = data.draw(st.lists(st.sampled_from(range(len(lines))), min_size=1, unique=True))
    edits = [Edit(lines[at] + "\n", f"w{at} = {at}\n") for at in picked]
    changed = apply(code, edits)
    assert changed.splitlines() == [f"w{at} = {at}" if at in picked else line for at, line in enumerate(lines)]
    assert apply(changed, [Edit(edit.replace, edit.search) for edit in edits]) == code


@pytest.mark.parametrize("line", ["-" * 200_000 + "1", "a" + ".b" * 20_000, "1+" * 20_000 + "1", "(" * 5000])
def test_a_script_that_is_nested_without_end_does_not_parse(line: str) -> None:
    with pytest.raises(Unfit, match=r"does not parse: .*nested"):
        check_syntax(f"x = {line}\n")


@settings(max_examples=60, deadline=None)
@given(lines=LINES, search=st.text("v=12 \n", min_size=1, max_size=8))
def test_a_search_text_is_found_once_or_refused(lines: list[str], search: str) -> None:
    code = "\n".join(lines) + "\n"
    once = sum(code.startswith(search, at) for at in range(len(code))) == 1
    edit = Edit(search, "#" + search)
    if once and search.strip():
        changed = code.replace(search, edit.replace)
        assert _outcome(code, edit) in (changed, "the script does not parse")
    elif search.strip() and search in code:
        assert "occurs" in _outcome(code, edit)
    else:  # only white space at the ends of lines may make up for it
        assert search.rstrip() in code or "does not occur" in _outcome(code, edit) or "empty" in _outcome(code, edit)


def _outcome(code: str, edit: Edit) -> str:
    try:
        return apply(code, [edit])
    except Unfit as unfit:
        return "the script does not parse" if "does not parse" in str(unfit) else str(unfit)
