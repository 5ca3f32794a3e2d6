"""Reads what another wrote, and says what it found, as one JSON object.

usage: python3 -m jangbu.audit ledger HOME PASSWORD-FILE      everything in the ledger verified; its head, balances, tree
       python3 -m jangbu.audit export HOME PASSWORD-FILE FILE  whether an export as Fernet token holds the ledger's entries
       python3 -m jangbu.audit proof FILE                      what a proof says
"""
import json, sys
from pathlib import Path

from .book import Book
from .identity import Card, password_of_file
from .ledger import Ledger, read_export
from .ledger import merkle_root
from .proof import read_proof
from .strict import Refused, parse


def ledger(home, password):
    book = Ledger(Path(home) / "ledger.jbledger", password_of_file(password))
    result = {"status": book.status, "damage": book.damage, "n": len(book.entries), "hash": book.hash, "lane": book.lane, "records": len(book.leaves),
              "root": merkle_root(book.leaf_hashes()).hex(), "torn": len(book.torn), "contacts": {}}
    cards = {e["data"]["id"]: Card(e["data"]["card"]) for e in book.entries if e["kind"] == "contact" and "card" in e["data"]}
    for id, card in cards.items():
        if id != book.me:
            contact = Book(book.me, card)
            for record in book.leaves:
                if id in (record.author, record.to):
                    contact.hold(record)
            states = [contact.state(tx.hash) for tx in contact.transactions()]
            result["contacts"][card.name] = {"balances": contact.balances(), "states": states}
    return result


def export(home, password, file):
    path, secret = Path(home) / "ledger.jbledger", password_of_file(password)
    header = parse(path.read_bytes().split(b"\n")[0])
    return {"same": read_export(file, secret, header) == Ledger(path, secret).entries}


def proof(file):
    try:
        return read_proof(Path(file).read_bytes())
    except Refused as refused:
        return {"status": "wrong", "why": str(refused)}


print(json.dumps({"ledger": ledger, "export": export, "proof": proof}[sys.argv[1]](*sys.argv[2:])))
