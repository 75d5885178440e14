"""Mailboxes are told from single messages, and read by threads."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

from loaders import load


def _message(subject: str, text: str, hour: int, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Emi <emi@example.org>", "bo@example.org", subject
    message["Date"] = f"Mon, 01 Jan 2024 {hour:02}:00:00 +0000"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def test_a_mailbox_is_read_by_threads_and_its_lines_are_as_they_were(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "a.mbox")
    box.add(_message("予算", "始めます。\nFrom here on we save.", 9, Message_ID="<1@x>"))
    box.add(_message("Lunch", "Noodles?", 10, Message_ID="<2@x>"))
    box.add(_message("Re: 予算", "承知しました。", 11, Message_ID="<3@x>", In_Reply_To="<1@x>"))
    box.close()
    document = load(tmp_path / "a.mbox")
    assert document.media_type == "application/mbox"
    assert (document.metadata["messages"], document.metadata["threads"]) == ("3", "2")
    headings = [(block.level, block.text) for block in document.blocks if block.kind == "heading"]
    assert headings == [(1, "予算"), (2, "予算"), (2, "Re: 予算"), (1, "Lunch"), (2, "Lunch")]
    assert "始めます。\nFrom here on we save." in [block.text for block in document.blocks]
    assert document.report.misnamed == ""


def test_a_message_with_the_line_of_a_mailbox_is_one_message() -> None:
    data = b"From emi Mon Jan  1 00:00:00 2024\n" + _message("Hello", "One.", 9, Message_ID="<1@x>").as_bytes()
    assert load(data, "a.eml").media_type == "message/rfc822"
