"""HTML that cannot be escaped wrongly: text is escaped as it goes in, and only made elements are markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

VOID = frozenset({"br", "meta", "line", "circle", "rect", "path", "polyline"})


@dataclass(frozen=True)
class Markup:
    """A piece of finished HTML. Made by `tag` only, apart from the page's own constants."""

    html: str


Piece = Markup | str | int | None  # None stands for nothing


def tag(name: str, /, *children: Piece, **attributes: str | float | bool | None) -> Markup:
    """An element; strings among children and attributes are escaped. `class_` is `class`, `view_box` is `viewBox`."""
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID and not children:
        return Markup(f"<{name}{told}/>")
    return Markup(f"<{name}{told}>{join(*children).html}</{name}>")


def join(*pieces: Piece) -> Markup:
    return Markup("".join(_html(piece) for piece in pieces))


def table(heads: Sequence[Piece], rows: Sequence[Sequence[Piece]], numeric: frozenset[int] = frozenset()) -> Markup:
    """A table that scrolls sideways by itself; columns in `numeric` (from 0) are set right."""
    if not rows:
        return Markup("")

    def cells(kind: str, row: Sequence[Piece]) -> list[Markup]:
        return [tag(kind, cell, class_="n" if at in numeric else None) for at, cell in enumerate(row)]

    body = [tag("tr", *cells("td", row)) for row in rows]
    made = tag("table", tag("thead", tag("tr", *cells("th", heads))), tag("tbody", *body))
    return tag("div", made, class_="scroll")


def two_lines(upper: Piece, lower: str) -> Markup:
    """What stands in a cell, with something lesser below it."""
    return join(upper, tag("div", lower, class_="soft small") if lower else None)


def interval_below(text: str) -> Markup:
    """`4.1 (3.2 to 5.0)` with the interval below the figure."""
    figure, _, ends = text.partition(" (")
    return two_lines(figure, ends.removesuffix(")"))


def section(identity: str, title: str, *children: Piece) -> Markup:
    return tag("section", tag("h2", title), *children, id=identity)


def fold_away(summary: Piece, *children: Piece) -> Markup:
    return tag("details", tag("summary", summary), *children, class_="plain")


def listing(items: list[Piece]) -> Markup:
    return tag("ul", *(tag("li", item) for item in items)) if items else Markup("")


def facts(pairs: list[tuple[str, Piece]]) -> Markup:
    """Names and values side by side; values that are None are left out."""
    told = [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs if value is not None]
    return tag("dl", *told)


def _html(piece: Piece) -> str:
    if isinstance(piece, Markup):
        return piece.html
    return "" if piece is None else escape(_plain(str(piece)))


def _plain(text: str) -> str:
    """Without control characters, which have no place in a page."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = {"class_": "class", "view_box": "viewBox"}.get(key, key.replace("_", "-"))
    if value is True:
        return f" {name}"
    text = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f' {name}="{escape(_plain(text))}"'
