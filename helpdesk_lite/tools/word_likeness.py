"""How alike two texts are by their words: whatever their order, inflection and length.

Trigrams of whole texts see little in "Oven door glass is broken" beside "Glass door arrived
cracked". Words do: three of the four that say something are in the other request.
"""

import math
import re
import unicodedata
from bisect import bisect

WORD = re.compile(r'[^\W_]+')
MOST_WORDS = 200  # of a text; the first ones
NUMBER_DIGITS = 4  # a number of an order or invoice, which tells more than a word
NUMBER_WEIGHT = 2
# Words are the same by their beginnings: at least so many letters, and such a share of the shorter
# one. Korean words change more at their ends: a particle or ending is as long as the word.
BEGINNING = 4
BEGINNING_SHARE = 0.8
KOREAN_BEGINNING_SHARE = 0.6
KOREAN_LETTERS = ('\u1100', '\u11ff')

# What any request may hold, and tells nothing of it
ENGLISH = """
    a about after again all also am an and any anybody anyone are as at be been before but by can
    cannot could dear did do does don done for from get gets give had has have hello help hi how
    i if in into is it its just know let like ll m may me my need needs no not now of on only or
    our out please re regards s since so some still t than thank thanks that the their them then
    there these they this those to too until up us ve was we were what when where which while who
    why will with would yes yet you your"""
KOREAN = """
    감사합니다 계속 것 궁금합니다 그 나옵니다 다시 더 돼요 되지 됩니다 등 때 또 및 문의
    문의드립니다 문의합니다 바랍니다 부탁드립니다 부탁합니다 빠른 빨리 수 싶습니다 아직 안
    안녕하세요 않습니다 않았습니다 없습니다 요청 요청드립니다 요청합니다 우리 이 이후 이후로
    있는지 있습니다 자꾸 저 저는 저희 제가 좀 주세요 주시기 중 중에 하고 합니다 해 확인 확인해
    후"""
EMPTY_WORDS = frozenset(
    unicodedata.normalize('NFD', word) for word in (ENGLISH + KOREAN).split())


def find_words(text):
    """Return the words of a text that tell something, each once, in alphabetical order.

    :param str text: plain text; only its first words count
    :return: words in lower case, their syllables taken apart into letters (Unicode NFD)
    """
    found = {}
    for match in WORD.finditer(unicodedata.normalize('NFC', text.lower())):
        word = unicodedata.normalize('NFD', match.group())
        if word not in EMPTY_WORDS and (len(match.group()) > 1 or word.isdigit()):
            found[word] = True
            if len(found) == MOST_WORDS:
                break
    return sorted(found)


def compare_words(one, other):
    """Return how alike two texts are by the words of `find_words`.

    The mean of both shares: which part of the one's words the other has, and the reverse. So a
    short request is like a long one that says the same and more.

    :return: 0 to 1; None where one of them has no words that tell something
    """
    if not one or not other:
        return None
    return (_get_share(one, other) + _get_share(other, one)) / 2


def _get_share(words, other):
    """Return the share of words that another sorted list has, too: 0 to 1."""
    total = sum(map(_weigh, words))
    return sum(_weigh(word) for word in words if _is_among(word, other)) / total


def _weigh(word):
    return NUMBER_WEIGHT if sum(map(str.isdigit, word)) >= NUMBER_DIGITS else 1


def _is_among(word, words):
    """Whether a word, or a form of it, is in a sorted list.

    The neighbours in alphabetical order have the longest beginning in common with it: no other
    word has to be looked at.
    """
    place = bisect(words, word)
    return any(_is_form_of(word, other) for other in words[max(0, place - 1):place + 1])


def _is_form_of(word, other):
    if word == other:
        return True
    if word[0].isdigit() or other[0].isdigit():
        return False  # other numbers are other things
    first, last = KOREAN_LETTERS
    share = KOREAN_BEGINNING_SHARE if first <= word[0] <= last else BEGINNING_SHARE
    length = max(BEGINNING, math.ceil(share * min(len(word), len(other))))
    return word[:length] == other[:length] and min(len(word), len(other)) >= length
