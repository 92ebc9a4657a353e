"""The filesystem broker when somebody dies while writing."""

import shutil
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from civic import broker


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    broker.install()
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def message(channel: Any, text: str) -> dict[str, Any]:
    prepared: dict[str, Any] = channel.prepare_message(text)
    return prepared


def test_this_transport_is_the_one_in_use(channel: Any) -> None:
    assert isinstance(channel, broker.Channel)


def test_messages_come_in_their_order(channel: Any) -> None:
    for text in ("one", "two"):
        channel._put("civic", message(channel, text))
    assert [channel._get("civic")["body"] for _message in range(2)] == ["one", "two"]
    with pytest.raises(Empty):
        channel._get("civic")


@pytest.mark.parametrize("content", ["", '{"body": "cut o', "\x00\x00"])
def test_a_message_cut_short_is_dropped_and_the_next_one_read(channel: Any, tmp_path: Path, content: str) -> None:
    (tmp_path / "queue" / "-_broken.civic.msg").write_text(content)
    channel._put("civic", message(channel, "whole"))
    with pytest.raises(Empty):
        channel._get("civic")
    assert channel._get("civic")["body"] == "whole"


def test_a_message_half_written_is_not_seen(channel: Any, tmp_path: Path) -> None:
    channel._put("civic", message(channel, "whole"))
    path = next((tmp_path / "queue").iterdir())
    shutil.move(path, path.with_name(f"{path.name}.writing"))
    with pytest.raises(Empty):
        channel._get("civic")


def test_a_table_of_queues_cut_short_is_written_anew(channel: Any, tmp_path: Path) -> None:
    channel._queue_bind("civic", "civic", "", "civic")
    table = next((tmp_path / "control").iterdir())
    table.write_text("")
    assert channel.get_table("civic") == []
    channel._queue_bind("civic", "civic", "", "civic")
    assert [row[2] for row in channel.get_table("civic")] == ["civic"]
