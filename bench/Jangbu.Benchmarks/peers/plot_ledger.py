"""Draws the table that `Jangbu.Benchmarks ledger` prints (on stdin) as cost of one durable append against the length of the ledger, both logarithmic; SVG on stdout."""
import math, sys

rows = [[c.strip().replace(",", "").replace(" ms", "") for c in line.strip().strip("|").split("|")] for line in sys.stdin if line.startswith("| ") and line[2].isdigit()]
series = {"ours: append + flush": ("#0b6", 1), "bare write + fdatasync": ("#888", 2), "Python, file rewritten": ("#d43", 5)}
left, top, width, height = 70, 20, 560, 320
xs = lambda n: left + (math.log10(n) - 2) / 4 * width
ys = lambda ms: top + height - (math.log10(ms) + 1) / 4 * height
out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 20}" height="{top + height + 90}" font-family="sans-serif" font-size="12">']
for e in range(2, 7):
    out.append(f'<path d="M{xs(10**e):.0f} {top}v{height}" stroke="#ddd"/><text x="{xs(10**e):.0f}" y="{top + height + 18}" text-anchor="middle">{10**e:,}</text>')
for e in range(-1, 4):
    out.append(f'<path d="M{left} {ys(10**e):.0f}h{width}" stroke="#ddd"/><text x="{left - 6}" y="{ys(10**e) + 4:.0f}" text-anchor="end">{10.0**e:g} ms</text>')
for k, (name, (colour, column)) in enumerate(series.items()):
    points = [(xs(int(r[0])), ys(float(r[column]))) for r in rows if r[column]]
    out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
    out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    out.append(f'<text x="{left + k * 190}" y="{top + height + 66}" fill="{colour}">{name}</text>')
out.append(f'<text x="{left + width / 2}" y="{top + height + 40}" text-anchor="middle">entries in the ledger</text></svg>')
print("\n".join(out))
