"""Server-sent events of scenes and jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent

from server.api.scenes.events import EVENT, AnyEvent, JobChanged
from server.api.scenes.store import job_topic
from server.api.services import Services


async def scene_events(services: Services, scene_id: str) -> AsyncIterator[ServerSentEvent]:
    """What a scene's reader has missed of its making, then whatever happens to it."""
    with services.hub.subscribed(scene_id) as events:
        async for event in events:
            yield _event(event)


async def job_events(services: Services, job_id: str) -> AsyncIterator[ServerSentEvent]:
    """The state of a job, then its events until it ends."""
    with services.hub.subscribed(job_topic(job_id)) as events:
        job = services.runner.with_progress(services.store.job(job_id))
        yield _event(JobChanged(job=job))
        if job.is_active:
            async for event in events:
                yield _event(event)


def _event(event: AnyEvent) -> ServerSentEvent:
    return ServerSentEvent(raw_data=EVENT.dump_json(event).decode(), event=event.type)
