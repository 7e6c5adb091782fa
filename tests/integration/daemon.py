# SPDX-License-Identifier: MIT
"""Starts sagewatchd as its user would, and asks its socket; used by the tests here.

    with Daemon(tmp_path, sim.environment(), 'regions = { eu-west-1 }\\n') as daemon:
        daemon.wait_ready()
        daemon.get("/v1/status")

Standard library only.
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.parse

START_SECONDS = 10
STOP_SECONDS = 10


def build():
    return pathlib.Path(os.environ["SAGEWATCH_BUILD"])


def rules_dir():
    return pathlib.Path(os.environ["srcdir_top"]) / "etc" / "rules.d"


def wait_for(probe, seconds=10, what="something", step=0.05):
    """The first true answer of probe(); an assertion that names `what` where none comes."""
    end = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(step)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=10):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """One sagewatchd with its files in a folder. A context manager; or start() and stop()."""

    FRAME = """\
poll-interval = 1s
state-file = "{folder}/state.db"
socket = "{folder}/sagewatch.sock"
rules-dirs = {{ "{rules}" }}
max-requests-per-second = 0
"""

    def __init__(self, folder, environment, settings, frame=FRAME, options=()):
        self.folder = pathlib.Path(folder)
        self.environment = environment
        self.options = list(options)
        self.conf = self.folder / "sagewatch.conf"
        self.socket = self.folder / "sagewatch.sock"
        self.log_file = self.folder / "log"
        self.frame = frame
        self.process = None
        self.configure(settings)

    def configure(self, settings):
        text = self.frame.format(folder=self.folder, rules=rules_dir()) + settings
        self.conf.write_text(text)

    def command(self, *options):
        return [str(build() / "sagewatchd"), "-c", str(self.conf), *options]

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.command(*self.options), env=self.environment,
                                            stderr=log, stdout=log)
        wait_for(lambda: self.answers() or self.process.poll() is not None, START_SECONDS,
                 "the socket answers")
        assert self.process.poll() is None, self.log()
        return self

    def answers(self):
        try:
            self.get("/v1/status")
            return True
        except OSError:
            return False

    def stop(self, number=signal.SIGTERM):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(STOP_SECONDS)
        self.process = None
        return code

    def kill(self):
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        code = self.stop()
        if kind is not None:
            print(self.log())
        else:
            assert code in (0, None), f"exit {code}\n{self.log()}"

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def request(self, method, path, body=None, **query):
        query = {name: value for name, value in query.items() if value is not None}
        if query:
            path += "?" + urllib.parse.urlencode(query)
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get(self, path, **query):
        status, text = self.request("GET", path, **query)
        assert status == 200, f"{path}: {status} {text}"
        return json.loads(text)

    def items(self, path, **query):
        """All items of a list, page after page."""
        found = []
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def events(self, kind=None, after=0):
        found = self.items("/v1/events", after=after)
        return [event for event in found if kind is None or event["type"] == kind]

    def findings(self, **query):
        return self.items("/v1/findings", **query)

    def scope(self, region):
        return next(scope for scope in self.get("/v1/scopes")["items"]
                    if scope["region"] == region)

    def wait_ready(self, seconds=20):
        wait_for(lambda: self.get("/v1/status")["ready"], seconds, "the daemon is ready")

    def wait_events(self, kind, count=1, seconds=10):
        wait_for(lambda: len(self.events(kind)) >= count, seconds, f"{count} × {kind}")
        return self.events(kind)

    def wait_polls(self, region, count=2):
        """Until so many more polls of the scope came to a good end."""
        goal = self.scope(region)["polls"] + count
        wait_for(lambda: self.scope(region)["polls"] >= goal, 20, f"{count} polls of {region}")

    def ctl(self, *arguments, check=True):
        done = subprocess.run([str(build() / "sagewatchctl"), "--socket", str(self.socket),
                               *arguments], capture_output=True, text=True, timeout=30,
                              env=self.environment)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done
