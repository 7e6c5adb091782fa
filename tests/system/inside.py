#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What check_system.py runs in the booted root: one function a check, in the order of a life.

Each prints one line, `ok` or `FAIL` with the reason; the last line counts them. A check may rely on
what those before it have set up. Standard library only.
"""

import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import time
import traceback

OUT = pathlib.Path("/out")
sys.path.insert(0, "/tests/integration")
from daemon import UnixConnection  # noqa: E402
from simulator import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Simulator  # noqa: E402

REGION = "eu-west-1"
SERVICE = "sagewatchd.service"
SOCKET = "/run/sagewatch/sagewatch.sock"
STATE = pathlib.Path("/var/lib/sagewatch/state.db")
CONF = pathlib.Path("/etc/sagewatch/sagewatch.conf")
SECRETS = pathlib.Path("/etc/sagewatch/secrets")
DROP_IN = pathlib.Path("/etc/systemd/system/sagewatchd.service.d/test.conf")
WATCHDOG_SECONDS = 4

SETTINGS = """\
poll-interval = 1s
regions       = {{ {region} }}
endpoint-url  = "{url}"
max-requests-per-second = 0
webhook chat {{
    url-file = "${{CREDENTIALS_DIRECTORY}}/chat-url"
}}
"""

OVERRIDE = f"""\
[Service]
WatchdogSec={WATCHDOG_SECONDS}s
RestartSec=100ms
Environment=AWS_SHARED_CREDENTIALS_FILE=%d/aws
LoadCredential=chat-url:{SECRETS}/chat-url
LoadCredential=aws:{SECRETS}/aws
"""

sim = Simulator(None)
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


# --- what the checks ask ----------------------------------------------------------------------

def run(*command, good=True, seconds=60):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=seconds)
    assert not good or done.returncode == 0, \
        f"{' '.join(map(str, command))}: {done.returncode}: {done.stdout}{done.stderr}"
    return done


def wait_for(probe, seconds=15, what="something"):
    end = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.1)


def show(name, unit=SERVICE):
    return run("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()


def main_pid():
    return int(show("MainPID"))


def ctl(*words):
    return json.loads(run("sagewatchctl", "--json", *words).stdout)


def is_ready():
    done = run("sagewatchctl", "--json", "status", good=False)
    return done.returncode == 0 and json.loads(done.stdout)["ready"]


def events(kind=None, name=None):
    """The history, page after page."""
    found, cursor = [], ""
    while cursor is not None:
        connection = UnixConnection(SOCKET)
        connection.request("GET", "/v1/events?limit=100" + (cursor and f"&cursor={cursor}"))
        page = json.load(connection.getresponse())
        connection.close()
        found += page["items"]
        cursor = page["next"]
    return [event for event in found
            if kind in (None, event["type"])
            and name in (None, event.get("notebook", {}).get("name"))]


def journal(*filters, output="json"):
    text = run("journalctl", "--no-pager", "-o", output, *filters).stdout
    return [json.loads(line) for line in text.splitlines()] if output == "json" else text


def hooks(name, kind=None, notebook=None):
    """The bodies that a webhook of the simulator took."""
    bodies = [json.loads(record["body"]) for record in sim.received(name)
              if record["status"] == 200]
    return [body["data"] for body in bodies
            if kind in (None, body["type"])
            and notebook in (None, body["data"].get("notebook", {}).get("name"))]


def faults_hit():
    return sum(fault["hits"] for fault in sim.faults())


def expose(name):
    sim.set_notebook(REGION, name, root_access="Enabled")


def wait_exposed(name, hook="chat"):
    return wait_for(lambda: hooks(hook, "exposure.opened", name), what=f"{hook} hears of {name}")


def as_user(name, *command):
    return run("setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups", *command,
               good=False)


def configure(more=""):
    CONF.write_text(SETTINGS.format(region=REGION, url=sim.url) + more)


def write_secret(name, text):
    SECRETS.mkdir(mode=0o700, exist_ok=True)
    path = SECRETS / name
    path.write_text(text)
    path.chmod(0o600)


def start_configured():
    write_secret("chat-url", sim.hook_url("chat") + "\n")
    write_secret("aws", f"[default]\naws_access_key_id = {ACCESS_KEY_ID}\n"
                        f"aws_secret_access_key = {SECRET_ACCESS_KEY}\n")
    DROP_IN.parent.mkdir(exist_ok=True)
    DROP_IN.write_text(OVERRIDE)
    configure()
    run("systemctl", "daemon-reload")
    run("systemctl", "start", SERVICE)
    wait_for(is_ready, what="ready")


# --- the checks -------------------------------------------------------------------------------

@check
def unconfigured_it_is_skipped():
    """as installed, service and socket are enabled but skipped, and say why"""
    assert not CONF.exists()
    for unit in (SERVICE, "sagewatchd.socket"):
        assert show("UnitFileState", unit) == "enabled", unit
        run("systemctl", "start", unit)
        assert show("ActiveState", unit) == "inactive", f"{unit} {show('ActiveState', unit)}"
        said = run("systemctl", "status", unit, good=False).stdout
        assert f"ConditionPathExists={CONF} was not met" in said, said
    done = run("sagewatchctl", "status", good=False, seconds=20)
    assert done.returncode == 1 and SOCKET in done.stderr, done
    failed = run("systemctl", "--failed", "--plain", "--no-legend").stdout
    assert "sagewatch" not in failed, failed


@check
def broken_from_the_start():
    """a wrong configuration fails the start; systemctl status says file, line and reason"""
    CONF.write_text("poll-intervall = 5s\n")
    done = run("systemctl", "start", SERVICE, good=False)
    assert done.returncode != 0
    said = run("systemctl", "status", SERVICE, good=False).stdout
    assert f'Status: "{CONF}:1: ' in said, said
    run("systemctl", "stop", SERVICE)
    run("systemctl", "reset-failed", SERVICE)


@check
def becomes_ready():
    """with a configuration it becomes ready, after systemctl start and nothing else"""
    sim.add_notebooks(REGION, names=["nb-1", "nb-2", "nb-3"])
    sim.add_notebooks(REGION, count=40, prefix="many-")
    start_configured()
    assert show("ActiveState") == "active"
    assert show("Type") == "notify"
    assert ctl("status")["notebooks"]["total"] == 43


@check
def status_line():
    """systemctl status says what it watches"""
    wait_for(lambda: re.fullmatch(r"watching 1 scope, 43 notebooks, 0 exposed",
                                  show("StatusText")), what=show("StatusText"))


@check
def first_five_minutes():
    """what the README has a new user do: check the configuration, then a drill"""
    done = run("systemd-run", "--quiet", "--pipe", "--wait", "--uid=sagewatch",
               "-p", f"LoadCredential=chat-url:{SECRETS}/chat-url",
               "-p", f"LoadCredential=aws:{SECRETS}/aws",
               "sh", "-c", "AWS_SHARED_CREDENTIALS_FILE=$CREDENTIALS_DIRECTORY/aws "
               "exec sagewatchd --check-config").stdout
    assert "111111111111, keys from" in done and REGION in done, done
    assert "chat: delivered" in run("sagewatchctl", "drill").stdout
    assert len(hooks("chat", "drill")) == 1


@check
def exposure_reaches_the_webhook():
    """an exposure is told to the webhook"""
    expose("nb-1")
    told = wait_exposed("nb-1")
    assert len(told) == 1, told
    assert told[0]["rule"]["id"] == "aws-sagemaker-001"


@check
def exposure_is_in_the_journal():
    """it is in `journalctl -t sagewatchd` with its fields"""
    found = journal("-t", "sagewatchd", "SAGEWATCH_TYPE=exposure.opened")
    assert len(found) == 1, found
    entry = found[0]
    event = events("exposure.opened", "nb-1")[0]
    wanted = {
        "SAGEWATCH_EVENT_ID": event["id"],
        "SAGEWATCH_SEQ": str(event["seq"]),
        "SAGEWATCH_RULE": "aws-sagemaker-001",
        "SAGEWATCH_NOTEBOOK": event["notebook"]["arn"],
        "SAGEWATCH_NOTEBOOK_NAME": "nb-1",
        "SAGEWATCH_REGION": REGION,
        "SAGEWATCH_FIELD": "rootAccess",
        "SAGEWATCH_BEFORE": "Disabled",
        "SAGEWATCH_AFTER": "Enabled",
        "_SYSTEMD_UNIT": SERVICE,
    }
    wrong = {name: entry.get(name) for name, value in wanted.items() if entry.get(name) != value}
    assert not wrong, wrong
    assert entry["MESSAGE_ID"], entry


@check
def catalog_explains():
    """`journalctl --catalog` explains it"""
    text = run("journalctl", "--no-pager", "--catalog", "-t", "sagewatchd",
               "SAGEWATCH_TYPE=exposure.opened").stdout
    assert "Subject: A notebook is exposed" in text and "findings -R" in text, text


@check
def rsyslog_has_it():
    """rsyslog's file has it"""
    wait_for(lambda: re.search(r"sagewatchd\[\d+\]: .*nb-1",
                               pathlib.Path("/var/log/syslog").read_text(errors="replace")),
             what="/var/log/syslog")


@check
def who_may_ask():
    """a member of group sagewatch may run sagewatchctl status, another user may not"""
    run("useradd", "--user-group", "--groups=sagewatch", "member")
    run("useradd", "--user-group", "stranger")
    allowed = as_user("member", "sagewatchctl", "--json", "status")
    assert allowed.returncode == 0 and json.loads(allowed.stdout)["ready"], allowed
    refused = as_user("stranger", "sagewatchctl", "--json", "status")
    assert refused.returncode == 1 and not refused.stdout, refused
    facts = os.stat(SOCKET)
    assert stat.S_IMODE(facts.st_mode) == 0o660, oct(facts.st_mode)
    assert pathlib.Path(SOCKET).group() == "sagewatch"
    assert stat.S_IMODE(os.stat("/run/sagewatch").st_mode) == 0o750


@check
def runs_without_privileges():
    """it is no root, without capabilities, with a read-only system (from /proc)"""
    process = pathlib.Path(f"/proc/{main_pid()}")
    facts = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines()
                 if ":\t" in line)
    assert "0" not in facts["Uid"].split(), facts["Uid"]
    assert "0" not in facts["Gid"].split() + facts["Groups"].split(), facts["Groups"]
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(facts[name], 16) == 0, f"{name} {facts[name]}"
    assert facts["NoNewPrivs"] == "1"
    assert facts["Seccomp"] == "2", "no system call filter"
    for line in (process / "mountinfo").read_text().splitlines():
        place, options = line.split()[4:6]
        if place in ("/", "/etc/sagewatch", "/sys"):
            assert "ro" in options.split(","), line
    inside = ("nsenter", f"--target={process.name}", "--mount", "setpriv", "--reuid=sagewatch",
              "--regid=sagewatch", "--init-groups")
    # What it may write to, tried: as its user, in its view of the files.
    places = "/ /etc /etc/sagewatch /usr /var /var/lib /run /home /root /opt /var/lib/sagewatch"
    writable = [place for place in places.split()
                if run(*inside, "touch", f"{place}/tried", good=False).returncode == 0]
    assert writable == ["/var/lib/sagewatch"], f"writable: {writable}"
    run("rm", "/var/lib/sagewatch/tried")


@check
def secrets_come_from_credentials():
    """secrets come from LoadCredential: their files are root's alone"""
    refused = as_user("sagewatch", "cat", f"{SECRETS}/chat-url")
    assert refused.returncode != 0, refused
    pid = main_pid()
    environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    assert f"CREDENTIALS_DIRECTORY=/run/credentials/{SERVICE}".encode() in environment, environment
    told = [word for word in environment if SECRET_ACCESS_KEY.encode() in word]
    assert not told, "the secret key is in the environment"
    said = journal("-t", "sagewatchd", output="cat")
    assert SECRET_ACCESS_KEY not in said and sim.hook_url("chat") not in said


@check
def reload_takes_a_new_webhook():
    """systemctl reload takes a new webhook, without a restart"""
    pid = main_pid()
    configure(f'webhook second {{ url = "{sim.hook_url("second")}" }}\n')
    run("systemctl", "reload", SERVICE)
    wait_for(lambda: any(sink["name"] == "second" for sink in ctl("sinks")["items"]),
             what="the new sink")
    expose("nb-2")
    wait_exposed("nb-2", "second")
    wait_exposed("nb-2", "chat")
    assert main_pid() == pid


@check
def broken_reload_keeps_the_old():
    """a broken configuration on reload keeps the old one, and systemctl status says so"""
    pid = main_pid()
    good = CONF.read_text()
    CONF.write_text(good + "poll-intervall = 5s\n")
    run("systemctl", "reload", SERVICE, good=False)
    line = len(good.splitlines()) + 1
    wait_for(lambda: f"reload refused: {CONF}:{line}:" in show("StatusText"),
             what="the reason in systemctl status")
    text = run("systemctl", "status", SERVICE, good=False).stdout
    assert "reload refused" in text, text
    assert show("ActiveState") == "active" and main_pid() == pid
    expose("nb-3")
    wait_exposed("nb-3", "second")
    CONF.write_text(good)
    run("systemctl", "reload", SERVICE)
    wait_for(lambda: "refused" not in show("StatusText"), what="the reason is gone")


@check
def clients_wait_over_a_restart():
    """while it restarts, clients wait on the socket and none fails"""
    restart = subprocess.Popen(["systemctl", "restart", SERVICE])
    asked = 0
    while restart.poll() is None or asked < 20:
        done = run("sagewatchctl", "--json", "status", good=False, seconds=20)
        assert done.returncode == 0, f"after {asked} that were answered: {done.stderr}"
        asked += 1
    assert restart.returncode == 0
    wait_for(is_ready, what="ready again")


@check
def clients_start_it():
    """stopped, it is started by the first client (socket activation)"""
    run("systemctl", "stop", SERVICE)
    assert show("ActiveState", "sagewatchd.socket") == "active"
    assert os.path.exists(SOCKET), "the stop removed the socket"
    assert ctl("status")["version"]
    assert show("ActiveState") == "active"
    wait_for(is_ready, what="ready")


@check
def watchdog_kills_a_stopped_loop():
    """a loop that stands still is killed by the watchdog, and started again"""
    pid = main_pid()
    restarts = int(show("NRestarts"))
    os.kill(pid, 19)  # SIGSTOP
    wait_for(lambda: main_pid() not in (0, pid) and show("ActiveState") == "active",
             WATCHDOG_SECONDS * 4, "a new process")
    assert int(show("NRestarts")) == restarts + 1
    said = journal("-u", SERVICE, output="cat")
    assert "Watchdog timeout" in said, said[-2000:]
    wait_for(is_ready, what="ready")


@check
def watchdog_spares_a_busy_one():
    """slow and hanging AWS does not make the watchdog kill it"""
    pid = main_pid()
    sim.fault("hang")
    time.sleep(WATCHDOG_SECONDS * 2)
    assert faults_hit(), "no request met the fault"
    sim.clear_faults()
    assert main_pid() == pid


@check
def stop_during_a_poll():
    """a stop during a poll is clean: exit 0, soon"""
    wait_for(is_ready, what="ready")
    sim.fault("slow", operation="*", delay_ms=4000)
    wait_for(faults_hit, what="a poll that is under way")
    before = time.monotonic()
    run("systemctl", "stop", SERVICE)
    took = time.monotonic() - before
    sim.clear_faults()
    assert show("Result") == "success" and show("ExecMainStatus") == "0", \
        f"{show('Result')} {show('ExecMainStatus')}"
    assert took < 5, f"{took:.1f} s"
    run("systemctl", "start", SERVICE)
    wait_for(is_ready, what="ready")


@check
def kill_loses_nothing():
    """kill -9 amid many changes: each is told, without gaps, nothing twice but with the same id"""
    names = sorted(item["NotebookInstanceName"] for item in sim.notebooks(REGION, "many-*"))
    for number, name in enumerate(names):
        expose(name)
        if number in (10, 20, 30):
            wait_for(lambda: main_pid() != 0 and show("ActiveState") == "active", what="running")
            time.sleep(0.4 * number / 10)
            os.kill(main_pid(), 9)
    for name in names:
        wait_for(lambda: hooks("chat", "exposure.opened", name), 40, f"the webhook hears of {name}")
    wait_for(is_ready, what="ready")
    history = events()
    numbers = [event["seq"] for event in history]
    assert sorted(numbers) == list(range(1, len(numbers) + 1)), "gaps in seq"
    for name in names:
        opened = events("exposure.opened", name)
        assert len(opened) == 1, f"{name} opened {len(opened)} times"
        told = {event["id"] for event in hooks("chat", "exposure.opened", name)}
        assert told == {opened[0]["id"]}, f"{name}: {told}"


@check
def remove_and_purge():
    """removing the package keeps the state and the configuration; purging leaves nothing"""
    settings = CONF.read_text()
    run("apt-get", "-q", "-y", "remove", "sagewatch", seconds=120)
    assert STATE.exists() and CONF.read_text() == settings
    assert not os.path.exists("/usr/sbin/sagewatchd") and not os.path.exists("/run/sagewatch")
    assert "sagewatchd" not in run("ps", "-eo", "comm").stdout
    DROP_IN.unlink()
    for path in SECRETS.iterdir():
        path.unlink()
    SECRETS.rmdir()
    run("apt-get", "-q", "-y", "purge", "sagewatch", seconds=120)
    # dpkg's log of it and what this test put there are not the package's; the user stays, as is
    # Debian's way.
    ours = re.compile(r"sagewatch-checks|sagewatchd\.service\.d$|^/var/lib/dpkg/")
    left = [str(path) for place in ("/etc", "/usr", "/lib/systemd", "/var/lib", "/run", "/opt")
            for path in pathlib.Path(place).rglob("*sagewatch*") if not ours.search(str(path))]
    assert not left, left


@check
def upgrade_keeps_state():
    """an upgrade from the package before keeps configuration, state, socket; repeats nothing"""
    sim.clear_hook("chat")
    install("/before.deb")
    start_configured()
    sim.add_notebooks(REGION, names=["nb-upgrade"])
    wait_for(lambda: events("notebook.created", "nb-upgrade"), what="nb-upgrade is known")
    expose("nb-upgrade")
    wait_exposed("nb-upgrade")
    before = dict(version=installed(), pid=main_pid(), settings=CONF.read_text(),
                  findings=finding_keys(), seq=ctl("status")["last_event_seq"])
    socket = show("InvocationID", "sagewatchd.socket")
    install("/sagewatch.deb")
    assert installed() != before["version"], "it is the same version"
    wait_for(lambda: main_pid() not in (0, before["pid"]), what="the new daemon runs")
    wait_for(is_ready, what="ready after the upgrade")
    assert CONF.read_text() == before["settings"]
    assert finding_keys() == before["findings"]
    assert show("InvocationID", "sagewatchd.socket") == socket, "the socket was closed"
    run("sagewatchctl", "scan", "--wait")
    assert ctl("status")["last_event_seq"] == before["seq"], "something was told again"
    assert len(hooks("chat", "exposure.opened", "nb-upgrade")) == 1
    sim.set_notebook(REGION, "nb-upgrade", root_access="Disabled")
    resolved = wait_for(lambda: hooks("chat", "exposure.resolved", "nb-upgrade"),
                        what="the end of it is told")
    assert resolved[0]["seq"] > before["seq"]


def install(package):
    run("apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confold", "install",
        "--no-install-recommends", package, seconds=120)


def installed():
    return run("dpkg-query", "-W", "-f=${Version}", "sagewatch").stdout


def finding_keys():
    return sorted(item["key"] for item in ctl("findings")["items"])


# --- all of them ------------------------------------------------------------------------------

def main():
    sim.url = (OUT / "simulator").read_text()
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    passed = failed = 0
    for function in CHECKS:
        started = time.monotonic()
        try:
            function()
        except Exception as error:  # a check that breaks has failed; the others go on
            failed += 1
            reason = str(error) if isinstance(error, AssertionError) else traceback.format_exc()
            print(f"FAIL: {function.__doc__}: {reason}")
        else:
            passed += 1
            print(f"ok: {function.__doc__} ({time.monotonic() - started:.1f} s)")
        sys.stdout.flush()
    (OUT / "journal").write_text(journal(output="short-precise"))
    (OUT / "counts.json").write_text(json.dumps({"passed": passed, "failed": failed}))
    print(f"{passed} passed, {failed} failed", flush=True)


if __name__ == "__main__":
    main()
