#!/usr/bin/python3
"""The same data-channel work done by several stacks, each end in a process of its own, descriptions passed between them; one table.

    bench/peers/webrtc/compare.py [--stacks jangbu,libdatachannel,aiortc,werift] [--secs 5] [--rounds 1]

Set-up: median of 21 connections, from making one to its first echo. Throughput: one reliable ordered channel, counted by the other side.
CPU: seconds of both processes for a gigabyte. Round trips: 1 KiB messages echoed. Memory: peak proportional set size of the larger end.
Best of the rounds for rates, least for times, so that a busy machine spoils neither side. Last columns: ours against the best of the others.
"""
import argparse
import json
import os
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PEERS = os.path.join(ROOT, "tests", "Jangbu.Interop.Tests", "Peers")
OURS = os.path.join(ROOT, "artifacts", "bin", "DataChannelPeer", "release", "DataChannelPeer")
STACKS = {
    "jangbu": [OURS],
    "libdatachannel": ["node", os.path.join(PEERS, "libdatachannel-peer.mjs")],
    "aiortc": ["/usr/bin/python3", os.path.join(PEERS, "aiortc_peer.py")],
    "werift": ["node", os.path.join(PEERS, "werift-peer.mjs")],
}
TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def pss(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return next((int(line.split()[1]) / 1024 for line in rollup if line.startswith("Pss:")), 0)


class Pair:
    """Two ends, and how much they used."""

    def __init__(self, command, work):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        self.answerer = subprocess.Popen(command + ["answerer"], **pipes)
        self.offerer = subprocess.Popen(command + ["offerer"] + work, **pipes)
        self.peak = 0
        self.seconds = 0
        self.running = True

    def watch(self):
        while self.running:
            try:
                self.peak = max(self.peak, pss(self.offerer.pid), pss(self.answerer.pid))
                self.seconds = cpu(self.offerer.pid) + cpu(self.answerer.pid)
            except (OSError, IndexError):
                pass
            time.sleep(0.1)

    def run(self, limit):
        watcher = threading.Thread(target=self.watch, daemon=True)
        watcher.start()
        guard = threading.Timer(limit, self.kill)
        guard.start()
        result, before = None, None
        try:
            while result is None:
                line = self.offerer.stdout.readline()
                if not line:
                    break
                message = json.loads(line)
                if message.get("type") == "offer":
                    self.answerer.stdin.write(line)
                    self.answerer.stdin.flush()
                    answer = self.answerer.stdout.readline()
                    before = before if before is not None else cpu(self.offerer.pid) + cpu(self.answerer.pid)
                    self.offerer.stdin.write(answer)
                    self.offerer.stdin.flush()
                else:
                    self.seconds = cpu(self.offerer.pid) + cpu(self.answerer.pid) - before
                    result = message
        except (OSError, ValueError):
            pass
        self.running = False
        guard.cancel()
        used, peak = self.seconds, self.peak
        self.kill()
        watcher.join()
        return result, used, peak

    def kill(self):
        for process in (self.offerer, self.answerer):
            process.kill()
            process.wait()


def measure(command, secs, row):
    def run(work, limit=secs * 4 + 40):
        result, used, peak = Pair(command, work).run(limit)
        row["memory MB"] = max(row.get("memory MB", 0), peak)
        return result, used

    def best(key, value, pick):
        row[key] = pick(row[key], value) if key in row else value

    setup, _ = run(["setup", "--count", "21"])
    if setup:
        best("set-up ms", setup["median_ms"], min)
        best("set-up worst ms", setup["max_ms"], min)
    for name, size in (("16", 16_384), ("64", 65_535)):
        result, used = run(["tput", "--size", str(size), "--total", "2000000000", "--secs", str(secs)])
        if result:
            best(f"{name} KiB MB/s", result["mb_per_s"], max)
            best(f"{name} KiB CPU s/GB", used / (result["bytes"] / 1e9), min)
    for window in (1, 64):
        result, used = run(["rtt", "--size", "1024", "--window", str(window), "--secs", str(secs)])
        if result:
            best(f"rt/s {window} out", result["per_s"], max)
            best(f"CPU us/rt {window}", used / result["count"] * 1e6, min)


ROWS = [
    ("set-up ms", False, 0.7), ("set-up worst ms", False, None), ("16 KiB MB/s", True, 1.3), ("64 KiB MB/s", True, 1.3), ("16 KiB CPU s/GB", False, 0.7),
    ("64 KiB CPU s/GB", False, 0.7), ("rt/s 1 out", True, 1.5), ("CPU us/rt 1", False, None), ("rt/s 64 out", True, 2.0), ("CPU us/rt 64", False, None),
    ("memory MB", False, None),
]


def show(results):
    names = list(results)
    print(f"{'':18}" + "".join(f"{name:>16}" for name in names) + f"{'ours/best':>12}{'goal':>9}")
    for key, larger, goal in ROWS:
        values = [results[name].get(key) for name in names]
        others = [value for name, value in zip(names, values) if name != "jangbu" and value]
        ours = results.get("jangbu", {}).get(key)
        ratio = ours / (max if larger else min)(others) if ours and others else None
        cells = "".join(f"{value:16.1f}" if value is not None else f"{'-':>16}" for value in values)
        wanted = "" if goal is None else f"{'>=' if larger else '<='} {goal}"
        print(f"{key:18}" + cells + (f"{ratio:12.2f}" if ratio else f"{'-':>12}") + f"{wanted:>9}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stacks", default=",".join(STACKS))
    parser.add_argument("--secs", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    subprocess.run(["dotnet", "build", os.path.join(ROOT, "bench", "DataChannelPeer"), "-c", "Release", "-v", "q", "-nologo"], check=True)
    if not os.path.isdir(os.path.join(PEERS, "node_modules")):
        subprocess.run(["npm", "ci"], cwd=PEERS, check=True)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {arguments.secs} s a measure, {arguments.rounds} rounds")
    results = {name: {} for name in arguments.stacks.split(",")}
    for _ in range(arguments.rounds):
        for name, row in results.items():
            measure(STACKS[name], arguments.secs, row)
    show(results)
    print(f"load {os.getloadavg()[0]:.1f}")


main()
