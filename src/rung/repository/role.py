"""What a file is to its project."""

from enum import StrEnum

from rung.repository.names import words


class Role(StrEnum):
    """Whether a file is the application itself or something beside it."""

    APPLICATION = "application"
    TEST = "test"
    EXAMPLE = "example"
    DOCUMENTATION = "documentation"
    VENDORED = "vendored"
    GENERATED = "generated"
    ARCHIVED = "archived"


CODE = words("""
    py pyx ipynb js jsx mjs cjs ts tsx mts cts vue svelte go java kt kts scala groovy cs fs vb rb php rs swift c cc cpp h hpp m
    cxx mm ex exs erl gleam clj cljs cljc dart lua pl pm r jl hs ml nim zig cr gd elm sh bash ps1 sql
""")


def suffix(path: str) -> str:
    """A path's last extension in lower case, without the dot."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""
