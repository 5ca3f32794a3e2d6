"""A second reader and writer of PROTOCOL §6, in Python over the `cryptography` package, sharing no line with ours.
   ledger_peer.py read LEDGER PASSWORD [EXPORT]   every line and the head file opened and chained; the export opened  -> JSON on stdout
   ledger_peer.py write LEDGER PASSWORD ID        a ledger of three entries, spelled as json.dumps spells by default"""
import base64, hashlib, json, os, sys, unicodedata, uuid
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC


def key_of(password, salt, iterations):
    raw = PBKDF2HMAC(hashes.SHA256(), 32, salt, iterations).derive(unicodedata.normalize("NFC", password).encode())
    return Fernet(base64.urlsafe_b64encode(raw))


def read(path, password, export=None):
    lines = open(path, "rb").read().split(b"\n")
    assert lines.pop() == b""
    head = json.loads(lines[0])
    assert (head["format"], head["v"], head["kdf"]["name"]) == ("jangbu-ledger", 1, "PBKDF2-HMAC-SHA256")
    outer = key_of(password, base64.urlsafe_b64decode(head["kdf"]["salt"] + "=="), head["kdf"]["iterations"])
    data = Fernet(base64.urlsafe_b64encode(outer.decrypt(head["wrapped"])))
    prev, entries = "0" * 64, []
    for n, line in enumerate(lines[1:], 1):
        text = data.decrypt(line)
        entry = json.loads(text)
        assert (entry["n"], entry["prev"]) == (n, prev), n
        prev = hashlib.sha256(text).hexdigest()
        entries.append(text.decode())
    assert json.loads(entries[0])["data"]["lane"] == head["lane"]
    kept = json.loads(data.decrypt(open(path + ".head", "rb").read().rstrip(b"\n")))
    whole = json.loads(outer.decrypt(open(export, "rb").read())) if export else None
    print(json.dumps({"entries": entries, "head": kept, "last": prev, "export": whole and len(whole), "same": whole == [json.loads(e) for e in entries] if whole else None}))


def write(path, password, me):
    salt, data_key, lane = os.urandom(16), os.urandom(32), str(uuid.uuid4())
    wrapped = key_of(password, salt, 600000).encrypt(data_key).decode()
    kdf = {"name": "PBKDF2-HMAC-SHA256", "iterations": 600000, "salt": base64.urlsafe_b64encode(salt).decode().rstrip("=")}
    data, prev = Fernet(base64.urlsafe_b64encode(data_key)), "0" * 64
    out = [json.dumps({"format": "jangbu-ledger", "v": 1, "lane": lane, "kdf": kdf, "wrapped": wrapped}).encode()]
    acts = [("genesis", {"lane": lane, "id": me}), ("policy", {"id": me, "asset": "KRW", "limit": "5000"}), ("note", {"tx": "ab" * 32, "label": "점심 밥"})]
    for n, (kind, body) in enumerate(acts, 1):
        text = json.dumps({"kind": kind, "n": n, "at": f"2026-11-22T06:30:0{n}.000Z", "data": body, "prev": prev}, ensure_ascii=n % 2 == 0).encode()
        prev = hashlib.sha256(text).hexdigest()
        out.append(data.encrypt(text))
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(fd, b"\n".join(out) + b"\n")
    os.close(fd)
    print(json.dumps({"lane": lane, "last": prev}))


{"read": read, "write": write}[sys.argv[1]](*sys.argv[2:])
