#!/usr/bin/env python3
"""Draws what `tmux capture-pane -e -p` printed as an SVG.

    picture.py CAPTURE PICTURE [ROWS [COLUMNS]]
"""
import html
import re
import sys
from collections import Counter

CELL, LINE = 8.4, 19
BASIC = ["#2e3440", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#88c0d0", "#e5e9f0",
         "#4c566a", "#d57780", "#b4d19a", "#f0d399", "#8fb5dd", "#c895bf", "#93ccdc", "#eceff4"]
PLAIN, PAPER = "#e5e9f0", "#242933"


def colour(index):
    """A colour of the 256."""
    if index < 16:
        return BASIC[index]
    if index >= 232:
        return "#%02x%02x%02x" % ((8 + (index - 232) * 10,) * 3)
    index -= 16
    return "#%02x%02x%02x" % tuple((0, 95, 135, 175, 215, 255)[part] for part in (index // 36, index // 6 % 6, index % 6))


def styled(style, codes):
    """The style after an escape sequence."""
    style, codes = dict(style), [int(code or 0) for code in re.split("[;:]", codes)]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = {}
        elif code in (1, 3, 7):
            style[{1: "bold", 3: "italic", 7: "reverse"}[code]] = True
        elif code == 4:
            style["underline"] = True
        elif code in (22, 23, 24, 27):
            style.pop({22: "bold", 23: "italic", 24: "underline", 27: "reverse"}[code], None)
        elif code in (38, 48, 58) and codes:
            which = {38: "ink", 48: "paper", 58: "line"}[code]
            if codes.pop(0) == 5 and codes:
                style[which] = colour(codes.pop(0))
            elif len(codes) >= 3:
                style[which] = "#%02x%02x%02x" % tuple(codes[:3])
                del codes[:3]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["ink"] = BASIC[code - 30 if code < 90 else code - 82]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style["paper"] = BASIC[code - 40 if code < 100 else code - 92]
        elif code == 39:
            style.pop("ink", None)
        elif code == 49:
            style.pop("paper", None)
    return style


def main():
    capture, picture, *size = sys.argv[1:]
    lines = open(capture, encoding="utf-8").read().split("\n")
    rows, columns = int(size[0]) if size else len(lines), int(size[1]) if len(size) > 1 else 100
    drawn, style = [], {}
    for row, line in enumerate(lines[:rows]):
        at = 0
        for escape, text in re.findall(r"\x1b\[([0-9;:]*)m|([^\x1b]+)", line):
            if not text:
                style = styled(style, escape)
                continue
            text = text[: max(columns - at, 0)]
            ink, paper = style.get("ink", PLAIN), style.get("paper")
            if style.get("reverse"):
                ink, paper = paper or PAPER, ink
            x, y = at * CELL + 8, row * LINE + 8
            at += len(text)
            if paper and text:
                drawn.append(f'<rect x="{x:.1f}" y="{y}" width="{len(text) * CELL:.1f}" height="{LINE}" fill="{paper}"/>')
            if shown := text.strip():
                # Blanks at the ends are place alone: not everybody draws them.
                x += (len(text) - len(text.lstrip())) * CELL
                look = "".join([' font-weight="bold"' if style.get("bold") else "",
                                ' font-style="italic"' if style.get("italic") else "",
                                ' text-decoration="underline"' if style.get("underline") else ""])
                drawn.append(f'<text x="{x:.1f}" y="{y + 14}" fill="{ink}"{look} '
                             f'textLength="{len(shown) * CELL:.1f}">{html.escape(shown)}</text>')
    width, height = columns * CELL + 16, rows * LINE + 16
    with open(picture, "w", encoding="utf-8") as file:
        # What an editor paints everything with is the paper of the whole.
        painted = Counter(re.findall(r'<rect .*fill="(#[0-9a-f]{6})"/>', "\n".join(drawn))).most_common(1)
        paper = painted[0][0] if painted and painted[0][1] > rows / 3 else PAPER
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" '
                   f'height="{height}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="14" '
                   f'xml:space="preserve">\n<rect width="100%" height="100%" rx="6" fill="{paper}"/>\n'
                   + "\n".join(drawn) + "\n</svg>\n")


main()
