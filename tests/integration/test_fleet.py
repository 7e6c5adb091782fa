# SPDX-License-Identifier: MIT
"""Many notebooks: what a quiet fleet costs, the baseline, digests, reloads, exceptions."""

import json
import signal
import time

import pytest

from daemon import wait_for

REGION = "us-east-1"


def test_a_quiet_fleet_of_5000_costs_50_requests_a_poll(sim, make_daemon):
    sim.add_notebooks(REGION, count=5000, prefix="nb-")
    with make_daemon() as daemon:
        daemon.wait_ready(60)
        assert daemon.get("/v1/status")["notebooks"]["total"] == 5000
        wait_for(lambda: not daemon.scope(REGION)["polling"], 20, "a rest between polls")
        polls = daemon.scope(REGION)["polls"]
        sim.reset_stats()
        daemon.wait_polls(REGION, 3)
        wait_for(lambda: not daemon.scope(REGION)["polling"], 20, "a rest between polls")
        operations = sim.stats()["operations"]
        polls = daemon.scope(REGION)["polls"] - polls
        assert operations == {"ListNotebookInstances": 50 * polls}


# policy, what webhooks get of three exposures that were there, what the log has
BASELINES = [
    ("digest", ["exposure.baseline"], 3),
    ("each", ["exposure.opened"] * 3, 3),
    ("silent", [], 0),
]


@pytest.mark.parametrize("policy,told,logged", BASELINES)
def test_what_was_there_before(sim, make_daemon, alerts, policy, told, logged):
    sim.add_notebooks(REGION, count=3, prefix="nb-", root_access="Enabled")
    sim.add_notebooks("eu-west-1", count=2, prefix="eu-")
    with make_daemon(f"baseline = {policy}\n", regions="us-east-1, eu-west-1") as daemon:
        daemon.wait_ready()
        sim.wait_received("hook", len(told))
        daemon.wait_polls(REGION, 2)
        assert [event["type"] for event in alerts()] == told
        assert daemon.log().count("exposed: notebook nb-") == logged
        opened = daemon.events("exposure.opened")
        assert [event["reason"] for event in opened] == ["baseline"] * 3
        assert daemon.events("notebook.created") == []
        if policy == "digest":
            digest = alerts()[0]["baseline"]
            assert digest["total"] == 3 and digest["by_region"] == {"us-east-1": 3}
            assert len(digest["oldest"]) == 3
        # A resolve goes where the opening was told, in whichever way.
        sim.set_notebook(REGION, "nb-00001", root_access="Disabled")
        daemon.wait_events("exposure.resolved")
        sim.wait_received("hook", len(told) + (policy != "silent"))
        daemon.wait_polls(REGION, 1)
        assert [event["type"] for event in alerts()][len(told):] == (
            [] if policy == "silent" else ["exposure.resolved"])


def test_the_baseline_is_told_once_over_restarts(sim, make_daemon, alerts):
    sim.add_notebooks(REGION, count=3, prefix="nb-", root_access="Enabled")
    daemon = make_daemon().start()
    daemon.wait_ready()
    sim.wait_received("hook", 1)
    time.sleep(0.3)
    daemon.kill()
    with daemon:
        daemon.wait_ready()
        daemon.wait_polls(REGION, 2)
    assert [event["type"] for event in alerts()] == ["exposure.baseline"]


def test_a_storm_is_one_message_in_chat_and_each_for_machines(sim, make_daemon, alerts):
    sim.add_notebooks(REGION, count=30, prefix="nb-")
    chat = f'webhook chat {{\n\turl = "{sim.hook_url("chat")}"\n\tformat = slack\n}}\n'
    with make_daemon(chat) as daemon:
        daemon.wait_ready()
        for number in range(1, 31):
            sim.set_notebook(REGION, f"nb-{number:05}", root_access="Enabled")
        daemon.wait_events("exposure.opened", 30)
        sim.wait_received("hook", 30)
        wait_for(lambda: all(sink["pending"] == 0 for sink in daemon.get("/v1/status")["sinks"]),
                 20, "nothing is pending")
        messages = [json.loads(message["body"]) for message in sim.received("chat")]
        assert 1 <= len(messages) <= 8
        assert any("more" in json.dumps(message) for message in messages)
    assert len(alerts("exposure.opened")) == 30


def test_reload_takes_a_new_webhook_and_keeps_the_old_on_error(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"])
    with make_daemon() as daemon:
        daemon.wait_ready()
        good = daemon.conf.read_text()
        daemon.conf.write_text(good + "poll-intervall = 3s\n")
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: daemon.get("/v1/status")["reload_error"], 10, "the reload is refused")
        assert "the configuration in force stays" in daemon.log()

        second = f'webhook second {{\n\turl = "{sim.hook_url("second")}"\n}}\n'
        daemon.conf.write_text(good + second)
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(daemon.get("/v1/status")["sinks"]) == 2, 10, "the reload")
        assert daemon.get("/v1/status")["reload_error"] is None
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        sim.wait_received("hook", 1)
        sim.wait_received("second", 1)
        daemon.wait_polls(REGION, 2)
        assert len(daemon.events("exposure.opened")) == 1


def test_reload_of_rules_opens_and_resolves(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"], 
                      metadata_service={"MinimumInstanceMetadataServiceVersion": "1"})
    with make_daemon() as daemon:
        daemon.wait_ready()
        good = daemon.conf.read_text()
        daemon.conf.write_text(good + "enable-rules = { sagewatch-sagemaker-imdsv2 }\n")
        daemon.process.send_signal(signal.SIGHUP)
        opened = daemon.wait_events("exposure.opened")[0]
        assert (opened["rule"]["id"], opened["reason"]) == ("sagewatch-sagemaker-imdsv2", "rule")
        daemon.conf.write_text(good)
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.wait_events("exposure.resolved")[0]["reason"] == "rule"


def test_an_exception_allows_and_ends(sim, make_daemon, alerts):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"])
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    exception = ('exception lab {\n\tnotebook = "nb-a"\n\trule = "aws-sagemaker-001"\n'
                 f'\treason = "teaching"\n\towner = "ml"\n\texpires = "{end}"\n}}\n')
    with make_daemon(exception) as daemon:
        daemon.wait_ready()
        assert daemon.wait_events("exception.expiring")[0]["exception"]["name"] == "lab"
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        sim.set_notebook(REGION, "nb-b", root_access="Enabled")
        opened = daemon.wait_events("exposure.opened")
        daemon.wait_polls(REGION, 2)
        assert [event["notebook"]["name"] for event in opened] == ["nb-b"]
        states = {item["notebook"]["name"]: item["state"] for item in daemon.findings()}
        assert states == {"nb-a": "excepted", "nb-b": "open"}
        daemon.conf.write_text(daemon.conf.read_text().replace(exception, ""))
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_events("exposure.opened", 2)
        assert daemon.findings(state="open")[0]["state"] == "open"


def test_reminders_come_and_an_acknowledgement_stops_them(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"])
    with make_daemon("reminders = { 1s }\n") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        reminder = daemon.wait_events("exposure.reminder", seconds=40)[0]
        assert reminder["seconds_open"] >= 1
        key = reminder["finding"]["key"]
        status, text = daemon.request("POST", f"/v1/findings/{key}/ack",
                                      {"comment": "known", "until": "1d"})
        assert status in (200, 204), text
        assert [item["state"] for item in daemon.findings()] == ["acknowledged"]
        sim.set_notebook(REGION, "nb-a", root_access="Disabled")
        daemon.wait_events("exposure.resolved")


def test_tags_are_read_only_when_wanted(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"], tags={"owner": "ml-team"})
    with make_daemon() as daemon:
        daemon.wait_ready()
        assert "ListTags" not in sim.stats()["operations"]
        assert daemon.get("/v1/notebooks/nb-a")["owner"] is None
    with make_daemon("enable-rules = { sagewatch-sagemaker-owner-tag }\n") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", instance_type="ml.t3.large")
        wait_for(lambda: daemon.get("/v1/notebooks/nb-a")["owner"] == "ml-team", 10, "the owner")


def test_sweeps_describe_again_in_time(sim, make_daemon):
    sim.add_notebooks(REGION, count=10, prefix="nb-")
    with make_daemon("full-sweep-interval = 4s\n") as daemon:
        daemon.wait_ready()
        # A change that LastModifiedTime does not show is found by the sweep.
        sim.set_notebook(REGION, "nb-00001", root_access="Enabled", touch=False)
        daemon.wait_events("exposure.opened", seconds=15)


def test_the_set_limit_of_requests_is_kept(sim, make_daemon):
    sim.add_notebooks(REGION, count=30, prefix="nb-")
    daemon = make_daemon(hook=False)
    text = daemon.conf.read_text()
    daemon.conf.write_text(text.replace("max-requests-per-second = 0",
                                        "max-requests-per-second = 10"))
    with daemon:
        start = time.monotonic()
        daemon.wait_ready(30)
        assert time.monotonic() - start > 1.8


def test_a_scope_that_is_never_whole_is_told_of_all_the_same(sim, make_daemon, alerts):
    sim.add_notebooks(REGION, count=3, prefix="nb-", root_access="Enabled")
    sim.fault("denied", operation="DescribeNotebookInstance", name="nb-00003")
    with make_daemon() as daemon:
        daemon.wait_events("exposure.baseline")
        sim.wait_received("hook", 2)
        assert [event["type"] for event in alerts()] == ["scope.blind", "exposure.baseline"]
        assert alerts("exposure.baseline")[0]["baseline"]["total"] == 2
        # What shows itself later is told by itself, and nothing a second time.
        sim.clear_faults()
        daemon.wait_events("scope.restored", seconds=20)
        sim.wait_received("hook", 4)
        daemon.wait_polls(REGION, 2)
        assert len(alerts()) == 4
        assert [event["notebook"]["name"] for event in alerts("exposure.opened")] == ["nb-00003"]
