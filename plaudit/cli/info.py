"""`plaudit info`: what a service tells about itself."""

from __future__ import annotations

import argparse
import dataclasses
import json

from plaudit.cli.connection import client_options
from plaudit.client import RewardClient


def info(args: argparse.Namespace) -> int:
    """The command."""
    targets = {args.service: args.target} if args.target else None
    options = client_options(args)
    with RewardClient(targets, **options) if targets else RewardClient.local(**options) as client:
        print(json.dumps(dataclasses.asdict(client.get_info(args.service)), indent=2))
    return 0
