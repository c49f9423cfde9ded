"""Runs the desk over evals/tickets.jsonl: how many messages land in the right queue, how many replies say what they should.

ANTHROPIC_API_KEY=... python -m evals.run
"""

import json
from pathlib import Path

from anthropic import Anthropic

from app.desk import Desk
from app.settings import settings

TICKETS = Path(__file__).with_name("tickets.jsonl")


def main() -> None:
    desk = Desk(Anthropic(), settings)
    tickets = [json.loads(line) for line in TICKETS.read_text(encoding="utf-8").splitlines()]
    sorted_right = replied_right = 0
    for ticket in tickets:
        draft = desk.draft(ticket["message"])
        in_queue = draft.queue == ticket["queue"]
        mentioned = all(words.lower() in draft.reply.lower() for words in ticket["reply_mentions"])
        sorted_right += in_queue
        replied_right += mentioned
        if not (in_queue and mentioned):
            print(f"- {ticket['message']}\n  {draft.queue} (expected {ticket['queue']}): {draft.reply}\n")
    print(
        f"{settings.model}: queue accuracy {sorted_right / len(tickets):.0%}, replies with the facts {replied_right / len(tickets):.0%}"
    )


if __name__ == "__main__":
    main()
