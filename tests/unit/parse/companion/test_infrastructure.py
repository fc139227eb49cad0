"""Terraform gives blocks with their places; other infrastructure code is told by its shape."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.errors import UnreadableFile
from opslint.model.repository import FileStatus, Parsed
from opslint.parse.companion.infrastructure.headers import headers_of, string_end
from opslint.parse.companion.table import parse_companion


def terraform(text: str, path: str = "main.tf") -> Parsed:
    return parse_companion("terraform", path, dedent(text).encode(), aside=False)


TEXT = """
    terraform {
      required_providers {
        aws = { source = "hashicorp/aws", version = "~> 5.0" }
      }
    }
    /* resource "no" "no" {} */
    # resource "no" "no" {}
    resource "aws_s3_bucket" "logs" {
      bucket = "x-${var.env["a"]}-}"
      tags   = { Team = "core" }
      policy = <<-EOT
        { "}" "
      EOT
    }
    module "vpc" {
      source  = "terraform-aws-modules/vpc/aws"
      version = "5.1.0"
    }
    module "own" { source = "./own" }
    variable "env" { default = "prod" }
"""


def test_blocks_have_their_labels_lines_and_values() -> None:
    found = terraform(TEXT)
    assert found.file.reason is None
    assert [(block.kind, block.type, block.name, block.span.line, block.span.end_line) for block in found.blocks] == [
        ("terraform", "", "", 2, 6),
        ("resource", "aws_s3_bucket", "logs", 9, 15),
        ("module", "vpc", "", 16, 19),
        ("module", "own", "", 20, 20),
        ("variable", "env", "", 21, 21),
    ]
    assert found.blocks[1].body["tags"] == {"Team": "core"}
    assert found.blocks[4].body == {}


def test_providers_and_remote_modules_are_dependencies() -> None:
    assert [(one.name, one.version) for one in terraform(TEXT).dependencies] == [
        ("hashicorp/aws", "~> 5.0"),
        ("terraform-aws-modules/vpc/aws", "5.1.0"),
    ]


def test_block_stands_by_its_header_when_its_body_cannot_be_read() -> None:
    found = terraform('resource "a" "b" {\n  x = (((\n}\n')
    assert found.blocks[0].type == "a"
    assert found.blocks[0].body == {}
    assert found.file.status is FileStatus.READ
    assert found.file.line == 1
    assert "headers" in (found.file.reason or "")


def test_blocks_are_read_when_terraform_is_written_in_json() -> None:
    text = '{"resource": {"aws_x": {"y": {"tags": {"a": "b"}}}}, "provider": {"aws": [{"region": "r"}]}, "terraform": {}}'
    found = terraform(text, "main.tf.json")
    assert [(block.kind, block.type, block.name) for block in found.blocks] == [
        ("resource", "aws_x", "y"),
        ("provider", "aws", ""),
        ("terraform", "", ""),
    ]
    assert found.blocks[0].body == {"tags": {"a": "b"}}
    with pytest.raises(UnreadableFile):
        terraform('{"resource": ', "main.tf.json")


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ('a {}\nb "x" {\n}\n', [("a", ()), ("b", ("x",))]),
        ("x = { y = 1 }\na {}\n", [("a", ())]),
        ('a "x" "y" { b { c = "}" } }', [("a", ("x", "y"))]),
        ("a {", [("a", ())]),
        ("}}}} a {}", [("a", ())]),
        ("x = <<EOF\na {}\nEOF\nb {}\n", [("b", ())]),
        ('x = "${"a {}"}"\nb {}\n', [("b", ())]),
        ("", []),
    ],
)
def test_outline_is_the_top_level_blocks(text: str, heads: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(header.kind, header.labels) for header in headers_of(text)] == heads


def test_string_ends_behind_the_templates_it_holds() -> None:
    text = '"a ${f("}", {x = "y"})} \\" $${" rest'
    assert text[string_end(text, 0) :] == " rest"


def test_lock_tells_its_providers() -> None:
    text = b'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.0.0"\n}\n'
    facts = parse_companion("terraform-lock", ".terraform.lock.hcl", text, aside=False).companions[0].facts
    assert facts == {"providers": ["registry.terraform.io/hashicorp/aws"]}


@pytest.mark.parametrize(
    ("kind", "path", "text", "expected"),
    [
        (
            "ansible",
            "site.yml",
            ("- hosts: web\n  tasks: [{name: x, ansible.builtin.apt: {name: y}}]\n"),
            {"hosts": ["web"], "modules": ["ansible.builtin.apt"]},
        ),
        ("ansible", "roles/a/tasks/main.yml", "- name: x\n  copy: {}\n  when: y\n", {"shape": "tasks", "modules": ["copy"]}),
        ("ansible", "ansible.cfg", "[defaults]\n", {"shape": "config"}),
        (
            "cloudformation",
            "template.yaml",
            (
                "Transform: AWS::Serverless-2016-10-31\n"
                "Resources:\n"
                "  F: {Type: 'AWS::Serverless::Function', Properties: {Tags: {team: a}}}\n"
            ),
            {"types": ["AWS::Serverless::Function"], "sam": True, "tags": ["team"]},
        ),
        (
            "cloudformation",
            "a.cfn.yaml",
            (
                "AWSTemplateFormatVersion: '2010-09-09'\n"
                "Resources: {B: {Type: 'AWS::S3::Bucket', Properties: {Tags: [{Key: k, Value: v}]}}}\n"
            ),
            {"sam": False, "tags": ["k"]},
        ),
        (
            "serverless",
            "serverless.yml",
            ("service: x\nprovider: {name: aws}\nfunctions: {a: {events: [{httpApi: '*'}]}}\n"),
            {"provider": "aws", "http": True},
        ),
        ("pulumi", "Pulumi.yaml", "name: x\nruntime: {name: nodejs}\n", {"runtime": "nodejs"}),
        ("cdk", "cdk.json", '{"app": "npx ts-node bin/x.ts"}', {"app": "npx ts-node bin/x.ts"}),
        (
            "bicep",
            "a.bicep",
            ("resource s 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  tags: t\n}\n"),
            {"types": ["Microsoft.Storage/storageAccounts"], "tags": True},
        ),
    ],
)
def test_infrastructure_is_told_by_its_shape(kind: str, path: str, text: str, expected: dict[str, object]) -> None:
    facts = parse_companion(kind, path, text.encode(), aside=False).companions[0].facts
    assert {key: facts[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("kind", "path", "text"),
    [
        ("ansible", "site.yml", "a: 1\n"),
        ("cloudformation", "template.yaml", "a: 1\n"),
        ("serverless", "serverless.yml", "a: 1\n"),
        ("pulumi", "Pulumi.yaml", "name: x\n"),
    ],
)
def test_file_is_skipped_when_it_only_bears_the_name(kind: str, path: str, text: str) -> None:
    found = parse_companion(kind, path, text.encode(), aside=False)
    assert found.file.status is FileStatus.SKIPPED
    assert found.companions == ()
