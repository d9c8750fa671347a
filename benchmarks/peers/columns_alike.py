"""The columns engine when it is asked only for what the peers give: both levels, and the rules that fire."""

from __future__ import annotations

from peers import columns
from peers.columns import load
from peers.outcome import Peer
from triage.book.book import RuleBook

__all__ = ["load", "prepare"]


def prepare(book: RuleBook) -> Peer:
    return columns.prepare(book, only=("urgency", "possible", "rules"))
