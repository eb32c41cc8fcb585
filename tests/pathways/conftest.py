import pytest
from tests.fixtures.records import *
from tests.fixtures.flush import *
def pytest_collection_modifyitems(items):
    for i in items:
        if not i.get_closest_marker("django_db") and {"db","opi_reference"} & set(i.fixturenames):
            i.add_marker(pytest.mark.django_db(databases=["default","state"]))
