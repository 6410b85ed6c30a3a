"""A service whose samples say what becomes of them: the response is a command such as "value:0.5".

value:X     scores X                    sleep:S    scores 1 after S seconds, TIMEOUT by the deadline
fail        a failure, not retryable    raise      the scorer raises, with SECRET in the text
hang        the scorer ignores its deadline        bad        prepare says INVALID_SAMPLE
prepare     prepare raises              surrogate  a score whose texts no message can carry
nth:X       scores 1; the component `nth` counts the jobs that the scorer has had so far
"""

import asyncio
import time
from collections.abc import Sequence

from pydantic_settings import SettingsConfigDict

from plaudit.v1 import sample_pb2
from services.common.entrypoint import run_service
from services.common.outcome import Failed, FailureReason, Outcome, Scored, ScoreKind
from services.common.scorer import Call, Canary, Graded, Scorer, ScorerInfo
from services.common.settings import ServiceSettings

SECRET = "the secret of the scorer"


class ScriptedSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="PLAUDIT_SCRIPTED_")

    start_seconds: float = 0.0
    """How long the warm-up takes."""
    start_fails: bool = False
    """Whether the warm-up raises."""
    canary: str = "value:1"
    """The command of the canary, which expects a score of 1."""


class ScriptedScorer:
    info = ScorerInfo(
        name="scripted",
        version="1",
        task="math",
        score_kind=ScoreKind.FRACTION,
        min_value=0.0,
        max_value=1.0,
        max_sample_seconds=1.0,
        group_methods=("rank",),
    )

    def __init__(self, settings: ScriptedSettings) -> None:
        self._settings = settings
        self._jobs = 0

    async def start(self) -> None:
        await asyncio.sleep(self._settings.start_seconds)
        if self._settings.start_fails:
            raise RuntimeError("no weights")

    def prepare(self, sample: sample_pb2.Sample) -> str | Failed:
        if sample.response == "bad":
            return Failed(FailureReason.INVALID_SAMPLE, "bad by its own account")
        if sample.response == "prepare":
            raise ValueError(SECRET)
        return sample.response

    async def score(self, jobs: Sequence[object], call: Call) -> list[Graded]:
        return await asyncio.gather(*(self._one(str(job), call) for job in jobs))

    async def score_groups(
        self, groups: Sequence[Sequence[object]], method: str, call: Call
    ) -> list[list[Graded]]:
        return [
            [Graded(Scored(index / len(group))) for index in range(len(group))] for group in groups
        ]

    def canaries(self) -> Sequence[Canary]:
        sample = sample_pb2.Sample(response=self._settings.canary, math=sample_pb2.MathTask())
        return (Canary("the script scores 1", sample, lambda outcome: outcome == Scored(1.0)),)

    async def close(self) -> None:
        pass

    async def _one(self, command: str, call: Call) -> Graded:
        started = time.monotonic()
        outcome = await self._outcome(command, call)
        return Graded(outcome, 0.0, time.monotonic() - started)

    async def _outcome(self, command: str, call: Call) -> Outcome:
        verb, _, argument = command.partition(":")
        self._jobs += 1
        match verb:
            case "value":
                return Scored(float(argument))
            case "nth":
                return Scored(1.0, {"nth": self._jobs})
            case "fail":
                return Failed(FailureReason.ABSTAINED, "as asked", partial={"part": 0.5})
            case "sleep":
                return await self._sleep(float(argument), call)
            case "hang":
                await asyncio.Event().wait()
            case "surrogate":
                return Scored(1.0, explanation="\ud800")
        raise RuntimeError(SECRET)

    async def _sleep(self, seconds: float, call: Call) -> Outcome:
        left = call.deadline - time.monotonic()
        await asyncio.sleep(min(seconds, max(0.0, left)))
        if seconds > left:
            return Failed(FailureReason.TIMEOUT, "not done in time", retryable=True)
        return Scored(1.0)


def build(settings: ScriptedSettings) -> Scorer:
    return ScriptedScorer(settings)


if __name__ == "__main__":
    run_service(ScriptedSettings, build)
