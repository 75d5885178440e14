"""A conversation as a file: Markdown, JSON or Word, each sentence with the quotes that it rests on."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict

from rag.types import Citation, Conversation, ExportForm, ToolUse

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2


def exported(conversation: Conversation, form: ExportForm) -> bytes:
    """The file's bytes; text is UTF-8."""
    if form == "word":
        return _as_word(conversation)
    text = _as_markdown(conversation) if form == "markdown" else _as_json(conversation)
    return text.encode()


def _as_json(conversation: Conversation) -> str:
    """The conversation as JSON: title and turns, each with question, answer and what each sentence rests on."""
    turns = [
        {
            "question": turn.question,
            "answer": turn.answer.text,
            "answered": turn.answer.answered,
            "model": turn.answer.model,
            "steps": [asdict(step) for step in turn.answer.steps],
            "sentences": [
                {
                    "text": sentence.text.strip(),
                    "answer": sentence.answer,
                    "citations": [
                        {"document": c.document_name, "location": c.location.as_dict(), "quote": c.quote}
                        for c in sentence.citations
                    ],
                }
                for sentence in turn.answer.sentences
            ],
        }
        for turn in conversation.turns
    ]
    return json.dumps({"title": conversation.title, "turns": turns}, ensure_ascii=False, indent=2)


def _as_markdown(conversation: Conversation) -> str:
    """The conversation as Markdown, the sources of each answer as footnotes."""
    parts, notes = [f"# {conversation.title}"], list[str]()
    for turn in conversation.turns:
        text = ""
        for sentence in turn.answer.sentences:
            marks = ""
            for citation in sentence.citations:
                notes.append(f"[^{len(notes) + 1}]: {_source(citation)}")
                marks += f"[^{len(notes)}]"
            ending = sentence.text[len(sentence.text.rstrip()) :]
            text += sentence.text.rstrip() + marks + ending
        steps = "\n".join(f"    {line}" for line in _steps(turn.answer.steps))  # as code: what tools gave is data
        parts += [f"## {' '.join(turn.question.split())}", *([steps] if steps else []), text.strip() or "–"]
    return "\n\n".join([*parts, "\n".join(notes)]).strip() + "\n"


def _steps(steps: Sequence[ToolUse]) -> list[str]:
    """Lines that say which tools an agent called, with what and why, and what they gave."""
    lines: list[str] = []
    for number, step in enumerate(steps, 1):
        lines.append(f"{number}. {step.name} {' '.join(step.arguments.split())}")
        lines += [f"   {line}" for line in step.thought.splitlines() if line.strip()]
        lines += [f"   > {line}" for line in (step.result or "").splitlines() if line.strip()]
    return lines


def _source(citation: Citation) -> str:
    """Where a quote stands, and the quote on one line."""
    place = ", ".join(f"{name} {value}" for name, value in citation.location.as_dict().items())
    quote = " ".join(citation.quote.split())
    return f"{', '.join(filter(None, (citation.document_name, place)))}: “{quote}”"


def _as_word(conversation: Conversation) -> bytes:
    """The conversation as a Word document: raised numbers after the sentences, the sources under each answer."""
    import docx

    document = docx.Document()
    document.core_properties.title = _NO_XML.sub("", conversation.title)[:255]
    document.add_heading(_NO_XML.sub("", conversation.title), 0)
    number = 0
    for turn in conversation.turns:
        document.add_heading(_NO_XML.sub("", " ".join(turn.question.split())), 1)
        for line in _steps(turn.answer.steps):
            document.add_paragraph(_NO_XML.sub("", line)).paragraph_format.space_after = 0
        paragraph, sources = document.add_paragraph(), list[str]()
        for sentence in turn.answer.sentences:
            paragraph.add_run(_NO_XML.sub("", sentence.text.rstrip()))
            for citation in sentence.citations:
                number += 1
                sources.append(f"[{number}] {_source(citation)}")
                paragraph.add_run(f"[{number}]").font.superscript = True
            if sentence is not turn.answer.sentences[-1]:
                paragraph.add_run(_NO_XML.sub("", sentence.text[len(sentence.text.rstrip()) :]))
        for source in sources:
            document.add_paragraph(_NO_XML.sub("", source), style="Quote")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
