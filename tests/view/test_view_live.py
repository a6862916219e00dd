"""What a person sees while a run goes on."""

import io

import pytest
from rich.console import Console

from haste.schema.competition import Trust
from haste.schema.config import Budget, SearchConfig
from haste.schema.execution import Guarantee, Outcome
from haste.view.live import LiveView
from haste.view.panel import panel

from .told_run import GOOD, RMSE, Player, Script, competition, warm_run

GOLDEN = """\
run      churn-0: Who leaves?, roc_auc (higher is better), 10 min 00 s at most, seed 0
warning  the sandbox (bwrap) lacks: network isolation, memory limit
profile  tabular, binary, 1,200 + 300 rows, 1 numeric, 1 categorical columns; 3 stratified folds + 3 to confirm
drafted  3 prototypes
screened c1 prototype 1: 0.8005
screened c2 prototype 2: 0.821
screened c3 prototype 3: 0.7
screen   winner c2 (0.821), runner-up c1
keep     c4 on c2 [1/4] refinement 4: 0.84083, gain +0.02000 ± 0.00079 (gain beyond noise)
revert   c5 on c1 [1/2] refinement 5: 0.79275 on 2 of 3 folds, gain -0.0095 ± 0 (behind on each, stopped early)
revert   c6 on c2 [2/4] refinement 6: 0.84113, gain +0.00030 ± 0.00079 (gain within noise)
keep     c7 on c2 [3/4] refinement 7: 0.86083, gain +0.02 ± 0 (gain beyond noise)
keep     c8 on c1 [2/2] refinement 8: 0.85083, gain +0.05000 ± 0.00079 (gain beyond noise)
repair   c10 of c9: refinement 10
revert   c10 on c2 [4/4] refinement 10: 0.85225 on 2 of 3 folds, gain -0.01 ± 0 (behind on each, stopped early)
branch   c2 ended after 4 iterations: all are used
branch   c1 ended after 2 iterations: all are used
search   ended: all iterations are used
confirm  c7 refinement 7: 0.86083 (search 0.86083)
confirm  c8 refinement 8: 0.85083 (search 0.85083)
confirm  c6 refinement 6: 0.84113 (search 0.84113)
ensemble rank average of c7, c8, c6: 0.86283 against 0.86083, gain +0.002 (taken)
submit   c11 rank average of c7, c8, c6: validation 0.86283
learned  Encoding plans helped, take 0.
learned  Encoding plans helped, take 1.
finished in 1 min 32 s: all iterations are used
"""


def watched(player: Player, mode: str = "auto", **console: object) -> tuple[LiveView, io.StringIO]:
    out = io.StringIO()
    view = LiveView(Console(file=out, **console), mode, clock=lambda: player.now)
    player.watchers.append(view.watch)
    return view, out


def told(player: Player) -> str:
    view, out = watched(player, width=40)
    with view:
        player.begin().play()
    return out.getvalue()


def test_plain_lines_when_piped_are_golden_and_never_wrapped() -> None:
    player = Player(Script(dict(GOOD), fails={"c9": (Outcome.CRASHED, "ValueError: no", "Traceback")}))
    view, out = watched(player, width=40)
    with view:
        player.begin((Guarantee.NO_NETWORK, Guarantee.MEMORY_LIMIT)).play()
    assert out.getvalue() == GOLDEN


def test_the_skills_of_a_warm_start_are_one_line() -> None:
    assert "skills   tiered-ranked, 1 skill: average-seeds; 1 withheld at random; 3 without room\n" in told(warm_run())


def test_silent_means_silent_even_on_a_terminal() -> None:
    player = Player(Script(dict(GOOD)))
    view, out = watched(player, "silent", force_terminal=True)
    with view:
        player.begin().play()
    assert out.getvalue() == ""


def test_failures_are_told_with_their_last_line_and_no_control_characters() -> None:
    crash = (Outcome.CRASHED, "ValueError: \x1b[31mred\nnext", "Traceback")
    lines = told(Player(Script(dict(GOOD), fails={"c1": crash}, repairs=False)))
    assert "screened c1 prototype 1: crashed: ValueError: [31mred next" in lines
    assert "engineer debug: no repair known" in lines
    assert "\x1b" not in lines


def test_escalation_and_stagnation_are_told() -> None:
    search = SearchConfig(iterations=20, runner_up_iterations=0, stagnation_after=5)
    lines = told(Player(Script({1: 0.8, 2: 0.7, 3: 0.6}, refinements=20), search=search))
    assert "escalate branch c1: from tweak to structural" in lines
    assert "escalate branch c1: from structural to approach" in lines
    assert "ended after 5 iterations: no change helped any more" in lines


def test_reported_scores_are_marked_everywhere() -> None:
    lines = told(Player(Script(dict(GOOD)), competition(RMSE, Trust.REPORTED))).splitlines()
    for word in ("screened", "screen ", "keep", "submit"):
        assert all("(reported)" in line for line in lines if line.startswith(word))
    assert "lower is better" in lines[0]


def test_the_dummy_is_called_by_its_name() -> None:
    crash = (Outcome.CRASHED, "ImportError: x", "Traceback")
    lines = told(Player(Script({1: 0.5}, fails={f"c{n}": crash for n in range(1, 20)})))
    assert "the dummy predictor's answer" in lines
    assert "no prototype ran" in lines


def test_recall_tells_the_beginning_only_once_and_keeps_quiet_about_the_rest() -> None:
    player = Player(Script(dict(GOOD))).begin((Guarantee.NO_NETWORK,)).play(stop_after=40)
    view, out = watched(player)
    view.recall(player.store.read())
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["run", "warning"]
    player.resume(50)
    assert out.getvalue().splitlines()[-1] == "resumed  after 6 candidates"


@pytest.mark.parametrize("no_color", [True, False])
def test_on_a_terminal_the_panel_is_drawn_and_decisions_scroll_above(no_color: bool) -> None:
    player = Player(Script(dict(GOOD)))
    view, out = watched(player, force_terminal=True, width=80, no_color=no_color, color_system="standard")
    with view:
        player.begin().play()
    assert "keep     c4" in out.getvalue().replace("\x1b[1;32mkeep\x1b[0m", "keep").replace(
        "\x1b[1mkeep\x1b[0m", "keep"
    )
    assert "finished" in out.getvalue()
    assert ("\x1b[1;32m" in out.getvalue()) is not no_color


def drawn(player: Player, width: int, running: list | None = None) -> str:
    out = io.StringIO()
    state = player.state
    text = panel(state, player.now, running or [], "keep     c4 on c2", (Guarantee.NO_NETWORK,))
    Console(file=out, width=width).print(text)
    return out.getvalue()


def test_the_panel_says_where_the_run_stands() -> None:
    player = Player(Script(dict(GOOD))).begin().play(stop_after=36)
    text = drawn(player, 100, [(("c6", "search", 0), player.now - 3.0)])
    assert "refine  ▸c2 2/4 tweak   c1 1/2 tweak" in text
    assert "0.84083 roc_auc (higher is better)  c4 refinement 4" in text
    assert "c6 search fold 1 3.0 s, 13 done" in text
    assert "34 s used, 9 min 26 s left" in text
    assert "lacks network isolation" in text


@pytest.mark.parametrize("width", [20, 30, 60])
def test_the_panel_fits_any_width(width: int) -> None:
    player = Player(Script(dict(GOOD))).begin().play(stop_after=36)
    lines = drawn(player, width).splitlines()
    assert len(lines) == 7
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("stop_after", range(2, 92, 3))
def test_the_panel_can_be_drawn_at_any_moment(stop_after: int) -> None:
    player = Player(Script(dict(GOOD)))
    player.config = player.config.model_copy(update={"budget": Budget(time_limit_s=None)})
    assert "no limit" in drawn(player.begin().play(stop_after=stop_after), 80)
