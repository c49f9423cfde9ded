"""The program's entry: the group of commands, and what a person sees when something goes wrong."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from rung import __version__
from rung.cli.advance import advance
from rung.cli.badge import badge
from rung.cli.caching import cache
from rung.cli.diff import diff
from rung.cli.explain import explain
from rung.cli.facts import facts
from rung.cli.gate import gate
from rung.cli.init import init
from rung.cli.output import hush, say
from rung.cli.scan import scan
from rung.cli.trend import trend
from rung.errors import UserError

INTERRUPTED = 130
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="rung", message="%(prog)s %(version)s")
def cli() -> None:
    """Tell which rung of the LLMOps maturity ladder a repository stands on, with the evidence."""


for command in (scan, gate, diff, init, explain, facts, trend, advance, badge, cache):
    cli.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (`sys.argv` unless given) and return the exit code: 0 done, 1 the gate says no, 2 bad input or a defect of
    rung, 130 interrupted. Every error ends as one sentence on stderr, never as a traceback."""
    try:
        code = cli.main(arguments, prog_name="rung", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help(), err=True)
    except click.UsageError as error:
        say(f"rung: {usage_sentence(error)}")
    except (UserError, click.ClickException) as error:
        say(f"rung: {error}")
    except (KeyboardInterrupt, click.Abort):
        say("rung: interrupted.")
        return INTERRUPTED
    except (SystemExit, BrokenPipeError):  # how click says that nobody reads any more
        hush()
        return 0
    except OSError as error:
        hush()
        place = f"{error.filename}" if error.filename else "stdout: can't be written"
        say(f"rung: {place}: {error.strerror or error}")
    except Exception as error:
        if os.environ.get("RUNG_DEBUG"):
            raise
        say(
            f"rung: this is a defect of rung ({type(error).__name__}: {error}); "
            "please open an issue with what the same command prints under RUNG_DEBUG=1."
        )
    return 2


def usage_sentence(error: click.UsageError) -> str:
    """The sentence for a command line that could not be understood, with where to read on."""
    command = error.ctx.command_path if error.ctx else "rung"
    sentence = error.format_message()
    return f"{sentence}{'' if sentence.endswith(('.', '?')) else '.'} See `{command} --help`."
