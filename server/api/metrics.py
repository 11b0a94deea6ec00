"""What is counted, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from server.api.jobs import Job

CONTENT_TYPE = CONTENT_TYPE_LATEST
_JOB_BUCKETS_S = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
_REQUEST_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "sonorama_http_requests", "Answered requests.", ["method", "route", "status"], registry=self.registry
        )
        self._request_seconds = Histogram(
            "sonorama_http_request_seconds",
            "Time until a request was answered in full.",
            ["route"],
            buckets=_REQUEST_BUCKETS_S,
            registry=self.registry,
        )
        self._jobs = Counter("sonorama_jobs", "Jobs that ended.", ["kind", "state", "code"], registry=self.registry)
        self._job_seconds = Histogram(
            "sonorama_job_seconds", "How long jobs ran.", ["kind"], buckets=_JOB_BUCKETS_S, registry=self.registry
        )
        self._refused = Counter("sonorama_refused", "Requests refused unread.", ["why"], registry=self.registry)

    def watch(self, name: str, words: str, value: Callable[[], float]) -> None:
        """Tell a number whenever it is asked for."""
        Gauge(f"sonorama_{name}", words, registry=self.registry).set_function(value)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; ``route`` is a pattern, so that there are few of them."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def refused(self, why: str) -> None:
        """Count a request that was not even looked at."""
        self._refused.labels(why).inc()

    def job_ended(self, job: Job, seconds: float) -> None:
        """Count a job."""
        self._jobs.labels(job.kind, job.state, job.problem.code if job.problem else "").inc()
        self._job_seconds.labels(job.kind).observe(seconds)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
