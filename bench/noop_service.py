"""A service that does nothing, to measure the chassis itself: `python -m bench.noop_service`."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_settings import SettingsConfigDict

from plaudit.v1 import sample_pb2
from services.common.entrypoint import run_service
from services.common.outcome import Scored, ScoreKind
from services.common.scorer import Call, Canary, Graded, Scorer, ScorerInfo
from services.common.settings import ServiceSettings

_GRADED = Graded(Scored(1.0))


class NoopSettings(ServiceSettings):
    """Nothing beyond the chassis."""

    model_config = SettingsConfigDict(env_prefix="PLAUDIT_NOOP_")


class NoopScorer:
    """Scores every sample 1, whatever it is."""

    info = ScorerInfo(
        name="noop",
        version="1",
        task="math",
        score_kind=ScoreKind.BINARY,
        min_value=0.0,
        max_value=1.0,
        max_sample_seconds=1.0,
    )

    async def start(self) -> None:
        """Nothing to load."""

    def prepare(self, sample: sample_pb2.Sample) -> object:
        """The sample itself."""
        return sample

    async def score(self, jobs: Sequence[object], call: Call) -> list[Graded]:
        """The same score for all."""
        return [_GRADED] * len(jobs)

    def canaries(self) -> Sequence[Canary]:
        """None: there is nothing that could be wrong."""
        return ()

    async def close(self) -> None:
        """Nothing to free."""


def build(settings: NoopSettings) -> Scorer:
    """The scorer."""
    return NoopScorer()


if __name__ == "__main__":
    run_service(NoopSettings, build)
