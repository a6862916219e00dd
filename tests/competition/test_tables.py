from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.competition.tables import Table, parse_table, read_table, table_suffix, write_table
from haste.competition.typed import typed
from haste.schema.errors import CompetitionError

# Lone surrogates are no text; a file with most control characters is refused as binary.
CONTROL = "".join(map(chr, (*range(9), *range(14, 27), *range(28, 32), 0x7F, 0xFFFE, 0xFFFF)))
_CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters=CONTROL), max_size=12)


@given(
    rows=st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=8),
    suffix=st.sampled_from(["csv", "tsv"]),
)
@settings(max_examples=60, deadline=None)
def test_text_tables_keep_every_character(
    rows: list[tuple[str, str]], suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("t") / f"x.{suffix}"
    frame = pd.DataFrame(
        {"a": pd.Series([r[0] for r in rows], dtype="str"), "b": pd.Series([r[1] for r in rows], dtype="str")}
    )
    write_table(Table(frame, suffix, "x"), path)
    assert parse_table(path.read_bytes(), suffix, "x").frame.values.tolist() == frame.values.tolist()
    delimiter = "," if suffix == "csv" else "\t"
    seen = pd.read_csv(path, dtype=str, keep_default_na=False, sep=delimiter)  # what a script sees
    assert seen.values.tolist() == frame.values.tolist()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "id,a\n1,Zürich\n"),
        ("utf-8-sig", "id,a\n1,Zürich\n"),
        ("utf-16", "id,a\n1,Zürich\n"),
        ("utf-16-le", "id,a\n1,Zurich\n"),
        ("utf-16-be", "id,a\n1,Zurich\n"),
        ("latin-1", "id,a\n1,Zürich\n"),
        ("cp1252", "id,a\n1,“Zürich” – 5 €\n"),
    ],
)
def test_encodings(encoding: str, text: str) -> None:
    table = parse_table(text.encode(encoding), "csv", "t.csv")
    assert table.frame.values.tolist() == [text.splitlines()[1].split(",")]
    assert table.columns == ("id", "a")


@pytest.mark.parametrize(
    ("content", "suffix", "words"),
    [
        (b"", "csv", "is empty"),
        (b" \n\n", "csv", "is empty"),
        (b"id,a\n", "csv", "header but no rows"),
        (b"id,a\n1,2\n3\n", "csv", "line 3 has 1 fields, the header has 2"),
        (b"id,a\n1,2\n3,4,5\n", "csv", "line 3 has 3 fields, the header has 2"),
        (b'id,a\n1,"x\ny"\n3\n', "csv", "line 4 has 1 fields"),
        (b"id,id\n1,2\n", "csv", "'id' more than once"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "csv", "not text in any encoding"),
        (b"id,a\n1,\x81\n", "csv", "not text in any encoding"),
        (b"\xff\xfei\x00d\x00\n", "csv", "not text in any encoding"),
        (b'{"a": 1}\n{"a": \n', "jsonl", "line 2 is not JSON"),
        (b'{"a": 1}\n[1]\n', "jsonl", "line 2 is not a JSON object"),
        (b'[{"a": 1},\n{"a" 1}]', "json", "line 2 is not JSON"),
        (b"3", "json", "is no table"),
        (b'{"a": [1, 2], "b": [1]}', "json", "columns of different lengths"),
        (b"[]", "json", "header but no rows"),
        (b"PAR1 but not really", "parquet", "not a readable Parquet"),
    ],
)
def test_bad_tables_are_named_with_their_fault(content: bytes, suffix: str, words: str) -> None:
    with pytest.raises(CompetitionError) as caught:
        parse_table(content, suffix, "some.file")
    assert words in str(caught.value)
    assert caught.value.where == "some.file"
    assert caught.value.hint


def test_unknown_format_and_missing_file(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    with pytest.raises(CompetitionError, match="format that is known"):
        read_table(tmp_path / "x.xlsx")
    with pytest.raises(CompetitionError, match="cannot be read"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.csv", "csv"), ("A.CSV.zip", "csv"), ("a.tsv.gz", "tsv"), ("a.ndjson", "jsonl"), ("a.pq", "parquet"),
     ("a.zip", None), ("a", None), ("a.b.json", "json"), ("a.txt", None)],
)  # fmt: skip
def test_suffix(name: str, suffix: str | None) -> None:
    assert table_suffix(name) == suffix


def test_zipped_tables(tmp_path: Path) -> None:
    content = b"id,a\n007,1.10\n"
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "t.csv.zip", "w") as archive:
        archive.writestr("t.csv", content)
        archive.writestr("__MACOSX/._t.csv", b"junk")
    with zipfile.ZipFile(tmp_path / "u.zip", "w") as archive:
        archive.writestr("deep/t.tsv", content.replace(b",", b"\t"))
    for name in ("t.csv.gz", "t.csv.zip", "u.zip"):
        assert read_table(tmp_path / name).frame.values.tolist() == [["007", "1.10"]]
    (tmp_path / "bad.csv.zip").write_bytes(b"no archive")
    (tmp_path / "bad.csv.gz").write_bytes(b"no archive")
    for name in ("bad.csv.zip", "bad.csv.gz"):
        with pytest.raises(CompetitionError, match="cannot be unpacked"):
            read_table(tmp_path / name)


def test_typed_agrees_with_pandas(tmp_path: Path) -> None:
    text = "id,i,f,m,s,b,mb,n\n007,1,1.5,1,NA,True,True,\n008,2,1e3,,x,False,,NA\n009,3,-inf,3,None,true,False,\n"
    path = tmp_path / "t.csv"
    path.write_text(text)
    ours, theirs = typed(read_table(path), ["id"]), pd.read_csv(path)
    assert ours["id"].tolist() == ["007", "008", "009"]
    for name in ("i", "f", "m", "s", "n"):
        pd.testing.assert_series_equal(ours[name], theirs[name])
    assert ours["b"].dtype == bool
    assert ours["mb"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "parquet"])
def test_other_formats_survive_a_round_trip(suffix: str, tmp_path: Path) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"id": ["007", "é"], "n": [1, 2**60], "f": [0.1, None], "t": ["NA", None]})
    if suffix == "parquet":
        frame.to_parquet(tmp_path / "a.parquet", index=False)
    else:
        frame.to_json(tmp_path / f"a.{suffix}", orient="records", lines=suffix == "jsonl")
    table = read_table(tmp_path / f"a.{suffix}")
    write_table(table, tmp_path / f"b.{suffix}")
    again = read_table(tmp_path / f"b.{suffix}")
    assert again.frame.astype(object).equals(table.frame.astype(object))
    loaded = typed(again, ["id"])
    assert loaded["id"].tolist() == ["007", "é"]
    assert loaded["n"].tolist() == [1, 2**60]
    assert loaded["f"].tolist()[0] == 0.1
    assert loaded["f"].isna().tolist() == [False, True]
    assert loaded["t"].tolist()[0] == "NA"


def test_json_in_pandas_column_form() -> None:
    table = parse_table(b'{"id": {"0": "a", "1": "b"}, "v": {"0": [1], "1": null}}', "json", "t")
    assert table.frame.to_dict("list") == {"id": ["a", "b"], "v": [[1], None]}
    assert typed(table)["v"].tolist()[0] == "[1]"


def test_semicolons_and_nameless_columns() -> None:
    table = parse_table(b";a\n1;2,5\n", "csv", "t")
    assert table.columns == ("Unnamed: 0", "a")
    assert table.frame.values.tolist() == [["1", "2,5"]]
