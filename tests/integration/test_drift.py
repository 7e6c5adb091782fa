# SPDX-License-Identifier: MIT
"""The main job: what appears, changes or goes away is told once, with before and after."""

import json
import time

import pytest

from daemon import wait_for

REGION = "us-east-1"


@pytest.fixture
def watched(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"])
    with make_daemon() as daemon:
        daemon.wait_ready()
        yield daemon


def only(events):
    assert len(events) == 1, [event["type"] for event in events]
    return events[0]


def test_root_access_on_and_off(sim, watched, alerts):
    sim.set_notebook(REGION, "nb-a", root_access="Enabled")
    opened = only(watched.wait_events("exposure.opened"))
    assert opened["reason"] == "changed"
    assert opened["severity"] == "high"
    assert opened["changes"] == [
        {"field": "rootAccess", "before": "Disabled", "after": "Enabled"}]
    assert opened["notebook"]["name"] == "nb-a"
    assert opened["notebook"]["root_access"] == "Enabled"
    assert opened["rule"]["id"] == "aws-sagemaker-001"
    assert opened["finding"]["state"] == "open"
    assert "--root-access Disabled" in opened["remediation"]["cli"]
    sim.wait_received("hook", 1)
    assert only(alerts()) == opened

    time.sleep(1.1)
    sim.set_notebook(REGION, "nb-a", root_access="Disabled")
    resolved = only(watched.wait_events("exposure.resolved"))
    assert resolved["reason"] == "changed"
    assert resolved["finding"]["key"] == opened["finding"]["key"]
    assert resolved["seconds_open"] >= 1
    sim.wait_received("hook", 2)
    assert alerts()[1] == resolved
    assert "exposed: notebook nb-a" in watched.log()
    assert "resolved: notebook nb-a" in watched.log()


def test_every_change_comes_within_a_poll(sim, watched):
    for number in range(3):
        time.sleep(0.3 * number)
        start = time.monotonic()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled" if number % 2 == 0 else "Disabled")
        sim.wait_received("hook", number + 1, seconds=5)
        assert time.monotonic() - start < 2.5


def test_a_new_notebook_with_internet_access(sim, watched, alerts):
    sim.add_notebooks(REGION, names=["nb-new"], direct_internet_access="Enabled", subnet=None)
    opened = only(watched.wait_events("exposure.opened"))
    assert (opened["rule"]["id"], opened["reason"]) == ("aws-sagemaker-002", "created")
    assert only(watched.events("notebook.created"))["notebook"]["name"] == "nb-new"
    sim.wait_received("hook", 1)
    assert [event["type"] for event in alerts()] == ["exposure.opened"]


def test_deleted_and_made_again_is_replaced(sim, watched, alerts):
    sim.remove_notebooks(REGION, "nb-a")
    sim.add_notebooks(REGION, names=["nb-a"], root_access="Enabled")
    replaced = only(watched.wait_events("notebook.replaced"))
    fields = {change["field"] for change in replaced["changes"]}
    assert {"rootAccess", "creationTime"} <= fields
    assert only(watched.wait_events("exposure.opened"))["reason"] == "replaced"
    assert watched.events("notebook.deleted") == []
    assert watched.events("notebook.created") == []


def test_a_replaced_notebook_that_fails_still_is_a_new_exposure(sim, watched):
    sim.set_notebook(REGION, "nb-a", root_access="Enabled")
    watched.wait_events("exposure.opened")
    sim.remove_notebooks(REGION, "nb-a")
    sim.add_notebooks(REGION, names=["nb-a"], root_access="Enabled")
    watched.wait_events("exposure.opened", 2)
    assert only(watched.events("exposure.resolved"))["reason"] == "replaced"
    assert [event["finding"]["times_opened"] for event in watched.events("exposure.opened")] == [
        1, 2]


def test_deletion_takes_two_whole_lists(sim, watched):
    sim.set_notebook(REGION, "nb-a", root_access="Enabled")
    watched.wait_events("exposure.opened")
    polls = watched.scope(REGION)["polls"]
    sim.remove_notebooks(REGION, "nb-a")
    resolved = only(watched.wait_events("exposure.resolved"))
    assert resolved["reason"] == "deleted"
    assert watched.scope(REGION)["polls"] > polls
    assert only(watched.events("notebook.deleted"))["notebook"]["name"] == "nb-a"
    assert watched.get("/v1/status")["notebooks"]["total"] == 1


def test_a_notebook_missed_by_one_list_is_not_gone(sim, watched):
    sim.fault("empty-page", operation="ListNotebookInstances", count=1)
    watched.wait_polls(REGION, 3)
    assert watched.events("notebook.deleted") == []
    assert watched.get("/v1/status")["notebooks"]["total"] == 2


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_nothing_is_told_twice_over_a_restart(sim, make_daemon, alerts, way):
    sim.add_notebooks(REGION, names=["nb-a"])
    daemon = make_daemon().start()
    daemon.wait_ready()
    sim.set_notebook(REGION, "nb-a", root_access="Enabled")
    sim.wait_received("hook", 1)
    before = daemon.events()
    # A kill before the receiver's answer is on disk may repeat the message, with the same id.
    time.sleep(0.3)
    getattr(daemon, way)()

    with daemon:
        daemon.wait_ready()
        daemon.wait_polls(REGION, 2)
        assert daemon.events() == before
        assert len(alerts()) == 1
        sim.set_notebook(REGION, "nb-a", root_access="Disabled")
        sim.wait_received("hook", 2)
    assert [event["type"] for event in alerts()] == ["exposure.opened", "exposure.resolved"]
    assert daemon.log().count("exposed: notebook nb-a") == 1


def test_what_changed_while_it_was_down_is_told(sim, make_daemon, alerts):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"])
    daemon = make_daemon().start()
    daemon.wait_ready()
    daemon.stop()
    sim.set_notebook(REGION, "nb-a", root_access="Enabled")
    with daemon:
        daemon.wait_events("exposure.opened")
        sim.wait_received("hook", 1)
    assert alerts()[0]["changes"][0] == {
        "field": "rootAccess", "before": "Disabled", "after": "Enabled"}


def test_an_alert_waits_for_its_receiver_over_a_kill(sim, make_daemon, alerts):
    sim.add_notebooks(REGION, names=["nb-a"])
    sim.program_hook("hook", status=503)
    daemon = make_daemon().start()
    daemon.wait_ready()
    sim.set_notebook(REGION, "nb-a", root_access="Enabled")
    first = sim.wait_received("hook", 1)[0]
    daemon.kill()
    sim.program_hook("hook", reset=True)
    with daemon:
        again = sim.wait_received("hook", 2, seconds=20)[1]
    assert again["headers"]["webhook-id"] == first["headers"]["webhook-id"]
    assert json.loads(again["body"]) == json.loads(first["body"])


def test_kill_at_any_moment_loses_and_doubles_nothing(sim, make_daemon, alerts):
    count = 40
    names = [f"nb-{number:02}" for number in range(count)]
    sim.add_notebooks(REGION, names=names)
    daemon = make_daemon().start()
    daemon.wait_ready()
    for number, name in enumerate(names):
        sim.set_notebook(REGION, name, root_access="Enabled")
        if number % 8 == 3:
            time.sleep(0.13 * (number % 7))
            daemon.kill()
            daemon.start()
    try:
        daemon.wait_events("exposure.opened", count, seconds=20)
        # A kill may have repeated some, with the same id: so many different ones.
        wait_for(lambda: len({event["id"] for event in alerts()}) >= count, 20, "all alerts")
        events = daemon.events()
    finally:
        daemon.stop()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    opened = [event["notebook"]["name"] for event in events if event["type"] == "exposure.opened"]
    assert sorted(opened) == names
    ids = {event["id"]: event for event in alerts()}
    assert sorted(event["notebook"]["name"] for event in ids.values()) == names
    order = list(dict.fromkeys(event["seq"] for event in alerts()))
    assert order == sorted(order)


def test_an_unknown_value_is_unknown_not_safe(sim, watched):
    sim.set_notebook(REGION, "nb-a", root_access="Enabled")
    watched.wait_events("exposure.opened")
    sim.set_notebook(REGION, "nb-a", root_access=None)
    watched.wait_polls(REGION, 2)
    assert watched.events("exposure.resolved") == []
    assert only(watched.findings())["state"] == "unknown"
    assert watched.get("/v1/notebooks/nb-a")["verdicts"]["aws-sagemaker-001"] == "unknown"
    assert watched.get("/v1/status")["notebooks"]["unknown"] == 1
    sim.set_notebook(REGION, "nb-a", root_access="Enabled")
    watched.wait_polls(REGION, 2)
    assert only(watched.findings())["state"] == "open"
    assert len(watched.events("exposure.opened")) == 1


def test_flapping_is_told_once_and_the_journal_has_each(sim, watched, alerts):
    for number in range(6):
        value = "Enabled" if number % 2 == 0 else "Disabled"
        sim.set_notebook(REGION, "nb-a", root_access=value)
        kind = "exposure.opened" if number % 2 == 0 else "exposure.resolved"
        watched.wait_events(kind, number // 2 + 1)
    assert only(watched.events("exposure.flapping"))["transitions"] == 4
    assert watched.log().count("exposed: notebook nb-a") == 3
