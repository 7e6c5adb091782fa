# SPDX-License-Identifier: MIT
"""What cannot be seen: nothing is resolved, deleted or passed by it; it is told, and so is its end."""

import pytest

from daemon import wait_for

REGION = "us-east-1"

TIMEOUTS = "connect-timeout = 1s\nrequest-timeout = 1s\nblind-after = 2\n"

# fault, operation, what the scope's error says
FAULTS = [
    ("denied", "ListNotebookInstances", "denied"),
    ("denied", "DescribeNotebookInstance", "denied"),
    ("throttle", "ListNotebookInstances", "throttled"),
    ("500", "ListNotebookInstances", "server"),
    ("503", "*", "server"),
    ("500", "DescribeNotebookInstance", "server"),
    ("truncated", "ListNotebookInstances", "network"),
    ("truncated", "DescribeNotebookInstance", "network"),
    ("reset", "*", "network"),
    ("hang", "ListNotebookInstances", "timeout"),
    ("garbage", "ListNotebookInstances", "malformed"),
    ("garbage", "DescribeNotebookInstance", "malformed"),
    ("endless-body", "ListNotebookInstances", None),
    ("expired", "*", "expired"),
    ("region-off", "*", None),
    ("unknown-operation", "ListNotebookInstances", None),
]


@pytest.mark.parametrize("fault,operation,kind", FAULTS)
def test_a_fault_hides_and_never_heals(sim, make_daemon, alerts, fault, operation, kind):
    sim.add_notebooks(REGION, names=["nb-a", "nb-b"])
    with make_daemon(TIMEOUTS, regions="us-east-1, eu-west-1") as daemon:
        daemon.wait_ready()
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        daemon.wait_events("exposure.opened")
        known = daemon.items("/v1/notebooks")

        sim.fault(fault, region=REGION, operation=operation)
        sim.set_notebook(REGION, "nb-a", root_access="Disabled")
        sim.set_notebook(REGION, "nb-b", instance_type="ml.t3.large")
        blind = daemon.wait_events("scope.blind", seconds=40)[0]
        assert blind["scope"]["region"] == REGION
        assert blind["scope"]["open_findings"] == 1
        assert kind is None or blind["scope"]["error_kind"] == kind
        status = daemon.get("/v1/status")
        assert status["scopes"] == {"total": 2, "ok": 1, "blind": 1, "starting": 0}
        assert [item["state"] for item in daemon.findings()] == ["unknown"]
        assert [(item["name"], item["root_access"]) for item in daemon.items("/v1/notebooks")] == [
            (item["name"], item["root_access"]) for item in known]
        assert daemon.events("exposure.resolved") == []
        daemon.wait_polls("eu-west-1", 1)

        sim.clear_faults()
        restored = daemon.wait_events("scope.restored", seconds=40)[0]
        assert restored["scope"]["seconds_blind"] >= 0
        daemon.wait_events("exposure.resolved")
        assert daemon.events("notebook.deleted") == []
        assert daemon.get("/v1/status")["scopes"]["blind"] == 0
        sim.wait_received("hook", 4)
    assert [event["type"] for event in alerts()] == [
        "exposure.opened", "scope.blind", "scope.restored", "exposure.resolved"] or [
        event["type"] for event in alerts()] == [
        "exposure.opened", "scope.blind", "exposure.resolved", "scope.restored"]


def test_a_list_that_does_not_end_deletes_nothing(sim, make_daemon):
    sim.add_notebooks(REGION, count=150, prefix="nb-")
    with make_daemon(TIMEOUTS) as daemon:
        daemon.wait_ready()
        # Its pages are true as far as they go: what they show is told, what they lack is not gone.
        sim.fault("endless-token", operation="ListNotebookInstances")
        sim.remove_notebooks(REGION, "nb-00150")
        sim.set_notebook(REGION, "nb-00001", root_access="Enabled")
        assert daemon.wait_events("scope.blind")[0]["scope"]["error_kind"] == "malformed"
        daemon.wait_events("exposure.opened")
        assert daemon.events("notebook.deleted") == []
        assert daemon.get("/v1/status")["notebooks"]["total"] == 150
        sim.clear_faults()
        daemon.wait_events("notebook.deleted")


def test_a_passing_throttle_is_nobodys_business(sim, make_daemon, alerts):
    sim.add_notebooks(REGION, names=["nb-a"])
    with make_daemon() as daemon:
        daemon.wait_ready()
        sim.fault("throttle", count=2)
        daemon.wait_polls(REGION, 2)
        assert daemon.events() == []
        assert alerts() == []


def test_a_skewed_clock_is_made_up_for(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"])
    sim.set_clock(3600)
    with make_daemon() as daemon:
        daemon.wait_ready()
        assert daemon.scope(REGION)["notebooks"] == 1
        assert "AWS's clock is 3600 s ahead of this machine's" in daemon.log() or \
            "AWS's clock is 3599 s ahead of this machine's" in daemon.log()


def test_no_credentials_is_said_and_the_daemon_runs(sim, make_daemon):
    environment = sim.environment()
    del environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    with make_daemon("blind-after = 1\n", environment=environment) as daemon:
        daemon.wait_events("scope.blind")
        error = daemon.scope(REGION)["error"]
        assert error["kind"] == "no-credentials"


def test_blindness_outlives_a_restart_and_ends_once(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"], root_access="Enabled")
    daemon = make_daemon(TIMEOUTS).start()
    daemon.wait_ready()
    sim.fault("denied", operation="ListNotebookInstances")
    daemon.wait_events("scope.blind", seconds=20)
    daemon.stop()
    with daemon:
        wait_for(lambda: daemon.scope(REGION)["failures"] >= 3, 30, "three failed polls")
        assert len(daemon.events("scope.blind")) == 1
        assert daemon.get("/v1/status")["notebooks"] == {"total": 1, "exposed": 1, "unknown": 1}
        sim.clear_faults()
        daemon.wait_events("scope.restored", seconds=30)
        wait_for(lambda: [item["state"] for item in daemon.findings()] == ["open"], 10,
                 "the finding is open again")


def test_a_hanging_region_delays_no_other(sim, make_daemon):
    sim.fault("hang", region="eu-west-1")
    with make_daemon(regions="us-east-1, eu-west-1", more=TIMEOUTS) as daemon:
        daemon.wait_polls("us-east-1", 3)
        assert daemon.scope("eu-west-1")["state"] != "ok"
