"""Chat about the harbour."""

import chainlit as cl
from langchain_openai import ChatOpenAI

model = ChatOpenAI(base_url="http://vllm:8000/v1", model="meta-llama/Llama-3.1-8B-Instruct")
with open("prompts/system.txt", encoding="utf-8") as stream:
    SYSTEM = stream.read()


@cl.on_message
async def answer(message: cl.Message) -> None:
    reply = await model.ainvoke([("system", SYSTEM), ("user", message.content)])
    await cl.Message(content=reply.content).send()
