"""The content of a signed mail (S/MIME, RFC 8551: ``application/pkcs7-mime``)."""

import contextlib

SIGNED_DATA = bytes.fromhex('06092a864886f70d010702')  # 1.2.840.113549.1.7.2
LARGEST = 50_000_000
DEEPEST = 12
SEQUENCE, OCTETS, OCTETS_IN_PIECES, CONTENT = 0x30, 0x04, 0x24, 0xa0


def read_signed(data):
    """Return what a signature holds, not whether it is valid.

    Only the first few fields are read, in one pass: ``asn1crypto``, which would read all, calls
    itself for each level and copies at each.

    :param bytes data: the signature, in BER or DER
    :return: the mail in it as bytes, or None where there is none (an encrypted mail)
    """
    if SIGNED_DATA not in data[:64] or len(data) > LARGEST:
        return None
    with contextlib.suppress(IndexError, ValueError):
        return _read_content(data)
    return None


def _read_content(data):
    position = _enter(data, 0, SEQUENCE)  # ContentInfo
    position = _skip(data, position)  # its type
    position = _enter(data, position, CONTENT)
    position = _enter(data, position, SEQUENCE)  # SignedData
    position = _skip(data, position)  # its version
    position = _skip(data, position)  # the digests' algorithms
    position = _enter(data, position, SEQUENCE)  # what is signed
    position = _skip(data, position)  # its type
    position = _enter(data, position, CONTENT)
    return _read_octets(data, position)


def _read_head(data, position):
    """``(tag, where the value begins, its length or None where its end is marked)``"""
    tag, length = data[position], data[position + 1]
    position += 2
    if length == 0x80:
        return tag, position, None
    if length > 0x80:
        size = length & 0x7f
        if size > 4:
            raise ValueError('too long')
        length = int.from_bytes(data[position:position + size], 'big')
        position += size
    return tag, position, length


def _enter(data, position, expected):
    tag, position, _length = _read_head(data, position)
    if tag != expected:
        raise ValueError('something else')
    return position


def _skip(data, position):
    _tag, start, length = _read_head(data, position)
    if length is None:
        raise ValueError('no end')
    return start + length


def _read_octets(data, position):
    """Return a string of bytes, in one piece or in many."""
    tag, position, length = _read_head(data, position)
    if tag == OCTETS and length is not None:
        return data[position:position + length]
    if tag != OCTETS_IN_PIECES:
        raise ValueError('something else')
    pieces, ends = [], [None if length is None else position + length]
    while ends and position < len(data):
        if ends[-1] is not None and position >= ends[-1]:
            ends.pop()
            continue
        tag, position, length = _read_head(data, position)
        if tag == 0 and not length:
            ends.pop()
        elif tag == OCTETS and length is not None:
            pieces.append(data[position:position + length])
            position += length
        elif tag == OCTETS_IN_PIECES and len(ends) < DEEPEST:
            ends.append(None if length is None else position + length)
        else:
            raise ValueError('something else')
    return b''.join(pieces)
