#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the daemon has to reach, measured on this machine and printed beside its bar.

    make bench                              all of it, some six minutes
    make bench BENCH=memory,first-poll      some of it

The simulator is a process of its own, so that its work does not count. Figures mean little in a
build with sanitizers or without -O2. Ends with 1 where a figure is over its bar.
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = pathlib.Path(os.environ["srcdir_top"]).resolve()
sys.path.insert(0, str(TOP / "tests" / "integration"))

from daemon import Daemon, wait_for  # noqa: E402
from simulator import Simulator, binary  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
REGION = "us-east-1"
MIB = 1024  # /proc counts in KiB
FLEET = 5000
AT_ONCE = 16  # describes that the daemon has under way at once in a scope

# The daemon asks for what it finds here; nothing is limited, so that it shows what it can do.
FRAME = """\
state-file = "{folder}/state.db"
socket = "{folder}/sagewatch.sock"
rules-dirs = {{ "{rules}" }}
max-requests-per-second = 0
log-level = warning
"""


class Bench:
    """The table: each row is printed as soon as it is known."""

    def __init__(self):
        self.over = 0

    def say(self, measure, figure, bar, fine):
        self.over += not fine
        print(f"{measure:<58} {figure:>22}   {bar:<22} {'ok' if fine else 'OVER'}", flush=True)

    def note(self, measure, figure):
        """A figure that has no bar, or the reason why there is none."""
        print(f"{measure:<58} {figure:>22}", flush=True)


# --- what is measured ---------------------------------------------------------------------------


def cpu_seconds(process):
    """Of a running process, to the nanosecond: clock_getcpuclockid(3), as the kernel numbers it."""
    return time.clock_gettime((~process.pid << 3) | 2)


def resident_mib(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / MIB
    raise RuntimeError("no VmRSS")


def run_for_cpu(command, stdin=None, env=None):
    """Runs it to its end; its CPU seconds and what it printed."""
    with subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, env=env) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, output.decode()


# --- the parts -----------------------------------------------------------------------------------


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="sagewatch-bench.") as path:
        yield pathlib.Path(path)


def simulator(*options):
    return Simulator(binary(), "--no-auth", *options)


def daemon(where, sim, settings, environment=None):
    endpoint = f'endpoint-url = "{sim.url}"\n'
    return Daemon(where, environment or sim.environment(REGION), endpoint + settings, frame=FRAME)


def one_region(interval="1d"):
    return f"poll-interval = {interval}\nregions = {{ {REGION} }}\n"


def populate(sim, count, exposed=0, region=REGION):
    """So many notebooks, of which the last `exposed` have root access."""
    sim.add_notebooks(region, count=count - exposed, prefix="nb-", digits=6)
    if exposed:
        sim.add_notebooks(region, count=exposed, prefix="nb-", digits=6, first=count - exposed + 1,
                          root_access="Enabled")


def is_ready(process_daemon):
    return process_daemon.get("/v1/status")["ready"]


def wait_ready(process_daemon, seconds=600):
    # Seldom: to answer is work, too.
    wait_for(lambda: is_ready(process_daemon), seconds, "the first polls", step=0.25)


def ask(sim, operation, body):
    request = urllib.request.Request(sim.url, data=json.dumps(body).encode(), headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"SageMaker.{operation}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIASIMULATOR0000001/20260101/"
                         f"{REGION}/sagemaker/aws4_request, SignedHeaders=host, Signature=0"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def write_requests(sim, path):
    """What a first poll asks, for the floor: each page of the list, then each notebook."""
    lines = []
    names = []
    body = {"MaxResults": 100, "SortBy": "Name", "SortOrder": "Ascending"}
    while True:
        lines.append(f"ListNotebookInstances {json.dumps(body)}")
        page = ask(sim, "ListNotebookInstances", body)
        names += [notebook["NotebookInstanceName"] for notebook in page["NotebookInstances"]]
        if not page.get("NextToken"):
            break
        body = dict(body, NextToken=page["NextToken"])
    for name in names:
        body = json.dumps({"NotebookInstanceName": name})
        lines.append(f"DescribeNotebookInstance {body}")
    path.write_text("\n".join(lines) + "\n")
    return len(lines)


# --- the measures --------------------------------------------------------------------------------


def first_poll_cpu(where, sim):
    """From exec until all is listed, described, judged and stored."""
    (where / "state.db").unlink(missing_ok=True)
    with daemon(where, sim, one_region()) as running:
        wait_ready(running)
        used = cpu_seconds(running.process)
        findings = len(running.findings())
        notebooks = running.get("/v1/status")["notebooks"]["total"]
    assert (findings, notebooks) == (FLEET // 20, FLEET), (findings, notebooks)
    return used


def measure_first_poll(bench):
    with folder() as where, simulator() as sim:
        populate(sim, FLEET, FLEET // 20)
        count = write_requests(sim, where / "requests")
        floor = [binary().parents[1] / "bench" / "floor", sim.url + "/", str(AT_ONCE)]
        floors, polls = [], []
        for _ in range(5):
            with open(where / "requests", "rb") as requests:
                floors.append(int(run_for_cpu(floor, requests)[1]) / 1e6)
            sim.reset_stats()
            polls.append(first_poll_cpu(where, sim))
        ratio = statistics.median(polls) / statistics.median(floors)
        bench.say(f"CPU of a first poll, {FLEET:,} notebooks ({count:,} requests)",
                  f"{ratio:.2f} x floor", "<= 1.5 x floor", ratio <= 1.5)
        bench.note("  the same, a request", f"{statistics.median(polls) / count * 1e6:.0f} us, "
                   f"floor {statistics.median(floors) / count * 1e6:.0f} us")


def python_with_boto3():
    for program in (sys.executable, os.environ.get("BENCH_PYTHON"), shutil.which("python3")):
        if program and subprocess.run([program, "-c", "import boto3"], capture_output=True,
                                      check=False).returncode == 0:
            return program
    return None


def quiet_poll(where, sim, polls=20):
    """CPU seconds and requests of one poll of a fleet in which nothing changes."""
    with daemon(where, sim, one_region("1s")) as running:
        wait_ready(running)
        running.wait_polls(REGION)
        before = running.scope(REGION)["polls"]
        sim.reset_stats()
        start = cpu_seconds(running.process)
        time.sleep(polls)
        used = cpu_seconds(running.process) - start
        requests = sim.stats()["total"]
        done = running.scope(REGION)["polls"] - before
    return used / done, requests / done


def measure_quiet_poll(bench):
    with folder() as where, simulator() as sim:
        populate(sim, FLEET)
        used, requests = quiet_poll(where, sim)
        bench.say(f"requests of a poll of {FLEET:,} that are unchanged", f"{requests:.1f}",
                  "50", round(requests) == FLEET // 100)
        measure = f"CPU of a poll of {FLEET:,} that are unchanged"
        python = python_with_boto3()
        if python is None:
            bench.note(measure, f"{used * 1e3:.1f} ms; no python3 here has boto3 to compare with")
            return
        boto3, output = run_for_cpu([python, HERE / "boto3_poll.py"], env=sim.environment(REGION))
        assert int(output) == FLEET, output
        bench.say(measure, f"{used * 1e3:.1f} ms, 1/{boto3 / used:.0f}",
                  "<= 1/150 of boto3's", boto3 / used >= 150)


def start_to_ready(where, sim, settings):
    """Seconds from exec to READY=1."""
    address = where / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(address))
        notify.settimeout(30)
        running = daemon(where, sim, settings,
                         sim.environment(REGION, NOTIFY_SOCKET=str(address)))
        start = time.monotonic()
        with subprocess.Popen(running.command(), env=running.environment,
                              stderr=subprocess.DEVNULL) as process:
            while b"READY=1" not in notify.recv(65536):
                pass
            took = time.monotonic() - start
            # Until it has read its state the loop is busy with that.
            first = time.monotonic()
            wait_for(running.answers, 30, "the first answer", step=0.001)
            answered = time.monotonic() - first
            process.terminate()
            process.wait(30)
    address.unlink()
    return took, answered


def measure_memory(bench):
    count, regions = 100000, ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1")
    settings = f"poll-interval = 5s\nregions = {{ {', '.join(regions)} }}\n"
    with folder() as where, simulator() as sim:
        for region in regions:
            populate(sim, count // len(regions), count // len(regions) // 20, region)
        with daemon(where, sim, settings) as running:
            wait_ready(running)
            first = resident_mib(running.process)
            for region in regions:
                running.wait_polls(region, 2)
            later = resident_mib(running.process)
        bench.say(f"resident memory, {count:,} notebooks, after the first poll",
                  f"{first:.1f} MiB", "<= 96 MiB", first <= 96)
        bench.say("  the same, two polls later", f"{later:.1f} MiB", "<= 96 MiB", later <= 96)
        took = [start_to_ready(where, sim, settings) for _ in range(5)]
        worst, answer = max(ready for ready, _ in took), max(answer for _, answer in took)
        bench.say(f"start to READY, a state of {count:,} notebooks", f"{worst * 1e3:.0f} ms",
                  "<= 100 ms", worst <= 0.1)
        bench.note("  then the first answer on the socket", f"{answer * 1e3:.0f} ms later")
        with daemon(where, sim, settings) as running:
            wait_ready(running)
            again = resident_mib(running.process)
        bench.say("resident memory, read from the state after a restart", f"{again:.1f} MiB",
                  "<= 96 MiB", again <= 96)


def measure_empty(bench):
    with folder() as where, simulator() as sim:
        with daemon(where, sim, one_region("1s")) as running:
            wait_ready(running)
            running.wait_polls(REGION, 5)
            used = resident_mib(running.process)
    bench.say("resident memory, no notebooks", f"{used:.1f} MiB", "<= 16 MiB", used <= 16)


def measure_latency(bench, changes=20):
    """From a change that the API shows to the webhook that tells it."""
    hook = "hook"
    with folder() as where, simulator() as sim:
        populate(sim, FLEET)
        settings = one_region("1s") + f'webhook {hook} {{\n\turl = "{sim.hook_url(hook)}"\n}}\n'
        took = []
        with daemon(where, sim, settings) as running:
            wait_ready(running)
            start = time.monotonic()
            ask(sim, "DescribeNotebookInstance", {"NotebookInstanceName": "nb-000001"})
            request = time.monotonic() - start
            for number in random.sample(range(1, FLEET + 1), changes):
                time.sleep(random.uniform(0, 2))
                sim.clear_hook(hook)
                sim.set_notebook(REGION, f"nb-{number:06d}", root_access="Enabled")
                changed = time.monotonic()
                record = sim.wait_received(hook, 1, 10)[0]
                took.append(record["monotonic"] - changed)
    bar = 1.1 + request
    bench.say(f"change to webhook, poll-interval 1 s: worst of {changes}",
              f"{max(took) * 1e3:.0f} ms", f"<= {bar * 1e3:.0f} ms", max(took) <= bar)
    bench.note("  median", f"{statistics.median(took) * 1e3:.0f} ms")


REGIONS = """us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-south-1 ap-south-2
ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2 ap-southeast-3
ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2
eu-west-1 eu-west-2 eu-west-3 eu-north-1 eu-south-1 eu-south-2 il-central-1 me-central-1
me-south-1 mx-central-1 sa-east-1 ap-east-2 ap-southeast-6""".split()


def write_accounts(where, count):
    """A profile each, in a shared credentials file; their keys as the simulator takes them."""
    accounts = [{"id": f"{200000000000 + i}", "access_key_id": f"AKIABENCH{i:011d}",
                 "secret_access_key": f"secret-{i}"} for i in range(count)]
    (where / "credentials").write_text("".join(
        f"[account-{i}]\naws_access_key_id = {account['access_key_id']}\n"
        f"aws_secret_access_key = {account['secret_access_key']}\n"
        for i, account in enumerate(accounts)))
    settings = "".join(f"account account-{i} {{\n\tprofile = account-{i}\n}}\n"
                       for i in range(count))
    return accounts, settings


def measure_scopes(bench, count=500, seconds=90):
    with folder() as where, simulator() as sim:
        accounts, settings = write_accounts(where, count)
        sim.add_accounts(*accounts)
        for region in REGIONS:
            sim.add_notebooks(region, account="*", count=1, prefix="nb-")
        settings = f"poll-interval = 60s\nregions = {{ {', '.join(REGIONS)} }}\n" + settings
        environment = sim.environment(
            REGION, AWS_SHARED_CREDENTIALS_FILE=str(where / "credentials"),
            AWS_CONFIG_FILE=str(where / "none"))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            del environment[name]
        with daemon(where, sim, settings, environment) as running:
            wait_ready(running)
            sim.reset_stats()
            before, start = cpu_seconds(running.process), time.monotonic()
            time.sleep(seconds)
            used = cpu_seconds(running.process) - before
            span = time.monotonic() - start
            scopes = running.get("/v1/status")["scopes"]
            requests = sim.stats()["total"]
            resident = resident_mib(running.process)
    total = count * len(REGIONS)
    assert scopes["ok"] == total, scopes
    share = used / span
    bench.say(f"{total:,} scopes each minute ({requests / span:.0f} requests a second)",
              f"{share:.1%} of a core", "<= 15%", share <= 0.15)
    bench.note("  resident memory", f"{resident:.1f} MiB")


def measure_security(bench):
    program = shutil.which("systemd-analyze")
    unit = next(iter(TOP.glob("systemd/sagewatchd.service*")), None)
    measure = "systemd-analyze security"
    if program is None or unit is None:
        bench.note(measure, "no systemd-analyze here")
        return
    with folder() as where:
        copy = where / "sagewatchd.service"
        copy.write_text(unit.read_text().replace("@sbindir@", "/usr/sbin"))
        done = subprocess.run([program, "security", "--offline=true", "--no-pager", copy],
                              capture_output=True, text=True, check=False)
    words = [line.split() for line in done.stdout.splitlines() if "Overall exposure level" in line]
    if not words:
        bench.note(measure, "it says: " + (done.stderr.strip().splitlines() or ["nothing"])[-1])
        return
    level = float(words[0][words[0].index("sagewatchd.service:") + 1])
    bench.say(measure, str(level), "<= 1.5", level <= 1.5)


MEASURES = {
    "first-poll": measure_first_poll,
    "quiet-poll": measure_quiet_poll,
    "empty": measure_empty,
    "memory": measure_memory,
    "latency": measure_latency,
    "scopes": measure_scopes,
    "security": measure_security,
}


def main():
    wanted = [name for name in os.environ.get("BENCH", "").split(",") if name] or list(MEASURES)
    unknown = set(wanted) - set(MEASURES)
    if unknown:
        sys.exit(f"BENCH: {', '.join(sorted(unknown))}: not one of {', '.join(MEASURES)}")
    bench = Bench()
    print(f"{'measure':<58} {'figure':>22}   {'bar':<22}")
    for name in wanted:
        MEASURES[name](bench)
    sys.exit(1 if bench.over else 0)


if __name__ == "__main__":
    main()
