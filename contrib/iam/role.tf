# SPDX-License-Identifier: MIT
# The role whose temporary keys sagewatchd is given; apply it once for each account's provider.
terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }
  }
}

variable "watcher_arn" {
  description = "The user or role that assumes it to renew sagewatchd's keys."
  type        = string
}

variable "external_id" {
  description = "The external id that this user or role presents."
  type        = string
  sensitive   = true
}

variable "role_name" {
  type    = string
  default = "SagewatchAudit"
}

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.watcher_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "ListNotebooksAndRegions"
    actions   = ["sagemaker:ListNotebookInstances", "account:ListRegions"]
    resources = ["*"]
  }

  statement {
    sid     = "ReadNotebooks"
    actions = ["sagemaker:DescribeNotebookInstance", "sagemaker:ListTags"]
    resources = [
      "arn:${data.aws_partition.this.partition}:sagemaker:*:${data.aws_caller_identity.this.account_id}:notebook-instance/*",
    ]
  }
}

resource "aws_iam_role" "audit" {
  name               = var.role_name
  description        = "Assumed for sagewatch, which reads notebook instances and nothing else."
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "read" {
  name   = "sagewatch"
  role   = aws_iam_role.audit.id
  policy = data.aws_iam_policy_document.read.json
}

output "role_arn" {
  value = aws_iam_role.audit.arn
}
