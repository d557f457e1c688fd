import json
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from backend.aws import connection
from backend.aws.table import DynamoTable

ROOT = Path(__file__).resolve().parents[2]
NOBODY = {"region_name": "us-west-2", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.mark.parametrize("config", [None, Config(retries={"mode": "adaptive"}), Config(retries={"max_attempts": 3})])
def test_a_client_that_asks_again_by_itself_is_refused(config: Config | None) -> None:
    client = boto3.client("dynamodb", config=config, **NOBODY)

    with pytest.raises(ValueError, match="asks again by itself"):
        DynamoTable(client, "scale-sense")


def test_our_own_client_asks_once_and_does_not_wait_for_ever() -> None:
    client = connection.dynamodb(**NOBODY)

    settings = client.meta.config  # type: ignore[attr-defined]  # the stubs leave it out

    assert settings.retries["total_max_attempts"] == 1
    assert settings.connect_timeout <= 2
    assert settings.read_timeout <= 4


def _loaded(code: str) -> set[str]:
    script = f"{code}\nimport json, sys; print(json.dumps(list(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)
    return {name.partition(".")[0] for name in json.loads(told.stdout)}


def test_the_adapter_loads_without_boto3_which_only_who_makes_a_client_waits_for() -> None:
    assert "boto3" not in _loaded("import backend.aws.table, backend.aws.connection, backend.aws.definition")


@pytest.mark.parametrize("module", ["app.cli", "backend.wiring.embedded"])
def test_a_bar_runs_without_anything_of_aws(module: str) -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(('boto3', 'botocore', 'mypy_boto3_dynamodb')))"

    assert "app" in _loaded(f"{blocked}\nimport app, {module}")
