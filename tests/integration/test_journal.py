# SPDX-License-Identifier: MIT
"""The journal and syslog(3), without systemd: what the daemon sends to their sockets.

It runs in a mount namespace of its own, with our sockets where those of the system would be.
"""

import os
import re
import pathlib
import shutil
import socket
import struct
import subprocess
import threading

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

# $1: an empty folder, $2: the socket of the journal, $3: that of syslog; the rest is the command.
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
touch /run/systemd/journal/socket
mount --bind "$journal" /run/systemd/journal/socket
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


class Receiver:
    """A datagram socket, read as the messages come: who sends to a full one has to wait."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.messages = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while message := self.socket.recv(1 << 20):
            self.messages.append(message)

    def close(self):
        # An empty datagram ends the thread: to shut down a datagram socket would not wake it.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.socket.getsockname())
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
    receiver = Receiver(tmp_path / "journal")
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


def wait_entry(journal, kind, count=1, seconds=20):
    wait_for(lambda: len(entries(journal, kind)) >= count, seconds, f"{count} × {kind}")
    return entries(journal, kind)[-1]


def expect(entry, **fields):
    for name, value in fields.items():
        assert entry.get(f"SAGEWATCH_{name}") == [value], (name, entry)


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
        expect(entry, TYPE=event["type"], EVENT_ID=event["id"])
        assert all(len(values) == 1 for values in entry.values()), entry
        assert not {name for name in entry if not name.startswith("SAGEWATCH_")} - {
            "MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER"}
        for field, member in (("REASON", "reason"), ("SEVERITY", "severity")):
            assert entry.get(f"SAGEWATCH_{field}") == (
                [event[member]] if event.get(member) else None)
        if event.get("notebook"):
            expect(entry, NOTEBOOK=event["notebook"]["arn"], ACCOUNT=ACCOUNT,
                   NOTEBOOK_NAME=event["notebook"]["name"], REGION=event["notebook"]["region"])
        if event.get("finding"):
            expect(entry, FINDING=event["finding"]["key"], RULE=event["rule"]["id"])
    return {entry["SAGEWATCH_TYPE"][0] for entry in told}


def test_drift_in_the_journal(sim, apart, journal, syslog):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"], tags={"owner": "ml-team"})
    with apart("journal", "enable-rules = { sagewatch-sagemaker-owner-tag }\n") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        opened = wait_entry(journal, "exposure.opened")
        expect(opened, REASON="changed", SEVERITY="high", RULE="aws-sagemaker-001",
               NOTEBOOK_NAME="nb-a", OWNER="ml-team", REGION=REGION, ACCOUNT=ACCOUNT,
               FIELD="rootAccess", BEFORE="Disabled", AFTER="Enabled")
        assert "nb-a" in opened["MESSAGE"][0] and "Enabled" in opened["MESSAGE"][0]
        sim.set_notebook(REGION, "nb-a", root_access="Disabled")
        resolved = wait_entry(journal, "exposure.resolved")
        expect(resolved, REASON="changed", FINDING=opened["SAGEWATCH_FINDING"][0],
               BEFORE="Enabled", AFTER="Disabled")

        sim.add_notebooks(REGION, names=["nb-new"])
        expect(wait_entry(journal, "notebook.created"), NOTEBOOK_NAME="nb-new")
        sim.set_notebook(REGION, "nb-new", role_arn="arn:aws:iam::111111111111:role/Other")
        expect(wait_entry(journal, "notebook.changed"), NOTEBOOK_NAME="nb-new", FIELD="roleArn",
               AFTER="arn:aws:iam::111111111111:role/Other")
        sim.remove_notebooks(REGION, "nb-new")
        sim.add_notebooks(REGION, names=["nb-new"], root_access="Enabled")
        expect(wait_entry(journal, "notebook.replaced"), NOTEBOOK_NAME="nb-new")
        sim.remove_notebooks(REGION, "nb-new")
        expect(wait_entry(journal, "notebook.deleted"), NOTEBOOK_NAME="nb-new")
        wait_entry(journal, "exposure.resolved", 2)

        sim.fault("denied", operation="ListNotebookInstances")
        blind = wait_entry(journal, "scope.blind")
        expect(blind, REGION=REGION, ACCOUNT=ACCOUNT)
        assert "sagemaker:ListNotebookInstances" in blind["SAGEWATCH_ERROR"][0]
        sim.clear_faults()
        expect(wait_entry(journal, "scope.restored", seconds=40), REGION=REGION)

        told = check_all(daemon, journal)
        assert told == {"exposure.opened", "exposure.resolved", "notebook.created",
                        "notebook.changed", "notebook.replaced", "notebook.deleted",
                        "scope.blind", "scope.restored"}
    assert syslog.messages == []
    assert daemon.log() == ""


def test_reminders_drills_sinks_and_exceptions_in_the_journal(sim, apart, journal, syslog):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"], root_access="Enabled")
    sim.program_hook("hook", status=404)
    with apart("journal", "reminders = { 1s }\nexception lab {\n\tnotebook = nb-b\n"
               "\treason = teaching\n\towner = ml\n\texpires = 2d\n}\n"
               if False else "reminders = { 1s }\n") as daemon:
        daemon.wait_ready()
        expect(wait_entry(journal, "exposure.opened"), REASON="baseline")
        expect(wait_entry(journal, "sink.suspended", seconds=40), SINK="hook")
        sim.program_hook("hook", reset=True)
        daemon.request("POST", "/v1/sinks/hook/resume")
        expect(wait_entry(journal, "sink.resumed", seconds=40), SINK="hook")
        daemon.request("POST", "/v1/drill")
        wait_entry(journal, "drill")
        expect(wait_entry(journal, "exposure.reminder", seconds=40), RULE="aws-sagemaker-001")
        for number in range(6):
            value = "Disabled" if number % 2 == 0 else "Enabled"
            sim.set_notebook(REGION, "nb-a", root_access=value)
            kind = "exposure.resolved" if number % 2 == 0 else "exposure.opened"
            count = len(daemon.events(kind)) + 1
            daemon.wait_events(kind, count)
        expect(wait_entry(journal, "exposure.flapping"), NOTEBOOK_NAME="nb-a")
        told = check_all(daemon, journal)
    assert syslog.messages == []
    assert daemon.log() == ""
    print(told)
