"""What happens, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent

from server.api.changes import CHANGE, JobChanged
from server.api.hub import Message
from server.api.scenes import job_topic
from server.api.services import Services


async def scene_events(services: Services, scene_id: str) -> AsyncIterator[ServerSentEvent]:
    """What a scene's reader has missed of its making, then whatever happens to it."""
    with services.hub.subscribed(scene_id) as messages:
        async for message in messages:
            yield _event(message)


async def job_events(services: Services, job_id: str) -> AsyncIterator[ServerSentEvent]:
    """How a job stands, then whatever happens to it until it ends."""
    with services.hub.subscribed(job_topic(job_id)) as messages:
        job = services.runner.with_progress(services.store.job(job_id))
        yield _event(JobChanged(job=job))
        if job.is_active:
            async for message in messages:
                yield _event(message)


def _event(message: Message) -> ServerSentEvent:
    return ServerSentEvent(raw_data=CHANGE.dump_json(message).decode(), event=getattr(message, "type", None))
