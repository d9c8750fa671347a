"""Formulas of propositional logic, and a solver that says whether somebody is so.

What is proved can be checked again by any SAT solver, and is with `twice`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import z3

Formula = Any  # z3.BoolRef: z3 has no types of its own


def no(formula: Formula) -> Formula:
    """That a formula does not hold."""
    return z3.Not(formula)


def every(formulas: Iterable[Formula]) -> Formula:
    """That all of these hold; nothing is asked where there are none."""
    return z3.And(list(formulas))


def some(formulas: Iterable[Formula]) -> Formula:
    """That one of these holds; nobody is so where there are none."""
    return z3.Or(list(formulas))


def differ(one: Formula, other: Formula) -> Formula:
    """That just one of two formulas holds."""
    return z3.Xor(one, other)


def holds(model: Any, formula: Formula) -> bool:
    """Whether a formula holds in a model; what the model leaves open is false."""
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


class Undecided(Exception):
    """The solver gave up, or two solvers differ. Never to be taken for a proof."""


class Solver:
    """Asks whether a patient exists. With `twice`, every "none exists" is asked of a second solver."""

    def __init__(self, axioms: Iterable[Formula], *, twice: bool = False, milliseconds: int = 60_000) -> None:
        self.axioms, self.twice, self.milliseconds = list(axioms), twice, milliseconds
        self._solver = z3.Solver()
        self._solver.set("timeout", milliseconds)
        self._solver.add(self.axioms)

    def with_axioms(self, more: Iterable[Formula]) -> Solver:
        """A solver that knows more."""
        return Solver([*self.axioms, *more], twice=self.twice, milliseconds=self.milliseconds)

    def model(self, *formulas: Formula) -> Any | None:
        """A model of the axioms and formulas, or None when there is none. Raises Undecided."""
        self._solver.push()
        try:
            self._solver.add(*formulas)
            if self._can_hold(()):
                return self._solver.model()
            if self.twice and _second_solver_finds(self._solver.assertions()):
                raise Undecided("the second solver finds a patient where the first finds none")
            return None
        finally:
            self._solver.pop()

    def smallest(self, deviations: Sequence[Formula], *formulas: Formula) -> Any | None:
        """A model in which as few of the deviations hold as can be, or None. Raises Undecided."""
        found = self.model(*formulas)
        if found is None:
            return None
        for most in range(len(deviations)):
            smaller = self.model(*formulas, z3.PbLe([(deviation, 1) for deviation in deviations], most))
            if smaller is not None:
                return smaller
        return found

    def conflict(self, named: Mapping[str, Formula], *formulas: Formula) -> list[str]:
        """Names of formulas that cannot hold together with the others; none of them could be left out.

        Raises Undecided, and ValueError when all of them can hold.
        """
        flags = {name: z3.Bool(f"holds {name}") for name in named}
        implied = [z3.Implies(flags[name], formula) for name, formula in named.items()]
        self._solver.push()
        try:
            self._solver.add(*formulas, *implied)
            if self._can_hold(flags.values()):
                raise ValueError("there is no conflict")
            core = {str(flag) for flag in self._solver.unsat_core()}
            kept = [name for name, flag in flags.items() if str(flag) in core]
            for name in list(kept):
                if not self._can_hold(flags[other] for other in kept if other != name):
                    kept.remove(name)
            return kept
        finally:
            self._solver.pop()

    def _can_hold(self, assumed: Iterable[Formula]) -> bool:
        answer = self._solver.check(*assumed)
        if answer == z3.unknown:
            raise Undecided(f"the solver gave up: {self._solver.reason_unknown()}")
        return bool(answer == z3.sat)


def _second_solver_finds(assertions: Any) -> bool:
    """Whether an independent SAT solver finds a model of the same formulas, as clauses."""
    from pysat.solvers import Cadical195

    goal = z3.Goal()
    goal.add(*assertions)
    clauses = z3.Then("simplify", "card2bv", "bit-blast", "tseitin-cnf")(goal)[0].dimacs()
    with Cadical195() as second:
        for line in clauses.splitlines():
            if line and line[0] not in "pc":
                second.add_clause([int(literal) for literal in line.split()[:-1]])
        return bool(second.solve())
