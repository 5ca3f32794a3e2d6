#!/usr/bin/python3
"""nat_matrix.py PEER [--all | --pair A,B ...] [--extra] [--jobs N]: bench/DataChannelPeer between two hosts behind address translators.

For each pair a netlab is built (network namespaces, coturn), both ends are DataChannelPeer, and the descriptions are carried between them.
Each pair is run with STUN, TURN over UDP and TURN over TCP 443. It passes when messages come back, the path is direct exactly where theory
allows, and the median of three connections opens in time: 2 s over UDP, 4 s where only TCP passes (the first one pays for a cold start). --extra adds scenarios: loss, IPv6 with MTU 1,280,
a carrier's translator, equal subnets, a rebinding and a cut of 20 s. Prints one JSON line a run; exit 1 if any fails."""
import argparse, concurrent.futures, itertools, json, os, select, subprocess, sys, time

HERE = os.path.dirname(os.path.realpath(__file__))
NETLAB = [sys.executable, os.path.join(HERE, "netlab", "netlab")]
TYPES = ["open", "fullcone", "addrcone", "portcone", "preserve", "symmetric", "udpblocked", "strictfw"]
CI_PAIRS = ["open,portcone", "fullcone,symmetric", "addrcone,symmetric", "portcone,portcone", "preserve,symmetric", "symmetric,symmetric",
            "udpblocked,portcone", "strictfw,strictfw"]
TURN = ["--stun", "203.0.113.10:3478", "--turn", "turn:lab:labpass@203.0.113.10:3478", "--turn", "turn:lab:labpass@203.0.113.10:443?transport=tcp"]
BLOCKED = ("udpblocked", "strictfw")
FILTERS = ("portcone", "preserve", "symmetric")


def direct_possible(a, b):
    if a in BLOCKED or b in BLOCKED:
        return False
    return not (a == "symmetric" and b in FILTERS or b == "symmetric" and a in FILTERS)


class Line:
    """One peer: JSON lines in and out, what it says about its path on the side."""

    def __init__(self, env, host, peer, *args):
        self.process = subprocess.Popen([*NETLAB, "exec", host, peer, *args], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.out, self.err = b"", b""

    def read(self, seconds):
        """The next line as an object, None when it ends or time is over."""
        end = time.time() + seconds
        while b"\n" not in self.out:
            ready = select.select([self.process.stdout, self.process.stderr], [], [], max(0, end - time.time()))[0]
            if not ready:
                return None
            for stream in ready:
                piece = os.read(stream.fileno(), 65536)
                if stream is self.process.stderr:
                    self.err += piece
                elif not piece:
                    return None
                else:
                    self.out += piece
        line, self.out = self.out.split(b"\n", 1)
        return json.loads(line)

    def write(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def paths(self):
        return [l.split()[1] for l in self.err.decode().splitlines() if l.startswith("path ")]

    def end(self):
        for stream in (self.process.stdin,):
            try:
                stream.close()
            except OSError:
                pass
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def session(env, peer, mode, seconds, during=None):
    """One run: alice offers and does the work, bob answers."""
    bob = Line(env, "bob", peer, "answerer", *TURN)
    alice = Line(env, "alice", peer, "offerer", *mode, *TURN)
    try:
        end = time.time() + seconds
        while time.time() < end:
            message = alice.read(end - time.time())
            if message is None:
                break
            if message.get("type") != "offer":
                message["paths"] = alice.paths()
                message["path"] = message["paths"][-1] if message["paths"] else None
                return message
            bob.write(message)
            answer = bob.read(10)
            if answer is None:
                return {"error": "no answer: " + bob.err.decode()[-300:]}
            alice.write(answer)
            if during:
                time.sleep(2.5)
                if select.select([alice.process.stdout], [], [], 0)[0]:
                    return {"error": "it was over before anything was done to it"}
                during()
        return {"error": "no result: " + alice.err.decode()[-300:]}
    finally:
        alice.end()
        bob.end()


def lab(name, types, options, work):
    env = dict(os.environ, NETLAB_ID=name)
    up = subprocess.run([*NETLAB, "up", types, "--ttl", "200", *options], env=env, text=True, capture_output=True)
    try:
        if up.returncode:
            return {"error": "the lab did not come up: " + up.stderr[-300:]}
        return work(env)
    finally:
        subprocess.run([*NETLAB, "down"], env=env, capture_output=True)


def pair(name, types, peer, options=()):
    a, b = types.split(",")

    def work(env):
        opened = session(env, peer, ["setup", "--count", "3"], 60)
        if "error" in opened:
            return opened
        echoed = session(env, peer, ["echo", "--n", "50", "--size", "3000"], 60)
        return echoed if "error" in echoed else {**echoed, "open_ms": opened["median_ms"], "slowest_ms": opened["max_ms"]}
    result = lab(name, types, options, work)
    limit = 4000 if a in BLOCKED or b in BLOCKED else 2000
    direct = direct_possible(a, b)
    ok = result.get("ok") is True and result.get("bad") == 0 and (result.get("path") != "relay") == direct and result.get("open_ms", 1e9) <= limit
    return {"pair": types, "options": " ".join(options), "pass": ok, "wanted": "direct" if direct else "relay", **result}


def echo(name, what, types, options, peer, n, size, seconds, during=None, path=None):
    def work(env):
        act = during and (lambda: during(env))
        return session(env, peer, ["echo", "--n", str(n), "--size", str(size)], seconds, act)
    began = time.time()
    result = lab(name, types, options, work)
    result["seconds"] = round(time.time() - began, 1)
    ok = result.get("ok") is True and result.get("bad") == 0 and (path is None or (result.get("path") == "relay") == (path == "relay"))
    return {"scenario": what, "pair": types, "options": " ".join(options), "pass": ok, **result}


def call(env, *command):
    subprocess.run([*NETLAB, *command], env=env, check=True, capture_output=True)


def cut(env):
    call(env, "cut", "alice")
    time.sleep(20)
    call(env, "heal", "alice")


LOSS = ["--loss", "20", "--jitter", "50", "--delay", "20", "--dup", "5", "--reorder", "5"]
# name, options of the lab, messages, their size, seconds, what is done under way, path
SCENARIOS = [
    ("loss 20 %, jitter, duplicates, reordering", LOSS, 100, 1000, 120, None, None),
    ("IPv6, MTU 1,280", ["--ipv6", "--mtu", "1280"], 100, 20000, 60, None, "direct"),
    ("one carrier translator, no hairpin", ["--cgnat", "portcone"], 50, 1000, 60, None, "relay"),
    ("one carrier translator with hairpin", ["--cgnat", "fullcone", "--hairpin"], 50, 1000, 60, None, "direct"),
    ("both subnets the same", ["--overlap"], 50, 1000, 60, None, "direct"),
    ("rebinding under way", ["--delay", "100"], 1000, 1000, 90, lambda env: call(env, "rebind", "alice"), None),
    ("cut of 20 s under way", ["--delay", "100"], 1000, 1000, 120, cut, None),
]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("peer")
    p.add_argument("--all", action="store_true")
    p.add_argument("--pair", action="append", default=[])
    p.add_argument("--extra", action="store_true")
    p.add_argument("--scenario", help="of the extra ones only those with this word")
    p.add_argument("--jobs", type=int, default=2)
    o = p.parse_args()
    pairs = o.pair or ([",".join(two) for two in itertools.combinations_with_replacement(TYPES, 2)] if o.all else CI_PAIRS)
    work = [] if o.pair == ["none"] else [lambda i=i, t=t: pair(f"mp{i}", t, o.peer) for i, t in enumerate(pairs)]
    if o.extra:
        work += [lambda i=i, s=s: echo(f"mx{i}", s[0], "portcone,portcone", s[1], o.peer, *s[2:]) for i, s in enumerate(SCENARIOS)
                 if not o.scenario or o.scenario in s[0]]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(w) for w in work]):
            result = done.result()
            failed += not result["pass"]
            print(json.dumps(result), flush=True)
    print(f"{len(work) - failed} of {len(work)} pass", file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
