"""Going on with an output file that an earlier run left, however that run ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from plaudit.cli.console import CliError
from plaudit.cli.jsonl import read_id
from plaudit.cli.tally import Progress, Tally


def catch_up(source: Iterator[bytes], out: BinaryIO, tally: Tally, progress: Progress) -> None:
    """Takes from `source` the lines that `out` has results of, and counts them.

    A last line without its end is cut off: the run died while it wrote it. `out` is left at its
    end. Raises CliError where the two files do not belong together.
    """
    whole = 0
    out.seek(0)
    for number, line in enumerate(out, 1):
        if not line.endswith(b"\n"):
            break
        result_id = _count(line, number, tally)
        raw = next(source, None)
        if raw is None:
            raise CliError(f"the output has more lines than the input, {number - 1} (other --in?)")
        if read_id(raw) != result_id:
            raise CliError(f"line {number} of input and output have different ids (other --in?)")
        whole += len(line)
        tally.bytes_read += len(raw)
        progress.show()
    out.seek(whole)
    out.truncate()


def _count(line: bytes, number: int, tally: Tally) -> str:
    """Counts a line of the output and gives its id."""
    try:
        result = json.loads(line)
        if "score" in result:
            tally.add_score(float(result["score"]["value"]))
        else:
            tally.add_failure(str(result["failure"]["reason"]))
        return str(result.get("id", ""))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise CliError(f"line {number} of the output is not a result (use another --out)") from None
