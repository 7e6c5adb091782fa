# SPDX-License-Identifier: MIT
"""Holds the simulator to clients that we did not write: the AWS CLI and boto3.

Needs $SAGEWATCH_BUILD, boto3, and the AWS CLI ($AWS_CLI, or aws in the PATH).
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from simulator import (  # noqa: E402
    ACCESS_KEY_ID,
    ACCOUNT,
    SECRET_ACCESS_KEY,
    Simulator,
    SimulatorError,
    binary,
)

boto3 = pytest.importorskip("boto3")
from botocore.auth import SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from botocore.exceptions import ClientError, HTTPClientError  # noqa: E402

pytestmark = pytest.mark.awscli

AWS = os.environ.get("AWS_CLI") or shutil.which("aws")
ROLE = "arn:aws:iam::111111111111:role/NotebookRole"
REGION = "eu-west-1"

needs_cli = pytest.mark.skipif(AWS is None, reason="no AWS CLI: set AWS_CLI")


@pytest.fixture(scope="module")
def running():
    with Simulator.from_build("--transition-ms", "100") as simulator:
        yield simulator


@pytest.fixture
def sim(running):
    """The running simulator, with nothing left of the test before."""
    yield running
    running.clear_faults()
    running.set_clock(0)
    running.set_transition(100)
    for account in running.accounts():
        for region, count in account["notebooks"].items():
            if count > 0:
                running.remove_notebooks(region, account=account["id"])
    running.reset_stats()


def client(sim, service="sagemaker", region=REGION, retries=1, **keywords):
    keys = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
    keys.update(keywords)
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=sim.url,
        config=Config(
            retries={"total_max_attempts": retries, "mode": "standard"},
            read_timeout=2,
            connect_timeout=2,
            parameter_validation=False,
        ),
        **keys,
    )


def cli(sim, *arguments, region=REGION, check=True, **environment):
    result = subprocess.run(
        [AWS, "--output", "json", *arguments],
        env=sim.environment(region, AWS_MAX_ATTEMPTS="1", **environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if check:
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout) if result.stdout.strip() else None
    return result


def code_of(error):
    return error.value.response["Error"]["Code"]


def message_of(error):
    return error.value.response["Error"]["Message"]


def create(api, name, **members):
    members.setdefault("InstanceType", "ml.t3.medium")
    members.setdefault("RoleArn", ROLE)
    return api.create_notebook_instance(NotebookInstanceName=name, **members)


def wait_status(api, name, status):
    end = time.monotonic() + 5
    while True:
        seen = api.describe_notebook_instance(NotebookInstanceName=name)
        if seen["NotebookInstanceStatus"] == status:
            return seen
        assert time.monotonic() < end, f"{name} is still {seen['NotebookInstanceStatus']}"
        time.sleep(0.02)


# The AWS CLI.


@needs_cli
def test_cli_drives_a_notebook_through_its_whole_life(sim):
    name = "CLI-one"
    made = cli(
        sim, "sagemaker", "create-notebook-instance", "--notebook-instance-name", name,
        "--instance-type", "ml.t3.medium", "--role-arn", ROLE,
        "--tags", "Key=owner,Value=ana", "Key=env,Value=prod",
    )  # fmt: skip
    assert made["NotebookInstanceArn"].endswith(":notebook-instance/cli-one")
    cli(sim, "sagemaker", "wait", "notebook-instance-in-service", "--notebook-instance-name", name)

    seen = cli(sim, "sagemaker", "describe-notebook-instance", "--notebook-instance-name", name)
    assert seen["RootAccess"] == "Enabled"
    assert seen["DirectInternetAccess"] == "Enabled"
    assert seen["NotebookInstanceName"] == name
    assert "SubnetId" not in seen

    refused = cli(
        sim, "sagemaker", "update-notebook-instance", "--notebook-instance-name", name,
        "--root-access", "Disabled", check=False,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "Status (InService) not in ([Stopped])" in refused.stderr

    cli(sim, "sagemaker", "stop-notebook-instance", "--notebook-instance-name", name)
    cli(sim, "sagemaker", "wait", "notebook-instance-stopped", "--notebook-instance-name", name)
    cli(
        sim, "sagemaker", "update-notebook-instance", "--notebook-instance-name", name,
        "--root-access", "Disabled",
    )  # fmt: skip
    cli(sim, "sagemaker", "wait", "notebook-instance-stopped", "--notebook-instance-name", name)
    after = cli(sim, "sagemaker", "describe-notebook-instance", "--notebook-instance-name", name)
    assert after["RootAccess"] == "Disabled"
    assert after["LastModifiedTime"] > seen["LastModifiedTime"]
    assert after["CreationTime"] == seen["CreationTime"]

    tags = cli(sim, "sagemaker", "list-tags", "--resource-arn", seen["NotebookInstanceArn"])
    assert {tag["Key"]: tag["Value"] for tag in tags["Tags"]} == {"owner": "ana", "env": "prod"}

    cli(sim, "sagemaker", "delete-notebook-instance", "--notebook-instance-name", name)
    cli(sim, "sagemaker", "wait", "notebook-instance-deleted", "--notebook-instance-name", name)
    gone = cli(
        sim, "sagemaker", "describe-notebook-instance", "--notebook-instance-name", name,
        check=False,
    )  # fmt: skip
    assert "RecordNotFound" in gone.stderr


@needs_cli
def test_cli_reads_all_pages(sim):
    sim.add_notebooks(REGION, count=250)
    listed = cli(sim, "sagemaker", "list-notebook-instances")
    assert len(listed["NotebookInstances"]) == 250
    assert sim.stats()["operations"]["ListNotebookInstances"] == 25

    sim.reset_stats()
    listed = cli(sim, "sagemaker", "list-notebook-instances", "--page-size", "100")
    assert len(listed["NotebookInstances"]) == 250
    assert sim.stats()["operations"]["ListNotebookInstances"] == 3


@needs_cli
def test_cli_learns_who_it_is(sim):
    who = cli(sim, "sts", "get-caller-identity")
    assert who["Account"] == ACCOUNT
    assert who["Arn"].startswith(f"arn:aws:iam::{ACCOUNT}:")


@needs_cli
@pytest.mark.parametrize(
    "environment, code",
    [
        pytest.param({"AWS_SECRET_ACCESS_KEY": "wrong"}, "InvalidSignatureException", id="secret"),
        pytest.param({"AWS_ACCESS_KEY_ID": "AKIANOBODY"}, "UnrecognizedClientException", id="key"),
        pytest.param(
            {"AWS_SESSION_TOKEN": "none-such"}, "UnrecognizedClientException", id="token"
        ),
    ],
)
def test_cli_is_refused(sim, environment, code):
    result = cli(sim, "sagemaker", "list-notebook-instances", check=False, **environment)
    assert result.returncode != 0
    assert code in result.stderr


# boto3: the answers' shapes, and the rules of the API.


def test_summaries_hold_only_what_the_api_has(sim):
    sim.add_notebooks(REGION, name="nb", root_access="Enabled", lifecycle_config="on-start")
    (summary,) = client(sim).list_notebook_instances()["NotebookInstances"]
    assert set(summary) == {
        "NotebookInstanceName", "NotebookInstanceArn", "NotebookInstanceStatus", "Url",
        "InstanceType", "CreationTime", "LastModifiedTime", "NotebookInstanceLifecycleConfigName",
    }  # fmt: skip


@pytest.mark.parametrize("order", ["Name", "CreationTime", "Status"])
@pytest.mark.parametrize("direction", ["Ascending", "Descending"])
def test_every_order_gives_every_notebook_once(sim, order, direction):
    for index in range(60):
        sim.add_notebooks(
            REGION,
            name=f"nb-{index * 37 % 60:02}",
            status=["InService", "Stopped", "Failed"][index % 3],
            creation_time=1_700_000_000 + index // 7,
        )
    pages = client(sim).get_paginator("list_notebook_instances").paginate(
        SortBy=order, SortOrder=direction, PaginationConfig={"PageSize": 7}
    )
    notebooks = [item for page in pages for item in page["NotebookInstances"]]
    key = {
        "Name": lambda item: item["NotebookInstanceName"],
        "CreationTime": lambda item: item["CreationTime"],
        "Status": lambda item: item["NotebookInstanceStatus"],
    }[order]
    assert len({item["NotebookInstanceName"] for item in notebooks}) == len(notebooks) == 60
    values = [key(item) for item in notebooks]
    assert values == sorted(values, reverse=direction == "Descending")


@pytest.mark.parametrize(
    "filters, names",
    [
        pytest.param({"NameContains": "ta"}, ["beta", "data"], id="name"),
        pytest.param({"StatusEquals": "Stopped"}, ["beta"], id="status"),
        pytest.param({"CreationTimeAfter": 1_700_000_050}, ["data"], id="created after"),
        pytest.param({"LastModifiedTimeBefore": 1_700_000_300}, ["alpha"], id="modified before"),
        pytest.param(
            {"NotebookInstanceLifecycleConfigNameContains": "star"}, ["alpha"], id="lifecycle"
        ),
        pytest.param(
            {"AdditionalCodeRepositoryEquals": "repo-1"}, ["data"], id="additional repository"
        ),
    ],
)
def test_filters(sim, filters, names):
    sim.add_notebooks(
        REGION, name="alpha", creation_time=1_700_000_000, last_modified_time=1_700_000_200,
        lifecycle_config="on-start",
    )  # fmt: skip
    sim.add_notebooks(
        REGION, name="beta", creation_time=1_700_000_010, last_modified_time=1_700_000_400,
        status="Stopped",
    )  # fmt: skip
    sim.add_notebooks(
        REGION, name="data", creation_time=1_700_000_100.5, last_modified_time=1_700_000_500,
        additional_repositories=["repo-1", "repo-22"],
    )  # fmt: skip
    pages = client(sim).get_paginator("list_notebook_instances").paginate(
        PaginationConfig={"PageSize": 1}, **filters
    )
    listed = [item["NotebookInstanceName"] for page in pages for item in page["NotebookInstances"]]
    assert listed == names


def test_token_is_bound_to_its_filters_and_outlives_deletions(sim):
    sim.add_notebooks(REGION, count=30)
    api = client(sim)
    page = api.list_notebook_instances(MaxResults=10)
    with pytest.raises(ClientError) as error:
        api.list_notebook_instances(NextToken=page["NextToken"], NameContains="nb")
    assert code_of(error) == "ValidationException"
    with pytest.raises(ClientError):
        client(sim, region="us-east-1").list_notebook_instances(NextToken=page["NextToken"])
    with pytest.raises(ClientError):
        api.list_notebook_instances(NextToken="bm90IG91cnM=")

    sim.remove_notebooks(REGION, "nb-0001*")
    rest = api.list_notebook_instances(NextToken=page["NextToken"], MaxResults=100)
    assert [item["NotebookInstanceName"] for item in rest["NotebookInstances"]] == [
        f"nb-{index:05}" for index in range(20, 31)
    ]
    assert "NextToken" not in rest


@pytest.mark.parametrize(
    "members, words",
    [
        pytest.param({"DirectInternetAccess": "Disabled"}, "SubnetId", id="no subnet"),
        pytest.param({"RootAccess": "Sometimes"}, "enum value set", id="unknown value"),
        pytest.param({"SecurityGroupIds": ["sg-1"]}, "SubnetId", id="groups without subnet"),
        pytest.param({"Tags": [{"Key": "", "Value": "x"}]}, "tags", id="empty tag"),
    ],
)
def test_create_refuses(sim, members, words):
    api = client(sim)
    with pytest.raises(ClientError) as error:
        create(api, "nb", **members)
    assert code_of(error) == "ValidationException"
    assert words in message_of(error)
    assert api.list_notebook_instances()["NotebookInstances"] == []


@pytest.mark.parametrize("name", ["-nb", "nb-", "n_b", "n" * 64])
def test_create_refuses_names(sim, name):
    with pytest.raises(ClientError) as error:
        create(client(sim), name)
    assert code_of(error) == "ValidationException"


def test_create_in_a_subnet_and_duplicates(sim):
    api = client(sim)
    create(
        api, "nb", DirectInternetAccess="Disabled", SubnetId="subnet-1", SecurityGroupIds=["sg-1"],
        KmsKeyId="key-1", InstanceMetadataServiceConfiguration={
            "MinimumInstanceMetadataServiceVersion": "2"
        },
    )  # fmt: skip
    seen = api.describe_notebook_instance(NotebookInstanceName="nb")
    assert seen["NotebookInstanceStatus"] == "Pending"
    assert seen["DirectInternetAccess"] == "Disabled"
    assert seen["SecurityGroups"] == ["sg-1"]
    assert seen["NetworkInterfaceId"].startswith("eni-")
    assert seen["InstanceMetadataServiceConfiguration"] == {
        "MinimumInstanceMetadataServiceVersion": "2"
    }
    with pytest.raises(ClientError) as error:
        create(api, "nb")
    assert "duplicate" in message_of(error)
    with pytest.raises(ClientError) as error:
        api.delete_notebook_instance(NotebookInstanceName="nb")
    assert "not in ([Stopped, Failed])" in message_of(error)


def signed(sim, operation, members):
    """What no client of Amazon's would send, or would hide from us: signed, but sent by hand."""
    body = json.dumps(members).encode()
    headers = {
        "X-Amz-Target": f"SageMaker.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    request = AWSRequest("POST", sim.url + "/", headers=headers, data=body)
    SigV4Auth(Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY), "sagemaker", REGION).add_auth(request)
    return urllib.request.Request(
        request.url, data=body, headers=dict(request.headers), method="POST"
    )


def test_update_knows_no_direct_internet_access(sim):
    sim.add_notebooks(REGION, name="nb", status="Stopped")
    members = {"NotebookInstanceName": "nb", "DirectInternetAccess": "Disabled"}
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(signed(sim, "UpdateNotebookInstance", members))
    answer = json.load(error.value)
    assert error.value.code == 400
    assert answer["__type"] == "ValidationException"
    assert "DirectInternetAccess" in answer["message"]


def test_tags_can_be_added_and_removed(sim):
    api = client(sim)
    arn = create(api, "Tagged", Tags=[{"Key": "a", "Value": "1"}])["NotebookInstanceArn"]
    api.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}])
    assert api.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "a", "Value": "2"},
        {"Key": "b", "Value": ""},
    ]
    api.delete_tags(ResourceArn=arn.replace("tagged", "TAGGED"), TagKeys=["a", "zzz"])
    assert [tag["Key"] for tag in api.list_tags(ResourceArn=arn)["Tags"]] == ["b"]


def test_regions_and_accounts_are_apart(sim):
    sim.add_accounts(
        {"id": "222222222222", "access_key_id": "AKIAOTHER", "secret_access_key": "other"}
    )
    create(client(sim), "nb")
    assert client(sim, region="us-east-1").list_notebook_instances()["NotebookInstances"] == []
    other = client(sim, aws_access_key_id="AKIAOTHER", aws_secret_access_key="other")
    assert other.list_notebook_instances()["NotebookInstances"] == []
    create(other, "nb")
    seen = other.describe_notebook_instance(NotebookInstanceName="nb")
    assert seen["NotebookInstanceArn"] == (
        f"arn:aws:sagemaker:{REGION}:222222222222:notebook-instance/nb"
    )
    stats = sim.stats()
    assert stats["scopes"][f"222222222222/{REGION}"]["CreateNotebookInstance"] == 1


def test_another_partition_has_its_own_arns(sim):
    arn = create(client(sim, region="cn-north-1"), "nb")["NotebookInstanceArn"]
    assert arn.startswith("arn:aws-cn:sagemaker:cn-north-1:")


# STS and the account service.


def assume(sim, account, **members):
    return client(sim, "sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/path/Audit", RoleSessionName="sagewatch", **members
    )["Credentials"]


def with_session(sim, keys, service="sagemaker"):
    return client(
        sim,
        service,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_assumed_keys_work_in_their_account_until_they_expire(sim):
    sim.add_accounts({"id": "333333333333", "external_id": "secret-42"})
    with pytest.raises(ClientError) as error:
        assume(sim, "333333333333", ExternalId="guess")
    assert code_of(error) == "AccessDenied"
    with pytest.raises(ClientError) as error:
        assume(sim, "999999999999")
    assert code_of(error) == "AccessDenied"

    keys = assume(sim, "333333333333", ExternalId="secret-42", DurationSeconds=900)
    who = with_session(sim, keys, "sts").get_caller_identity()
    assert who["Account"] == "333333333333"
    assert who["Arn"] == "arn:aws:sts::333333333333:assumed-role/Audit/sagewatch"
    assert with_session(sim, keys).list_notebook_instances()["NotebookInstances"] == []
    with pytest.raises(ClientError) as error:
        with_session(sim, {**keys, "SessionToken": keys["SessionToken"] + "x"}).list_tags(
            ResourceArn="arn:aws:sagemaker:eu-west-1:333333333333:notebook-instance/x"
        )
    assert code_of(error) == "UnrecognizedClientException"

    sim.set_clock(901)
    with pytest.raises(ClientError) as error:
        with_session(sim, keys).list_notebook_instances()
    assert code_of(error) == "ExpiredTokenException"
    with pytest.raises(ClientError) as error:
        with_session(sim, keys, "sts").get_caller_identity()
    assert code_of(error) == "ExpiredToken"


def test_short_durations_are_refused(sim):
    with pytest.raises(ClientError) as error:
        assume(sim, ACCOUNT, DurationSeconds=899)
    assert code_of(error) == "ValidationError"


def test_enabled_regions(sim):
    sim.add_accounts(
        {
            "id": "444444444444",
            "access_key_id": "AKIAFOUR",
            "secret_access_key": "four",
            "regions": ["eu-west-1", "us-east-1", "ap-southeast-7"],
        }
    )
    keys = {"aws_access_key_id": "AKIAFOUR", "aws_secret_access_key": "four"}
    api = client(sim, "account", region="us-east-1", **keys)
    enabled = api.list_regions(
        MaxResults=50, RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"]
    )["Regions"]
    assert {item["RegionName"]: item["RegionOptStatus"] for item in enabled} == {
        "eu-west-1": "ENABLED_BY_DEFAULT",
        "us-east-1": "ENABLED_BY_DEFAULT",
        "ap-southeast-7": "ENABLED",
    }
    pages = client(sim, "account", region="us-east-1").get_paginator("list_regions").paginate(
        PaginationConfig={"PageSize": 10}
    )
    assert len({item["RegionName"] for page in pages for item in page["Regions"]}) == 34
    with pytest.raises(ClientError) as error:
        client(sim, region="eu-central-1", **keys).list_notebook_instances()
    assert code_of(error) == "UnrecognizedClientException"


# Signatures and clocks.


@pytest.mark.parametrize(
    "offset, words",
    [
        pytest.param(400, "Signature expired: ", id="client late"),
        pytest.param(-400, "Signature not yet current: ", id="client early"),
    ],
)
def test_skewed_clock(sim, offset, words):
    sim.set_clock(offset)
    with pytest.raises(ClientError) as error:
        client(sim).list_notebook_instances()
    assert code_of(error) == "InvalidSignatureException"
    assert message_of(error).startswith(words)
    date = error.value.response["ResponseMetadata"]["HTTPHeaders"]["date"]
    server = time.mktime(time.strptime(date, "%a, %d %b %Y %H:%M:%S %Z")) - time.timezone
    assert abs(server - time.time() - offset) < 5


def test_unsigned_request(sim):
    request = urllib.request.Request(
        sim.url + "/", data=b"{}", headers={"X-Amz-Target": "SageMaker.ListNotebookInstances"}
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)
    assert json.load(error.value)["__type"] == "MissingAuthenticationTokenException"


def test_sts_errors_are_xml(sim):
    with pytest.raises(ClientError) as error:
        client(sim, "sts", aws_secret_access_key="wrong").get_caller_identity()
    assert code_of(error) == "SignatureDoesNotMatch"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_no_auth_takes_any_key():
    with Simulator.from_build("--no-auth", "--populate", f"{REGION}=3,us-east-1=1") as sim:
        api = client(sim, aws_access_key_id="AKIAANY", aws_secret_access_key="any")
        assert len(api.list_notebook_instances()["NotebookInstances"]) == 3


# Faults.


@pytest.mark.parametrize(
    "kind, code, status",
    [
        ("throttle", "ThrottlingException", 400),
        ("500", "InternalFailure", 500),
        ("denied", "AccessDeniedException", 400),
        ("expired", "ExpiredTokenException", 400),
        ("region-off", "UnrecognizedClientException", 400),
        ("unknown-operation", "UnknownOperationException", 400),
    ],
)
def test_faults_with_an_error_code(sim, kind, code, status):
    sim.fault(kind, operation="List*", region=REGION, count=1)
    api = client(sim)
    with pytest.raises(ClientError) as error:
        api.list_notebook_instances()
    assert code_of(error) == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert error.value.response["ResponseMetadata"]["RequestId"]
    api.list_notebook_instances()
    assert [(fault["hits"], fault["left"]) for fault in sim.faults()] == [(1, 0)]


def test_denied_says_who_and_what(sim):
    sim.add_notebooks(REGION, name="nb")
    sim.fault("denied", operation="DescribeNotebookInstance", name="nb")
    with pytest.raises(ClientError) as error:
        client(sim).describe_notebook_instance(NotebookInstanceName="nb")
    assert message_of(error) == (
        "User: arn:aws:iam::111111111111:user/simulator is not authorized to perform: "
        "sagemaker:DescribeNotebookInstance on resource: "
        "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/nb because no identity-based "
        "policy allows the sagemaker:DescribeNotebookInstance action"
    )


@pytest.mark.parametrize("kind", ["hang", "close", "reset", "503", "garbage"])
def test_faults_that_break_the_answer(sim, kind):
    sim.add_notebooks(REGION, count=5)
    sim.fault(kind, operation="ListNotebookInstances", count=1)
    api = client(sim)
    with pytest.raises(Exception) as error:
        api.list_notebook_instances()
    if kind == "503":
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    elif kind != "garbage":
        assert isinstance(error.value, HTTPClientError)
    assert len(api.list_notebook_instances()["NotebookInstances"]) == 5


def test_truncated_body(sim):
    """By hand: botocore takes a body that breaks off for an empty answer."""
    sim.add_notebooks(REGION, count=5)
    sim.fault("truncated", count=1)
    with urllib.request.urlopen(signed(sim, "ListNotebookInstances", {})) as answer:
        with pytest.raises(http.client.IncompleteRead) as error:
            answer.read()
    assert error.value.partial.startswith(b'{"NotebookInstances":[{')


def test_body_without_end(sim):
    sim.fault("endless-body", count=1)
    with socket.create_connection(("127.0.0.1", sim.port), timeout=5) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: SageMaker.ListTags\r\n"
            b"Content-Length: 2\r\n\r\n{}"
        )
        seen = 0
        while seen < 5_000_000:
            seen += len(connection.recv(65536))
    assert client(sim).list_notebook_instances()["NotebookInstances"] == []


def test_slow_and_another_fault_at_once(sim):
    sim.fault("slow", delay_ms=300)
    sim.fault("throttle")
    start = time.monotonic()
    with pytest.raises(ClientError):
        client(sim).list_notebook_instances()
    assert time.monotonic() - start >= 0.3


def test_endless_token_and_empty_page(sim):
    sim.add_notebooks(REGION, count=5)
    api = client(sim)
    sim.fault("endless-token", operation="ListNotebookInstances", count=3)
    tokens = [api.list_notebook_instances()["NextToken"]]
    tokens.append(api.list_notebook_instances(NextToken=tokens[0])["NextToken"])
    tokens.append(api.list_notebook_instances(NextToken=tokens[1])["NextToken"])
    assert len(set(tokens)) == 1
    sim.clear_faults()

    first = api.list_notebook_instances(MaxResults=2)
    for token in (first["NextToken"], None):
        arguments = {"NextToken": token} if token else {}
        sim.fault("empty-page", count=1)
        page = api.list_notebook_instances(MaxResults=2, **arguments)
        assert page["NotebookInstances"] == []
        rest = api.list_notebook_instances(MaxResults=100, NextToken=page["NextToken"])
        assert len(rest["NotebookInstances"]) == (3 if token else 5)


def test_skew_of_one_region(sim):
    sim.fault("skew", region="us-*", offset_seconds=900)
    assert client(sim).list_notebook_instances()["NotebookInstances"] == []
    with pytest.raises(ClientError) as error:
        client(sim, region="us-east-1").list_notebook_instances()
    assert "Signature expired" in message_of(error)


def test_a_clients_retries_get_through(sim):
    sim.fault("throttle", count=2)
    assert client(sim, retries=3).list_notebook_instances()["NotebookInstances"] == []
    assert sim.stats()["total"] == 3


# Behind the API's back.


def test_set_changes_fields_and_moves_the_time(sim):
    sim.add_notebooks(REGION, name="nb", last_modified_time=1_700_000_000)
    api = client(sim)
    sim.set_notebook(REGION, "nb", root_access="Enabled", status="InMaintenance", subnet=None)
    seen = api.describe_notebook_instance(NotebookInstanceName="nb")
    assert seen["RootAccess"] == "Enabled"
    assert seen["NotebookInstanceStatus"] == "InMaintenance"
    assert "SubnetId" not in seen
    assert time.time() - seen["LastModifiedTime"].timestamp() < 10
    sim.set_notebook(REGION, "nb", root_access="Disabled", touch=False)
    again = api.describe_notebook_instance(NotebookInstanceName="nb")
    assert again["RootAccess"] == "Disabled"
    assert again["LastModifiedTime"] == seen["LastModifiedTime"]


def test_adding_again_replaces(sim):
    sim.add_notebooks(REGION, name="nb", creation_time=1_700_000_000)
    api = client(sim)
    before = api.describe_notebook_instance(NotebookInstanceName="nb")
    sim.add_notebooks(REGION, name="nb")
    after = api.describe_notebook_instance(NotebookInstanceName="nb")
    assert after["NotebookInstanceArn"] == before["NotebookInstanceArn"]
    assert after["CreationTime"] > before["CreationTime"]


def test_mistakes_in_requests_are_told(sim):
    for call in (
        lambda: sim.fault("no-such"),
        lambda: sim.fault("throttle", regoin="x"),
        lambda: sim.add_notebooks(REGION, name="nb", rootaccess="Enabled"),
        lambda: sim.set_notebook(REGION, "none-such"),
        lambda: sim.add_accounts({"id": "12"}),
        lambda: sim.program_hook("x", behaviour="sulk"),
    ):
        with pytest.raises(SimulatorError, match="400"):
            call()


@pytest.mark.parametrize(
    "options",
    [
        ["--populate", "eu-west-1"],
        ["--accounts", "/none/such"],
        ["--accounts", "{"],
        ["--port", "70000"],
        ["--none-such"],
    ],
)
def test_mistakes_in_options_are_told(options):
    result = subprocess.run(
        [binary(), *options], capture_output=True, text=True, timeout=10, check=False
    )
    assert result.returncode in (1, 2)
    assert len(result.stderr.strip().splitlines()) in (1, 2)


# The webhook receiver.


def post(url, body=b"{}", **headers):
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_hook_records_what_came(sim):
    url = sim.hook_url("chat")
    assert post(url + "/T0/B1", '{"text":"grüße"}'.encode(), **{"Webhook-Id": "e1"})[0] == 200
    post(url, b"\xff\xfe")
    first, second = sim.wait_received("chat", 2)
    assert first["path"] == "/hook/chat/T0/B1"
    assert first["headers"]["webhook-id"] == "e1"
    assert json.loads(first["body"]) == {"text": "grüße"}
    assert second["body_base64"] == "//4="
    assert second["monotonic"] >= first["monotonic"]
    assert abs(second["at"] - time.time()) < 10
    assert [record["number"] for record in sim.received("chat", after=1)] == [1]
    sim.clear_hook("chat")
    assert sim.received("chat") == []


def test_hook_answers_as_programmed(sim):
    url = sim.hook_url("busy")
    sim.program_hook("busy", status=429, retry_after=7, body="slow down", count=1)
    sim.program_hook("busy", status=400, body="invalid_blocks", count=1)
    sim.program_hook("busy", behaviour="close", count=1)
    sim.program_hook("busy", status=302, headers={"Location": "http://x/"}, count=1)
    status, headers, body = post(url)
    assert (status, headers["Retry-After"], body) == (429, "7", b"slow down")
    assert post(url)[::2] == (400, b"invalid_blocks")
    with pytest.raises(OSError):
        post(url)
    with socket.create_connection(("127.0.0.1", sim.port), timeout=5) as connection:
        connection.sendall(b"POST /hook/busy HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        assert b"302" in connection.recv(4096).split(b"\r\n")[0]
    assert post(url)[0] == 200
    assert [record["status"] for record in sim.received("busy")] == [429, 400, 200, 302, 200]
    sim.program_hook("busy", status=500)
    assert post(url)[0] == post(url)[0] == 500
    sim.program_hook("busy", reset=True)
    assert post(url)[0] == 200


# Size.


def test_a_hundred_thousand_notebooks(sim):
    sim.add_notebooks(REGION, count=100_000)
    api = client(sim)
    page = api.list_notebook_instances(MaxResults=100, NameContains="99999")
    assert [item["NotebookInstanceName"] for item in page["NotebookInstances"]] == ["nb-99999"]
    seen = api.describe_notebook_instance(NotebookInstanceName="nb-100000")
    assert seen["RootAccess"] == "Disabled"
    pages = api.get_paginator("list_notebook_instances").paginate(
        PaginationConfig={"PageSize": 100, "MaxItems": 1000}
    )
    assert sum(len(page["NotebookInstances"]) for page in pages) == 1000


def test_large_answers_are_not_held_back(sim):
    """Without TCP_NODELAY, each page on a kept connection waits 40 ms for an acknowledgement."""
    sim.add_notebooks(REGION, count=100)
    api = client(sim)
    spans = []
    for _ in range(10):
        start = time.monotonic()
        api.list_notebook_instances(MaxResults=100)
        spans.append(time.monotonic() - start)
    assert min(spans) < 0.035


def test_ends_cleanly_with_requests_in_the_air():
    with Simulator.from_build("--populate", f"{REGION}=5", "--no-auth") as sim:
        sim.fault("hang", operation="ListTags")
        sim.fault("endless-body", operation="ListNotebookInstances")
        connections = []
        for operation in ("ListTags", "ListNotebookInstances"):
            connection = socket.create_connection(("127.0.0.1", sim.port), timeout=5)
            connection.sendall(
                f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: SageMaker.{operation}\r\n"
                "Content-Length: 2\r\n\r\n{}".encode()
            )
            connections.append(connection)
        connections[1].recv(100)
        api = client(sim)
        create(api, "pending")
        sim.set_transition(60_000)
        create(api, "still-pending")
    for connection in connections:
        connection.close()
