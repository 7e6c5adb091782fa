# SPDX-License-Identifier: MIT
"""Random requests, signed by sagewatch and by botocore: the headers must be equal.

SAGEWATCH_BUILD is the folder of the build; tests/integration/sign_stdin in it is our signer.
"""
import base64
import json
import os
import random
import subprocess
import time
import urllib.parse

import pytest

pytest.importorskip("botocore", reason="botocore, the other signer, is not installed")
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REQUESTS = 500
UNRESERVED = "abcxyzABCXYZ0189-_.~"
ODD = " !\"#$%&'()*+,/:;<=>?@[]^`{|}\u00e9\u1234\U0001f600"
HEADERS = ["X-Custom", "x-custom", "X-Amz-Meta-B", "X-AMZ-Meta-a", "Accept", "content-type",
           "X-Amz-Target", "A", "a-b", "a_b"]


def text(rng, alphabet, longest):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, longest)))


def random_path(rng):
    parts = []
    for _ in range(rng.randint(0, 5)):
        part = urllib.parse.quote(text(rng, UNRESERVED + ODD, 8), safe="")
        parts.append(rng.choice([part, part, part, ".", "..", ""]))
    return "/" + "/".join(parts)


def random_query(rng):
    # Keys that differ in characters on both sides of '=' and '%': their order is the trap.
    pairs = []
    for _ in range(rng.randint(0, 6)):
        key = rng.choice(["a", "a-", "a.", "a~", "aA", "a ", ""]) + text(rng, UNRESERVED + ODD, 3)
        value = text(rng, UNRESERVED + ODD, 6)
        pairs.append((key or "k", value))
    return "&".join(f"{urllib.parse.quote(k, safe='~')}={urllib.parse.quote(v, safe='~')}"
                    for k, v in pairs)


def random_value(rng):
    words = [text(rng, UNRESERVED + "\",;=\u00e9", 6) for _ in range(rng.randint(0, 4))]
    return rng.choice(["", " ", "\t"]) + rng.choice([" ", "  ", " \t "]).join(words)


def random_request(rng):
    host = rng.choice(["example.amazonaws.com", "127.0.0.1:4566", "example.com:8443", "[::1]:99"])
    return {
        "host": host,
        "method": rng.choice(["GET", "POST", "PUT", "DELETE"]),
        "path": random_path(rng),
        "query": random_query(rng),
        "headers": [[rng.choice(HEADERS), random_value(rng)] for _ in range(rng.randint(0, 6))],
        "body": rng.randbytes(rng.choice([0, 1, 63, 64, 65, 3000])),
        "region": rng.choice(["us-east-1", "eu-central-2", "us-gov-west-1"]),
        "service": rng.choice(["sagemaker", "sts", "account"]),
        "at": rng.randint(1, 4102444799),
        "access_key_id": rng.choice(["AKIDEXAMPLE", "ASIAOTHER"]),
        "secret_access_key": rng.choice(["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "s"]),
        "token": rng.choice([None, "T" * 1600]),
    }


def sign_with_botocore(case):
    """The header, and all headers that are signed."""
    query = "?" + case["query"] if case["query"] else ""
    request = AWSRequest(case["method"], f"https://{case['host']}{case['path']}{query}",
                         data=case["body"])
    for name, value in case["headers"]:
        request.headers.add_header(name, value)
    auth = SigV4Auth(
        Credentials(case["access_key_id"], case["secret_access_key"], case["token"]),
        case["service"], case["region"])
    # What add_auth() does, but with a time of our choice.
    request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(case["at"]))
    auth._modify_request_before_signing(request)
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    auth._inject_signature_to_request(request, signature)
    signed = [[name, value] for name, value in request.headers.items()
              if name != "Authorization"]
    return request.headers["Authorization"], [["Host", case["host"]]] + signed, canonical


def sign_with_sagewatch(cases):
    program = os.path.join(os.environ["SAGEWATCH_BUILD"], "tests", "integration", "sign_stdin")
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run([program], input=lines.encode(), stdout=subprocess.PIPE, check=True,
                          timeout=60)
    return done.stdout.decode().splitlines()


@pytest.mark.botocore
@pytest.mark.skipif("SAGEWATCH_BUILD" not in os.environ, reason="SAGEWATCH_BUILD is not set")
def test_both_signers_agree():
    rng = random.Random(20150830)
    cases = [random_request(rng) for _ in range(REQUESTS)]
    expected, ours = [], []
    for case in cases:
        header, signed, canonical = sign_with_botocore(case)
        expected.append((header, canonical))
        ours.append({
            **{name: case[name] for name in ("method", "path", "query", "region", "service", "at",
                                             "access_key_id", "secret_access_key")},
            "headers": signed,
            "body_base64": base64.b64encode(case["body"]).decode(),
        })
    headers = sign_with_sagewatch(ours)
    assert len(headers) == REQUESTS
    for case, header, (other, canonical) in zip(ours, headers, expected):
        assert header == other, f"{case}\n{canonical}"
