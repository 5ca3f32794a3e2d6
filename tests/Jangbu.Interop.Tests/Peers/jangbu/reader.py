"""What a reader that keeps the page answers to one message: the second opinion that our code is compared with."""
from .book import Book
from .envelope import open_envelope
from .records import Record
from .session import read_message
from .strict import Refused, demand


class Reader:
    """`person` reads from `card`; `records` are those of both that it holds."""

    def __init__(self, person, card, records):
        self.person, self.book = person, Book(person.id, card, person.public)
        for record in records:
            self.book.hold(record)

    def answer(self, raw):
        """(t, n, code, head, records taken). A message that cannot be read as `sealed` has n 0."""
        n = 0
        try:
            message = read_message(raw)
            if message["t"] != "sealed":
                return message["t"], 0, None, None, []
            n = message["n"]
            texts = open_envelope(self.person, message["envelope"])
            authors = {record.kid for record in map(Record, texts)}
            if authors == {self.person.id}:
                return "received", n, None, None, self.book.take_back(texts)
            demand(self.person.id not in authors, "two authors")
            return "received", n, None, None, self.book.receive(texts)
        except Refused as refused:
            return "refused", n, refused.code, refused.head, []
