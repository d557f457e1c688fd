"""Nobody reads a whole table of DynamoDB: every question has a key, in code and in what policies allow."""

import ast
import re
from pathlib import Path

import pytest
from tree import PRODUCTION, inside, modules, parsed, tracked

CLOUD = tuple(folder for folder in PRODUCTION if folder != "firmware")  # a scale scans for Wi-Fi
_ALLOWS = re.compile(r"dynamodb:(?:\*|scan|partiql|execute)", re.IGNORECASE)
_STATEMENTS = {"scan", "execute_statement", "batch_execute_statement", "execute_transaction"}
"""Calls that can read a table from end to end; PartiQL does where its WHERE names no key."""


def _reads_all(tree: ast.Module) -> list[str]:
    """Where a module scans, pages through scans, or allows somebody to."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _STATEMENTS:
            found.append(f"{node.lineno}: .{node.attr}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _means_all(node.value):
            found.append(f"{node.lineno}: {node.value}")
    return found


def _means_all(text: str) -> bool:
    return text.lower() in _STATEMENTS or _ALLOWS.search(text) is not None


def test_no_code_scans_a_table() -> None:
    scanning = {str(inside(path)): _reads_all(parsed(path)) for path in modules(*CLOUD)}

    assert len(scanning) > 50
    assert {name: found for name, found in scanning.items() if found} == {}


def test_no_policy_in_a_file_allows_one() -> None:
    policies = [
        path for path in tracked() if path.suffix in {".json", ".yaml", ".yml"} and inside(path).parts[0] in CLOUD
    ]

    assert [str(inside(path)) for path in policies if _ALLOWS.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "code",
    [
        "client.scan(TableName='t')",
        "client.get_paginator('scan')",
        "client.execute_statement(Statement='SELECT * FROM t')",
        "PolicyStatement(actions=['dynamodb:Scan'])",
        "PolicyStatement(actions=['dynamodb:*'])",
        "actions = ['dynamodb:PartiQLSelect']",
    ],
)
def test_each_way_of_reading_all_is_seen(code: str) -> None:
    assert _reads_all(ast.parse(code))


@pytest.mark.parametrize(
    "code", ["arguments = {'ScanIndexForward': True}", "db.execute('SELECT 1')", "'dynamodb:Query'"]
)
def test_what_reads_by_a_key_is_let_through(code: str) -> None:
    assert not _reads_all(ast.parse(code))


def test_the_reference_of_the_table_is_where_this_is_told() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "table.md"

    assert f"tests/house/{Path(__file__).name}" in page.read_text(encoding="utf-8")
