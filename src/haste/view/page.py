"""The frame of a report: one self-contained page, with its own style, light and dark, for screen and paper."""

from __future__ import annotations

from importlib.resources import files

from .markup import Markup, Piece, join, tag


def page(title: str, *children: Piece) -> str:
    """A whole document. It asks for nothing outside itself, and its policy forbids scripts and requests."""
    style = files("haste.view").joinpath("report.css").read_text(encoding="utf-8")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag("body", tag("main", *children))
    return "<!doctype html>\n" + join(tag("html", head, body, lang="en")).html + "\n"
