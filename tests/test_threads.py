"""Work in other threads ends in order, and what is raised there is raised here."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import pytest

from tests.seed import SEED
from triage.cohort.threads import ahead, behind, each_in_order


def slowly(number: int) -> int:
    time.sleep(random.Random(f"{SEED} {number}").random() / 200)
    return number


def failing_at(last: int) -> Iterator[int]:
    yield from range(last)
    raise ValueError("no more")


def test_what_is_done_at_once_comes_in_order() -> None:
    assert list(each_in_order(slowly, range(50), 4)) == list(range(50))


def test_only_a_few_things_are_taken_before_they_are_needed() -> None:
    taken: list[int] = []

    def things() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = each_in_order(slowly, things(), 2)
    assert next(results) == 0
    assert len(taken) == 3
    results.close()  # type: ignore[attr-defined] # it is a generator
    assert len(taken) == 3


def test_what_fails_among_many_is_raised_in_its_turn_and_the_others_are_stopped() -> None:
    stopped: list[bool] = []

    def fails(number: int) -> int:
        if number == 5:
            raise ValueError(number)
        return slowly(number)

    results = each_in_order(fails, range(100), 3, lambda: stopped.append(True))
    assert [next(results) for _ in range(5)] == list(range(5))
    with pytest.raises(ValueError, match="5"):
        next(results)
    assert stopped == [True]


def test_what_is_made_ahead_comes_in_order_with_what_it_raises() -> None:
    assert list(ahead(map(slowly, range(30)))) == list(range(30))
    some = ahead(failing_at(3))
    assert [next(some) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="no more"):
        next(some)


def test_what_is_ahead_ends_where_nobody_asks_for_it() -> None:
    some = ahead(iter(range(1_000_000)))
    assert next(some) == 0
    some.close()  # type: ignore[attr-defined] # it is a generator
    deadline = time.monotonic() + 10
    while any(thread.name == "reading ahead" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_done_behind_is_done_in_order_before_the_end() -> None:
    done: list[int] = []

    def does(number: int) -> None:
        done.append(slowly(number))

    with behind(does) as put:
        for number in range(50):
            put(number)
            assert len(done) >= number - 2
    assert done == list(range(50))


@pytest.mark.parametrize("last", [3, 100])
def test_what_fails_behind_is_raised_here_and_nothing_is_done_after_it(last: int) -> None:
    done: list[int] = []

    def fails(number: int) -> None:
        if number == 2:
            raise ValueError(number)
        done.append(slowly(number))

    def all_of_them() -> None:
        with behind(fails) as put:
            for number in range(last):
                put(number)

    with pytest.raises(ValueError, match="2"):
        all_of_them()
    assert done == [0, 1]


def test_where_something_is_raised_here_what_waits_behind_is_not_done() -> None:
    done: list[int] = []
    started, go_on = threading.Event(), threading.Event()

    def waits(number: int) -> None:
        started.set()
        go_on.wait(10)
        done.append(number)

    def stopped() -> None:
        with behind(waits) as put:
            put(0)
            put(1)
            started.wait(10)
            threading.Timer(0.05, go_on.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert done == [0], "it was waited for"
