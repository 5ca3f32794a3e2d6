"""§2: one record, read by itself. What it means among others is in book.py."""
import re
from decimal import Decimal

from .identity import Card, id_bytes, read_jws, verify
from .strict import (array, date, demand, hash_text, integer, parse, sha256, shape, text, time, uuid)

ZERO_HASH = "0" * 64
CODES = ("limit_exceeded", "amount_precision", "unknown_reference", "over_reversed", "declined")
NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
DIGITS = {**dict.fromkeys(NO_DIGITS, 0), **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3), "CLF": 4, "UYW": 4}


def digits(asset):
    return DIGITS.get(asset, 2 if len(asset) == 3 and asset.isalpha() else 8)


def amount(value):
    good = isinstance(value, str) and re.fullmatch(r"(0|[1-9][0-9]{0,14})(\.[0-9]{0,7}[1-9])?", value, re.ASCII) and value != "0"
    demand(good, "amount")
    return value


def net(value):
    demand(isinstance(value, str), "net")
    return amount(value[1:] if value.startswith("-") else value)


def asset(value):
    demand(isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9]{2,11}", value, re.ASCII), "asset")
    return value


def amount_text(value):
    written = format(Decimal(value), "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def heads(value, most=16):
    """Elements {lane, seq, hash}, ordered by lane, none twice."""
    for head in array(value, 0, most):
        shape(head, ("lane", "seq", "hash"))
        uuid(head["lane"]), integer(head["seq"], 1), hash_text(head["hash"])
    lanes = [head["lane"] for head in value]
    demand(lanes == sorted(set(lanes)), "order of lanes")
    return value


class Record:
    """A record whose form and header are right; `read_payload` looks inside, at everything that needs no other record."""

    def __init__(self, jws):
        self.kid, self.payload, self.signed, self.signature = read_jws(jws, "jangbu-record", 16384)
        self.jws, self.hash = jws, sha256(self.payload).hex()

    def read_payload(self):
        payload = parse(self.payload)
        demand(isinstance(payload, dict), "object")
        demand(type(payload.get("v")) is not int or payload["v"] == 1, "v", "version")
        shape(payload, ("v", "kind", "id", "from", "to", "lane", "seq", "prev", "ack", "at", "body"))
        integer(payload["v"])
        demand(isinstance(payload["kind"], str) and payload["kind"] in BODIES, "kind")
        uuid(payload["id"], "7"), uuid(payload["lane"])
        integer(payload["seq"], 1), hash_text(payload["prev"]), time(payload["at"])
        id_bytes(payload["from"]), id_bytes(payload["to"])
        self.kind, self.id, self.author, self.to = payload["kind"], payload["id"], payload["from"], payload["to"]
        self.lane, self.seq, self.prev, self.ack = payload["lane"], payload["seq"], payload["prev"], payload["ack"]
        self.at, self.body = payload["at"], payload["body"]
        heads(self.ack)
        demand((self.kind == "open") == (self.seq == 1) == (self.prev == ZERO_HASH), "open is the first, and only the first")
        BODIES[self.kind](self.body)
        return self

    @staticmethod
    def of(jws, public=None):
        """A record by itself, its signature too where the key is given."""
        record = Record(jws)
        if public is not None:
            verify(public, record.signed, record.signature)
        return record.read_payload()

    @property
    def place(self):
        return {"lane": self.lane, "seq": self.seq, "hash": self.hash}


def open_body(body):
    shape(body, ("card", "agreement"))
    text(body["agreement"], 1, 1000)
    Card(body["card"])


def transaction_body(body, also=("request", "reverses")):
    shape(body, ("amount", "asset"), ("memo", "due", *also))
    amount(body["amount"]), asset(body["asset"])
    for member, check in (("memo", lambda v: text(v, 0, 256)), ("due", date), ("request", hash_text), ("reverses", hash_text)):
        if member in body:
            check(body[member])


def decision_body(body):
    for verdict in array(shape(body, ("verdicts",))["verdicts"], 1, 64):
        shape(verdict, ("tx", "result"), ("code", "reason"))
        hash_text(verdict["tx"])
        demand(verdict["result"] in ("accepted", "rejected"), "result")
        demand("code" not in verdict or verdict["code"] in CODES and verdict["result"] == "rejected", "code")
        text(verdict.get("reason", ""), 0, 256)
    demand(len({v["tx"] for v in body["verdicts"]}) == len(body["verdicts"]), "second verdict")


def balance_body(body):
    shape(body, ("assets", "lanes"), ("accepts",))
    for figure in array(body["assets"], 0, 64):
        shape(figure, ("asset", "net"))
        asset(figure["asset"]), net(figure["net"])
    names = [figure["asset"] for figure in body["assets"]]
    demand(names == sorted(set(names)), "order of assets")
    for head in array(body["lanes"], 0, 32):
        shape(head, ("lane", "seq", "hash"))
        uuid(head["lane"]), integer(head["seq"], 1), hash_text(head["hash"])
    if "accepts" in body:
        hash_text(body["accepts"])


BODIES = {
    "open": open_body,
    "transaction": transaction_body,
    "receipt": lambda body: shape(body, ()),
    "decision": decision_body,
    "withdrawal": lambda body: hash_text(shape(body, ("tx",))["tx"]),
    "request": lambda body: transaction_body(body, ()),
    "balance": balance_body,
}


def negated(figures):
    return [{"asset": f["asset"], "net": f["net"][1:] if f["net"].startswith("-") else "-" + f["net"]} for f in figures]
