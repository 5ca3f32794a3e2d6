"""§7: reads a proof file and says what it proves. Everything is found by signature and hash, never by position."""
import base64, re

from .book import covers
from .identity import Card, id_bytes, read_jws, verify
from .ledger import leaf_hash, path_root
from .records import Record, negated
from .strict import Refused, array, demand, hash_text, integer, parse, shape, unb64u, uuid

MOST_BYTES = 1 << 20


def read_checkpoint(jws, public, author):
    """Gives lane, number of leaves, root."""
    kid, payload, signed, signature = read_jws(jws, "jangbu-checkpoint")
    demand(kid == author, "kid", "bad_signature")
    verify(public, signed, signature)
    match = re.fullmatch(rb"jangbu/(jb1[a-z0-9]{58})/([0-9a-f-]{36})\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n", payload)
    demand(match and match[1].decode() == author, "text")
    root = base64.b64decode(match[4])
    demand(base64.b64encode(root) == match[4], "root")
    return uuid(match[2].decode()), int(match[3]), root


def read_proof(raw):
    """What the proof says; refused where anything in it is wrong."""
    demand(len(raw) <= MOST_BYTES, "size", "too_large")
    proof = shape(parse(raw), ("format", "v", "kind", "cards", "records"), ("books",))
    demand(proof["format"] == "jangbu-proof" and proof["v"] == 1 and proof["kind"] in READERS, "format, v, kind")
    cards = {card.id: card for card in map(Card, array(proof["cards"], 2, 2))}
    demand(len(cards) == 2, "two people")
    records = {}
    for jws in array(proof["records"], 1, 1 << 16):
        record = Record(jws)
        demand(record.kid in cards, "author")
        verify(cards[record.kid].public, record.signed, record.signature)
        record.read_payload()
        demand(record.author == record.kid and record.to in cards and record.to != record.author, "from, to")
        records[record.hash] = record
    says = READERS[proof["kind"]](records, cards)
    says["in_book"] = [leaf for book in array(proof.get("books", []), 0, 64) for leaf in in_book(book, records, cards)]
    return {"status": "ok", "kind": proof["kind"], "cards": {id: card.name for id, card in cards.items()}, **says}


def in_book(book, records, cards):
    shape(book, ("checkpoint", "leaves"))
    author = read_jws(book["checkpoint"], "jangbu-checkpoint")[0]
    demand(author in cards, "book of a third person")
    lane, count, root = read_checkpoint(book["checkpoint"], cards[author].public, author)
    for leaf in array(book["leaves"], 1, 1 << 16):
        shape(leaf, ("record", "index", "salt", "path"))
        demand(hash_text(leaf["record"]) in records and integer(leaf["index"]) < count, "leaf")
        path = [unb64u(step, 32) for step in array(leaf["path"], 0, 64)]
        hashed = leaf_hash(unb64u(leaf["salt"], 32) + records[leaf["record"]].payload)
        demand(path_root(hashed, leaf["index"], count, path) == root, "path")
        yield {"record": leaf["record"], "book_of": author, "lane": lane, "leaves": count}


def decided(records, tx):
    """State, and the decisions on it."""
    decisions = [r for r in records.values() if r.kind == "decision" and r.author == tx.to and any(v["tx"] == tx.hash for v in r.body["verdicts"])]
    withdrawals = [r for r in records.values() if r.kind == "withdrawal" and r.author == tx.author and r.body["tx"] == tx.hash]
    counted = [v["result"] for r in decisions if not any(covers(r, w) for w in withdrawals) for v in r.body["verdicts"] if v["tx"] == tx.hash]
    state = "rejected" if "rejected" in counted else "accepted" if counted else "withdrawn" if withdrawals else "undecided"
    return state, decisions, withdrawals


def said(tx, state, decisions):
    return {"tx": tx.hash, "from": tx.author, "to": tx.to, "amount": tx.body["amount"], "asset": tx.body["asset"], "state": state,
            "at": {"author": tx.at, "decider": [d.at for d in decisions]}}


def payment(records, cards):
    opens = [r for r in records.values() if r.kind == "open"]
    demand({r.author for r in opens} == set(cards), "both open")
    demand(all(Card(r.body["card"]).id == r.author for r in opens), "card in open")
    transactions = [r for r in records.values() if r.kind == "transaction"]
    main = [tx for tx in transactions if tx.body.get("reverses") not in records]
    demand(len(main) == 1, "one transaction")
    tx, used = main[0], {r.hash for r in opens}
    state, decisions, withdrawals = decided(records, tx)
    demand(state != "undecided", "no decision")
    reversals = []
    for other in transactions:
        if other is not tx:
            demand(other.body["reverses"] == tx.hash and other.author == tx.to, "reversal")
            reversed_state, more, gone = decided(records, other)
            demand(reversed_state == "accepted", "accepted reversals")
            reversals.append(said(other, reversed_state, more))
            decisions_and = more + gone
            used |= {r.hash for r in decisions_and} | {other.hash}
    used |= {tx.hash} | {r.hash for r in decisions + withdrawals}
    demand(used == set(records), "records that do not belong")
    return {"both_signed": bool(decisions), **said(tx, state, decisions), "reversals": reversals}


def fork(records, cards):
    demand(len(records) == 2, "two records")
    a, b = records.values()
    same = (a.author, a.to, a.lane) == (b.author, b.to, b.lane)
    demand(same and (a.seq == b.seq or a.prev == b.prev or abs(a.seq - b.seq) == 1 and broken(a, b)), "fork")
    return {"both_signed": False, "author": a.author, "lane": a.lane, "seq": [a.seq, b.seq], "at": [a.at, b.at]}


def broken(a, b):
    first, second = sorted((a, b), key=lambda r: r.seq)
    return second.prev != first.hash


def balance(records, cards):
    demand(len(records) == 2 and all(r.kind == "balance" for r in records.values()), "two balance records")
    second = [r for r in records.values() if r.body.get("accepts") in records]
    demand(len(second) == 1, "the two that name each other")
    first = records[second[0].body["accepts"]]
    demand(first.author != second[0].author and first.body["assets"] == negated(second[0].body["assets"]), "figures")
    return {"both_signed": True, "assets": first.body["assets"], "as_said_by": first.author, "at": {"first": first.at, "second": second[0].at}}


READERS = {"payment": payment, "fork": fork, "balance": balance}
