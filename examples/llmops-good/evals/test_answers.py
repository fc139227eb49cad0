"""Answers are faithful to the rules of the road."""

from deepeval import assert_test
from deepeval.metrics import FaithfulnessMetric
from deepeval.test_case import LLMTestCase

from helmsman.main import ask

RULE_14 = "When two power-driven vessels meet head-on, each shall alter her course to starboard."


def test_the_head_on_rule_is_told_faithfully() -> None:
    question = "Two power-driven vessels meet head-on. What do I do?"
    case = LLMTestCase(input=question, actual_output=ask(question), retrieval_context=[RULE_14])
    assert_test(case, [FaithfulnessMetric(threshold=0.8)])
