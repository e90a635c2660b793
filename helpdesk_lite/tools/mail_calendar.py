"""An invitation as text that people read (RFC 5545)."""

import re

FOLD = re.compile(r'\r?\n[ \t]')
NAMES = {'SUMMARY': '', 'DTSTART': 'Start', 'DTEND': 'End', 'LOCATION': 'Location',
         'ORGANIZER': 'Organizer', 'STATUS': 'Status', 'DESCRIPTION': ''}
DATE = re.compile(r'(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?\Z')
EVENTS, LENGTH = 20, 200_000


def read_invitation(text):
    """Return the events of an invitation, a line for each thing that a reader wants to know."""
    events, inside = [], 0
    for line in FOLD.sub('', text[:LENGTH]).splitlines():
        name, _colon, value = line.partition(':')
        name, _semicolon, parameters = name.partition(';')
        name = name.strip().upper()
        if name == 'BEGIN' and value.strip().upper() in ('VEVENT', 'VTODO') and not inside:
            events.append({})
            inside = 1
        elif name in ('BEGIN', 'END') and inside:
            inside += 1 if name == 'BEGIN' else -1
        elif inside == 1 and name in NAMES and value.strip():
            events[-1].setdefault(name, _read_value(name, value, parameters))
    return '\n\n'.join('\n'.join(_write_lines(event)) for event in events[:EVENTS] if event)


def _write_lines(event):
    for name, label in NAMES.items():
        if name in event:
            yield f'{label}: {event[name]}' if label else event[name]


def _read_value(name, value, parameters):
    value = value.strip()
    if name in ('DTSTART', 'DTEND') and (date := DATE.match(value)):
        year, month, day, hour, minute, utc = date.groups()
        zone = 'UTC' if utc else next((
            item[5:].strip('"') for item in parameters.split(';')
            if item[:5].upper() == 'TZID='), '')
        time = f' {hour}:{minute} {zone}'.rstrip() if hour else ''
        return f'{year}-{month}-{day}{time}'
    if name == 'ORGANIZER':
        return value[7:] if value[:7].lower() == 'mailto:' else value
    return value.replace('\\n', '\n').replace('\\N', '\n').replace('\\,', ',').replace(
        '\\;', ';').replace('\\\\', '\\')
