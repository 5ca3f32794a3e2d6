"""Wrong messages, each with the answer that the page asks for; and changes of right ones, for which reader.py says what is right."""
import json, os, random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .book import uuid7
from .envelope import MEMBERS, OAEP, seal, seal_records
from .home import now
from .identity import PSS, Person
from .strict import b64u, now_text, parse, unb64u, write

ZEROS, ONES = "0" * 64, "1" * 64


class Forger:
    """Makes records of `home` that it does not hold."""

    def __init__(self, home):
        self.home, self.book, self.person = home, home.book, home.person
        self.lane = home.ledger.lane
        self.stranger = Person.generate()

    @property
    def mine(self):
        return self.book.lanes[self.person.id][self.lane]

    def payload(self, kind="transaction", body=None, **other):
        """The payload of the record that comes next; `other` exchanges members."""
        body = {"amount": "10", "asset": "KRW"} if body is None else body
        jws = self.book.draft(self.person, kind, body, self.lane, now())
        return {**json.loads(unb64u(jws.split(".")[1])), **other}

    def record(self, kind="transaction", body=None, **other):
        return self.sign(write(self.payload(kind, body, **other)).encode())

    def sign(self, payload, **header):
        return self.person.sign("jangbu-record", payload, **header)

    def lane_begun(self):
        return self.record("open", {"card": self.home.card.jws, "agreement": "once more"}, lane=uuid7(now()), seq=1, prev=ZEROS)

    def sealed(self, *records):
        return seal_records(self.book.card.public, list(records))

    def next_of(self, jws):
        """The place after a record that is not held."""
        payload = unb64u(jws.split(".")[1])
        digest = hashes.Hash(hashes.SHA256())
        digest.update(payload)
        return {"seq": parse(payload)["seq"] + 1, "prev": digest.finalize().hex()}


def transaction(amount="10", asset="KRW", **more):
    return {"amount": amount, "asset": asset, **more}


def verdicts(*tx, result="accepted", **more):
    return {"verdicts": [{"tx": t, "result": result, **more} for t in tx]}


def named(f, theirs):
    """(name, code, envelope): every way of §2.1 and §5.2 to be refused with the number of the `sealed`.
    `theirs` are two transactions of the other's, undecided."""
    r, s, head = f.record, f.sealed, f.mine[-1]
    flip = lambda text, at: text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]
    good = r()
    parts = good.split(".")
    unsigned = ".".join(parts[:2])
    yield "signature changed", "bad_signature", s(flip(good, -9))
    yield "payload changed after signing", "bad_signature", s(f"{parts[0]}.{b64u(write(f.payload(body=transaction('11'))).encode())}.{parts[2]}")
    yield "signed by another, kid of the contact", "bad_signature", s(f.stranger.sign("jangbu-record", write(f.payload()).encode(), kid=f.person.id))
    yield "kid of another", "bad_signature", s(f.stranger.sign("jangbu-record", write(f.payload()).encode()))
    yield "PKCS#1 v1.5", "bad_signature", s(f"{unsigned}.{b64u(f.person.private.sign(unsigned.encode(), padding.PKCS1v15(), hashes.SHA256()))}")
    short = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=20)
    yield "PSS with a salt of 20", "bad_signature", s(f"{unsigned}.{b64u(f.person.private.sign(unsigned.encode(), short, hashes.SHA256()))}")
    yield "no signature", "bad_record", s(unsigned + ".")
    for name, header in (("alg none", {"alg": "none"}), ("alg RS256", {"alg": "RS256"}), ("typ of a card", {"typ": "jangbu-card"}), ("crit", {"crit": ["b64"]}),
                         ("kid upper case", {"kid": f.person.id.upper()}), ("kid null", {"kid": None})):
        yield f"header: {name}", "bad_record", s(f.sign(write(f.payload()).encode(), **header))
    yield "base64 padding", "bad_record", s(good + "=")
    yield "four parts", "bad_record", s(good + ".")
    yield "two parts", "bad_record", s(unsigned)
    yield "empty record", "bad_record", s("")
    yield "to is the author", "wrong_recipient", s(r(to=f.person.id))
    yield "to is a third person", "wrong_recipient", s(r(to=f.stranger.id))
    yield "from is the reader", "wrong_recipient", s(r(**{"from": f.book.card.id}))
    yield "v 2", "version", s(r(v=2))
    yield "unknown lane, seq 7", "unknown_lane", s(r(lane=uuid7(now()), seq=7))
    yield "gap of one", "gap", s(r(seq=head.seq + 2))
    yield "gap of many", "gap", s(r(seq=2 ** 53 - 1))
    yield "verdict gap: order of checks, gap before id", "gap", s(r(seq=head.seq + 2, id=head.id))
    yield "order: signature before recipient", "bad_signature", s(f.stranger.sign("jangbu-record", write(f.payload(to=f.person.id)).encode(), kid=f.person.id))
    yield "order: recipient before lane", "wrong_recipient", s(r(to=f.person.id, lane=uuid7(now()), seq=7))
    yield "order: lane before ack", "unknown_lane", s(r(lane=uuid7(now()), seq=7, ack=[]))
    yield "order: ack before id", "bad_record", s(r(ack=[], id=head.id))
    yield "order: id before kind's rules", "id_conflict", s(r("withdrawal", {"tx": ONES}, id=head.id))
    yield "id again", "id_conflict", s(r(id=head.id))
    yield "id of version 4", "bad_record", s(r(id="0d3a1b3e-4efa-4b49-8d37-e37b11756946"))
    yield "id upper case", "bad_record", s(r(id=uuid7(now()).upper().replace("0", "A", 1)))
    yield "ack gone", "bad_record", s(r(ack=[]))
    ack = f.payload()["ack"]
    yield "ack lower", "bad_record", s(r(ack=[{**a, "seq": 1, "hash": f.book.lanes[f.book.card.id][a["lane"]][0].hash} for a in ack]))
    yield "ack with another hash", "bad_record", s(r(ack=[{**a, "hash": ONES} for a in ack]))
    yield "ack with a lane twice", "bad_record", s(r(ack=ack + ack))
    low = {"lane": "00000000-0000-4000-8000-000000000000", "seq": 1, "hash": ONES}
    yield "ack unordered", "bad_record", s(r(ack=ack + [low]))
    yield "ack of 17", "bad_record", s(r(ack=sorted(ack + [{**low, "lane": low["lane"][:-2] + f"{i:02}"} for i in range(16)], key=lambda a: a["lane"])))
    yield "ack seq 0", "bad_record", s(r(ack=[{**a, "seq": 0} for a in ack]))
    yield "second open", "bad_record", s(r("open", {"card": f.home.card.jws, "agreement": "again"}))
    yield "new lane without open", "bad_record", s(r(lane=uuid7(now()), seq=1, prev=ZEROS))
    yield "open with the card of another", "bad_record", s(r("open", {"card": f.book.card.jws, "agreement": "mine"}, lane=uuid7(now()), seq=1, prev=ZEROS))
    yield "receipt with a body", "bad_record", s(r("receipt", {"ok": 1}))
    yield "unknown kind", "bad_record", s(r("loan", {}))
    yield "unknown member", "bad_record", s(r(colour="red"))
    for name, body in bodies():
        yield f"transaction: {name}", "bad_record", s(r(body=body))
    for name, amount in (("zero", "0"), ("1.0", "1.0"), ("01", "01"), ("negative", "-1"), ("exponent", "1e3"), ("16 digits", "1" * 16), ("nine decimals", "0.000000001"), ("number", 10)):
        yield f"amount {name}", "bad_record", s(r(body=transaction(amount)))
    for asset in ("krw", "KR", "1AB", "K-W", "ABCDEFGHIJKLM", ""):
        yield f"asset {asset!r}", "bad_record", s(r(body=transaction(asset=asset)))
    own = next(record for record in f.mine if record.kind == "transaction")
    yield "verdict on an unknown transaction", "bad_record", s(r("decision", verdicts(ONES)))
    yield "verdict on one's own", "bad_record", s(r("decision", verdicts(own.hash)))
    yield "verdict on a receipt", "bad_record", s(r("decision", verdicts(f.mine[1].hash)))
    yield "one transaction twice in a decision", "bad_record", s(r("decision", verdicts(theirs[0], theirs[0])))
    yield "second verdict in the lane", "bad_record", seconds(f, "decision", verdicts(theirs[0]), verdicts(theirs[0], result="rejected"))
    yield "65 verdicts", "bad_record", s(r("decision", verdicts(*(f"{i:064x}" for i in range(65)))))
    yield "no verdict", "bad_record", s(r("decision", {"verdicts": []}))
    yield "unknown code", "bad_record", s(r("decision", verdicts(theirs[0], result="rejected", code="broke")))
    yield "code with accepted", "bad_record", s(r("decision", verdicts(theirs[0], code="declined")))
    yield "result perhaps", "bad_record", s(r("decision", verdicts(theirs[0], result="perhaps")))
    yield "reason of 257", "bad_record", s(r("decision", verdicts(theirs[0], result="rejected", reason="r" * 257)))
    yield "withdrawal of another's", "bad_record", s(r("withdrawal", {"tx": theirs[0]}))
    yield "withdrawal of an unknown", "bad_record", s(r("withdrawal", {"tx": ONES}))
    yield "second withdrawal in the lane", "bad_record", seconds(f, "withdrawal", {"tx": own.hash}, {"tx": own.hash})
    yield "request that names a request", "bad_record", s(r("request", transaction(request=ONES)))
    yield "balance with assets unordered", "bad_record", s(r("balance", {"assets": [{"asset": "USD", "net": "1"}, {"asset": "KRW", "net": "1"}], "lanes": []}))
    yield "balance with an asset twice", "bad_record", s(r("balance", {"assets": [{"asset": "USD", "net": "1"}] * 2, "lanes": []}))
    yield "balance with 0", "bad_record", s(r("balance", {"assets": [{"asset": "USD", "net": "0"}], "lanes": []}))
    yield "balance of 65 assets", "bad_record", s(r("balance", {"assets": [{"asset": f"A{i:03}", "net": "1"} for i in range(65)], "lanes": []}))
    yield "balance that accepts a transaction", "bad_record", s(r("balance", {"assets": [], "lanes": [], "accepts": theirs[0]}))
    back = next(record for record in f.book.by_hash.values() if record.author == f.book.card.id)
    yield "records of two authors", "bad_record", s(good, back.jws)
    yield "records of two authors, theirs first", "bad_record", s(back.jws, good)
    yield "record of 16 KiB and one", "too_large", s(sized_record(f, 16385))
    yield from envelopes(f, good)


def seconds(f, kind, first, second):
    """Two records in a row, of which the second is wrong; the envelope is taken whole or not at all."""
    one = f.record(kind, first)
    return f.sealed(one, f.record(kind, second, **f.next_of(one)))


def bodies():
    yield "no amount", {"asset": "KRW"}
    yield "no asset", {"amount": "1"}
    yield "list", []
    yield "memo of 257", transaction(memo="가" * 257)
    yield "memo of 257 astral letters", transaction(memo="🍚" * 257)
    yield "memo with a line feed", transaction(memo="a\nb")
    yield "memo null", transaction(memo=None)
    yield "due on 30 February", transaction(due="2026-02-30")
    yield "due with time", transaction(due="2026-02-03T00:00:00.000Z")
    yield "reverses upper case", transaction(reverses="A" * 64)
    yield "request short", transaction(request="a" * 63)


def sized_record(f, length):
    """A sound transaction whose compact text is so long: JSON may have spaces."""
    payload, header = write(f.payload()).encode(), write({"alg": "PS256", "kid": f.person.id, "typ": "jangbu-record"})
    signature = f.person.private.key_size // 8
    chars = lambda n: -(-4 * n // 3)
    for more in range(3):
        head = header + " " * more
        for pad in range(20000):
            if chars(len(head)) + chars(len(payload) + pad) + chars(signature) + 2 == length:
                signed = f"{b64u(head.encode())}.{b64u(payload + b' ' * pad)}"
                return f"{signed}.{b64u(f.person.sign_raw(signed.encode()))}"
    raise ValueError(length)


def envelopes(f, good):
    right, them = f.sealed(good), f.book.card.public
    for member in MEMBERS:
        raw = bytearray(unb64u(right[member]))
        raw[len(raw) // 2] ^= 1
        yield f"{member} changed", "unreadable", {**right, member: b64u(bytes(raw))}
        yield f"{member} gone", "unreadable", {m: right[m] for m in MEMBERS if m != member}
        yield f"{member} with padding", "unreadable", {**right, member: right[member] + "="}
        yield f"{member} null", "unreadable", {**right, member: None}
    yield "sixth member", "unreadable", {**right, "aad": "AA"}
    yield "envelope is a list", "bad_record", []
    yield "envelope is a text", "bad_record", "envelope"
    plain = write({"records": [good]}).encode()
    for name, header in (("kid of the author", {"kid": f.person.id}), ("enc A128GCM", {"enc": "A128GCM"}), ("alg RSA-OAEP", {"alg": "RSA-OAEP"}),
                         ("typ of a record", {"typ": "jangbu-record"}), ("zip", {"zip": "DEF"})):
        yield f"envelope header: {name}", "unreadable", seal(them, plain, **header)
    yield "sealed for another", "unreadable", seal(f.person.public, plain)
    yield "OAEP with SHA-1", "unreadable", {**right, "encrypted_key": b64u(them.encrypt(os.urandom(32), padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)))}
    yield "content key of 16 bytes", "unreadable", {**right, "encrypted_key": b64u(them.encrypt(os.urandom(16), OAEP))}
    for name, text in (("no JSON", b"records"), ("no record", write({"records": []}).encode()), ("record is a number", b'{"records":[1]}'),
                       ("two lists", b'{"records":[],"records":[]}'), ("other member", write({"records": [good], "a": 1}).encode()),
                       ("not UTF-8", b'{"records":["\xff"]}'), ("65 records", write({"records": [good] * 65}).encode())):
        yield f"plaintext: {name}", "bad_record", seal(them, text)
    yield "sum of the texts above 192 KiB", "too_large", summed(them, 192 * 1024 + 1)
    yield "sum of the texts 192 KiB", "bad_record", summed(them, 192 * 1024)


def summed(public, length):
    """An envelope whose five texts are so long together; its plaintext is no JSON."""
    others = sum(len(text) for text in seal(public, b"").values())
    size = next(n for n in range(length) if others + -(-4 * n // 3) >= length)
    envelope = seal(public, b" " * size)
    more = length - sum(map(len, envelope.values()))
    assert more == 0, more
    return envelope


def messages():
    """(name, code, raw): refused with n 0; ten of these and the other says bye."""
    yield "no JSON", "bad_record", "hello"
    yield "list", "bad_record", "[]"
    yield "empty", "bad_record", ""
    yield "unknown t", "bad_record", '{"t":"money"}'
    yield "no t", "bad_record", "{}"
    yield "binary", "bad_record", b'{"t":"bye"}'
    yield "BOM", "bad_record", '\ufeff{"t":"bye"}'
    yield "nine deep", "bad_record", '{"t":' + "[" * 8 + "]" * 8 + "}"


# --- changes of right messages ---

def changed(f, rng, theirs):
    """(what was changed, envelope): a record's values, its spelling, its compact text, or the envelope; among up to two good records before it."""
    own = [r.hash for r in f.mine if r.kind == "transaction"]
    kinds = [("transaction", transaction(memo="점심 🍚", due="2026-12-31")), ("request", transaction("0.5", "USD", memo="a")), ("receipt", {}),
             ("balance", {"assets": [{"asset": "KRW", "net": "-5"}], "lanes": f.book.heads(f.person.id)}), ("open", {"card": f.home.card.jws, "agreement": "a\nb"}),
             ("decision", verdicts(rng.choice(theirs), rng.choice(own + [ONES]), result="rejected", code="declined", reason="r")), ("withdrawal", {"tx": rng.choice(own)})]
    before, place = [], {}
    while rng.random() < 0.25 and len(before) < 2:
        before.append(f.record(body=transaction(str(len(before) + 1)), **place))
        place = f.next_of(before[-1])
    payload, what = f.payload(*rng.choice(kinds), **place), [f"after {len(before)}"]
    if rng.random() < 0.04 and not before:
        payload = f.payload(*rng.choice(kinds[4:5]), lane=uuid7(now()), seq=1, prev=ZEROS)
    level = rng.random()
    if level < 0.55:
        for _ in range(rng.choice((0, 1, 1, 1, 1, 2))):
            what.append(change_value(payload, rng))
        raw = write(payload)
    else:
        raw, why = change_text(write(payload), rng) if level < 0.75 else (write(payload), "")
        what.append(why)
    try:
        jws = f.sign(raw.encode())
    except UnicodeEncodeError:
        jws = f.sign(raw.encode("utf-8", "surrogatepass"))
    if 0.75 <= level < 0.9:
        jws, why = change_jws(jws, rng)
        what.append(why)
    envelope = seal(f.book.card.public, json.dumps({"records": before + [jws]}).encode())
    if level >= 0.9:
        envelope, why = change_envelope(envelope, rng)
        what.append(why)
    return f"{payload.get('kind')} " + "; ".join(filter(None, what)), envelope


VALUES = [None, True, False, 0, 1, -1, 2 ** 53 - 1, 2 ** 53, 1.5, "", "0", "1", "-1", "0.1", "1.50", "999999999999999", "0.00000001", "KRW", "USDT", [], {}, [[]], ZEROS,
          "a" * 64, "2026-12-31", "2024-02-29", "2023-02-29", "2026-11-22T06:30:00.000Z", "2026-11-22T06:30:00Z", "2026-11-22T06:30:60.000Z", "2026-11-22T24:00:00.000Z",
          "2026-11-22T06:30:00.000+00:00", "00000000-0000-0000-0000-000000000000", "x" * 256, "x" * 257, "🍚" * 256, "\ud800", "a\u0000", "a\n", "\u007f", "\u2028", "１"]


def places(value, path=()):
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def change_value(payload, rng):
    path = rng.choice([p for p in places(payload) if p])
    holder = payload
    for key in path[:-1]:
        holder = holder[key]
    way = rng.choice(("set", "set", "delete", "add", "letter"))
    if way == "delete":
        del holder[path[-1]]
    elif way == "add" and isinstance(holder, dict):
        holder[rng.choice(("x", "", "memo", "card", "reverses", "accepts"))] = rng.choice(VALUES)
    elif way == "letter" and isinstance(holder[path[-1]], str) and holder[path[-1]]:
        text = holder[path[-1]]
        at = rng.randrange(len(text))
        holder[path[-1]] = text[:at] + rng.choice("0aZ-. é") + text[at + 1:]
    else:
        holder[path[-1]] = rng.choice(VALUES)
    return f"{way} {'.'.join(map(str, path))}"


def change_text(text, rng):
    """Spellings: some are the same JSON, some are none."""
    at = rng.choice([i for i, c in enumerate(text) if c in '{}[],:"'])
    way = rng.randrange(12)
    if way == 0:
        return text[:at] + rng.choice((" ", "\n", "\t", "\r", "\u00a0", "\ufeff", "\f", ",", "\0")) + text[at:], f"inserted at {at}"
    if way == 1:
        return text.replace('"seq":', rng.choice(('"seq":1.0,"seq":', '"seq": ', '"seq":0', '"seq":+', '"s\\u0065q":', '"seq":-', '"Seq":')), 1), "seq spelled"
    if way == 2:
        return text.replace('"v":1', rng.choice(('"v":1.0', '"v":1e0', '"v":01', '"v":true', '"v":"1"', '"v":10', '"v":1,"v":1', '"\\u0076":1')), 1), "v spelled"
    if way == 3:
        return text + rng.choice((" ", "\n", "}", "x", "\0", "\ufeff")), "more at the end"
    if way == 4:
        return rng.choice((" ", "\n", "\ufeff", "[")) + text, "more at the start"
    if way == 5:
        return text[:at], f"cut at {at}"
    if way == 6:
        return text.replace('"body":', '"body":' + rng.choice(('{"a":' * 9 + "1" + "}" * 9 + ',"body":', "", "null,", "//\n")), 1), "body spelled"
    if way == 7:
        return text.replace('"KRW"', rng.choice(('"\\u004bRW"', '"\\u004BRW"', '"K\\/RW"', "'KRW'", '"K\\RW"', '"\\ud800KRW"')), 1), "asset spelled"
    if way == 8:
        return text.replace("점", rng.choice(("\\uc810", "\\uC810", "\\ud83c\\udf5a", "\\udf5a\\ud83c", "\\ud83c", "\\u0000", "\\n", "\n", "\\/", "\\x", "\\u12", "\u007f", "\\ufffe", "\\ufdd0", "\\ud83f\\udfff", "\\ufdf0")), 1), "memo spelled"
    if way == 9:
        return json.dumps(json.loads(text), indent=rng.choice((0, 1, None)), sort_keys=rng.random() < 0.5, ensure_ascii=rng.random() < 0.5), "written otherwise"
    if way == 10:
        return text.replace(",", ",,", 1) if rng.random() < 0.5 else text.replace("}", ",}", 1), "comma"
    return text.replace("true", "True").replace('"ack":[', '"ack":[,', 1), "ack spelled"


def change_jws(jws, rng):
    parts, way = jws.split("."), rng.randrange(7)
    at = rng.randrange(3)
    if way == 0:
        return jws + rng.choice(("=", ".", " ", "\n", "A")), "more at the end"
    if way == 1:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        last = alphabet[alphabet.index(parts[at][-1]) ^ 1]
        parts[at] = parts[at][:-1] + last
        return ".".join(parts), f"last letter of part {at}"
    if way == 2:
        i = rng.randrange(len(parts[at]))
        parts[at] = parts[at][:i] + rng.choice("Aa0-_+/= é") + parts[at][i + 1:]
        return ".".join(parts), f"letter {i} of part {at}"
    if way == 3:
        parts[at] = ""
        return ".".join(parts), f"part {at} empty"
    if way == 4:
        parts[at] = parts[at][:-rng.choice((1, 2, 3, 4))]
        return ".".join(parts), f"part {at} shorter"
    if way == 5:
        return ".".join(rng.sample(parts, 3)), "parts in another order"
    parts[0] = b64u(rng.choice((b"{}", b"[]", b'{"alg":"PS256","alg":"PS256"}', b"", b"\xff")))
    return ".".join(parts), "other header"


def change_envelope(envelope, rng):
    envelope, member, way = dict(envelope), rng.choice(MEMBERS), rng.randrange(6)
    if way == 0:
        i = rng.randrange(len(envelope[member]))
        envelope[member] = envelope[member][:i] + rng.choice("Aa0-_+/= ") + envelope[member][i + 1:]
    elif way == 1:
        envelope[member] = rng.choice(VALUES[:30])
    elif way == 2:
        envelope[member] = envelope[member][:-rng.choice((1, 2, 4))]
    elif way == 3:
        envelope[member] += rng.choice(("A", "AA", "AAAA", "="))
    elif way == 4:
        envelope[rng.choice(("header", "aad", "unprotected", "recipients", ""))] = rng.choice(("", "AA", {}))
    else:
        envelope = dict(rng.sample(sorted(envelope.items()), 5))
    return envelope, f"envelope {way} {member}"
