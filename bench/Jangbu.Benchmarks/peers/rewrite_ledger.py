"""The seed's way: a ledger that is one Fernet token of one JSON array, written anew (beside, flushed, renamed) for each transaction.
   rewrite_ledger.py FILE LENGTH REPEATS  ->  median seconds of one durable append at that length, bytes written"""
import json, os, statistics, sys, time
from cryptography.fernet import Fernet

path, length, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
key = Fernet(Fernet.generate_key())
entry = {"id": "x" * 36, "record": "y" * 800}


def write(entries):
    token = key.encrypt(json.dumps(entries).encode())
    fd = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as f:
        f.write(token)
        f.flush()
        os.fsync(f.fileno())
    os.replace(path + ".new", path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return len(token)


write([entry] * length)
times, size = [], 0
for _ in range(repeats):
    start = time.perf_counter()
    entries = json.loads(key.decrypt(open(path, "rb").read()))
    entries.append(entry)
    size = write(entries)
    times.append(time.perf_counter() - start)
    write(entries[:-1])
print(statistics.median(times), size)
