"""The ratios as bars on a logarithmic scale, goal marks included: one SVG, written by hand."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

from result import Line

BAR, GAP, LEFT, WIDTH, TOP = 16, 8, 520, 620, 70
COLORS = {True: "#2a8c4a", False: "#c0392b", None: "#5b7fa6"}


def _ticks(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**e for e in range(first, last + 1)]


def svg(lines: list[Line], title: str) -> str:
    """Lines without a ratio are left out."""
    shown = [line for line in lines if line.ratio]
    if not shown:
        return '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>\n'
    values = [line.ratio or 1 for line in shown]
    low, high = min([*values, 0.5]) * 0.8, max([*values, 10]) * 1.3
    scale = WIDTH / (math.log10(high) - math.log10(low))

    def x(value: float) -> float:
        return LEFT + (math.log10(max(value, low)) - math.log10(low)) * scale

    height = TOP + len(shown) * (BAR + GAP) + 40
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 90}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="17">{escape(title)}</text>',
        '<text x="16" y="46" fill="#555">how many times better netlab is (log scale); thin line: p10-p90 of the rounds; '
        "black mark: the goal; green met, red not met, blue no goal</text>",
    ]
    for tick in _ticks(low, high):
        if low <= tick <= high:
            out.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 8}" y2="{height - 30}" stroke="#ddd"/>')
            out.append(f'<text x="{x(tick):.1f}" y="{height - 12}" text-anchor="middle" fill="#555">{tick:g}x</text>')
    for index, line in enumerate(shown):
        y = TOP + index * (BAR + GAP)
        peer = line.peer.name if line.peer else ""
        label = f"{line.work} : {peer}"
        ratio = line.ratio or 1
        start, end = sorted((x(1), x(ratio)))
        out.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(label)}</text>')
        out.append(
            f'<rect x="{start:.1f}" y="{y}" width="{max(end - start, 1):.1f}" height="{BAR}" fill="{COLORS[line.met]}"/>'
        )
        ordered = sorted(line.ratios)
        if len(ordered) > 2:
            a, b = ordered[round(0.1 * (len(ordered) - 1))], ordered[round(0.9 * (len(ordered) - 1))]
            middle = y + BAR / 2
            out.append(f'<line x1="{x(a):.1f}" x2="{x(b):.1f}" y1="{middle}" y2="{middle}" stroke="#222"/>')
        bound = line.goal and (line.goal.at_least or line.goal.at_most)
        if bound:
            out.append(
                f'<rect x="{x(bound) - 1.5:.1f}" y="{y - 3}" width="3" height="{BAR + 6}" fill="#000"/>'
            )
        out.append(f'<text x="{max(end, x(1)) + 8:.1f}" y="{y + 12}">{ratio:.3g}x</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
