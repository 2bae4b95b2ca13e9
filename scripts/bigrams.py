#!/usr/bin/env python3
"""Makes src/builtin/pattern/bigrams.rs, the table behind GetPattern(s).gibberScore (L7.5).

The words are those of the Debian package `wamerican` (file /usr/share/dict/american-english, 2020.12.07-2), which are SCOWL
word lists. They may be used and distributed freely; their notice stands in the file that this script writes.

    apt-get download wamerican && dpkg-deb -x wamerican_*.deb words
    python3 scripts/bigrams.py words/usr/share/dict/american-english > src/builtin/pattern/bigrams.rs

Each word of letters a-z counts once, names and possessives in "'s" aside, in lower case. The frequency f of a pair of letters
is its share of all pairs of neighbours in these words. Its points are 0 up to f = 1/10,000, 100 from f = 1/200 on, and in
between they grow with the logarithm of f: a pair that is ten times as frequent has 59 more.
"""

import math
import string
import sys

LEAST, MOST = 1 / 10_000, 1 / 200

NOTICE = """\
//! How frequent two neighbouring letters are in English words, as points from 0 to 100 (L7.5).
//!
//! Made by `scripts/bigrams.py`, which says how, from {words} words of the Debian package `wamerican`: SCOWL word lists,
//! under this notice:
//!
//! > The collective work is Copyright 2000-2011 by Kevin Atkinson. Permission to use, copy, modify, distribute and sell
//! > these word lists, the associated scripts, the output created from the scripts, and its documentation for any purpose
//! > is hereby granted without fee, provided that the above copyright notice appears in all copies and that both that
//! > copyright notice and this permission notice appear in supporting documentation. Kevin Atkinson makes no
//! > representations about the suitability of this array for any purpose. It is provided "as is" without express or
//! > implied warranty.

/// By the first letter, then by the second.
#[rustfmt::skip]
pub(super) static POINTS: [[u8; 26]; 26] = ["""


def words(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            word = line.strip()
            if len(word) > 1 and all(c in string.ascii_lowercase for c in word):
                yield word


def points(frequency):
    if frequency <= LEAST:
        return 0
    return min(100, round(100 * math.log(frequency / LEAST) / math.log(MOST / LEAST)))


def main():
    letters = string.ascii_lowercase
    counts = {a + b: 0 for a in letters for b in letters}
    known = sorted(set(words(sys.argv[1])))
    for word in known:
        for a, b in zip(word, word[1:]):
            counts[a + b] += 1
    total = sum(counts.values())
    print(NOTICE.format(words=f"{len(known):,}"))
    for a in letters:
        row = ", ".join(f"{points(counts[a + b] / total):3}" for b in letters)
        print(f"    [{row}], // {a}")
    print("];")


main()
