"""A home made by `jangbu init`, used from here: its key, its card and its ledger, which this package reads and writes (§6)."""
import time
from pathlib import Path

from .book import Book
from .envelope import seal_records
from .identity import Card, Person, password_of_file
from .ledger import Ledger, begin
from .records import Record
from .strict import demand, now_text

AGREEMENT = "Electronic signatures that I make with this program bind me."
MOST_TEXT = 120 * 1024  # of records in one envelope, so that sealed it stays under 192 KiB


def now():
    return time.time_ns() // 1_000_000


class Home:
    """Someone at home, toward one contact. Whatever may leave is on disk before (§2.4)."""

    def __init__(self, folder, password_file, contact=None):
        self.folder, self.password = Path(folder), password_of_file(password_file)
        password = self.password
        self.person = Person.of_pem((self.folder / "key.pem").read_bytes(), password)
        self.card = Card((self.folder / "card.jbcard").read_text().strip())
        self.ledger = Ledger(self.folder / "ledger.jbledger", password)
        self.old = self.ledger.status == "old"
        assert self.ledger.me == self.person.id and self.ledger.damage is None, self.ledger.damage
        if contact is not None:
            self.meet(contact)

    def meet(self, card):
        """Goes on with this contact; writes the card if the ledger has not got it."""
        if not any(e["kind"] == "contact" and e["data"].get("card") == card.jws for e in self.ledger.entries):
            self.write("contact", {"id": card.id, "card": card.jws, "name": card.name})
        self.book = Book(self.person.id, card, self.person.public)
        for record in self.ledger.leaves:
            if card.id in (record.author, record.to):
                self.book.hold(record)
        for entry in self.ledger.entries:
            if entry["kind"] == "policy" and entry["data"]["id"] == card.id:
                self.set_policy(entry["data"])

    def set_policy(self, data):
        limit, auto = self.book.policy.get(data["asset"], ("", "0"))
        self.book.policy[data["asset"]] = (data.get("limit", limit), data.get("auto_accept", auto))

    def policy(self, asset, auto):
        data = {"id": self.book.card.id, "asset": asset, "auto_accept": auto}
        self.write("policy", data)
        self.set_policy(data)

    def write(self, kind, data):
        self.ledger.append(kind, data, now_text(now()))

    def draft(self, kind, body):
        """Signs and holds, with `open` before where it is the lane's first. An old ledger signs nothing (§6.1)."""
        demand(not self.old, "old ledger", "busy")
        made, lanes = [], self.book.lanes[self.person.id]
        wanted = [(kind, body)]
        if not lanes.get(self.ledger.lane):
            wanted.insert(0, ("open", {"card": self.card.jws, "agreement": AGREEMENT}))
        for kind, body in wanted:
            jws = self.book.draft(self.person, kind, body, self.ledger.lane, now())
            self.book.hold(self.record(jws))
            made.append(jws)
        return made

    @staticmethod
    def record(jws):
        return Record.of(jws)

    def sign(self, kind, body):
        """A record of mine, on disk."""
        made = self.draft(kind, body)
        self.write("sent", {"records": made})
        return self.record(made[-1])

    def take(self, texts):
        """Takes an envelope of theirs: records and my receipt in one entry (`open` before it where none was). Gives the new records."""
        demand(not self.old, "old ledger", "busy")
        new = self.book.receive(texts)
        if new:
            if not self.book.lanes[self.person.id].get(self.ledger.lane):
                jws = self.book.draft(self.person, "open", {"card": self.card.jws, "agreement": AGREEMENT}, self.ledger.lane, now())
                self.book.hold(self.record(jws))
                self.write("sent", {"records": [jws]})
            receipt = self.draft("receipt", {})[-1]
            self.write("received", {"records": [r.jws for r in new], "receipt": receipt})
        return new

    def take_quietly(self, texts):
        """What a `received` or `processed` brings: kept, and not receipted."""
        demand(not self.old, "old ledger", "busy")
        new = self.book.receive(texts)
        if new:
            self.write("received", {"records": [r.jws for r in new]})
        return new

    def take_back(self, texts):
        """My own records, given back: written at once, no receipt. Any new one in this file's lane makes the ledger old."""
        new = self.book.take_back(texts)
        if new:
            self.write("received", {"records": [r.jws for r in new]})
            self.old = self.old or any(r.lane == self.ledger.lane for r in new)
        return new

    def decide(self, records):
        """The decision that policy gives on new transactions, or none."""
        verdicts = self.book.judge([r for r in records if r.kind == "transaction"])
        return self.sign("decision", {"verdicts": verdicts}) if verdicts else None

    def envelopes(self, records):
        """Sealed for the contact, as many as it takes."""
        group, size = [], 0
        for record in records:
            if group and (len(group) == 64 or size + len(record.jws) > MOST_TEXT):
                yield seal_records(self.book.card.public, group)
                group, size = [], 0
            group.append(record.jws)
            size += len(record.jws)
        if group:
            yield seal_records(self.book.card.public, group)

    @staticmethod
    def begin(folder, name, password_file):
        """A new home, as `jangbu init` makes it."""
        folder, password = Path(folder), password_of_file(password_file)
        folder.mkdir(mode=0o700)
        person, at = Person.generate(), now_text(now())
        files = {"key.pem": person.pem(password), "public.pem": person.public_pem(), "card.jbcard": person.card(name, at).encode()}
        for file, content in files.items():
            (folder / file).write_bytes(content)
            (folder / file).chmod(0o600)
        begin(folder / "ledger.jbledger", password, person.id, at)
        home = Home(folder, password_file)
        home.write("contact", {"id": person.id, "card": home.card.jws, "name": name})
        home.close()
        return home

    def status(self):
        """What somebody finds who reads the file now."""
        return Ledger(self.ledger.path, self.password).status

    def close(self):
        self.ledger.write_head()
