"""What is bound while something is worked on, and forgotten after it."""

import threading

import pytest

from reports import log_context


def test_blocks_add_up_and_end() -> None:
    with log_context.bind(task="deliver"), log_context.bind(reference="K7QF"):
        assert log_context.bound() == {"task": "deliver", "reference": "K7QF"}
    assert log_context.bound() == {}


def test_a_name_that_no_line_has_is_refused() -> None:
    with pytest.raises(ValueError, match="phone"), log_context.bind(phone="555"):
        pass


def test_what_is_concealed_is_forgotten_with_its_block() -> None:
    log_context.conceal(["outside"])
    assert log_context.concealed() == frozenset()
    with log_context.bind():
        log_context.conceal(["key", ""])
        with log_context.bind():
            log_context.conceal(["another"])
            assert log_context.concealed() == {"key", "another"}
        assert log_context.concealed() == {"key"}
    assert log_context.concealed() == frozenset()


def test_what_an_error_may_quote_stays_concealed_where_it_goes() -> None:
    def fail() -> None:
        with log_context.bind():
            log_context.conceal(["key"])
            raise RuntimeError("key")

    with log_context.bind():
        with pytest.raises(RuntimeError):
            fail()
        assert log_context.concealed() == {"key"}


def test_threads_know_nothing_of_each_other() -> None:
    seen: list[object] = []
    with log_context.bind(task="deliver"):
        thread = threading.Thread(target=lambda: seen.append(log_context.bound()))
        thread.start()
        thread.join()
    assert seen == [{}]
