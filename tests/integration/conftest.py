# SPDX-License-Identifier: MIT
"""What all tests here share: a simulator, and a daemon that watches it."""

import json
import signal

import pytest

from daemon import Daemon
from simulator import Simulator

# A shell's background job ignores SIGINT, and so would every program that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def sim():
    with Simulator.from_build("--transition-ms", "50") as simulator:
        yield simulator


@pytest.fixture
def make_daemon(tmp_path, sim):
    """A daemon on the simulator with a generic webhook `hook`; not started."""

    def make(more="", regions="us-east-1", webhook="", hook=True, environment=None):
        settings = f'regions = {{ {regions} }}\nendpoint-url = "{sim.url}"\n'
        if hook:
            settings += f'webhook hook {{\n\turl = "{sim.hook_url("hook")}"\n\t{webhook}\n}}\n'
        return Daemon(tmp_path, environment or sim.environment(), settings + more)

    return make


@pytest.fixture
def alerts(sim):
    """What the webhook got: events, in order."""

    def read(kind=None, hook="hook"):
        found = [json.loads(message["body"])["data"] for message in sim.received(hook)]
        return [event for event in found if kind is None or event["type"] == kind]

    return read
