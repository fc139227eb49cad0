"""Answer a crew's question with the model we serve."""

import os

from fastapi import FastAPI
from langfuse.openai import OpenAI
from nemoguardrails import LLMRails, RailsConfig
from presidio_analyzer import AnalyzerEngine
from presidio_anonymizer import AnonymizerEngine

app = FastAPI()
client = OpenAI(base_url=os.environ["MODEL_URL"], api_key="unused")
rails = LLMRails(RailsConfig.from_path("rails"))
analyzer, anonymizer = AnalyzerEngine(), AnonymizerEngine()


def masked(text: str) -> str:
    return anonymizer.anonymize(text=text, analyzer_results=analyzer.analyze(text=text, language="en")).text


@app.post("/ask")
def ask(question: str) -> str:
    return rails.generate(messages=[{"role": "user", "content": masked(question)}])["content"]
