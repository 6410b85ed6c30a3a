"""The `plaudit` command: reads arguments, imports only what they need, reports errors."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from plaudit.cli import connection
from plaudit.cli.catalog import TASKS
from plaudit.cli.console import CliError, say
from plaudit.version import __version__

_EXAMPLES = """examples:
  plaudit up --detach                                 start every service on this machine
  plaudit score math --in answers.jsonl --out results.jsonl
  plaudit score math --in answers.jsonl --out - --target 127.0.0.1:50051
  plaudit status                                      what runs, and whether it is well
  plaudit down                                        end it
  plaudit doctor                                      what this machine can do
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"plaudit: error: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status: 2 after an error, which is one line on stderr."""
    args = _parser().parse_args(argv)
    # What gRPC remarks on its way to an error; the error itself says it.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    module, _, function = args.command.partition(":")
    try:
        status: int = getattr(importlib.import_module(module), function)(args)
        return status
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read our output has enough. Python would complain while it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:  # the boundary of the process
        if args.debug:
            traceback.print_exc()
        say(f"plaudit: error: {_message(error)}")
        return 2


def _message(error: Exception) -> str:
    errors = sys.modules.get("plaudit.errors")  # imports grpc; whoever raised one has imported it
    known = (CliError, errors.PlauditError) if errors else (CliError,)
    if isinstance(error, known):
        return str(error)
    return f"{type(error).__name__}: {error} (a bug of plaudit; --debug gives the traceback)"


def _parser() -> argparse.ArgumentParser:
    # Also after the command, where it must not reset what stood before it.
    common = _Parser(add_help=False)
    common.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=_DEBUG)
    parser = _Parser(
        prog="plaudit",
        description="Reward services for RL post-training: start them, ask them, score files.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"plaudit {__version__}")
    parser.add_argument("--debug", action="store_true", help=_DEBUG)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, target: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[common], help=text, description=text)
        added.set_defaults(command=target)
        return added

    _add_up(command("up", "plaudit.cli.up:up", "start the services on this machine"))
    status = command("status", "plaudit.cli.manage:status", "what runs, and whether it is well")
    status.add_argument("--json", action="store_true", help="as JSON")
    command("down", "plaudit.cli.manage:down", "drain and end what `plaudit up` started")
    _add_score(command("score", "plaudit.cli.score:score", "score a JSONL file of samples"))
    info = command("info", "plaudit.cli.info:info", "what a service tells about itself, as JSON")
    info.add_argument("service", metavar="SERVICE", nargs="?", default="math")
    info.add_argument("--target", metavar="HOST:PORT", help="the service; else that of `up`")
    connection.add_options(info)
    doctor = command("doctor", "plaudit.cli.doctor:doctor", "what this machine can do")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    return parser


_DEBUG = "show the traceback of an error"


def _add_up(up: argparse.ArgumentParser) -> None:
    up.add_argument("--only", metavar="A,B", type=_names, help="only these services")
    up.add_argument("--config", metavar="FILE", type=Path, help="TOML: one table a service")
    up.add_argument("--detach", action="store_true", help="return once they are ready")


def _add_score(score: argparse.ArgumentParser) -> None:
    add = score.add_argument
    add("service", metavar="SERVICE", help=", ".join(TASKS))
    add("--in", metavar="FILE", dest="input", type=Path, required=True, help="samples; - is stdin")
    add(
        "--out",
        metavar="FILE",
        dest="output",
        type=Path,
        required=True,
        help="results; - is stdout",
    )
    add("--target", metavar="HOST:PORT", help="a running service; else one is started for this run")
    add("--resume", action="store_true", help="go on with what FILE already has")
    add("--batch", metavar="N", type=_positive, default=64, help="samples a call (64)")
    add("--concurrency", metavar="K", type=_positive, default=8, help="calls in flight (8)")
    add("--deadline", metavar="S", type=_seconds, default=300.0, help="seconds a call (300)")
    connection.add_options(score)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("no name given")
    return names


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1,000,000")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
