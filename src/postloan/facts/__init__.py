"""What is true of each loan and customer on a date: one module a family, one wide table a subject."""

from postloan.facts.compute import FACTS, PARAMETERS, compute
from postloan.facts.frame import frame
from postloan.facts.registry import Fact, fact

__all__ = ["FACTS", "PARAMETERS", "Fact", "compute", "fact", "frame"]
