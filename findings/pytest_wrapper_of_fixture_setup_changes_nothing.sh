#!/usr/bin/env bash
# pytest 9.2.0: what the hook `pytest_fixture_setup` returns reaches no test, though the manual calls it the fixture's value and says that a hook's
# wrapper may return another result. A test is given what pytest's own implementation has stored in the definition's `cached_result`. So a
# wrapper that returns another value changes nothing. One that answers in place of an error gives None to the first test of the fixture's scope,
# which may pass with it, and the error to each later one. One that raises spoils the first test alone. A plugin that returns a value in pytest's
# place is told that the fixture can have been torn down already. Whoever stores `cached_result` too is believed. Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q pytest==9.2.0 2>/dev/null
cat >conftest.py <<'PYTHON'
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    name = fixturedef.argname
    try:
        value = yield
    except ConnectionError:
        value = "no error"
    if name.startswith("changed"):
        value = "changed"
    if name.startswith("refused"):
        raise PermissionError
    if name.endswith("stored"):
        fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
    return value


class Plugin:
    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef):
        return "answered" if fixturedef.argname == "answered" else None


def pytest_configure(config):
    config.pluginmanager.register(Plugin())
PYTHON
cat >test_values.py <<'PYTHON'
import pytest


def value():
    return "value"


def error():
    raise ConnectionError("no database")


FIXTURES = {
    "changed": value, "changed_and_stored": value, "rescued": error, "rescued_and_stored": error,
    "refused": value, "answered": value,
}
for name, function in FIXTURES.items():
    globals()[name] = pytest.fixture(function, scope="module", name=name)


@pytest.mark.parametrize("turn", ["first", "second"])
@pytest.mark.parametrize("name", FIXTURES)
def test_of_the_value(request, name, turn):
    try:
        given = request.getfixturevalue(name)
    except Exception as error:
        given = f"{type(error).__name__}: {error}".rstrip()
    print(f"{name}, {turn} test: {given}")
PYTHON
env/bin/python -m pytest --version
env/bin/python -m pytest -q -s -p no:cacheprovider test_values.py | tee all
# The second test of what the plugin answered meets an assertion within pytest that says nothing.
sed -n 's/^\.*\(.* test: .*\)/\1/p' all | grep -v 'answered, second' >seen
diff seen - <<'SEEN' || { echo "It behaves otherwise now."; exit 1; }
changed, first test: value
changed, second test: value
changed_and_stored, first test: changed
changed_and_stored, second test: changed
rescued, first test: None
rescued, second test: ConnectionError: no database
rescued_and_stored, first test: no error
rescued_and_stored, second test: no error
refused, first test: PermissionError:
refused, second test: value
answered, first test: AssertionError: The fixture value for "answered" is not available.  This can happen when the fixture has already been torn down.
SEEN
