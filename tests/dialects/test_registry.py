"""The table of dialects."""

from pathlib import Path

import pytest

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import ConfigurationError

HERE = Path(__file__).parent
README = Path(registry.__file__).with_name("README.md").read_text()


def test_an_unknown_key_is_a_configuration_error():
    for call in (registry.get, lambda key: registry.open_dialect(key, Connection("http://x/", http.Client("x")))):
        with pytest.raises(ConfigurationError, match="“fax”"):
            call("fax")


@pytest.mark.parametrize("key", registry.TABLE)
def test_every_dialect_opens_and_has_everything_that_the_recipe_asks_for(key):
    dialect = registry.open_dialect(key, Connection("http://city.example/v2", http.Client("x")))
    assert isinstance(dialect, Dialect)
    assert (HERE / f"test_{key}.py").exists()
    assert list((HERE.parent / "payloads" / key).iterdir())
    assert f"| `{key}` |" in README
    assert f"### {key}" in README
