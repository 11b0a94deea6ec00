import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from protocol.errors import InputError
from server.api.http.problems import ConflictError, NotFoundError, Problem
from server.api.jobs.orders import Export, Voice
from server.api.jobs.store import MOST_ATTEMPTS, JobStore

VOICE = Voice(preset="embedded", source_id="dog-1", prompt="a dog", duration_s=1.0, seed=0)


@pytest.fixture
def store(tmp_path):
    opened = JobStore(tmp_path / "jobs.sqlite3")
    yield opened
    opened.close()


def test_jobs_are_done_in_the_order_of_their_coming(store):
    first, second = store.add(VOICE, scene_id="a"), store.add(Export(), scene_id="b")
    assert (first.state, first.source_id, second.source_id) == ("queued", "dog-1", None)
    assert store.request(first.job_id) == VOICE
    assert store.request(second.job_id) == Export()
    started = store.dequeue()
    assert (started.job_id, started.state, started.attempts) == (first.job_id, "running", 1)
    assert store.dequeue().job_id == second.job_id
    assert store.dequeue() is None


def test_jobs_of_one_scene_run_one_after_another(store):
    first, second = store.add(VOICE, scene_id="a"), store.add(VOICE, scene_id="a")
    other = store.add(VOICE, scene_id="b")
    assert store.dequeue().job_id == first.job_id
    assert store.dequeue().job_id == other.job_id
    assert store.dequeue() is None
    store.finish(first.job_id, "done")
    assert store.dequeue().job_id == second.job_id


def test_no_job_is_begun_twice_however_many_ask(store):
    jobs = {store.add(Export(), scene_id=f"scene-{number}").job_id for number in range(40)}
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: store.dequeue(), range(60)))
    begun = [job.job_id for job in started if job is not None]
    assert len(begun) == 40
    assert set(begun) == jobs


def test_what_was_added_is_there_after_the_store_was_not_closed(store, tmp_path):
    job = store.add(Export(), scene_id="a")
    other = JobStore(tmp_path / "jobs.sqlite3")
    assert other.job(job.job_id) == job
    other.close()


def test_a_job_that_ended_stays_as_it_ended(store):
    problem = Problem(code="error", what="it broke", where="here", remedy="mend it")
    job = store.add(Export(), scene_id="a")
    with pytest.raises(ConflictError, match="cancel it first"):
        store.forget(job.job_id)
    store.dequeue()
    assert store.finish(job.job_id, "failed", problem).problem == problem
    with pytest.raises(ConflictError, match="is failed already"):
        store.cancel(job.job_id)
    again = store.requeue(job.job_id)
    assert (again.state, again.problem, again.attempts) == ("queued", None, 0)
    with pytest.raises(ConflictError):
        store.requeue(job.job_id)
    assert store.cancel(job.job_id).state == "cancelled"
    assert store.finish(job.job_id, "done").state == "cancelled"
    store.forget(job.job_id)
    for method in (store.job, store.request, store.cancel, store.requeue, store.forget):
        with pytest.raises(NotFoundError):
            method(job.job_id)


def test_jobs_are_found_by_scene_and_state(store):
    jobs = [store.add(Export(), scene_id=scene) for scene in ("a", "b", "a")]
    store.dequeue()
    assert [job.job_id for job in store.jobs(scene_id="a")] == [jobs[2].job_id, jobs[0].job_id]
    assert [job.job_id for job in store.jobs(states=("queued",), newest=False)] == [jobs[1].job_id, jobs[2].job_id]
    assert len(store.jobs(most=2)) == 2


def test_a_job_that_has_seen_its_server_die_too_often_is_not_begun_again(store):
    job = store.add(Export(), scene_id="a")
    for attempt in range(MOST_ATTEMPTS):
        assert store.dequeue().attempts == attempt + 1
        store.requeue_interrupted()
    ended = store.job(job.job_id)
    assert (ended.state, ended.problem.code) == ("failed", "worker_crashed")
    store.requeue(job.job_id)
    assert store.dequeue().attempts == 1


def test_a_job_that_is_put_back_counts_as_not_begun(store):
    job = store.add(Export(), scene_id="a")
    for _ in range(2 * MOST_ATTEMPTS):
        assert store.dequeue().attempts == 1
        store.put_back(job.job_id)
    store.requeue_interrupted()
    assert store.job(job.job_id).state == "queued"


def test_a_change_that_fails_leaves_the_store_usable(store):
    store.add(Export(), scene_id="a", job_id="0" * 16)
    with pytest.raises(sqlite3.IntegrityError):
        store.add(Export(), scene_id="a", job_id="0" * 16)
    assert store.dequeue().job_id == "0" * 16


def test_a_database_of_a_later_version_or_of_nonsense_is_left_alone(tmp_path):
    later = tmp_path / "later.sqlite3"
    with sqlite3.connect(later) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(InputError, match="later version"):
        JobStore(later)
    nonsense = tmp_path / "nonsense.sqlite3"
    nonsense.write_bytes(b"nonsense" * 1000)
    with pytest.raises(InputError, match="can't be used"):
        JobStore(nonsense)
    assert nonsense.read_bytes() == b"nonsense" * 1000
