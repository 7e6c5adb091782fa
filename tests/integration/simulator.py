# SPDX-License-Identifier: MIT
"""Starts the project's simulated AWS (tests/sim) and speaks with it; used by the tests here.

    with Simulator.from_build() as sim:
        sim.add_notebooks("eu-west-1", count=40)
        sim.fault("throttle", operation="Describe*", count=3)

Standard library only. What each request takes is told by `sagewatch-sim --help`.
"""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ACCOUNT = "111111111111"
ACCESS_KEY_ID = "AKIASIMULATOR0000001"
SECRET_ACCESS_KEY = "simulator-secret-1"
START_SECONDS = 10
STOP_SECONDS = 10


class SimulatorError(Exception):
    """The simulator refused a request, or did not start or stop as it should."""


def binary():
    """The simulator's path: $SAGEWATCH_BUILD/tests/sim/sagewatch-sim."""
    return pathlib.Path(os.environ["SAGEWATCH_BUILD"]) / "tests" / "sim" / "sagewatch-sim"


def without_none(members):
    return {name: value for name, value in members.items() if value is not None}


class Simulator:
    """One running simulator on a free port. A context manager; or start() and stop()."""

    def __init__(self, path, *options, stderr=None):
        self.path = str(path)
        self.options = [str(option) for option in options]
        self.stderr = stderr
        self.process = None
        self.url = None

    @classmethod
    def from_build(cls, *options, **keywords):
        return cls(binary(), *options, **keywords)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with tempfile.TemporaryDirectory(prefix="sagewatch-sim.") as folder:
            ready = pathlib.Path(folder) / "url"
            self.process = subprocess.Popen(
                [self.path, "--port", "0", "--ready-file", str(ready), *self.options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.stderr,
            )
            end = time.monotonic() + START_SECONDS
            while not ready.exists():
                if self.process.poll() is not None:
                    raise SimulatorError(f"{self.path} ended with {self.process.returncode}")
                if time.monotonic() > end:
                    self.process.kill()
                    raise SimulatorError(f"{self.path} was not ready in {START_SECONDS} s")
                time.sleep(0.01)
            self.url = ready.read_text().strip()
        return self

    def stop(self):
        """Ends it with SIGTERM; anything but a clean end (a sanitizer's word, too) is an error."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise SimulatorError("the simulator did not end at SIGTERM") from None
        if code != 0:
            raise SimulatorError(f"the simulator ended with {code}")

    @property
    def port(self):
        return urllib.parse.urlsplit(self.url).port

    def environment(self, region="us-east-1", **more):
        """The environment of an AWS client, or of the daemon, that shall speak with this one."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("AWS_")
        }
        environment.update(
            AWS_ACCESS_KEY_ID=ACCESS_KEY_ID,
            AWS_SECRET_ACCESS_KEY=SECRET_ACCESS_KEY,
            AWS_ENDPOINT_URL=self.url,
            AWS_REGION=region,
            AWS_DEFAULT_REGION=region,
            AWS_CONFIG_FILE="/dev/null",
            AWS_SHARED_CREDENTIALS_FILE="/dev/null",
            AWS_EC2_METADATA_DISABLED="true",
            AWS_PAGER="",
        )
        environment.update(more)
        return environment

    def request(self, method, path, body=None, **query):
        query = without_none(query)
        url = f"{self.url}{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise SimulatorError(f"{method} {path}: {error.code} {text}") from None

    # Requests that were counted.

    def stats(self, reset=False):
        return self.request("GET", "/_sim/stats", reset=1 if reset else None)

    def reset_stats(self):
        self.request("DELETE", "/_sim/stats")

    # Faults.

    def fault(self, kind, **members):
        """account, region, operation, name: globs; count, delay_ms, offset_seconds, …"""
        self.request("POST", "/_sim/faults", {"kind": kind, **without_none(members)})

    def faults(self):
        return self.request("GET", "/_sim/faults")

    def clear_faults(self, kind=None):
        self.request("DELETE", "/_sim/faults", kind=kind)

    # Notebooks, behind the API's back.

    def add_notebooks(self, region, **members):
        """name, or names, or count (with prefix, first, digits); account; any field."""
        self.request("POST", "/_sim/notebooks", {"region": region, **members})

    def set_notebook(self, region, name, **members):
        """Any field; None removes it; touch=False leaves LastModifiedTime as it was."""
        self.request("POST", "/_sim/notebooks/set", {"region": region, "name": name, **members})

    def remove_notebooks(self, region, name=None, account=None):
        """Those whose names match the glob; returns how many."""
        body = without_none({"region": region, "name": name, "account": account})
        return self.request("DELETE", "/_sim/notebooks", body)["removed"]

    def notebooks(self, region, name=None, account=None):
        return self.request("GET", "/_sim/notebooks", region=region, name=name, account=account)

    # The world.

    def add_accounts(self, *accounts):
        self.request("POST", "/_sim/accounts", list(accounts))

    def accounts(self):
        return self.request("GET", "/_sim/accounts")

    def set_clock(self, offset_seconds):
        self.request("POST", "/_sim/clock", {"offset_seconds": offset_seconds})

    def set_transition(self, milliseconds):
        self.request("POST", "/_sim/transition", {"ms": milliseconds})

    # The webhook receiver.

    def hook_url(self, name):
        return f"{self.url}/hook/{name}"

    def received(self, name, after=0):
        return self.request("GET", f"/_sim/hooks/{name}", after=after)

    def program_hook(self, name, **members):
        """status, body, headers, retry_after, delay_ms, count, behaviour, reset."""
        self.request("PUT", f"/_sim/hooks/{name}", members)

    def clear_hook(self, name):
        self.request("DELETE", f"/_sim/hooks/{name}")

    def wait_received(self, name, count=1, seconds=10, wanted=None):
        """Waits for so many messages (of those for which wanted() is true) and returns them."""
        end = time.monotonic() + seconds
        while True:
            records = self.received(name)
            if wanted is not None:
                records = [record for record in records if wanted(record)]
            if len(records) >= count:
                return records
            if time.monotonic() > end:
                raise SimulatorError(f"{len(records)} of {count} messages came to {name}")
            time.sleep(0.02)
