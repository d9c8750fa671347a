"""Work in other threads, always in order: much at once, something ahead, and something behind."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, Full, Queue
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")
_WAIT = 0.1


def each_in_order(
    function: Callable[[S], T],
    things: Iterable[S],
    workers: int | None = None,
    stop: Callable[[], object] = lambda: None,
) -> Iterator[T]:
    """What a function makes of these things, in their order, by several threads and a few at a time.

    When it is interrupted, or something is raised, `stop` is called, and then the threads are waited for.
    """
    workers = workers or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[T]] = deque()
        try:
            for thing in things:
                waiting.append(pool.submit(function, thing))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def ahead(things: Iterator[T], most: int = 2) -> Iterator[T]:
    """The same things in the same order, at most so many made before they are asked for.

    What making one raises is raised here. When this iterator is closed, the thread stops.
    """
    ready: Queue[tuple[T | None, BaseException | None]] = Queue(most)
    closed = threading.Event()

    def put(thing: T | None, error: BaseException | None) -> None:
        while not closed.is_set():
            try:
                ready.put((thing, error), timeout=_WAIT)
            except Full:
                continue
            return

    def make() -> None:
        try:
            for thing in things:
                put(thing, None)
                if closed.is_set():
                    return
        except BaseException as error:
            put(None, error)
        else:
            put(None, StopIteration())

    thread = threading.Thread(target=make, name="reading ahead", daemon=True)
    thread.start()
    try:
        while True:
            try:
                thing, error = ready.get(timeout=_WAIT)  # waits in turns, so that Ctrl-C is heard
            except Empty:
                continue
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield thing  # type: ignore[misc] # without an error there is a thing
    finally:
        closed.set()


@contextmanager
def behind(function: Callable[[T], object], most: int = 2) -> Iterator[Callable[[T], None]]:
    """Has a thread call a function with the things that are put, in their order, some of them later.

    What it raises is raised when the next thing is put, or at the end, where all is waited for. After
    something was raised, nothing more is called.
    """
    stopped = threading.Event()

    def call(thing: T) -> None:
        if not stopped.is_set():
            try:
                function(thing)
            except BaseException:
                stopped.set()
                raise

    with ThreadPoolExecutor(1) as pool:
        waiting: deque[Future[None]] = deque()

        def put(thing: T) -> None:
            waiting.append(pool.submit(call, thing))
            while len(waiting) > most:
                waiting.popleft().result()

        try:
            yield put
            while waiting:
                waiting.popleft().result()
        except BaseException:
            stopped.set()
            raise
