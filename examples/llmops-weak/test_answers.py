"""One happy question."""

from deepeval import assert_test
from deepeval.metrics import AnswerRelevancyMetric
from deepeval.test_case import LLMTestCase


def test_opening_hours():
    assert_test(LLMTestCase(input="When does the lock open?", actual_output="At six."), [AnswerRelevancyMetric()])
