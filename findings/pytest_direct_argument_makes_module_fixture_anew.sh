#!/usr/bin/env bash
# pytest 9.2.0: a fixture of module scope that `parametrize` gives its values (`indirect`) is made once for equal values, also beside another fixture.
# Beside an argument that is not a fixture it is made anew for each test, its module scope notwithstanding, though its value never changes: with one
# direct argument the whole call is taken for function scope. Naming the scope cures it. The manual says of `scope` alone that it overrides
# that of the fixture. What is slow to make (a browser, a filled database) is paid for with each row. Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q pytest==9.2.0 2>/dev/null
cat >test_rows.py <<'PYTHON'
import pytest

made = {}


@pytest.fixture(scope="module")
def slow(request):
    made[request.param] = made.get(request.param, 0) + 1
    return request.param


@pytest.fixture(scope="module")
def number(request):
    return request.param


def rows(name):
    return [(name, 1), (name, 2), (name, 3)]


@pytest.mark.parametrize(("slow", "number"), rows("both are fixtures"), indirect=True)
def test_both(slow, number): ...


@pytest.mark.parametrize(("slow", "direct"), rows("one is direct"), indirect=["slow"])
def test_direct(slow, direct): ...


@pytest.mark.parametrize(("slow", "direct"), rows("direct, with its scope"), indirect=["slow"], scope="module")
def test_scoped(slow, direct): ...


@pytest.mark.parametrize("direct", [1, 2, 3])
@pytest.mark.parametrize("slow", ["two decorators"], indirect=True)
def test_decorated(slow, direct): ...


def test_of_the_times():
    print("made:", made)
    assert made == {"both are fixtures": 1, "one is direct": 3, "direct, with its scope": 1, "two decorators": 1}
PYTHON
env/bin/python -m pytest --version
env/bin/python -m pytest -q -s -p no:cacheprovider test_rows.py || { echo "It behaves otherwise now."; exit 1; }
