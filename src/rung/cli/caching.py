"""`--no-cache`, and `rung cache`: what is kept between runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from rung.errors import UserError


def cache_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--no-cache` to a command, which gets `cache`."""

    @click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of what was assessed before.")
    @wraps(command)
    def with_cache(*arguments: Any, no_cache: bool, **options: Any) -> Any:
        from rung.cache import open_cache

        return command(*arguments, cache=open_cache(enabled=not no_cache), **options)

    return with_cache


@click.command()
@click.option("--clear", is_flag=True, help="Forget everything.")
def cache(clear: bool) -> None:
    """Show where the cache is and what it takes, or clear it.

    It keeps assessments by what they were made from, so that nothing is worked out twice. It never changes a result.
    """
    from rung.cache import open_cache

    kept = open_cache()
    if kept.path is None:
        click.echo("There is no cache: the user has no folder for one.")
        return
    if clear:
        try:
            kept.clear()
        except OSError as error:
            raise UserError(f"{kept.path}: can't be removed: {error.strerror or error}") from error
    count, size = kept.size()
    click.echo(f"{kept.path}: {count} entries, {size / 1024:.0f} KiB")
