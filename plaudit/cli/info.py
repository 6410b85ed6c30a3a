"""`plaudit info`: what a service tells about itself."""

from __future__ import annotations

import argparse
import dataclasses
import json

from plaudit.client import RewardClient

_CONNECT_SECONDS = 15.0


def info(args: argparse.Namespace) -> int:
    """The command."""
    targets = {args.service: args.target} if args.target else None
    with RewardClient(targets) if targets else RewardClient.local() as client:
        print(json.dumps(dataclasses.asdict(client.get_info(args.service)), indent=2))
    return 0
