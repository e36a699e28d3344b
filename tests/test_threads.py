"""How long idle threads spin: set before PyTorch loads, unless the user has set it."""

import os
import subprocess
import sys

import pytest

from tracker.threads import spin_briefly


@pytest.fixture
def no_policy(monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    # setenv first, so that what the function sets is undone
    monkeypatch.setenv("GOMP_SPINCOUNT", "")
    monkeypatch.delenv("GOMP_SPINCOUNT")


def test_threads_spin_briefly(no_policy):
    spin_briefly()
    assert os.environ["GOMP_SPINCOUNT"] == "20000"
    assert "OMP_WAIT_POLICY" not in os.environ


def test_a_count_of_the_user_stays(no_policy, monkeypatch):
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    spin_briefly()
    assert os.environ["GOMP_SPINCOUNT"] == "7"


@pytest.mark.parametrize("policy", ["active", "passive"])
def test_a_policy_of_the_user_stays(no_policy, monkeypatch, policy):
    monkeypatch.setenv("OMP_WAIT_POLICY", policy)
    spin_briefly()
    assert os.environ["OMP_WAIT_POLICY"] == policy
    assert "GOMP_SPINCOUNT" not in os.environ


def test_it_loads_nothing_that_would_read_the_variables_too_early():
    code = "import sys, tracker.threads; sys.exit('torch' in sys.modules or 'cv2' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
