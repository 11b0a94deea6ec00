import resource
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.api.connections.budgets import Budgets


@given(st.integers(256, 10**6))
def test_whoever_is_held_leaves_descriptors_for_files_and_workers(descriptors):
    budgets = Budgets().within(descriptors)
    assert budgets.connections + budgets.requests <= descriptors
    assert min(budgets.strangers, budgets.requests, budgets.listeners) >= 8


def test_where_there_are_enough_descriptors_nothing_changes():
    assert Budgets().within(2**16) == Budgets()


@pytest.mark.parametrize("soft", [64, None])
def test_a_process_takes_all_descriptors_that_it_may_have(soft):
    # In a process of its own: what was raised can't be taken back from the others.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    lower = f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))" if soft else ""
    code = f"import resource\n{lower}\nfrom server.api.connections.budgets import raise_descriptor_limit as raised\n"
    code += "print(raised(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told, now = map(int, said.stdout.split())
    assert now == hard
    assert told == now or now < 0
