# SPDX-License-Identifier: MIT
"""The journal and syslog(3), without systemd: what the daemon sends to their sockets.

It runs in a mount namespace of its own, with our sockets where those of the system would be.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

import pytest

from daemon import Daemon, wait_for
from simulator import ACCOUNT

REGION = "us-east-1"
ERR, WARNING, NOTICE, INFO = 3, 4, 5, 6
DAEMON_FACILITY = 3 << 3

# type, what the catalog calls it, priority: whoever filters by these relies on them for ever.
EVENTS = {
    "exposure.opened": ("A notebook is exposed", WARNING),
    "exposure.resolved": ("A notebook's exposure has ended", NOTICE),
    "exposure.reminder": ("A notebook is still exposed", WARNING),
    "exposure.baseline": ("Exposures that were there before watching began", WARNING),
    "exposure.flapping": ("A finding opens and closes again and again", WARNING),
    "notebook.created": ("A notebook was created", INFO),
    "notebook.changed": ("A notebook was changed", NOTICE),
    "notebook.replaced": ("A notebook was replaced", NOTICE),
    "notebook.deleted": ("A notebook was deleted", INFO),
    "scope.blind": ("A scope cannot be observed", ERR),
    "scope.restored": ("A scope is observed again", NOTICE),
    "sink.suspended": ("A webhook is suspended", ERR),
    "sink.resumed": ("A webhook delivers again", NOTICE),
    "exception.expiring": ("An exception is about to end", WARNING),
    "drill": ("A drill", NOTICE),
}


def catalog():
    """The subjects of the catalog with their ids."""
    path = pathlib.Path(os.environ["srcdir_top"]) / "systemd" / "sagewatch.catalog"
    found = re.findall(r"^-- ([0-9a-f]{32})\nSubject: (.*)$", path.read_text(), re.MULTILINE)
    return {subject: number for number, subject in found}


def unshare():
    own = ["unshare", "--mount"]
    return own if os.geteuid() == 0 else own + ["--user", "--map-root-user"]


def why_not():
    """Why there can be no namespace here, or None."""
    if shutil.which("unshare") is None:
        return "no unshare(1)"
    done = subprocess.run([*unshare(), "mount", "-t", "tmpfs", "tmpfs", "/run"],
                          capture_output=True, text=True)
    return None if done.returncode == 0 else f"no mount namespace: {done.stderr.strip()}"


WHY_NOT = why_not()
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))

# $1: an empty folder, $2: a folder with the journal's socket, $3: syslog's socket; the rest is the
# command.
# A /run and a /dev with what we put there; what lies beneath is untouched.
NAMESPACE = """
set -e
folder=$1 journal=$2 log=$3
shift 3
mount -t tmpfs tmpfs "$folder"
for device in null zero urandom random; do
    touch "$folder/$device"
    mount --bind "/dev/$device" "$folder/$device"
done
touch "$folder/log"
mount --bind "$log" "$folder/log"
mount --rbind "$folder" /dev
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal
mount --bind "$journal" /run/systemd/journal
exec "$@"
"""


class DaemonApart(Daemon):
    """A daemon that finds our sockets in the places of the journal and syslog."""

    def command(self, *options):
        folder = self.folder / "dev"
        folder.mkdir(exist_ok=True)
        return [*unshare(), "sh", "-c", NAMESPACE, "namespace", str(folder),
                str(self.folder / "journal"), str(self.folder / "syslog"),
                *super().command(*options)]

    def start(self):
        try:
            return super().start()
        except AssertionError:
            if "this build has no journal" in self.log():
                pytest.skip("built without libsystemd")
            raise


class Receiver:
    """A datagram socket, read as the messages come: who sends to a full one has to wait."""

    def __init__(self, path):
        self.path = str(path)
        self.messages = []
        self.open()

    def open(self):
        pathlib.Path(self.path).unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while message := self.socket.recv(1 << 20):
            self.messages.append(message)

    def close(self):
        # An empty datagram ends the thread: to shut down a datagram socket would not wake it.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.path)
        self.thread.join(5)
        self.socket.close()


def parse_native(message):
    """The fields of one entry in the journal's native protocol; each value in a list."""
    fields = {}
    while message:
        line, _, message = message.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:  # of several lines: its length in 64 bits, little-endian, then itself
            length = struct.unpack("<Q", message[:8])[0]
            value, message = message[8:8 + length], message[8 + length:]
            assert message[:1] == b"\n"
            message = message[1:]
        fields.setdefault(name.decode(), []).append(value.decode())
    return fields


@pytest.fixture
def journal(tmp_path):
    (tmp_path / "journal").mkdir()
    receiver = Receiver(tmp_path / "journal" / "socket")
    yield receiver
    receiver.close()


@pytest.fixture
def syslog(tmp_path):
    receiver = Receiver(tmp_path / "syslog")
    yield receiver
    receiver.close()


@pytest.fixture
def apart(tmp_path, sim, journal, syslog):
    def make(target, more="", baseline="digest"):
        return DaemonApart(tmp_path, sim.environment(), (
            f'regions = {{ {REGION} }}\nendpoint-url = "{sim.url}"\n'
            f"log-target = {target}\nbaseline = {baseline}\nblind-after = 1\n"
            f'webhook hook {{\n\turl = "{sim.hook_url("hook")}"\n}}\n{more}'))

    return make


def entries(journal, kind=None):
    """The events among the entries: those with a message id."""
    found = [parse_native(message) for message in list(journal.messages)]
    return [entry for entry in found if "MESSAGE_ID" in entry
            and kind in (None, entry["SAGEWATCH_TYPE"][0])]


def shows(entry, fields):
    return all(entry.get(f"SAGEWATCH_{name}") == [value] for name, value in fields.items())


def wait_entry(journal, kind, seconds=20, **fields):
    """The first entry of a type that has these fields."""

    def found():
        return next((entry for entry in entries(journal, kind) if shows(entry, fields)), None)

    return wait_for(found, seconds, f"{kind} with {fields}")


def check_all(daemon, journal):
    """Each event is in the journal once, in order, as the history has it."""
    ids = catalog()
    assert set(ids) == {subject for subject, _ in EVENTS.values()}
    history = daemon.events()
    wait_for(lambda: len(entries(journal)) >= len(history), 10, "all events are in the journal")
    told = entries(journal)
    assert [entry["SAGEWATCH_SEQ"][0] for entry in told] == [
        str(event["seq"]) for event in history]
    for entry, event in zip(told, history):
        subject, priority = EVENTS[event["type"]]
        assert entry["MESSAGE_ID"] == [ids[subject]], event["type"]
        assert entry["PRIORITY"] == [str(priority)], event["type"]
        assert entry["SYSLOG_IDENTIFIER"] == ["sagewatchd"]
        assert len(entry["MESSAGE"]) == 1 and entry["MESSAGE"][0].strip()
        assert shows(entry, {"TYPE": event["type"], "EVENT_ID": event["id"]})
        assert all(len(values) == 1 for values in entry.values()), entry
        assert not {name for name in entry if not name.startswith("SAGEWATCH_")} - {
            "MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER"}
        for field, member in (("REASON", "reason"), ("SEVERITY", "severity")):
            assert entry.get(f"SAGEWATCH_{field}") == (
                [event[member]] if event.get(member) else None)
        if event.get("notebook"):
            notebook = event["notebook"]
            assert shows(entry, {"NOTEBOOK": notebook["arn"], "NOTEBOOK_NAME": notebook["name"],
                                 "ACCOUNT": ACCOUNT, "REGION": notebook["region"]})
        if event.get("finding"):
            assert shows(entry, {"FINDING": event["finding"]["key"], "RULE": event["rule"]["id"]})
    return {entry["SAGEWATCH_TYPE"][0] for entry in told}


def nothing_elsewhere(daemon, *receivers):
    for receiver in receivers:
        assert receiver.messages == []
    assert daemon.log() == ""


def test_notebooks_and_scopes_in_the_journal(sim, apart, journal, syslog):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"], tags={"owner": "ml-team"})
    with apart("journal", "enable-rules = { sagewatch-sagemaker-owner-tag }\n") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        opened = wait_entry(journal, "exposure.opened", REASON="changed", SEVERITY="high",
                            RULE="aws-sagemaker-001", NOTEBOOK_NAME="nb-a", OWNER="ml-team",
                            FIELD="rootAccess", BEFORE="Disabled", AFTER="Enabled")
        assert "nb-a" in opened["MESSAGE"][0] and "Enabled" in opened["MESSAGE"][0]
        sim.set_notebook(REGION, "nb-a", root_access="Disabled")
        wait_entry(journal, "exposure.resolved", REASON="changed", NOTEBOOK_NAME="nb-a",
                   FINDING=opened["SAGEWATCH_FINDING"][0], BEFORE="Enabled", AFTER="Disabled")

        sim.add_notebooks(REGION, names=["nb-new"], tags={"owner": "ml-team"})
        wait_entry(journal, "notebook.created", NOTEBOOK_NAME="nb-new")
        sim.set_notebook(REGION, "nb-new", role_arn="arn:aws:iam::111111111111:role/Other")
        wait_entry(journal, "notebook.changed", NOTEBOOK_NAME="nb-new", FIELD="roleArn",
                   AFTER="arn:aws:iam::111111111111:role/Other")
        sim.remove_notebooks(REGION, "nb-new")
        sim.add_notebooks(REGION, names=["nb-new"], root_access="Enabled",
                          tags={"owner": "ml-team"})
        wait_entry(journal, "notebook.replaced", NOTEBOOK_NAME="nb-new")
        wait_entry(journal, "exposure.opened", NOTEBOOK_NAME="nb-new", REASON="replaced")
        sim.remove_notebooks(REGION, "nb-new")
        wait_entry(journal, "notebook.deleted", NOTEBOOK_NAME="nb-new")
        wait_entry(journal, "exposure.resolved", NOTEBOOK_NAME="nb-new", REASON="deleted")

        sim.fault("denied", operation="ListNotebookInstances")
        blind = wait_entry(journal, "scope.blind", REGION=REGION, ACCOUNT=ACCOUNT)
        assert "sagemaker:ListNotebookInstances" in blind["SAGEWATCH_ERROR"][0]
        sim.clear_faults()
        wait_entry(journal, "scope.restored", REGION=REGION, seconds=40)

        assert check_all(daemon, journal) == {
            "exposure.opened", "exposure.resolved", "notebook.created", "notebook.changed",
            "notebook.replaced", "notebook.deleted", "scope.blind", "scope.restored"}
    nothing_elsewhere(daemon, syslog)


EXCEPTION = """exception lab {
	notebook = "nb-b"
	rule     = "aws-sagemaker-001"
	reason   = "teaching"
	owner    = "ml"
	expires  = "%s"
}
"""


def test_all_other_events_in_the_journal(sim, apart, journal, syslog):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"], root_access="Enabled")
    sim.program_hook("hook", status=404)
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    with apart("journal", "reminders = { 1s }\n" + EXCEPTION % end) as daemon:
        daemon.wait_ready()
        wait_entry(journal, "exposure.opened", REASON="baseline", NOTEBOOK_NAME="nb-a")
        wait_entry(journal, "exposure.baseline")
        wait_entry(journal, "exception.expiring")
        wait_entry(journal, "sink.suspended", SINK="hook", seconds=40)
        sim.program_hook("hook", reset=True)
        assert daemon.request("POST", "/v1/sinks/hook/resume")[0] in (200, 202, 204)
        wait_entry(journal, "sink.resumed", SINK="hook", seconds=40)
        assert daemon.request("POST", "/v1/drill")[0] in (200, 202)
        wait_entry(journal, "drill")
        wait_entry(journal, "exposure.reminder", RULE="aws-sagemaker-001", seconds=40)
        for value in ("Disabled", "Enabled") * 3:
            kind = "exposure.resolved" if value == "Disabled" else "exposure.opened"
            count = len(daemon.events(kind)) + 1
            sim.set_notebook(REGION, "nb-a", root_access=value)
            daemon.wait_events(kind, count)
        wait_entry(journal, "exposure.flapping", NOTEBOOK_NAME="nb-a")
        told = check_all(daemon, journal)
    assert told >= {"exposure.opened", "exposure.baseline", "exposure.reminder",
                    "exposure.flapping", "sink.suspended", "sink.resumed", "exception.expiring",
                    "drill"}
    nothing_elsewhere(daemon, syslog)


def test_an_event_waits_for_a_journal_that_starts_again(sim, apart, journal, syslog, tmp_path):
    sim.add_notebooks(REGION, names=["nb-a"])
    with apart("journal") as daemon:
        daemon.wait_ready()
        journal.close()  # its file stays: who sends to it is refused
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        daemon.wait_events("exposure.opened")
        daemon.wait_polls(REGION, 2)
        journal.open()
        wait_entry(journal, "exposure.opened", NOTEBOOK_NAME="nb-a")
        check_all(daemon, journal)
    nothing_elsewhere(daemon, syslog)


def test_the_values_of_a_notebook_cannot_forge_a_field(sim, apart, journal):
    """A tag may hold anything: a line of it must not become a field, nor a message of its own."""
    owner = "ml\nPRIORITY=0\nMESSAGE=all is well\n\x1b[2J"
    sim.add_notebooks(REGION, names=["nb-a"], tags={"owner": owner})
    with apart("journal", "enable-rules = { sagewatch-sagemaker-owner-tag }\n") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        entry = wait_entry(journal, "exposure.opened")
        check_all(daemon, journal)
    assert "\x1b" not in entry["SAGEWATCH_OWNER"][0]
    assert all("\n" not in value and "\x1b" not in value for value in entry["MESSAGE"])


def test_what_is_no_event_has_no_message_id(sim, apart, journal, syslog):
    with apart("journal") as daemon:
        daemon.wait_ready()
    plain = [entry for entry in map(parse_native, journal.messages) if "MESSAGE_ID" not in entry]
    assert any("stopping" in entry["MESSAGE"][0] for entry in plain)
    for entry in plain:
        assert set(entry) == {"MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER"}
        assert entry["SYSLOG_IDENTIFIER"] == ["sagewatchd"]
    nothing_elsewhere(daemon, syslog)


def test_syslog(sim, apart, journal, syslog):
    sim.add_notebooks(REGION, names=["nb-a"])
    with apart("syslog") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        daemon.wait_events("exposure.opened")
        sim.set_notebook(REGION, "nb-a", root_access="Disabled")
        daemon.wait_events("exposure.resolved")
        sim.fault("denied", operation="ListNotebookInstances")
        daemon.wait_events("scope.blind")
        pid = daemon.process.pid
    nothing_elsewhere(daemon, journal)
    lines = [message.rstrip(b"\0\n").decode() for message in syslog.messages]
    # RFC 3164, as glibc writes it: <priority>, a time, the name with the process.
    for line in lines:
        assert re.fullmatch(rf"<\d+>\w{{3}} [ \d]\d \d\d:\d\d:\d\d sagewatchd\[{pid}\]: .*", line)
    for priority, says in (
            (WARNING, "exposed: notebook nb-a"), (NOTICE, "resolved: notebook nb-a"),
            (ERR, "blind: ")):
        found = [line for line in lines if says in line]
        assert len(found) == 1, lines
        assert found[0].startswith(f"<{DAEMON_FACILITY | priority}>")


def test_a_reload_moves_to_another_target(sim, apart, journal, syslog):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"])
    with apart("journal") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        wait_entry(journal, "exposure.opened", NOTEBOOK_NAME="nb-a")
        assert syslog.messages == []
        text = daemon.conf.read_text()
        daemon.conf.write_text(text.replace("log-target = journal", "log-target = syslog"))
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: syslog.messages, 10, "a message in syslog")
        before = len(journal.messages)
        sim.set_notebook(REGION, "nb-b", root_access="Enabled")
        wait_for(lambda: any(b"exposed: notebook nb-b" in line for line in syslog.messages), 10,
                 "the event is in syslog")
    assert len(journal.messages) == before
    assert not any(b"nb-a" in line for line in syslog.messages)
    assert daemon.log() == ""


def test_stderr_is_neither(sim, apart, journal, syslog):
    """`auto` is stderr where stderr is not the journal's, even if there is a journal."""
    sim.add_notebooks(REGION, names=["nb-a"])
    with apart("auto") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        wait_for(lambda: "exposed: notebook nb-a" in daemon.log(), 10, "the event on stderr")
    assert daemon.log().count("exposed: notebook nb-a") == 1
    assert journal.messages == syslog.messages == []
