"""The answer, the reasoning before it and the sources that it cites."""

from collections.abc import Iterator

from agent.events import Citation, Json, Token
from agent.view import Message
from apps.wires.agui.events import AguiEvent, activity, event, shown


def answer_id(run_id: str) -> str:
    return f"{run_id}-answer"


def reasoning_id(run_id: str) -> str:
    return f"{run_id}-reasoning"


class Text:
    """One message for all that a run answers, and one for its reasoning, however they alternate."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._answers = self._reasons = False
        self._cards: dict[int, Json] = {}

    def say(self, token: Token) -> Iterator[AguiEvent]:
        if token.channel == "answer":
            yield from self._end_reasoning()
            yield from self._start_answer()
            yield event("TEXT_MESSAGE_CONTENT", messageId=answer_id(self._run_id), delta=token.text)
        else:
            yield from self._start_reasoning()
            yield event("REASONING_MESSAGE_CONTENT", messageId=reasoning_id(self._run_id), delta=token.text)

    def cite(self, citation: Citation) -> Iterator[AguiEvent]:
        self._cards[citation.index] = card = shown(citation)
        yield activity(f"{self._run_id}-citation-{citation.index}", "citation", card)

    def go_on(self, message: Message) -> Iterator[AguiEvent]:
        """Opens an answer that a reader has the beginning of."""
        self._cards = {citation.index: shown(citation) for citation in message.citations}
        if message.answer:
            yield from self._start_answer()

    def end(self) -> Iterator[AguiEvent]:
        yield from self._end_reasoning()
        if self._answers:
            self._answers = False
            cards = [self._cards[index] for index in sorted(self._cards)]
            metadata = {"citations": cards} if cards else None
            yield event("TEXT_MESSAGE_END", messageId=answer_id(self._run_id), metadata=metadata)

    def _start_answer(self) -> Iterator[AguiEvent]:
        if not self._answers:
            self._answers = True
            yield event("TEXT_MESSAGE_START", messageId=answer_id(self._run_id), role="assistant")

    def _start_reasoning(self) -> Iterator[AguiEvent]:
        if not self._reasons:
            self._reasons = True
            yield event("REASONING_START", messageId=reasoning_id(self._run_id))
            yield event("REASONING_MESSAGE_START", messageId=reasoning_id(self._run_id), role="reasoning")

    def _end_reasoning(self) -> Iterator[AguiEvent]:
        if self._reasons:
            self._reasons = False
            yield event("REASONING_MESSAGE_END", messageId=reasoning_id(self._run_id))
            yield event("REASONING_END", messageId=reasoning_id(self._run_id))
