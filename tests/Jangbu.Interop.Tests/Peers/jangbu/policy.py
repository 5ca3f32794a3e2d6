"""Sends transactions of every sort and compares what the other's policy decides with §2.2.

usage: python3 -m jangbu.policy HOME PASSWORD-FILE THEIR-KEY-FILE THEIR-CARD-FILE SEED ENVELOPES pipe LIMIT AUTO

LIMIT and AUTO are what the other set for KRW. They must have sent a request and three transactions of 1000 KRW.
"""
import asyncio, sys

from .examine import Examination, run
from .records import Record
from .wrong import Forger


class Shop(Examination):
    async def run(self, count, limit, auto):
        await self.begin()
        theirs = [tx.hash for tx in self.home.book.transactions(self.them.id)]
        requests = [r.hash for r in self.home.book.by_hash.values() if r.kind == "request"]
        self.home.sign("decision", {"verdicts": [{"tx": tx, "result": "accepted"} for tx in theirs[:2]] + [{"tx": tx, "result": "rejected", "code": "declined"} for tx in theirs[2:]]})
        self.session.send_missing()
        await self.session.until(lambda: not self.session.unanswered)
        forger = Forger(self.home)
        for _ in range(int(count)):
            await self.envelope(forger, theirs, requests, limit, auto)
        await self.session.bye()

    async def envelope(self, forger, theirs, requests, limit, auto):
        """One to four records: transactions, and withdrawals of those that wait for a person."""
        rng, records, place = self.rng, [], {}
        waiting = [tx.hash for tx in self.home.book.transactions(self.home.person.id) if self.home.book.state(tx.hash) == "undecided"]
        for _ in range(rng.choice((1, 1, 2, 3, 4))):
            if waiting and rng.random() < 0.3:
                kind, body = "withdrawal", {"tx": waiting.pop(rng.randrange(len(waiting)))}
            else:
                kind, body = "transaction", {"amount": rng.choice(("1", "400", "999", "1000", "2500.5", "0.01", "12000", "600", "500")), "asset": rng.choice(("KRW", "KRW", "KRW", "USD"))}
                if rng.random() < 0.4:
                    body["reverses"] = rng.choice(theirs + requests + ["1" * 64])
                if rng.random() < 0.15:
                    body["request"] = rng.choice(requests + theirs + ["1" * 64])
            records.append(forger.record(kind, body, **place))
            place = forger.next_of(records[-1])
        reader = self.reader().book
        reader.policy["KRW"] = (limit, auto)
        expected = reader.judge([r for r in reader.receive(records) if r.kind == "transaction"])
        if await self.seal(f"{[Record.of(r).body for r in records]}", forger.sealed(*records)):
            hashes = [Record.of(jws).hash for jws in records]
            wanted = {v["tx"] for v in expected}
            said = lambda: {v["tx"]: v for r in self.home.book.by_hash.values() if r.kind == "decision" and r.author == self.them.id for v in r.body["verdicts"] if v["tx"] in hashes}
            await self.session.until(lambda: len(said()) >= len(wanted))
            got = [said()[tx] for tx in hashes if tx in said()]
            if got != expected:
                self.wrong.append({"name": "policy", "what": [Record.of(r).body for r in records], "expected": expected, "got": got, "net": reader.balances()})


if __name__ == "__main__":
    asyncio.run(run(Shop, *sys.argv[1:]))
