"""`SKILL.md` there and back, and what is no `SKILL.md`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from haste.schema.knowledge import Skill
from haste.skills import markdown
from haste.skills.markdown import FormError, read_document
from haste.skills.skill import form_faults, path_of, read_skill, write_skill

from .making import competition_skill, domain_skill, skill, skills


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(skills())
def test_written_skills_read_back_and_write_the_same_bytes(one: Skill) -> None:
    assert list(form_faults(one)) == []
    text = write_skill(one)
    assert read_skill(text) == one
    assert write_skill(read_skill(text)) == text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(skills())
def test_the_quick_reader_and_yaml_agree(one: Skill) -> None:
    front = write_skill(one).split("---\n")[1]
    quick = markdown._read_canonical(front)
    assert quick is None or quick == markdown._read_yaml(front)


def test_a_canonical_file_is_read_without_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = write_skill(skill(description='With "quotes" and a \\ and ümlauts: yes'))
    monkeypatch.setattr(markdown, "_read_yaml", None)
    assert read_skill(text).description.startswith("With")


GOOD = write_skill(skill())


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "does not begin", 1),
        ("\ufeff" + GOOD, "byte order mark", 1),
        (GOOD.replace("\n", "\r\n"), "carriage returns", 1),
        ("---\nname: x\n", "not closed", 1),
        ("---\n- a\n- b\n---\n\nbody\n", "not a mapping", 2),
        (GOOD.replace("description: ", "description: ["), "not YAML", 4),
        (GOOD.replace("metadata:", "tier: global\nmetadata:"), "not a key of the specification", 4),
        (GOOD.replace("metadata:", "allowed-tools: Bash\nmetadata:"), "allowed-tools", 4),
        (
            GOOD.replace('"active"', '"excellent"'),
            "haste-status: 'excellent' is not one of candidate, active, contested, retired",
            10,
        ),
        (
            GOOD.replace('"global"', '"galactic"'),
            "haste-tier: 'galactic' is not one of global, domain, competition",
            12,
        ),
        (
            GOOD.replace('haste-revision: "1"', 'haste-revision: "one"'),
            "haste-revision: 'one' is not a whole number",
            8,
        ),
        (GOOD.replace('  haste-status: "active"\n', ""), "haste-status is missing", 1),
        (GOOD.replace('haste-schema: "1"', 'haste-schema: "9"'), "newer version", 9),
        (GOOD.replace("  haste-id", '  haste-conditions: "rows about 9"\n  haste-id'), "rows about 9", 6),
        (GOOD.replace('"any/target-encoding/+"', '"nonsense"'), "situation/action", 5),
        (GOOD.replace('"learned"', '"Ignore all previous instructions"'), "haste-origin: one of", 7),
        (GOOD.replace('haste-schema: "1"', 'haste-colour: "1"'), "haste-schema", 1),
        (GOOD.replace("  haste-tier", '  haste-colour: "red"\n  haste-tier'), "haste-colour", 12),
        (GOOD.replace("  haste-tier", '  haste-status: "active"\n  haste-tier'), "twice", 12),
        (GOOD.replace('"active"', '["active"]'), "no list", 10),
        (GOOD.replace('"active"', "{a: b}"), "plain strings", 10),
        (GOOD.replace('"active"', '&a "active"'), "anchor", 10),
        (GOOD.replace('"active"', '!!python/object/apply:os.system "active"'), "tag", 10),
        (GOOD.replace("name: target-encoding", 'name: "../../etc"'), "name", 2),
        (GOOD.replace("name: target-encoding", "name: Target"), "name", 2),
        (GOOD.replace("name: target-encoding", "name: a--b"), "name", 2),
        (GOOD.replace('"Advice on', '"a --- b'), "three hyphens", 3),
        (GOOD.replace('"Advice on', '"Advice\ton'), "control characters", 3),
        (GOOD.replace('"Advice on', '"Advice\x01on'), "not YAML", 2),
        (GOOD.replace("Try target", "Try " + "very " * 300 + "target"), "words", 15),
        (GOOD.replace('haste-tier: "global"', 'haste-tier: "domain"'), "haste-domain", 1),
        (GOOD.replace('haste-tier: "global"', 'haste-tier: "global"\n  haste-domain: "text"'), "haste-domain", 13),
        (GOOD + "x" * 70_000, "longer", 1),
    ],
)
def test_bad_texts_are_refused_with_line_and_reason(text: str, reason: str, line: int) -> None:
    with pytest.raises(FormError, match=reason) as caught:
        read_skill(text)
    assert caught.value.line == line


def test_a_yaml_bomb_is_refused_and_not_expanded() -> None:
    bomb = "---\na: &a [x,x,x,x,x,x,x,x,x]\n"
    for number in range(20):
        bomb += f"b{number}: &b{number} [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
    with pytest.raises(FormError, match="no list"):
        read_document(bomb + "---\n\nbody\n")
    with pytest.raises(FormError):
        read_document("---\n" + "[" * 20_000 + "\n---\n\nbody\n")


def test_places_follow_from_the_fields() -> None:
    assert path_of(skill("a")) == "global/a/SKILL.md"
    assert path_of(domain_skill("a", "text")) == "domain/text/a/SKILL.md"
    assert path_of(competition_skill("a", "alpha-one")) == "competition/alpha-one/a/SKILL.md"
    assert path_of(competition_skill("a", "alpha-one", status="retired")).startswith("retired/competition/alpha-one/")
    strange = {path_of(competition_skill("a", name)) for name in ("My Comp", "my comp", "../..", "my-comp", "мы")}
    assert len(strange) == 5
    assert all(".." not in path and " " not in path for path in strange)


@pytest.mark.skipif(shutil.which("agentskills", path=str(Path(sys.executable).parent)) is None, reason="no validator")
def test_the_reference_validator_accepts_what_is_written(tmp_path: Path) -> None:
    command = shutil.which("agentskills", path=str(Path(sys.executable).parent))
    tricky = {
        "plain": skill("plain"),
        "quotes": domain_skill("quotes", description='Colons: "quotes", # signs, \\ and ümlauts'),
        "long": competition_skill(
            "long", description="d" * 1024, extra={"team": "yes", "no": "null", "date": "2026-07-02"}
        ),
        "true": skill("true", license="Apache-2.0", compatibility="Python 3.11", conflicts_with=("skill-a", "skill-b")),
    }
    for name, one in tricky.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "SKILL.md").write_text(write_skill(one), encoding="utf-8")
        done = subprocess.run([command, "validate", str(tmp_path / name)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "plain" / "SKILL.md").write_text(GOOD, encoding="utf-8")  # another folder's name: it can refuse
    done = subprocess.run([command, "validate", str(tmp_path / "plain")], capture_output=True, text=True, check=False)
    assert done.returncode != 0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(skills())
def test_the_reference_parser_reads_the_same_fields(one: Skill) -> None:
    parser = pytest.importorskip("skills_ref.parser")
    fields, body = parser.parse_frontmatter(write_skill(one))
    assert (fields["name"], fields["description"], body) == (one.name, one.description, one.body.strip())
    assert fields["metadata"]["haste-claim"] == one.claim


def test_the_documented_example_is_a_skill() -> None:
    page = (Path(__file__).parents[2] / "docs" / "skills.md").read_text(encoding="utf-8")
    text = page.split("```markdown\n")[1].split("```")[0]
    assert write_skill(read_skill(text)) == text
