"""Counters and gauges for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from server.api.jobs.job import Job

CONTENT_TYPE = CONTENT_TYPE_LATEST
_METHODS = ("", "GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS")
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

    def add_gauge(self, name: str, help_text: str, value: Callable[[], float]) -> None:
        """Report a number that is looked up whenever Prometheus asks.

        Args:
            name: of the gauge, without the prefix ``sonorama_``.
            help_text: what it is, in a sentence.
            value: returns the number now.
        """
        Gauge(f"sonorama_{name}", help_text, registry=self.registry).set_function(value)

    def count_answer(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request.

        Args:
            method: the HTTP method.
            route: the pattern of the path, not the path, so that there are few of them.
            status: the HTTP status of the answer.
            seconds: from the request's arrival until it was answered in full.
        """
        # Whoever asks may call a method what they like.
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def count_refusal(self, why: str) -> None:
        """Count a request that was refused unread."""
        self._refused.labels(why).inc()

    def count_job(self, job: Job, seconds: float) -> None:
        """Count a job that has ended, and how many seconds it ran."""
        self._jobs.labels(job.kind, job.state, job.problem.code if job.problem else "").inc()
        self._job_seconds.labels(job.kind).observe(seconds)

    def text(self) -> bytes:
        """All numbers in Prometheus' text format."""
        return generate_latest(self.registry)
