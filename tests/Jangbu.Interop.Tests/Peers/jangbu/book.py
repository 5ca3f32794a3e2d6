"""§2.1 to §2.3: what the records of two people mean together. One book a contact; nothing here touches disk or network."""
import copy, os, uuid as uuids
from decimal import Decimal

from .identity import Card, verify
from .records import ZERO_HASH, Record, amount_text, digits, negated
from .strict import Refused, demand, now_text, write

MOST_LANES, MOST_UNDECIDED = 16, 1000


def uuid7(milliseconds):
    raw = bytearray(milliseconds.to_bytes(6, "big") + os.urandom(10))
    raw[6], raw[8] = raw[6] & 15 | 0x70, raw[8] & 63 | 128
    return str(uuids.UUID(bytes=bytes(raw)))


class Book:
    """What `me` (a PeerId) holds with a contact (a card)."""

    def __init__(self, me, card, own=None):
        self.me, self.card, self.own = me, card, own  # `own`: my public key, for records given back
        self.lanes = {me: {}, card.id: {}}   # author -> lane -> records
        self.ids, self.by_hash = {}, {}      # ids of the contact's records; every record
        self.policy, self.forks, self.ahead = {}, [], 0

    def copy(self):
        other = copy.copy(self)
        other.lanes = {author: {lane: list(records) for lane, records in lanes.items()} for author, lanes in self.lanes.items()}
        other.ids, other.by_hash, other.forks = dict(self.ids), dict(self.by_hash), list(self.forks)
        return other

    # --- arrival ---

    def receive(self, texts):
        """Takes an envelope whole or not at all: first each record by itself, then each among the others. Gives those that were new."""
        records, trial, new = [self.read(jws) for jws in texts], self.copy(), []
        try:
            for record in records:
                if not trial.held(record):
                    trial.hold(record)
                    new.append(record)
        except Refused as refused:
            if refused.code == "fork" and refused.evidence:
                self.forks.append(refused.evidence)
            raise
        self.__dict__.update(trial.__dict__)
        return new

    def read(self, jws):
        """Size, form, header, signature, payload, `to` and `from`, in this order."""
        record = Record(jws)
        demand(record.kid == self.card.id, "kid", "bad_signature")
        verify(self.card.public, record.signed, record.signature)
        record.read_payload()
        demand(record.to == self.me and record.author == self.card.id, "to, from", "wrong_recipient")
        return record

    def held(self, record):
        """The rest of §2.1 before policy, in its order; true for a record held already."""
        lanes = self.lanes[self.card.id]
        lane = lanes.get(record.lane)
        if lane is None:
            demand(record.seq == 1, "lane", "unknown_lane")
            demand(len(lanes) < MOST_LANES, "17th lane", "busy")
            lane = []
        if self.chained(record, lane):
            return True
        self.check_ack(record, lane)
        demand(record.id not in self.ids, "id", "id_conflict")
        self.check_kind(record, lane)
        return False

    def take_back(self, texts):
        """Records of my own that the contact gives back (§6.1): sizes, form, my signature, from, to, seq and prev."""
        trial, new = self.copy(), []
        for jws in texts:
            record = Record(jws)
            demand(record.kid == self.me, "kid", "bad_signature")
            verify(self.own, record.signed, record.signature)
            record.read_payload()
            demand((record.author, record.to) == (self.me, self.card.id), "from, to", "wrong_recipient")
            lane = trial.lanes[self.me].get(record.lane, [])
            demand(lane or record.seq == 1, "lane", "unknown_lane")
            if not self.chained(record, lane):
                trial.hold(record)
                new.append(record)
        self.__dict__.update(trial.__dict__)
        return new

    @staticmethod
    def chained(record, lane):
        """Whether it is held; a fork or a gap is refused."""
        head = lane[-1].place if lane else None
        if record.seq <= len(lane):
            if lane[record.seq - 1].hash == record.hash:
                return True
            raise fork(head, lane[record.seq - 1], record)
        demand_head(record.seq == len(lane) + 1, "gap", head)
        if record.prev != (lane[-1].hash if lane else ZERO_HASH):
            raise fork(head, lane[-1] if lane else None, record)
        return False

    def check_ack(self, record, lane):
        now = {head["lane"]: head for head in record.ack}
        for head in lane[-1].ack if lane else []:
            demand(head["lane"] in now and now[head["lane"]]["seq"] >= head["seq"], "ack goes back")
        for head in record.ack:
            mine = self.lanes[self.me].get(head["lane"], [])
            if head["seq"] > len(mine):
                self.ahead += 1
            else:
                demand(mine[head["seq"] - 1].hash == head["hash"], "ack of another record")

    def check_kind(self, record, lane):
        if record.kind == "open":
            card = Card(record.body["card"])
            demand(card.id == self.card.id, "card of another")
        if record.kind == "decision":
            said = {v["tx"] for r in lane if r.kind == "decision" for v in r.body["verdicts"]}
            for verdict in record.body["verdicts"]:
                tx = self.by_hash.get(verdict["tx"])
                demand(tx is not None and tx.kind == "transaction" and tx.author == self.me, "verdict on an unknown or own transaction")
                demand(verdict["tx"] not in said, "second verdict")
        if record.kind == "withdrawal":
            tx = self.by_hash.get(record.body["tx"])
            demand(tx is not None and tx.kind == "transaction" and tx.author == record.author, "withdrawal of another's or unknown")
            demand(not any(r.kind == "withdrawal" and r.body["tx"] == tx.hash for r in lane), "second withdrawal")
        if record.kind == "balance" and record.body.get("accepts") in self.by_hash:
            other = self.by_hash[record.body["accepts"]]
            good = other.kind == "balance" and other.author == self.me and other.body["assets"] == negated(record.body["assets"])
            demand(good, "accepts")
        if record.kind == "transaction":
            demand(len(self.undecided()) < MOST_UNDECIDED, "undecided", "busy")

    def hold(self, record):
        if record.hash in self.by_hash:
            return
        self.lanes[record.author].setdefault(record.lane, []).append(record)
        self.by_hash[record.hash] = record
        if record.author == self.card.id:
            self.ids[record.id] = record.hash

    # --- state ---

    def state(self, tx):
        """§2.3, a function of the set of records."""
        withdrawals = [r for r in self.by_hash.values() if r.kind == "withdrawal" and r.body["tx"] == tx]
        results = [v["result"] for r in self.by_hash.values() if r.kind == "decision" and not any(covers(r, w) for w in withdrawals)
                   for v in r.body["verdicts"] if v["tx"] == tx]
        return "rejected" if "rejected" in results else "accepted" if results else "withdrawn" if withdrawals else "undecided"

    def transactions(self, author=None):
        return [r for r in self.by_hash.values() if r.kind == "transaction" and author in (None, r.author)]

    def undecided(self):
        return [tx for tx in self.transactions(self.card.id) if self.state(tx.hash) == "undecided"]

    def balances(self):
        """Accepted transactions from them minus accepted ones to them; an asset at zero is left out."""
        sums = {}
        for tx in self.transactions():
            if self.state(tx.hash) == "accepted":
                sign = 1 if tx.author == self.card.id else -1
                sums[tx.body["asset"]] = sums.get(tx.body["asset"], Decimal(0)) + sign * Decimal(tx.body["amount"])
        return {name: amount_text(value) for name, value in sorted(sums.items()) if value}

    # --- policy, §2.2 ---

    def judge(self, transactions):
        """The verdicts on transactions that came together, one after the other; none where a person is to be asked."""
        verdicts, waiting = [], [t for t in self.undecided() if t not in transactions]
        for tx in transactions:
            if self.state(tx.hash) != "undecided":
                continue
            verdict = self.verdict(tx, waiting)
            if verdict:
                verdicts.append(verdict)
            if not verdict or verdict["result"] == "accepted":
                waiting.append(tx)
        return verdicts

    def verdict(self, tx, waiting):
        name, value = tx.body["asset"], Decimal(tx.body["amount"])
        limit, auto = self.policy.get(name, ("", "0"))
        held = sum((Decimal(t.body["amount"]) for t in waiting if t.body["asset"] == name), Decimal(0))
        code = None
        if limit != "" and Decimal(self.balances().get(name, "0")) + held + value > Decimal(limit):
            code = "limit_exceeded"
        elif -value.as_tuple().exponent > digits(name):
            code = "amount_precision"
        else:
            code = self.reference(tx, value, waiting)
        if code:
            return {"tx": tx.hash, "result": "rejected", "code": code}
        return {"tx": tx.hash, "result": "accepted"} if not self.forks and Decimal(auto or "0") >= value else None

    def reference(self, tx, value, waiting):
        if "request" in tx.body:
            asked = self.by_hash.get(tx.body["request"])
            if asked is None or asked.kind != "request" or asked.author != self.me:
                return "unknown_reference"
        if "reverses" in tx.body:
            original = self.by_hash.get(tx.body["reverses"])
            if original is None or original.kind != "transaction" or original.author != self.me or self.state(original.hash) != "accepted":
                return "unknown_reference"
            if original.body["asset"] != tx.body["asset"]:
                return "unknown_reference"
            counted = [t for t in self.transactions(tx.author) if self.state(t.hash) == "accepted"] + waiting
            before = sum(Decimal(t.body["amount"]) for t in counted if t.body.get("reverses") == original.hash)
            if before + value > Decimal(original.body["amount"]):
                return "over_reversed"
        return None

    # --- writing ---

    def heads(self, author):
        return [lanes[-1].place for _, lanes in sorted(self.lanes[author].items())]

    def draft(self, person, kind, body, lane, now, **other):
        """A record signed by `person` and not held; `other` exchanges members of the payload, for wrong ones."""
        mine = self.lanes[self.me].get(lane, [])
        payload = {"v": 1, "kind": kind, "id": uuid7(now), "from": self.me, "to": self.card.id, "lane": lane, "seq": len(mine) + 1,
                   "prev": mine[-1].hash if mine else ZERO_HASH, "ack": self.heads(self.card.id), "at": now_text(now), "body": body, **other}
        return person.sign("jangbu-record", write({name: value for name, value in payload.items() if value is not None}).encode())

    def missing(self, author, head):
        """The records of an author's lanes above the heads that the other named."""
        known = {h["lane"]: h["seq"] for h in head}
        return [r for lane, records in sorted(self.lanes[author].items()) for r in records[known.get(lane, 0):]]


def covers(record, other):
    return any(head["lane"] == other.lane and head["seq"] >= other.seq for head in record.ack)


def demand_head(condition, code, head):
    if not condition:
        raise Refused(code, code, head)


def fork(head, held, record):
    refused = Refused("fork", "fork", head)
    refused.evidence = (held.jws if held else None, record.jws)
    return refused
