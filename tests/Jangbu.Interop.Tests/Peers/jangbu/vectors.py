"""Checks this package against the vectors of the protocol.

usage: python3 -m jangbu.vectors FOLDER     prints one line for each disagreement and at the end how many checks were made
"""
import hashlib, json, shutil, sys, tempfile
from pathlib import Path

from . import book as books, ledger as ledgers, proof as proofs, rendezvous
from .dht import bdecode, bencode
from .envelope import open_envelope
from .identity import Card, Person, id_bytes, id_text, read_jws, safety_number, thumbprint
from .ledger import Ledger, fernet, merkle_path, merkle_root
from .records import Record, amount, asset, digits
from .strict import Refused, b64u, parse, unb64u, write


class Checks:
    def __init__(self, folder):
        self.folder, self.made, self.wrong = Path(folder), 0, []

    def same(self, what, expected, got):
        self.made += 1
        if expected != got:
            self.wrong.append(f"{what}: expected {expected!r:.200}, got {got!r:.200}")

    def refused(self, what, code, act, head=None):
        try:
            self.same(what, code, f"taken: {act()!r}")
        except Refused as refused:
            self.same(what, code if code else refused.code, refused.code)
            if head:
                self.same(f"{what}: head", head, refused.head)

    def load(self, name):
        return json.loads((self.folder / name).read_text())


def identity(c):
    v = c.load("identity.json")
    for p in v["people"]:
        me = Person.of_pem(p["private_key_pem"].encode(), v["password"])
        card = Card(p["card"])
        c.same("thumbprint", p["thumbprint"], me.raw_id.hex())
        c.same("id", p["id"], me.id)
        c.same("prime", p["larger_prime"], me.larger_prime.hex())
        c.same("seed", p["seed"], me.seed.hex())
        c.same("rdv", p["rdv"], b64u(me.rdv))
        c.same("card payload", p["card_payload"], me.card_payload(card.name, card.at).decode())
        c.same("card", (p["id"], p["name"], p["rdv"]), (card.id, card.name, b64u(card.rdv)))
        c.same("own card", me.id, Card(me.card("새 이름", card.at)).id)
    for n in v["safety_numbers"]:
        c.same("safety number", n["digits"], safety_number(bytes.fromhex(n["a"]), bytes.fromhex(n["b"])))
    for n in v["peer_ids"]:
        c.same("PeerId", n["id"], id_text(bytes.fromhex(n["bytes"])))
        c.same("PeerId read", n["bytes"], id_bytes(n["id"]).hex())
    for n in v["wrong_peer_ids"]:
        c.refused(f"wrong PeerId {n}", None, lambda: id_bytes(n))
    for n in v["wrong_cards"]:
        c.refused(n["comment"], n["code"], lambda: Card(n["card"]))
    return [Person.of_pem(p["private_key_pem"].encode(), v["password"]) for p in v["people"]], [Card(p["card"]) for p in v["people"]]


def amounts(c):
    v = c.load("amounts.json")
    for check, good, bad in ((amount, "amounts_valid", "amounts_invalid"), (asset, "assets_valid", "assets_invalid")):
        for text in v[good]:
            c.same(text, text, check(text))
        for text in v[bad]:
            c.refused(f"{bad} {text!r}", "bad_record", lambda: check(text))
    for name, count in v["digits"].items():
        c.same(f"digits {name}", count, digits(name))


def records(c, people, cards):
    v = c.load("records.json")
    book = books.Book(cards[0].id, cards[1])
    other = books.Book(cards[1].id, cards[0])
    for r in v["records"]:
        mine = r["author"] == "a"
        record = Record(r["jws"])
        c.same("payload", r["payload"], record.payload.decode())
        c.same("hash", r["hash"], record.hash)
        for holder, own in ((book, mine), (other, not mine)):
            if own:
                holder.hold(Record.of(r["jws"], (cards[0] if mine else cards[1]).public))
            else:
                c.same(f"record {r['kind']}", 1, len(holder.receive([r["jws"]])))
                c.same("repeat", 0, len(holder.receive([r["jws"]])))
    c.same("balance", v["balance_of_a_with_b"], book.balances())
    for tx, state in v["states"].items():
        c.same(f"state of {tx}", state, book.state(tx))
        c.same(f"state of {tx}", state, other.state(tx))
    for wrong in v["wrong_records"] + [{"comment": "fork", **v["fork"]}]:
        reader = books.Book(cards[1].id, cards[0])
        reader.receive([r["jws"] for r in v["records"][:2]])
        jws = wrong.get("jws") or wrong["records"][1]
        c.refused(wrong["comment"], wrong["code"], lambda: reader.receive([jws]), wrong.get("head"))
        c.same("nothing changed", 2, len(reader.by_hash))


def envelopes(c):
    v = c.load("envelope.json")
    me = Person.of_pem(v["private_key_pem"].encode(), v["password"])
    c.same("receiver", v["receiver"], me.id)
    c.same("plaintext", parse(v["plaintext"])["records"], open_envelope(me, v["envelope"]))
    for wrong in v["wrong_envelopes"]:
        c.refused(wrong["comment"], wrong["code"], lambda: open_envelope(me, wrong["envelope"]))


def meeting(c, people, cards):
    v = c.load("rendezvous.json")
    secret = rendezvous.pair_secret(people[0], cards[1])
    c.same("X25519", v["pair"]["x25519"], people[0].pair_key(cards[1].rdv).hex())
    c.same("S", v["pair"]["S"], secret.hex())
    c.same("S of the other", secret, rendezvous.pair_secret(people[1], cards[0]))
    invite = rendezvous.invite_secret(rendezvous.invite_code(v["invite"]["link"].removeprefix("jangbu:invite/")))
    c.same("S of the invitation", v["invite"]["S"], invite.hex())
    for e in v["epochs_read"]:
        c.same(f"epochs at {e['unix']}", e["epochs"], rendezvous.epochs(e["unix"]))
    for s in v["slots"]:
        invited = s["writer"] in ("00" * 32, "01" * 32)
        slot = rendezvous.Slot(invite if invited else secret, s["slot"], bytes.fromhex(s["writer"]), s["epoch"])
        got = [slot.seed, slot.public, slot.aes, slot.item_salt(0), slot.target(0), slot.target(1), slot.aad(0, s["seq"]), slot.aad(1, s["seq"])]
        names = "ed25519_seed bep44_public_key aes_key salt_item_0 target_item_0 target_item_1 aad_item_0 aad_item_1".split()
        for name, value in zip(names, got):
            c.same(f"{s['slot']} {name}", s[name], value.hex())
    slot_of = lambda e: rendezvous.Slot(secret, e["slot"], id_bytes(e["writer"]), e["epoch"])
    offer = bytes.fromhex(v["values"][0]["content"])
    for e in v["values"]:
        slot, content = slot_of(e), bytes.fromhex(e["content"])
        c.same(f"{e['comment']}: items", e["items"], [i.hex() for i in slot.seal(content, e["seq"], [bytes.fromhex(n) for n in e["nonces"]])])
        c.same(f"{e['comment']}: content", content, slot.open(e["seq"], [bytes.fromhex(i) for i in e["items"]]))
        if e["slot"] == "here":
            c.same("here", e["addresses"], [f"{a} {p}" for a, p in rendezvous.read_here(content)])
            continue
        value = read(v, cards, e, content, offer)
        c.same("description", e["description_bencoded"], bencode(value[b"d"]).hex())
        c.same("SDP", e["sdp"], rendezvous.sdp(value[b"d"], "actpass" if e["slot"] == "offer" else "active"))
        c.same("candidates", [tuple(x[m] for m in ("type", "priority", "address", "port")) for x in e["candidates"]], [rendezvous.unpack_candidate(x) for x in value[b"d"][b"c"]])
    for e in v["wrong_values"]:
        try:
            read(v, cards, e, slot_of(e).open(e["seq"], [bytes.fromhex(i) for i in e["items"]]), offer)
            c.same(e["comment"], e["because"], "taken")
        except Refused as refused:
            why = {"candidates": "lengths", "port": "lengths"}.get(refused.why, refused.why)
            c.same(e["comment"], e["because"], why)
    for e in v["wrong_items"]:
        c.refused(e["comment"], "bad_record", lambda: slot_of(e).open_item(e["i"], e["seq"], bytes.fromhex(e["item"])))


def read(v, cards, e, content, offer):
    card = next(card for card in cards if card.id == e["writer"])
    session = bytes.fromhex(v["values"][0]["session"])
    return rendezvous.read_content(content, e["slot"], e["seq"], v["start"], card.spki, offer=offer, session=session)


def ledger(c, people, cards):
    v = c.load("ledger.json")
    book = Ledger(c.folder / "ledger.jbledger", v["password"])
    c.same("damage", None, book.damage)
    c.same("lane", v["lane"], book.lane)
    c.same("data key", v["data_key"], book.data_key.hex())
    c.same("entries", v["entries"], [raw.decode() for raw in book.raw])
    c.same("head", (v["n"], v["head"]), (len(book.entries), book.hash))
    c.same("head file", {"n": v["n"], "hash": v["head"]}, book.head_file())
    c.same("status", "ok", book.status)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "l.jbledger"
        shutil.copy(c.folder / "ledger.jbledger", path), shutil.copy(c.folder / "head-of-a-longer-ledger", f"{path}.head")
        c.same("longer head", "old", Ledger(path, v["password"]).status)
        Path(f"{path}.head").unlink()
        lines = (c.folder / "ledger.jbledger").read_bytes().splitlines(keepends=True)
        for damage, changed in zip(v["damaged_files"], damaged(lines)):
            path.write_bytes(b"".join(changed))
            c.same(damage["change"], damage["line"], (Ledger(path, v["password"]).damage or (None,))[0])
        for altered in v["altered_entries"]:
            path.write_bytes(b"".join(lines[:1] + rechained(book, altered)))
            c.same(f"altered {altered['entry']}", altered["line"], (Ledger(path, v["password"]).damage or (None,))[0])
    mine, m = books.Book(cards[0].id, cards[1]), v["merkle"]
    for record in book.leaves:
        mine.hold(record)
    c.same("balances", v["balances"], mine.balances())
    states = [mine.state(tx.hash) for tx in mine.transactions()]
    c.same("transactions", v["transactions"], {s: states.count(s) for s in v["transactions"]})
    hashes = book.leaf_hashes()
    for i, leaf in enumerate(m["leaves"]):
        c.same(f"leaf {i}", (leaf["record"], leaf["salt"], leaf["leaf_hash"]), (book.leaves[i].hash, book.salt(i).hex(), hashes[i].hex()))
    for i, root in enumerate(m["roots_of_first"]):
        c.same(f"root of {i}", root, merkle_root(hashes[:i]).hex())
    c.same("path", m["inclusion_of_leaf_5"], [step.hex() for step in merkle_path(5, hashes)])
    c.same("path root", merkle_root(hashes), ledgers.path_root(hashes[5], 5, len(hashes), merkle_path(5, hashes)))
    c.same("checkpoint text", m["checkpoint_text"], book.checkpoint_text())
    c.same("checkpoint", (v["lane"], 19, merkle_root(hashes)), proofs.read_checkpoint(m["checkpoint"], cards[0].public, cards[0].id))
    for wrong in m["wrong_checkpoints"]:
        c.refused(wrong["comment"], wrong["code"], lambda: proofs.read_checkpoint(wrong["checkpoint"], cards[0].public, cards[0].id))


def damaged(lines):
    """The changes of `damaged_files`, in its order."""
    six = bytearray(lines[5])
    six[40] ^= 1
    yield lines[:5] + [bytes(six)] + lines[6:]
    yield lines[:5] + lines[6:]
    yield lines[:5] + [lines[6], lines[5]] + lines[7:]
    yield lines[:6] + [lines[5]] + lines[6:]
    yield lines[:1] + lines[2:]
    yield lines[:6] + [b"\n"] + lines[6:]
    yield [lines[0].replace(b'"lane":"cec4', b'"lane":"dec4')] + lines[1:]


def rechained(book, altered):
    """The file's lines with one entry exchanged and the chain made right again."""
    prev, out = "0" * 64, []
    for entry in book.entries:
        entry = dict(entry, prev=prev)
        if entry["n"] == altered["entry"]:
            entry.update(kind=altered["kind"], data=altered["data"])
        raw = write(entry).encode()
        prev = hashlib.sha256(raw).hexdigest()
        out.append(book.key.encrypt(raw) + b"\n")
    return out


def proofs_of(c):
    for p in c.load("proofs.json"):
        raw = (c.folder / p["file"]).read_bytes() if "file" in p else write(p["proof"]).encode()
        if not p["valid"]:
            c.refused(f"proof {p['comment']}", None, lambda: proofs.read_proof(raw))
            continue
        says = proofs.read_proof(raw)
        for member, value in p["says"].items():
            if member != "not_proved":
                c.same(f"{p['file']} {member}", value, says.get(member))


def main(folder):
    c = Checks(folder)
    people, cards = identity(c)
    amounts(c), records(c, people, cards), envelopes(c), meeting(c, people, cards), ledger(c, people, cards), proofs_of(c)
    for line in c.wrong:
        print(line)
    print(json.dumps({"checks": c.made, "wrong": len(c.wrong)}))
    return len(c.wrong) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
