# SPDX-License-Identifier: MIT
"""Whose keys, which account, which regions: credentials, identity, several accounts, { all }."""

import os
import subprocess

import pytest

from daemon import wait_for
from simulator import ACCESS_KEY_ID, SECRET_ACCESS_KEY

REGION = "us-east-1"
OTHER = {"id": "222222222222", "access_key_id": "AKIAOTHER00000000002",
         "secret_access_key": "other-secret"}


@pytest.fixture
def keys(sim, tmp_path):
    """A shared credentials file, and an environment that has nothing else."""
    path = tmp_path / "credentials"

    def write(**profiles):
        text = "".join(f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
                       for name, (key, secret) in profiles.items())
        new = path.with_suffix(".new")
        new.write_text(text)
        os.replace(new, path)

    environment = sim.environment(AWS_SHARED_CREDENTIALS_FILE=str(path))
    del environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    write.environment = environment
    return write


def test_several_accounts_by_profile(sim, keys, make_daemon, alerts):
    sim.add_accounts(OTHER)
    sim.add_notebooks(REGION, names=["nb-a"])
    sim.add_notebooks(REGION, names=["nb-a"], account=OTHER["id"])
    keys(one=(ACCESS_KEY_ID, SECRET_ACCESS_KEY),
         two=(OTHER["access_key_id"], OTHER["secret_access_key"]))
    accounts = ('account one {\n\tprofile = one\n}\n'
                'account two {\n\tprofile = two\n\tregions = { us-east-1, eu-west-1 }\n}\n')
    with make_daemon(accounts, environment=keys.environment) as daemon:
        daemon.wait_ready()
        status = daemon.get("/v1/status")
        assert (status["accounts"], status["scopes"]["total"]) == (2, 3)
        sim.set_notebook(REGION, "nb-a", root_access="Enabled", account=OTHER["id"])
        opened = daemon.wait_events("exposure.opened")
        assert len(opened) == 1
        assert opened[0]["notebook"]["account"] == OTHER["id"]
        assert opened[0]["notebook"]["account_name"] == "two"


def test_all_enabled_regions(sim, make_daemon):
    sim.add_notebooks("eu-west-3", names=["nb-far"], root_access="Enabled")
    with make_daemon(regions="all") as daemon:
        daemon.wait_ready(60)
        scopes = daemon.get("/v1/scopes")["items"]
        assert len(scopes) >= 15
        assert {"eu-west-3", "us-east-1"} <= {scope["region"] for scope in scopes}
        assert [item["notebook"]["name"] for item in daemon.findings()] == ["nb-far"]


def test_a_refused_token_is_renewed_from_the_file(sim, keys, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"])
    keys(default=(ACCESS_KEY_ID, "wrong-by-now"))
    with make_daemon("blind-after = 2\n", environment=keys.environment) as daemon:
        daemon.wait_events("scope.blind")
        assert daemon.scope(REGION)["error"]["kind"] == "bad-credentials"
        keys(default=(ACCESS_KEY_ID, SECRET_ACCESS_KEY))
        daemon.wait_events("scope.restored", seconds=30)
        assert daemon.scope(REGION)["state"] == "ok"
        assert SECRET_ACCESS_KEY not in daemon.log()


def test_keys_that_expire_are_read_again_within_the_poll(sim, keys, make_daemon):
    sim.add_accounts({"id": "333333333333", "access_key_id": "AKIANEWKEY0000000003",
                      "secret_access_key": "new-secret"})
    sim.add_notebooks(REGION, names=["nb-a"])
    keys(default=(ACCESS_KEY_ID, SECRET_ACCESS_KEY))
    with make_daemon(environment=keys.environment) as daemon:
        daemon.wait_ready()
        # One refusal, and nothing is told: what cannot be renewed is tried again by the next poll.
        sim.fault("expired", count=1)
        daemon.wait_polls(REGION, 2)
        assert daemon.events("scope.blind") == []


def test_another_accounts_keys_delete_nothing(sim, keys, make_daemon):
    sim.add_accounts(OTHER)
    sim.add_notebooks(REGION, names=["nb-a"], root_access="Enabled")
    keys(default=(ACCESS_KEY_ID, SECRET_ACCESS_KEY))
    daemon = make_daemon(environment=keys.environment).start()
    daemon.wait_ready()
    daemon.stop()
    keys(default=(OTHER["access_key_id"], OTHER["secret_access_key"]))
    with daemon:
        wait_for(lambda: daemon.scope(REGION)["account"] == OTHER["id"], 20, "the other account")
        daemon.wait_polls(REGION, 3)
        assert daemon.events("notebook.deleted") == []
        assert daemon.events("exposure.resolved") == []
        assert "were of 111111111111" in daemon.log()


def test_watching_goes_on_where_sts_does_not_answer(sim, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"], root_access="Enabled")
    sim.fault("denied", operation="GetCallerIdentity")
    with make_daemon() as daemon:
        daemon.wait_ready()
        assert daemon.scope(REGION)["account"] == "111111111111"
        assert daemon.findings()[0]["notebook"]["account"] == "111111111111"
        sim.remove_notebooks(REGION, "nb-a")
        daemon.wait_events("notebook.deleted")


def test_a_profile_of_another_kind_is_named(sim, tmp_path, make_daemon):
    config = tmp_path / "config"
    config.write_text("[profile roled]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = y\n")
    environment = sim.environment(AWS_CONFIG_FILE=str(config))
    with make_daemon("profile = roled\nblind-after = 1\n", environment=environment) as daemon:
        daemon.wait_events("scope.blind")
        sentence = daemon.scope(REGION)["error"]["sentence"]
        assert "roled" in sentence and str(config) in sentence


def test_no_region_at_all_is_one_line(sim, make_daemon):
    environment = sim.environment()
    del environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"]
    daemon = make_daemon(environment=environment)
    daemon.conf.write_text(daemon.conf.read_text().replace("regions = { us-east-1 }\n", ""))
    done = subprocess.run(daemon.command(), env=environment, capture_output=True, text=True,
                          timeout=20)
    assert done.returncode == 1 and "regions" in done.stderr and str(daemon.conf) in done.stderr


def test_check_config_tries_the_keys_and_says_what_would_be_watched(sim, keys, make_daemon):
    sim.add_accounts(OTHER)
    sim.add_notebooks(REGION, names=["nb-a"])
    keys(one=(ACCESS_KEY_ID, SECRET_ACCESS_KEY), two=(OTHER["access_key_id"], "wrong"))
    accounts = ('account one {\n\tprofile = one\n}\naccount two {\n\tprofile = two\n}\n'
                'account three {\n\tprofile = three\n}\n')
    daemon = make_daemon(accounts, regions="all", environment=keys.environment)
    done = subprocess.run(daemon.command("--check-config"), env=keys.environment,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = {line.split(":")[0]: line for line in done.stdout.splitlines()}
    assert "111111111111, keys from" in lines["account one"] and "eu-west-1" in lines["account one"]
    assert "cannot be watched" in lines["account two"]
    assert "cannot be watched" in lines["account three"] and "three" in lines["account three"]
    assert "ListNotebookInstances" not in sim.stats()["operations"]
    assert not (daemon.folder / "state.db").exists()


def test_one_account_under_two_names_is_watched_once(sim, keys, make_daemon):
    sim.add_notebooks(REGION, names=["nb-a"])
    keys(one=(ACCESS_KEY_ID, SECRET_ACCESS_KEY), two=(ACCESS_KEY_ID, SECRET_ACCESS_KEY))
    accounts = 'account one {\n\tprofile = one\n}\naccount two {\n\tprofile = two\n}\n'
    with make_daemon(accounts + "blind-after = 1\n", environment=keys.environment) as daemon:
        blind = daemon.wait_events("scope.blind")
        assert [event["scope"]["account_name"] for event in blind] == ["two"]
        assert "watched as one" in blind[0]["scope"]["error"]
        sim.set_notebook(REGION, "nb-a", root_access="Enabled")
        daemon.wait_events("exposure.opened")
        daemon.wait_polls(REGION, 2)
        assert len(daemon.events("exposure.opened")) == 1
