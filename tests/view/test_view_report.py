"""The report: whole, safe, self-contained, and true to the journal at any point of a run."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from haste.schema.competition import Medal, Trust
from haste.schema.config import RunConfig, SearchConfig, Start
from haste.schema.errors import StoreError
from haste.schema.execution import Guarantee, Outcome
from haste.schema.knowledge import Loading
from haste.view.chart import best_line, fate, points
from haste.view.closing import command
from haste.view.markup import VOID, tag
from haste.view.report import render, report_json, write_report
from haste.view.story import read_story

from .told_run import GOOD, Player, Script, competition, good_run, warm_run

EVIL = "</title></style><script>alert(1)</script><img src=x onerror=alert(2)> \"' & \x1b[31m"
CRASH = (Outcome.CRASHED, f"ValueError: {EVIL}", f"Traceback\nValueError: {EVIL}")


class Checked(HTMLParser):
    """Fails on tags that do not close in order; collects tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, name: str, attributes: list) -> None:
        self.seen.add(name)
        for key, value in attributes:
            assert not key.startswith("on"), f"{key} on {name}"
            assert key not in ("src", "srcset", "data", "action"), f"{key} on {name}"
            if key == "id":
                self.ids.append(value)
            if key == "href":
                assert value.startswith("#")
                self.targets.add(value[1:])
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name: str, attributes: list) -> None:
        self.handle_starttag(name, attributes)
        if name not in VOID:
            self.open.pop()

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, text: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.said.append(text)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.said))


def page(player: Player) -> str:
    return render(read_story(player.store.read(), player.store.read_grades()), player.store)


def read(player: Player) -> Checked:
    return Checked(page(player))


def test_a_whole_run_is_told_with_its_own_numbers() -> None:
    told = read(good_run().grade(0.91)).text
    assert "Submitted: rank average of c7, c8, c6 (c10)" in told
    assert "0.86283" in told  # the ensemble's validation score
    assert "mean over 3 confirm folds" in told
    assert "0.91 silver medal" in told
    assert "rank 7 of 120" in told
    assert "1.06 times its noise" in told  # the 80 % quantile of t with 2 degrees of freedom is 1.0607
    assert "Encoding plans helped, take 0." in told
    assert "tenure is missing in 12.5 % of the rows." in told
    assert "2 values: 0: 73 %, 1: 27 %" in told
    assert "The metric is roc_auc, because the target has two classes." in told
    assert "ab" * 32 in told
    assert "no guarantee of the sandbox was missing" in told


def test_every_candidate_has_a_place_and_every_link_a_target() -> None:
    player = good_run()
    checked = read(player)
    assert len(checked.ids) == len(set(checked.ids))
    assert {n for n in checked.ids if re.fullmatch(r"c\d+", n)} == set(player.state.nodes)
    assert checked.targets <= set(checked.ids)


def test_a_decision_is_explained_with_gain_noise_and_what_was_needed() -> None:
    player = good_run()
    decisions = {d["candidate"]: d for d in report_json(player.store)["decisions"]}
    kept, luck = decisions["c4"], decisions["c6"]
    assert (kept["reason"], luck["reason"]) == ("beats_noise", "within_noise")
    assert "mean gain of +0.02 over c2 on 3 shared folds" in kept["words"]
    bar = float(luck["words"].split("more than ")[1].split()[0])
    assert bar == pytest.approx(1.0607 * luck["noise"], rel=1e-3)
    assert luck["gain"] < bar < kept["gain"]
    for told in (kept["words"], luck["words"]):
        assert told in read(player).text


def test_nothing_untrusted_becomes_markup() -> None:
    made = competition(id=EVIL, title=EVIL, description=EVIL, inferred=(EVIL,), digests={EVIL: EVIL})
    player = Player(Script(dict(GOOD), title=EVIL + "{n}", fails={"c9": CRASH, "c1": CRASH}), made).begin().play()
    text = page(player)
    checked = Checked(text)
    assert not checked.seen & {"script", "img", "iframe", "object", "link", "form", "input", "button"}
    assert "alert(1)" in checked.text  # shown, as text
    assert "\x1b" not in text
    assert "<b>model</b>" in checked.text  # the scripts' own text


def test_nothing_is_asked_from_elsewhere(tmp_path: Path) -> None:
    text = write_report(good_run().store, tmp_path / "deep" / "report.html").read_text(encoding="utf-8")
    assert "://" not in text
    assert "@import" not in text
    assert "url(" not in text
    assert "default-src 'none'" in unescape(text)
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["report.html"]


def test_the_same_journal_gives_the_same_page() -> None:
    assert page(good_run()) == page(good_run())


@pytest.mark.parametrize("stop_after", [2, 3, 4, 6, 11, 12, 13, 17, 24, 30, 58, 67, 72, 86, 88, 90])
def test_an_unfinished_run_has_a_report(stop_after: int) -> None:
    player = Player(Script(dict(GOOD))).begin().play(stop_after=stop_after)
    assert "unfinished run" in read(player).text
    assert json.loads(json.dumps(report_json(player.store)))["summary"]["stop_reason"] is None


def test_a_run_that_has_only_begun_has_a_report() -> None:
    checked = read(Player(Script(dict(GOOD))).begin())
    assert "This run has not ended" in checked.text
    assert "svg" not in checked.seen


def test_a_run_that_ended_with_the_dummy_says_so() -> None:
    script = Script({1: 0.5}, fails={f"c{n}": CRASH for n in range(1, 99)}, repairs=False)
    player = Player(script).begin().play()
    told = read(player).text
    assert "the dummy predictor's constant answer was handed over" in told
    assert "not validated" in told
    assert "no candidate gave a valid submission" in told


def test_reported_scores_are_marked_wherever_they_stand() -> None:
    player = Player(Script(dict(GOOD)), competition(trust=Trust.REPORTED)).begin().play()
    text = page(player)
    assert "Scores in this report are reported" in Checked(text).text
    scores = re.findall(r'class="score">(.*?)</span></?', text)
    assert scores
    assert all("reported" in score for score in scores)
    assert 'class="reported"' not in page(good_run())


def test_missing_guarantees_are_named() -> None:
    player = Player(Script(dict(GOOD))).begin((Guarantee.NO_NETWORK, Guarantee.MEMORY_LIMIT)).play()
    assert "lacks: network isolation, memory limit." in read(player).text


@pytest.mark.parametrize(("medal", "told"), [(Medal.NONE, "0.5 no medal"), (None, "there is no leaderboard")])
def test_no_medal_is_told_honestly(medal: Medal | None, told: str) -> None:
    assert told in read(good_run().grade(0.5, medal)).text


def test_a_lost_blob_costs_its_own_part_only() -> None:
    player = good_run()
    player.store.blobs.pop(player.state.nodes["c4"].candidate.code)
    assert "Its script is missing from the run's folder." in read(player).text


def test_a_repaired_and_kept_refinement_carries_the_line_on() -> None:
    crash = {"c4": (Outcome.CRASHED, "ValueError: no", "Traceback")}
    player = Player(Script({1: 0.8, 2: 0.82, 3: 0.7, 5: 0.9, 6: 0.5}, fails=crash)).begin().play()
    text = page(player)
    assert [fate(player.state.nodes[n], player.state) for n in ("c4", "c5")] == ["failed", "kept"]
    before = text[: text.index('id="c5"')]
    inside = before[before.index('class="tree"') :]
    assert inside.count("<ul>") == inside.count("</ul>")  # c5 stands on the line itself, not set in
    assert inside[: inside.index('id="c4"')].count("<ul>") > inside[: inside.index('id="c4"')].count("</ul>")


def test_the_chart_marks_each_candidate_and_the_best_only_rises() -> None:
    player = good_run()
    story = read_story(player.store.read(), ())
    shown = {p.candidate: p.fate for p in points(story)}
    assert set(shown) == {f"c{n}" for n in range(1, 10)}
    assert [n for n, word in shown.items() if word == "kept"] == ["c4", "c7", "c8"]
    scores = [score for _, score in best_line(story)]
    assert scores == sorted(scores)
    assert scores[-1] == player.state.nodes["c7"].mean()


def test_an_interrupted_run_is_told_as_such() -> None:
    player = Player(Script(dict(GOOD))).begin().play(interrupt_after=40)
    told = read(player).text
    assert "interrupted by the user" in told
    assert "there was no confirmation" in told


def test_json_agrees_with_the_journal() -> None:
    player = good_run()
    told = json.loads(json.dumps(report_json(player.store)))
    assert [c["id"] for c in told["candidates"]] == list(player.state.nodes)
    assert told["ensemble"]["taken"] is True
    assert len(told["learnings"]) == 2
    c4 = next(c for c in told["candidates"] if c["id"] == "c4")
    assert (c4["fate"], c4["outcome"]) == ("kept", "ok")
    assert c4["search_scores"] == {str(f): s for f, s in player.state.nodes["c4"].scores().items()}


def test_the_command_asks_for_the_same_run_and_no_more() -> None:
    search = SearchConfig(iterations=5)
    assert command(RunConfig(competition="a b; rm")) == "haste run 'a b; rm' --seed 0 --start cold --workers 1"
    assert command(RunConfig(competition="x", seed=3, search=search, folds=4, sandbox="off")) == (
        "haste run x --seed 3 --start cold --iterations 5 --folds 4 --workers 1 --sandbox off"
    )


def test_the_command_of_a_warm_run_names_its_store_and_policy() -> None:
    warm = RunConfig(competition="x", start=Start.WARM, loading=Loading.FLAT, skills_dir="s", withhold=0)
    assert command(warm) == "haste run x --seed 0 --loading flat --skills s --withhold 0.0 --workers 1"
    transfer = RunConfig(competition="x", start=Start.WARM, loading=Loading.TIERED, competition_tier=False)
    assert command(transfer) == "haste run x --no-competition-tier --seed 0 --workers 1"


def test_the_skills_of_a_run_are_told_with_those_it_did_not_get_to_see() -> None:
    told = read(warm_run().begin().play()).text
    assert "1 skill by the policy tiered-ranked" in told
    assert "average-seeds domain active +1.5 (+0.5 to +2.5)" in told
    assert "not shown: 4" in told
    assert "winsorise because masked" in told
    assert "2 more had no room" in told
    assert "by the policy" not in read(good_run()).text
    assert report_json(warm_run().begin().play().store)["skills"]["notes"][0]["name"] == "average-seeds"


def test_a_report_that_cannot_be_written_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write the report"):
        write_report(good_run().store, tmp_path / "file" / "report.html")


def test_markup_escapes_children_and_attributes() -> None:
    assert tag("p", '<a> & "b"', title='"><script>').html == (
        '<p title="&quot;&gt;&lt;script&gt;">&lt;a&gt; &amp; &quot;b&quot;</p>'
    )


@pytest.mark.parametrize("folds_ran", [1, 2])
def test_scores_on_a_part_of_the_folds_say_so(folds_ran: int) -> None:
    told = read(good_run()).text
    assert f"on {folds_ran} of 3 folds" in told  # c3 left after the screen, c5 was stopped early
