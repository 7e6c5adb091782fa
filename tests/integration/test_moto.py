# SPDX-License-Identifier: MIT
"""The main job against moto, an AWS that we did not write, filled by the AWS CLI and boto3.

Needs what requirements.txt names, in the virtual environment of the python that runs this.
moto sets RootAccess only where it was given at the creation, and never moves LastModifiedTime.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from daemon import Daemon, wait_for

boto3 = pytest.importorskip("boto3")
pytest.importorskip("moto.server")
from botocore.config import Config  # noqa: E402

pytestmark = pytest.mark.moto

ACCOUNT = "123456789012"  # moto's, for keys that it does not know
ROLE = f"arn:aws:iam::{ACCOUNT}:role/NotebookRole"
SUBNET = "subnet-0123456789abcdef0"
HOME, AWAY = "us-east-1", "eu-west-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAMOTO000000000001", "AWS_SECRET_ACCESS_KEY": "moto-secret-1"}
ROOT, INTERNET = "aws-sagemaker-001", "aws-sagemaker-002"
START_SECONDS = 30


def beside_python(name):
    """A program of the virtual environment that runs this test, or of the PATH."""
    own = pathlib.Path(sys.executable).with_name(name)
    return str(own) if own.exists() else shutil.which(name)


AWS = os.environ.get("AWS_CLI") or beside_python("aws")


def bare_environment(**more):
    """No credentials and no settings of whoever runs this; nothing but what is given."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("AWS_")}
    environment.update(AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null",
                       AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="", AWS_DEFAULT_REGION=HOME)
    environment.update(more)
    return environment


class Moto:
    """A running moto server. A context manager."""

    def __init__(self, folder, certificate=None, key=None):
        self.log_file = folder / "moto.log"
        self.certificate = certificate
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self.command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1",
                        "-p", str(self.port)]
        if certificate:
            self.command += ["-s", "-c", str(certificate), "-k", str(key)]

    def __enter__(self):
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log,
                                            env=bare_environment())
        try:
            wait_for(lambda: self.answers() or self.process.poll() is not None, START_SECONDS,
                     "moto answers")
            assert self.process.poll() is None, self.log_file.read_text()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def post(self, path, body=b""):
        request = urllib.request.Request(self.url + path, data=body, method="POST",
                                         headers={"Content-Type": "text/plain"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status

    def client(self, service="sagemaker", region=HOME):
        return boto3.client(service, region_name=region, endpoint_url=self.url,
                            verify=str(self.certificate) if self.certificate else None,
                            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
                            config=Config(retries={"total_max_attempts": 1}))

    def cli(self, *arguments, region=HOME):
        environment = bare_environment(**KEYS)
        if self.certificate:
            environment["AWS_CA_BUNDLE"] = str(self.certificate)
        done = subprocess.run([AWS, "--output", "json", "--endpoint-url", self.url,
                               "--region", region, *arguments], env=environment,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def create(self, name, region=HOME, root="Disabled", internet="Disabled"):
        return self.client(region=region).create_notebook_instance(
            NotebookInstanceName=name, InstanceType="ml.t2.medium", RoleArn=ROLE,
            SubnetId=SUBNET, SecurityGroupIds=["sg-0123456789abcdef0"],
            RootAccess=root, DirectInternetAccess=internet)

    def create_by_cli(self, name, region=HOME, root="Disabled", internet="Disabled"):
        return self.cli("sagemaker", "create-notebook-instance", "--notebook-instance-name", name,
                        "--instance-type", "ml.t2.medium", "--role-arn", ROLE,
                        "--subnet-id", SUBNET, "--root-access", root,
                        "--direct-internet-access", internet, region=region)

    def delete(self, name, region=HOME):
        api = self.client(region=region)
        api.stop_notebook_instance(NotebookInstanceName=name)
        api.delete_notebook_instance(NotebookInstanceName=name)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture
def moto(running):
    """The running moto, with nothing left of the test before."""
    running.post("/moto-api/reset")
    return running


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """moto over TLS, with a certificate for 127.0.0.1 that nobody but the test trusts."""
    folder = tmp_path_factory.mktemp("moto-tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    with Moto(folder, certificate, key) as server:
        yield server


@pytest.fixture
def watch(tmp_path, sim):
    """A daemon on moto, with a webhook of the simulator; not started."""

    def make(moto, more="", environment=None):
        return Daemon(tmp_path, environment or bare_environment(**KEYS), (
            f'regions = {{ {HOME}, {AWAY} }}\nendpoint-url = "{moto.url}"\nbaseline = each\n'
            f'webhook hook {{\n\turl = "{sim.hook_url("hook")}"\n'
            f'\tevents = {{ "exposure.*", "notebook.replaced", "scope.*" }}\n}}\n{more}'))

    return make


def exposures(events):
    return sorted((event["notebook"]["region"], event["notebook"]["name"], event["rule"]["id"])
                  for event in events)


def populate(moto):
    """Two regions, by two clients; which of them are exposed, and by what."""
    moto.create_by_cli("cli-safe")
    moto.create_by_cli("cli-root", root="Enabled")
    moto.create("boto-net", internet="Enabled")
    moto.create("boto-safe", region=AWAY)
    moto.create("boto-both", region=AWAY, root="Enabled", internet="Enabled")
    return sorted([(HOME, "cli-root", ROOT), (HOME, "boto-net", INTERNET),
                   (AWAY, "boto-both", ROOT), (AWAY, "boto-both", INTERNET)])


def check_found_once(sim, daemon, alerts, expected):
    daemon.wait_ready()
    sim.wait_received("hook", len(expected), seconds=20)
    for region in (HOME, AWAY):
        daemon.wait_polls(region, 2)
    assert exposures(alerts()) == expected
    assert {event["type"] for event in alerts()} == {"exposure.opened"}
    ids = [message["headers"]["webhook-id"] for message in sim.received("hook")]
    assert len(set(ids)) == len(expected)
    assert exposures(daemon.findings()) == expected


@pytest.mark.skipif(AWS is None, reason="no AWS CLI: set AWS_CLI")
def test_two_regions_by_two_clients_each_alert_once(sim, moto, watch, alerts):
    expected = populate(moto)
    with watch(moto) as daemon:
        check_found_once(sim, daemon, alerts, expected)
        names = {item["name"]: item for item in daemon.items("/v1/notebooks")}
        assert set(names) == {"cli-safe", "cli-root", "boto-net", "boto-safe", "boto-both"}
        assert {item["account"] for item in names.values()} == {ACCOUNT}
        assert names["cli-root"]["arn"] == (
            f"arn:aws:sagemaker:{HOME}:{ACCOUNT}:notebook-instance/cli-root")
        assert names["cli-safe"]["verdicts"][ROOT] == "pass"
        assert names["boto-both"]["subnet_id"] == SUBNET

        # One that comes while it watches; and it says the same after a restart.
        moto.create_by_cli("late", region=AWAY, root="Enabled")
        sim.wait_received("hook", len(expected) + 1)
        late = alerts()[-1]
        assert (late["notebook"]["name"], late["reason"]) == ("late", "created")
        time.sleep(0.3)
        daemon.kill()
        daemon.start()
        daemon.wait_ready()
        daemon.wait_polls(AWAY, 2)
        assert len(alerts()) == len(expected) + 1


def test_deleted_and_made_again_is_replaced(sim, moto, watch, alerts):
    moto.create("nb")
    moto.create("other")
    with watch(moto) as daemon:
        daemon.wait_ready()
        before = daemon.get("/v1/notebooks/nb")
        moto.delete("nb")
        moto.create("nb", root="Enabled")
        replaced, opened = [event["data"] for event in (
            json.loads(message["body"]) for message in sim.wait_received("hook", 2))]
        assert (replaced["type"], opened["type"]) == ("notebook.replaced", "exposure.opened")
        assert opened["reason"] == "replaced"
        changes = {change["field"]: change for change in replaced["changes"]}
        assert changes["rootAccess"]["before"] == "Disabled"
        assert changes["rootAccess"]["after"] == "Enabled"
        assert changes["creationTime"]["before"] != changes["creationTime"]["after"]
        after = daemon.get("/v1/notebooks/nb")
        assert after["arn"] == before["arn"] and after["created_at"] != before["created_at"]
        daemon.wait_polls(HOME, 3)
        assert len(alerts()) == 2
        assert daemon.events("notebook.deleted") == daemon.events("notebook.created") == []

        moto.delete("nb")
        sim.wait_received("hook", 3)
        assert (alerts()[2]["type"], alerts()[2]["reason"]) == ("exposure.resolved", "deleted")


def test_more_than_one_page(sim, moto, watch, alerts):
    for number in range(103):
        moto.create(f"nb-{number:03}", root="Enabled" if number == 101 else "Disabled")
    with watch(moto) as daemon:
        check_found_once(sim, daemon, alerts, [(HOME, "nb-101", ROOT)])
        assert daemon.get("/v1/status")["notebooks"] == {
            "total": 103, "exposed": 1, "unknown": 0}


# The same keys from each place; `[team]` in a credentials file, `[profile team]` in a config file.
KEY_LINES = "".join(f"{name.lower()} = {value}\n" for name, value in KEYS.items())
PLACES = {
    "environment": (None, None, "", KEYS),
    "credentials file, profile by a directive": (
        f"[default]\naws_access_key_id = x\n[team]\n{KEY_LINES}", None, "profile = team\n", {}),
    "credentials file, AWS_PROFILE": (f"[team]\n{KEY_LINES}", None, "", {"AWS_PROFILE": "team"}),
    "config file": (None, f"[profile team]\nregion = eu-west-1\n{KEY_LINES}",
                    "profile = team\n", {}),
    "the default profile": (f"[default]\n{KEY_LINES}", None, "", {}),
}


def signed_user(moto):
    """Keys that moto knows, of a user who may do what the daemon does; it checks signatures."""
    iam = moto.client("iam")
    iam.create_user(UserName="sagewatch")
    allowed = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Resource": "*",
        "Action": ["sagemaker:List*", "sagemaker:Describe*", "sts:GetCallerIdentity"]}]}
    iam.put_user_policy(UserName="sagewatch", PolicyName="look",
                        PolicyDocument=json.dumps(allowed))
    return iam.create_access_key(UserName="sagewatch")["AccessKey"]


@pytest.fixture
def checking(moto):
    """moto checks each signature from now on; keys of a user who may look."""
    keys = signed_user(moto)
    moto.post("/moto-api/reset-auth", b"0")
    yield keys["AccessKeyId"], keys["SecretAccessKey"]
    moto.post("/moto-api/reset-auth", b"inf")


@pytest.mark.parametrize("place", PLACES)
def test_credentials_from(sim, moto, watch, alerts, checking, tmp_path, place):
    """moto refuses any signature but the one by the right secret."""
    credentials, config, settings, environment = PLACES[place]

    def real(text):
        return text.replace(KEYS["AWS_ACCESS_KEY_ID"], checking[0]).replace(
            KEYS["AWS_SECRET_ACCESS_KEY"], checking[1])

    environment = {name: real(value) for name, value in environment.items()}
    for name, text in (("AWS_SHARED_CREDENTIALS_FILE", credentials), ("AWS_CONFIG_FILE", config)):
        if text is not None:
            path = tmp_path / name.lower()
            path.write_text(real(text))
            path.chmod(0o600)
            environment[name] = str(path)
    with watch(moto, settings, bare_environment(**environment)) as daemon:
        daemon.wait_ready()
        assert daemon.get("/v1/status")["scopes"]["ok"] == 2
        assert checking[1] not in daemon.log()


def test_a_wrong_secret_is_refused_and_said(sim, moto, watch, alerts, checking):
    environment = bare_environment(AWS_ACCESS_KEY_ID=checking[0],
                                   AWS_SECRET_ACCESS_KEY="not-the-secret")
    with watch(moto, "blind-after = 1\n", environment) as daemon:
        daemon.wait_events("scope.blind", 2)
        assert daemon.scope(HOME)["error"]["kind"] == "bad-credentials"
        assert daemon.get("/v1/status")["scopes"]["ok"] == 0


@pytest.mark.skipif(AWS is None, reason="no AWS CLI: set AWS_CLI")
def test_over_tls(sim, secure, watch, alerts):
    expected = populate(secure)
    with watch(secure, f'ca-bundle = "{secure.certificate}"\n') as daemon:
        check_found_once(sim, daemon, alerts, expected)


def test_an_endpoint_that_is_not_trusted_is_never_fine(sim, secure, watch, alerts):
    with watch(secure, "blind-after = 2\n") as daemon:
        daemon.wait_events("scope.blind", 2, seconds=30)
        for region in (HOME, AWAY):
            scope = daemon.scope(region)
            assert scope["state"] == "blind" and scope["polls"] == 0
            assert "certificate" in scope["error"]["sentence"].lower(), scope["error"]
        status = daemon.get("/v1/status")
        assert status["scopes"] == {"total": 2, "ok": 0, "blind": 2, "starting": 0}
        assert daemon.events("exposure.opened") == []
        sim.wait_received("hook", 2)
        assert {event["type"] for event in alerts()} == {"scope.blind"}
    once = subprocess.run(daemon.command("--once"), env=daemon.environment, capture_output=True,
                          text=True, timeout=60)
    assert once.returncode == 3, once.stdout + once.stderr
