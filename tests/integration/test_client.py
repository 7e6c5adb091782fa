# SPDX-License-Identifier: MIT
"""sagewatchctl as its users have it: what it shows, its JSON, its exit codes; and curl instead."""

import contextlib
import fcntl
import grp
import json
import os
import pty
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time

import pytest

from daemon import Daemon, build, rules_dir, wait_for
from simulator import Simulator

HOME, AWAY = "us-east-1", "eu-west-1"
ROOT, INTERNET = "aws-sagemaker-001", "aws-sagemaker-002"
QUIET = Daemon.FRAME.replace("poll-interval = 1s", "poll-interval = 1h")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """A daemon that has seen three notebooks, two of them exposed, and a scope that is denied."""
    folder = tmp_path_factory.mktemp("client")
    with Simulator.from_build("--transition-ms", "50") as sim:
        sim.add_notebooks(HOME, names=["nb-ok"])
        sim.add_notebooks(HOME, names=["nb-root"], root_access="Enabled")
        sim.add_notebooks(HOME, names=["nb-net"], direct_internet_access="Enabled", subnet=None)
        sim.fault("denied", region=AWAY, operation="ListNotebookInstances")
        settings = (f'regions = {{ {HOME}, {AWAY} }}\nendpoint-url = "{sim.url}"\n'
                    f'blind-after = 1\nwebhook hook {{\n\turl = "{sim.hook_url("hook")}"\n}}\n')
        with Daemon(folder, sim.environment(), settings, frame=QUIET) as daemon:
            daemon.wait_ready()
            wait_for(lambda: len(daemon.findings()) == 2, 10, "two findings")
            sim.wait_received("hook", 2)
            yield daemon


@pytest.fixture
def empty(sim, make_daemon):
    with make_daemon(hook=False) as daemon:
        daemon.wait_ready()
        yield daemon


def rows(text):
    return [line.split() for line in text.splitlines()]


def row_of(text, word):
    found = [row for row in rows(text) if word in row]
    assert len(found) == 1, text
    return found[0]


# What is asked, and what the answer must show.


def test_status(seen):
    text = seen.ctl("status").stdout
    assert "2 are exposed" in text and "3 in all" in text
    assert "2 open" in text
    assert "1 blind" in text and AWAY in text and "sagemaker:ListNotebookInstances" in text
    assert "hook" in text
    # The worst first: what is exposed stands before how the daemon does.
    assert text.index("exposed") < text.index("sagewatchd ")


def test_scopes(seen):
    text = seen.ctl("scopes").stdout
    assert row_of(text, "blind")[2] == AWAY
    assert row_of(text, "ok")[2] == HOME
    assert text.index("blind") < text.index("ok  ")
    assert "sagemaker:ListNotebookInstances" in text
    assert AWAY not in seen.ctl("scopes", "--region", HOME).stdout


def test_notebooks(seen):
    text = seen.ctl("notebooks").stdout
    names = [row[0] for row in rows(text)]
    assert names == ["NOTEBOOK", "nb-net", "nb-root", "nb-ok"]  # the exposed ones first
    assert ROOT in row_of(text, "nb-root") and INTERNET in row_of(text, "nb-net")
    assert "pass" in row_of(text, "nb-ok")
    assert "nb-ok" not in seen.ctl("notebooks", "--exposed").stdout
    assert [row[0] for row in rows(seen.ctl("notebooks", "-n", "*-root").stdout)][1:] == ["nb-root"]


def test_show_by_name_and_by_arn(seen):
    arn = seen.get("/v1/notebooks/nb-root")["arn"]
    for which in ("nb-root", arn):
        text = seen.ctl("show", which).stdout
        assert text.startswith("nb-root exposed\n")
        assert arn in text and "Enabled" in text
        assert ["fail", ROOT] in rows(text) and ["pass", INTERNET] in rows(text)
    assert seen.ctl("show", "nb-ok").stdout.startswith("nb-ok not exposed\n")


def test_a_name_in_two_regions_is_told_apart(sim, make_daemon):
    for region in (HOME, AWAY):
        sim.add_notebooks(region, names=["nb-twin"])
    with make_daemon(regions=f"{HOME}, {AWAY}", hook=False) as daemon:
        daemon.wait_ready()
        done = daemon.ctl("show", "nb-twin", check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert "ARN" in done.stderr
        for item in daemon.items("/v1/notebooks"):
            assert item["arn"] in daemon.ctl("show", item["arn"]).stdout


def test_findings(seen):
    text = seen.ctl("findings").stdout
    key = next(item["key"] for item in seen.findings() if item["notebook"]["name"] == "nb-root")
    row = row_of(text, "nb-root")
    assert row[:2] == ["high", "open"] and ROOT in row and key.startswith(row[-1])
    assert "ago" in text or "now" in text
    assert "nb-net" not in seen.ctl("findings", "--rule", ROOT).stdout
    remedies = seen.ctl("findings", "-R").stdout
    assert "aws sagemaker" in remedies and "--root-access Disabled" in remedies
    assert key in remedies


def test_events(seen):
    text = seen.ctl("events").stdout
    for says in ("exposed: notebook nb-root", "exposed: notebook nb-net", "blind: "):
        assert text.count(says) == 1, text
    assert ROOT in text and AWAY in text
    lines = text.splitlines()
    assert lines == sorted(lines, key=lambda line: line[:19])
    assert len(seen.ctl("events", "-n", "1").stdout.splitlines()) == 1
    assert seen.ctl("events", "--since", "1h").stdout == text


def test_rules_and_sinks_and_deliveries(seen):
    text = seen.ctl("rules").stdout
    assert [row[2] for row in rows(text)[1:3]] == ["yes", "yes"]
    assert {row[0] for row in rows(text)[1:3]} == {ROOT, INTERNET}
    assert row_of(seen.ctl("sinks").stdout, "hook")[0] == "ok"
    assert len(rows(seen.ctl("deliveries").stdout)) == 1 + 2  # the digest, and the blind scope
    assert "\nsagewatch_" in seen.ctl("metrics").stdout


def test_no_colour_and_no_escapes_in_a_pipe(seen):
    for command in ("status", "scopes", "notebooks", "findings", "events", "rules", "sinks"):
        assert "\x1b" not in seen.ctl(command).stdout


def on_terminal(daemon, *arguments, columns=60, **environment):
    """What a terminal of so many columns gets."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:  # a chroot without /dev/pts
        pytest.skip(str(error))
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**daemon.environment, "TERM": "xterm", **environment}
    for name in ("COLUMNS", "NO_COLOR"):
        if name not in environment or not environment[name]:
            environment.pop(name, None)
    process = subprocess.Popen([build() / "sagewatchctl", "-s", daemon.socket, *arguments],
                               stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    text = b""
    with contextlib.suppress(OSError):  # EIO at the end
        while piece := os.read(ours, 65536):
            text += piece
    os.close(ours)
    assert process.wait(10) == 0, text
    return text.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_its_width(seen):
    text = on_terminal(seen, "findings", columns=60)
    assert "\x1b[" in text
    plain = on_terminal(seen, "--no-color", "findings", columns=60)
    assert "\x1b" not in plain and "\x1b" not in on_terminal(seen, "findings", NO_COLOR="1")
    assert max(len(line) for line in plain.splitlines()) <= 60
    assert "nb-root" in plain


# --json is what the socket says.

SAME = [
    (["status"], "/v1/status"),
    (["scopes"], "/v1/scopes"),
    (["notebooks"], "/v1/notebooks?limit=1000"),
    (["notebooks", "-e"], "/v1/notebooks?exposed=true"),
    (["show", "nb-root"], "/v1/notebooks/nb-root"),
    (["findings"], "/v1/findings"),
    (["events"], "/v1/events"),
    (["rules"], "/v1/rules"),
    (["sinks"], "/v1/sinks"),
    (["deliveries"], "/v1/deliveries"),
]


def steady(answer):
    """Without what differs from one moment to the next, as a retry of the blind scope does."""
    passing = {"now", "polling", "progress", "next_at", "last_attempt_at", "failures", "requests",
               "request_id"}
    if isinstance(answer, dict):
        return {name: steady(value) for name, value in answer.items() if name not in passing
                and name not in ("error", "sentence")}
    if isinstance(answer, list):
        return [steady(value) for value in answer]
    return answer


@pytest.mark.parametrize("command,path", SAME, ids=lambda value: str(value))
def test_json_is_the_sockets(seen, command, path):
    by_client = json.loads(seen.ctl("--json", *command).stdout)
    assert json.loads(seen.ctl(*command, "--json").stdout).keys() == by_client.keys()
    assert steady(by_client) == steady(json.loads(seen.request("GET", path)[1]))


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
@pytest.mark.parametrize("command,path", SAME[:6], ids=lambda value: str(value))
def test_curl_gets_the_same(seen, command, path):
    done = subprocess.run(["curl", "-sS", "--fail", "--unix-socket", seen.socket,
                           f"http://x{path}"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert steady(json.loads(done.stdout)) == steady(
        json.loads(seen.ctl("--json", *command).stdout))


def test_a_list_of_several_pages_is_one(sim, make_daemon):
    sim.add_notebooks(HOME, count=1203, prefix="nb-")
    with make_daemon(hook=False) as daemon:
        daemon.wait_ready(60)
        answer = json.loads(daemon.ctl("--json", "notebooks").stdout)
        assert answer["next"] is None and len({item["arn"] for item in answer["items"]}) == 1203
        assert len(daemon.ctl("notebooks").stdout.splitlines()) == 1204


# Nothing to show is said.

NOTHING = [
    (["notebooks"], "No notebooks."),
    (["findings"], "No findings."),
    (["findings", "-R"], "No findings."),
    (["events"], "No events."),
    (["sinks"], "No sinks."),
    (["deliveries"], "No deliveries."),
    (["scopes", "--region", "eu-north-1"], "No scopes."),
]


def test_an_empty_result_says_so(empty):
    for command, says in NOTHING:
        assert empty.ctl(*command).stdout == says + "\n", command
    assert json.loads(empty.ctl("--json", "findings").stdout) == {"items": [], "next": None}
    status = empty.ctl("status").stdout
    assert "0 are exposed" in status and "0 open" in status


# Exit codes: 1 the daemon says no or is not there, 2 the command line.

REFUSED = [
    ["show", "nb-none"],
    ["ack", "0123456789abcdef", "-c", "known"],
    ["resume", "nobody"],
    ["scan", "--region", "eu-north-1"],
    ["findings", "--state", "odd"],
    ["events", "--since", "yesterday-ish"],
    ["rules", "test", "/none/such.rule"],
]


@pytest.mark.parametrize("command", REFUSED, ids=lambda command: " ".join(command))
def test_a_refusal_is_one_line_and_1(seen, command):
    done = seen.ctl(*command, check=False)
    assert (done.returncode, done.stdout) == (1, ""), done.stdout + done.stderr
    assert done.stderr.startswith("sagewatchctl: ") and len(done.stderr.splitlines()) == 1


WRONG = [
    [],
    ["no-such-command"],
    ["status", "--no-such-option"],
    ["status", "one-word-too-many"],
    ["show"],
    ["ack", "0123456789abcdef"],
    ["events", "--since", "1h", "-n", "3"],
    ["events", "-n", "three"],
    ["rules", "tset", "x"],
    ["drill", "--timeout", "soon"],
    ["replay"],
    ["help", "no-such-command"],
]


@pytest.mark.parametrize("command", WRONG, ids=lambda command: " ".join(command) or "nothing")
def test_a_wrong_command_line_is_2(seen, command):
    done = seen.ctl(*command, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout + done.stderr
    assert done.stderr.startswith("sagewatchctl: ")


def test_without_a_daemon(sim, make_daemon):
    daemon = make_daemon()
    for command in ("status", "findings", "events", "scan", "drill"):
        done = daemon.ctl(command, check=False)
        assert done.returncode == 1 and done.stdout == ""
        assert "is not running" in done.stderr and str(daemon.socket) in done.stderr
        assert len(done.stderr.splitlines()) == 1
    daemon.start()
    daemon.kill()  # its socket stays
    done = daemon.ctl("status", check=False)
    assert done.returncode == 1 and "is not running" in done.stderr


def test_help_needs_no_daemon(make_daemon):
    daemon = make_daemon()
    for command in ([], ["status"], ["ack"], ["events"]):
        assert daemon.ctl("help", *command).stdout.startswith("Usage: sagewatchctl")
        assert daemon.ctl(*command, "--help").stdout == daemon.ctl("help", *command).stdout
    assert daemon.ctl("--version").stdout.startswith("sagewatchctl ")


# events --follow


class Follower:
    """A running `events --follow`, its lines with when they came."""

    def __init__(self, daemon, *options):
        self.process = subprocess.Popen(
            [build() / "sagewatchctl", "-s", daemon.socket, *options, "events", "--follow",
             "-n", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=daemon.environment)
        self.lines = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line))

    def wait(self, word, seconds=5):
        return wait_for(lambda: next((got for got in self.lines if word in got[1]), None),
                        seconds, f"a line with {word}", step=0.02)

    def end(self):
        code = self.process.wait(5)
        self.thread.join(5)
        errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return code, errors


@pytest.fixture
def watched(sim, make_daemon):
    sim.add_notebooks(HOME, names=["nb-a", "nb-b"])
    with make_daemon() as daemon:
        daemon.wait_ready()
        yield daemon


def wait_placed():
    """Until a follower is in place; what happens before is not for it."""
    time.sleep(0.5)


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_follow_shows_an_event_at_once_and_ends_at_sigint(sim, watched, options):
    follower = Follower(watched, *options)
    wait_placed()
    assert follower.lines == []
    sim.set_notebook(HOME, "nb-a", root_access="Enabled")
    start = time.monotonic()
    at, line = follower.wait("exposure.opened" if options else "exposed: notebook nb-a")
    assert at - start < 2
    if options:
        assert json.loads(line) == watched.events("exposure.opened")[0]
    else:
        assert ROOT in line and "rootAccess was Disabled, is Enabled" in line
    follower.process.send_signal(signal.SIGINT)
    code, errors = follower.end()
    assert code == -signal.SIGINT and errors == ""  # as a shell expects it


def test_follow_ends_when_the_daemon_stops(sim, make_daemon):
    sim.add_notebooks(HOME, names=["nb-a"])
    daemon = make_daemon().start()
    daemon.wait_ready()
    follower = Follower(daemon)
    wait_placed()
    start = time.monotonic()
    assert daemon.stop() == 0
    code, errors = follower.end()
    assert time.monotonic() - start < 5
    assert code == 1 and errors.startswith("sagewatchctl: sagewatchd closed the connection")
    assert len(errors.splitlines()) == 1


def test_follow_ends_when_its_reader_does(watched):
    follower = subprocess.Popen(
        f"{build()}/sagewatchctl -s {watched.socket} events -f -n 0 | head -n 1", shell=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=watched.environment)
    wait_placed()
    for _ in range(2):
        watched.request("POST", "/v1/drill")
        time.sleep(0.3)
    out, errors = follower.communicate(timeout=10)
    assert "drill" in out and "Sanitizer" not in errors


# Changing.


def test_scan_wait(sim, tmp_path):
    sim.add_notebooks(HOME, names=["nb-a"])
    settings = f'regions = {{ {HOME}, {AWAY} }}\nendpoint-url = "{sim.url}"\nblind-after = 1\n'
    with Daemon(tmp_path, sim.environment(), settings, frame=QUIET) as daemon:
        daemon.wait_ready()
        sim.set_notebook(HOME, "nb-a", root_access="Enabled")
        time.sleep(1.2)
        assert daemon.findings() == []  # an hour until the next poll
        assert daemon.ctl("scan", "--wait").stdout == "2 of 2 scopes seen.\n"
        assert [item["state"] for item in daemon.findings()] == ["open"]
        polls = daemon.scope(AWAY)["polls"]
        assert daemon.ctl("scan", "--wait", "-r", HOME).stdout == "1 of 1 scopes seen.\n"
        assert daemon.scope(AWAY)["polls"] == polls
        assert "2 scopes" in daemon.ctl("scan").stdout

        sim.fault("denied", region=AWAY, operation="ListNotebookInstances")
        done = daemon.ctl("scan", "--wait", check=False)
        assert done.returncode == 1
        assert done.stdout.startswith("1 of 2 scopes seen.\n")
        assert AWAY in done.stdout + done.stderr
        answer = json.loads(daemon.ctl("--json", "scan").stdout)
        assert answer["scopes"] == 2 and answer["requested_at"]


RULE = """rule mine {
	title    = "Notebooks are small"
	severity = low
	enabled  = true
	logic    = "SageMakerNotebook should have rootAccess = 'Disabled'"
}
"""


def test_rules_test(seen, tmp_path):
    path = tmp_path / "mine.rule"
    path.write_text(RULE)
    before = seen.findings(), seen.get("/v1/rules")
    done = seen.ctl("rules", "test", str(path))
    assert row_of(done.stdout, "nb-root")[:2] == ["fail", "mine"]
    assert row_of(done.stdout, "nb-ok")[0] == "pass"
    assert done.stdout.splitlines()[-1] == "1 fail, 0 unknown, 2 pass, 0 are left out."
    one = seen.ctl("rules", "test", str(path), "nb-ok").stdout
    assert "nb-root" not in one and "0 fail, 0 unknown, 1 pass" in one
    answer = json.loads(seen.ctl("--json", "rules", "test", str(path)).stdout)
    assert {item["notebook"]: item["verdict"] for item in answer["items"]} == {
        "nb-root": "fail", "nb-ok": "pass", "nb-net": "pass"}
    assert (seen.findings(), seen.get("/v1/rules")) == before  # nothing is written

    path.write_text(RULE.replace("rootAccess", "rootAces"))
    done = seen.ctl("rules", "test", str(path), check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert f"{path}:5:" in done.stderr and "rootAccess" in done.stderr


@pytest.mark.parametrize("path", sorted(rules_dir().glob("*.rule")), ids=lambda path: path.name)
def test_each_shipped_rule_can_be_tried(seen, path):
    assert "pass" in seen.ctl("rules", "test", str(path)).stdout


def test_drill(sim, watched, alerts):
    done = watched.ctl("drill")
    assert "hook: delivered" in done.stdout
    assert [event["type"] for event in alerts()] == ["drill"]
    answer = json.loads(watched.ctl("--json", "drill").stdout)
    assert answer["seq"] == watched.get("/v1/status")["last_event_seq"]
    assert [item["sink"] for item in answer["items"]] == ["hook"]
    sim.program_hook("hook", status=503)
    done = watched.ctl("drill", "--timeout", "1s", check=False)
    assert done.returncode == 1 and "hook: not delivered yet" in done.stdout


def test_drill_without_a_webhook(empty):
    assert "no webhook takes it" in empty.ctl("drill").stdout


def test_ack_and_back(sim, watched):
    sim.set_notebook(HOME, "nb-a", root_access="Enabled")
    watched.wait_events("exposure.opened")
    short = row_of(watched.ctl("findings").stdout, "nb-a")[-1]
    assert len(short) == 12
    text = watched.ctl("ack", short, "-c", "we know; <teaching>", "-u", "2d").stdout
    assert ROOT in text and "nb-a" in text and "acknowledged" in text
    finding = watched.findings()[0]
    assert (finding["state"], finding["ack"]["comment"]) == ("acknowledged", "we know; <teaching>")
    assert finding["ack"]["uid"] == os.getuid()
    assert row_of(watched.ctl("findings").stdout, "nb-a")[1] == "acknowledged"
    assert "we know" in watched.ctl("findings", "-R").stdout
    done = watched.ctl("ack", short, "-c", "x", "-u", "31d", check=False)
    assert done.returncode == 1 and "30 days" in done.stderr
    assert "taken back" in watched.ctl("ack", short, "-d").stdout
    assert watched.findings()[0]["state"] == "open"
    assert watched.ctl("ack", short, "-d", check=False).returncode == 1


def test_resume_and_replay(sim, watched, alerts):
    sim.program_hook("hook", status=404)
    watched.request("POST", "/v1/drill")
    wait_for(lambda: "suspended" in watched.ctl("sinks").stdout, 40, "the webhook is suspended")
    assert row_of(watched.ctl("sinks").stdout, "hook")[0] == "suspended"
    assert "suspended" in watched.ctl("status").stdout
    sim.program_hook("hook", reset=True)
    watched.ctl("resume", "hook")
    wait_for(lambda: row_of(watched.ctl("sinks").stdout, "hook")[0] == "ok", 20, "it is resumed")
    assert watched.ctl("replay", "--since", "1h").returncode == 0
    wait_for(lambda: "drill" in [event["type"] for event in alerts()], 10, "the drill came")


# Who may ask.


@contextlib.contextmanager
def open_to_all(sim, more=""):
    """A daemon whose folder anybody may enter."""
    with tempfile.TemporaryDirectory(prefix="sagewatch-client.") as folder:
        os.chmod(folder, 0o755)
        settings = f'regions = {{ {HOME} }}\nendpoint-url = "{sim.url}"\n{more}'
        with Daemon(folder, sim.environment(), settings) as daemon:
            daemon.wait_ready()
            yield daemon


def curl_as(daemon, *who, path="/v1/status", method="GET"):
    done = subprocess.run(
        ["setpriv", *who, "curl", "-sS", "-X", method, "-w", "\n%{http_code}", "--unix-socket",
         daemon.socket, f"http://x{path}"], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout.rpartition("\n")[2]


needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv") or not shutil.which("curl"),
    reason="only root, with setpriv and curl, can be somebody else")


@needs_root
def test_a_stranger_is_refused(sim):
    with open_to_all(sim) as daemon:
        code, status = curl_as(daemon, "--reuid=65534", "--regid=65534", "--clear-groups")
        assert (code == 7 and status == "000") or status == "403"
        # Where the file's mode would let everybody in, the daemon still looks who asks.
        os.chmod(daemon.socket, 0o666)
        for path, method in (("/v1/status", "GET"), ("/v1/events?follow=true", "GET"),
                             ("/metrics", "GET"), ("/v1/scan", "POST")):
            assert curl_as(daemon, "--reuid=65534", "--regid=65534", "--clear-groups",
                           path=path, method=method) == (0, "403"), path
        assert curl_as(daemon, "--clear-groups") == (0, "200")  # root


@needs_root
def test_readers_may_not_change_and_admins_may(sim):
    """Two groups that every Debian has, by the peer's supplementary groups."""
    readers, admins = grp.getgrnam("games").gr_gid, grp.getgrnam("adm").gr_gid
    more = "socket-group = games\nadmin-group = adm\n"
    with open_to_all(sim, more) as daemon:
        os.chmod(daemon.socket, 0o666)
        nobody = ["--reuid=65534", "--regid=65534"]
        reader, admin = [*nobody, f"--groups={readers}"], [*nobody, f"--groups={admins}"]
        assert curl_as(daemon, *reader) == (0, "200")
        assert curl_as(daemon, *reader, path="/v1/scan", method="POST") == (0, "403")
        assert curl_as(daemon, *admin) == (0, "200")
        assert curl_as(daemon, *admin, path="/v1/drill", method="POST")[1] in ("200", "202")
        denied = subprocess.run(["setpriv", *reader, build() / "sagewatchctl", "-s", daemon.socket,
                                 "scan"], capture_output=True, text=True, timeout=30)
        assert denied.returncode == 1 and len(denied.stderr.splitlines()) == 1


# the command, how often it is sent to a daemon that cuts two connections, its exit code
CUT_OFF = [
    ("a question is asked again", ["rules"], 3, 0),
    ("a command is not: it may have been heard", ["scan"], 1, 1),
]


@pytest.mark.parametrize("name,command,sent,code", CUT_OFF)
def test_a_daemon_that_stops_amid_an_answer(tmp_path, name, command, sent, code):
    body = b'{"items":[],"next":null}'
    answer = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
              b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    connections = 0

    def serve(listener):
        nonlocal connections
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connections += 1
                connection.recv(4096)
                if connections > 2:
                    connection.sendall(answer)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.sock"))
        listener.listen()
        listener.settimeout(10)
        server = threading.Thread(target=serve, args=(listener,), daemon=True)
        server.start()
        done = subprocess.run([build() / "sagewatchctl", "-s", tmp_path / "s.sock", *command],
                              capture_output=True, text=True, timeout=30)
    assert (connections, done.returncode) == (sent, code), done.stderr
