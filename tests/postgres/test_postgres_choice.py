"""How a store in PostgreSQL is chosen, and what of it is loaded otherwise: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ctxbudget_server.settings.access import store_of, user_access
from ctxbudget_server.settings.current import CurrentSettings

URL = "postgresql://db.example.com/agents"


def test_a_store_in_a_file_loads_nothing_of_it(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from ctxbudget_server.account.cancellation import Cancellation\n"
        "from ctxbudget_server.service.service import BudgetService, Options\n"
        "service = BudgetService(Options(workspace='.', store='store.db'), actor='test')\n"
        "service.call('context/add', {'items': [{'layer': 'transient', 'tokens': 1}]}, Cancellation())\n"
        "service.close()\n"
        "print([name for name in sys.modules if 'psycopg' in name or 'postgres' in name])\n"
    )
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CTXBUDGET_STORE")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_without_the_driver_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('psycopg')\n")
    words = [sys.executable, "-m", "ctxbudget_server", "call", "budget/status", "--store", URL]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "install `ctxbudget[postgres]`" in done.stderr


def test_the_users_own_file_may_name_it_and_a_repositorys_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, repository = tmp_path / "own.toml", tmp_path / "repository"
    own.write_text(f'store = "{URL}"\n')
    repository.mkdir()
    (repository / "ctxbudget.toml").write_text('store = "postgresql://evil.example.com/x"\n')
    monkeypatch.setenv("CTXBUDGET_CONFIG", str(own))
    assert store_of(str(repository), None, user_access()) == URL
    problems = CurrentSettings(str(repository)).now().problems
    assert [problem.setting for problem in problems] == ["store"]
    assert "evil" not in store_of(str(repository), None, user_access())
