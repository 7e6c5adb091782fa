# SPDX-License-Identifier: MIT
"""Bad input at the start: one clear line, exit 1, and nothing harmed. And what --once answers."""

import json
import os
import sqlite3
import subprocess

import pytest

from daemon import build, rules_dir

REGION = "us-east-1"


def run(daemon, *options):
    return subprocess.run(daemon.command(*options), env=daemon.environment, capture_output=True,
                          text=True, timeout=60)


# what is added to the configuration, what the one line on stderr says
BAD_SETTINGS = [
    ("poll-intervall = 5s\n", "poll-interval"),
    ("poll-interval = 0s\n", "poll-interval"),
    ("poll-interval = soon\n", "poll-interval"),
    ("webhook x {\n\turl = \"https://example.com/\"\n", "never closed"),
    ("webhook x {\n\turl = \"http://example.com/\"\n}\n", "https"),
    ("webhook x {\n}\n", "url"),
    ("watch-fields = { nonsense }\n", "nonsense"),
    ("enable-rules = { no-such-rule }\n", "no-such-rule"),
    ("use-fips = true\n", "use-fips"),
    ("socket-group = no-such-group-here\n", "no-such-group-here"),
]


@pytest.mark.parametrize("settings,says", BAD_SETTINGS)
def test_a_bad_configuration(make_daemon, settings, says):
    daemon = make_daemon(settings)
    for options in ([], ["--check-config"]):
        done = run(daemon, *options)
        assert done.returncode == 1, done.stderr
        lines = [line for line in done.stderr.splitlines() if "warning" not in line]
        assert len(lines) == 1, done.stderr
        assert str(daemon.conf) in lines[0] and says in lines[0]
    assert not (daemon.folder / "state.db").exists()


def test_a_broken_rule(make_daemon, tmp_path):
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "mine.rule").write_text(
        'rule mine {\n\ttitle = "t"\n\tseverity = high\n\tenabled = true\n'
        '\tlogic = "SageMakerNotebook should have rootAces = \'Disabled\'"\n}\n')
    daemon = make_daemon()
    text = daemon.conf.read_text().replace(str(rules_dir()), str(rules))
    daemon.conf.write_text(text)
    done = run(daemon)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{rules}/mine.rule:5:") and "rootAccess" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_state_file_that_is_none(make_daemon):
    daemon = make_daemon()
    state = daemon.folder / "state.db"
    state.write_text("this is no database, but somebody's notes\n" * 50)
    done = run(daemon)
    assert done.returncode == 1 and str(state) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert state.read_text().startswith("this is no database")


def test_a_state_file_from_a_newer_version(sim, make_daemon):
    daemon = make_daemon()
    with daemon:
        daemon.wait_ready()
    state = daemon.folder / "state.db"
    with sqlite3.connect(state) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    done = run(daemon)
    assert done.returncode == 1 and str(state) in done.stderr and "newer" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    with sqlite3.connect(state) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (999,)


def test_two_daemons_on_one_state_file(make_daemon):
    with make_daemon() as daemon:
        daemon.wait_ready()
        other = daemon.folder / "other.conf"
        other.write_text(daemon.conf.read_text().replace("sagewatch.sock", "other.sock"))
        done = subprocess.run([build() / "sagewatchd", "-c", other], env=daemon.environment,
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        assert str(daemon.process.pid) in done.stderr and "state.db" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert daemon.get("/v1/status")["ready"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_an_unreadable_state_file(make_daemon):
    daemon = make_daemon()
    state = daemon.folder / "state.db"
    state.write_bytes(b"")
    state.chmod(0)
    done = run(daemon)
    assert done.returncode == 1 and str(state) in done.stderr


def test_check_config_says_what_is_fine(make_daemon):
    done = run(make_daemon(), "--check-config")
    assert done.returncode == 0, done.stderr
    assert "fine" in done.stdout and "2 rules in force" in done.stdout


# what the simulator has, the exit code
ONCE = [
    ("nothing fails", {"names": ["nb-a"]}, None, 0),
    ("one fails", {"names": ["nb-a"], "root_access": "Enabled"}, None, 2),
    ("one is unknown", {"names": ["nb-a"], "root_access": None}, None, 3),
    ("a region is denied", {"names": ["nb-a"]}, "denied", 3),
]


@pytest.mark.parametrize("name,notebooks,fault,code", ONCE)
def test_once(sim, make_daemon, name, notebooks, fault, code):
    sim.add_notebooks(REGION, **notebooks)
    if "root_access" in notebooks and notebooks["root_access"] is None:
        sim.set_notebook(REGION, "nb-a", root_access=None)
    daemon = make_daemon(regions="us-east-1, eu-west-1")
    if fault:
        sim.fault(fault, region="eu-west-1", operation="ListNotebookInstances")
    done = run(daemon, "--once")
    assert done.returncode == code, done.stdout + done.stderr
    done = run(daemon, "--once", "--format", "json")
    assert done.returncode == code
    answer = json.loads(done.stdout)
    assert answer["totals"]["exposed"] == (1 if code == 2 else 0)
    assert not (daemon.folder / "state.db").exists()
    assert sim.received("hook") == []


def test_once_takes_an_exception_for_what_it_is(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"], root_access="Enabled")
    exception = ('exception lab {\n\tnotebook = "nb-a"\n\treason = "teaching"\n'
                 '\towner = "ml"\n\texpires = "2099-01-01"\n}\n')
    done = run(make_daemon(exception), "--once")
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_and_version():
    for option in ("--help", "--version"):
        done = subprocess.run([build() / "sagewatchd", option], capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout
    done = subprocess.run([build() / "sagewatchd", "--nonsense"], capture_output=True, text=True)
    assert done.returncode == 1 and "usage" in done.stderr
