"""How the commands reach a service that wants TLS or a key: the options, and what comes of them.

The key comes from a file or from PLAUDIT_API_KEY, never from the command line, which others on the
machine can read.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from plaudit.cli.console import CliError

_KEY_VARIABLE = "PLAUDIT_API_KEY"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options to a command."""
    add = parser.add_argument_group("TLS and keys").add_argument
    add("--tls", action="store_true", help="use TLS, trusting the authorities of the system")
    add("--ca", metavar="FILE", type=Path, help="use TLS, trusting this authority (PEM)")
    add("--cert", metavar="FILE", type=Path, help="our own certificate, for mutual TLS (PEM)")
    add("--key", metavar="FILE", type=Path, help="its private key (PEM)")
    add("--server-name", metavar="NAME", help="the name in the service's certificate")
    add(
        "--api-key-file",
        metavar="FILE",
        type=Path,
        help=f"the file with the bearer key; else ${_KEY_VARIABLE}",
    )


def client_options(args: argparse.Namespace) -> dict[str, Any]:
    """`tls` and `api_key` of a client, as the options say. Raises CliError and ConfigError."""
    from plaudit.channel import TLSConfig

    if (args.cert is None) != (args.key is None):
        raise CliError("--cert and --key go together (give both or neither)")
    tls = None
    if args.tls or args.ca or args.cert or args.server_name:
        tls = TLSConfig.from_files(
            root_certificates=args.ca,
            certificate=args.cert,
            private_key=args.key,
            server_name=args.server_name,
        )
    return {"tls": tls, "api_key": _api_key(args.api_key_file)}


def _api_key(path: Path | None) -> str | None:
    if path is None:
        return os.environ.get(_KEY_VARIABLE) or None
    try:
        key = path.read_text().strip()
    except UnicodeDecodeError:
        raise CliError(f"{path} is not text (check --api-key-file)") from None
    except OSError as error:
        raise CliError(f"cannot read {path}: {error.strerror} (check --api-key-file)") from None
    if not key:
        raise CliError(f"{path} is empty (check --api-key-file)")
    return key
