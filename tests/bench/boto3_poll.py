# SPDX-License-Identifier: MIT
"""Lists and describes every notebook instance of a region with boto3, and prints how many.

Run by bench.py, which takes its CPU time: what a poll costs those who write it in a script.
"""

import boto3

client = boto3.client("sagemaker")
pages = client.get_paginator("list_notebook_instances").paginate(MaxResults=100)
names = [notebook["NotebookInstanceName"]
         for page in pages for notebook in page["NotebookInstances"]]
for name in names:
    client.describe_notebook_instance(NotebookInstanceName=name)
print(len(names))
