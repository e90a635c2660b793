#!/usr/bin/env python3
"""Hand an e-mail to a running Odoo, as a mail server's pipe does.

    mailgate.py [options] < message.eml
    mailgate.py [options] message.eml

What Odoo's own odoo-mailgate does, with the login by name, with bytes that are no UTF-8 left as
they are, and with an error that tells what is wrong. The exit codes are those of sysexits.h, which
mail servers understand: 75 makes them try again later.
"""

import argparse
import http.client
import os
import sys
import xmlrpc.client

EX_DATAERR, EX_NOUSER, EX_UNAVAILABLE, EX_TEMPFAIL, EX_NOPERM = 65, 67, 69, 75, 77

APPLICATION_ERROR, ACCESS_DENIED, ACCESS_ERROR = 1, 3, 4  # of Odoo's XML-RPC


class Undelivered(Exception):
    """Why the message was not delivered, and the exit code that says so to a mail server."""

    def __init__(self, reason, code):
        super().__init__(reason)
        self.code = code


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description='Hand an e-mail to a running Odoo.')
    parser.add_argument('file', nargs='?', help='the message; standard input where left out')
    parser.add_argument('--url', help='address of Odoo, instead of --port on 127.0.0.1')
    parser.add_argument('--port', type=int, default=8069)
    parser.add_argument('--database', default='helpdesk')
    parser.add_argument('--login', default='admin')
    parser.add_argument(
        '--password',
        default=os.environ.get('MAILGATE_PASSWORD', 'admin'),
        help='better set as MAILGATE_PASSWORD in the environment',
    )
    options = parser.parse_args(arguments)
    options.url = (options.url or f'http://127.0.0.1:{options.port}').rstrip('/')
    return options


def read_message(path):
    try:
        if path:
            with open(path, 'rb') as file:
                message = file.read()
        elif sys.stdin.isatty():
            raise Undelivered('no message: type make mail < message.eml', EX_DATAERR)
        else:
            message = sys.stdin.buffer.read()
    except OSError as error:
        raise Undelivered(f'{path} cannot be read: {error.strerror}', EX_DATAERR) from None
    if not message.strip():
        raise Undelivered('the message is empty', EX_DATAERR)
    return message


def explain(fault, options):
    """Turn what Odoo raised into one line and an exit code."""
    text = str(fault.faultString).strip()
    lines = text.splitlines() or ['no reason given']
    # a traceback says why in its last line, a message in its first
    reason = lines[-1] if fault.faultCode == APPLICATION_ERROR else lines[0]
    if 'No possible route' in text:
        return Undelivered('no alias of this address: nobody takes the message', EX_NOUSER)
    if fault.faultCode in (ACCESS_DENIED, ACCESS_ERROR):
        return Undelivered(f'{options.login} may not do that: {reason}', EX_NOPERM)
    if 'database' in text and 'does not exist' in text:
        return Undelivered(f'there is no database {options.database}', EX_UNAVAILABLE)
    return Undelivered(f'Odoo refused the message: {reason}', EX_UNAVAILABLE)


def deliver(message, options):
    """Deliver the message; return the id of the record that took it, or False.

    :raises Undelivered: with the reason
    """
    call = {'allow_none': True}
    try:
        with xmlrpc.client.ServerProxy(f'{options.url}/xmlrpc/2/common', **call) as common:
            user = common.authenticate(options.database, options.login, options.password, {})
        if not user:
            raise Undelivered(f'wrong password for {options.login}', EX_NOPERM)
        with xmlrpc.client.ServerProxy(f'{options.url}/xmlrpc/2/object', **call) as models:
            return models.execute_kw(
                options.database, user, options.password,
                'mail.thread', 'message_process', [False, xmlrpc.client.Binary(message)],
            )
    except xmlrpc.client.Fault as fault:
        raise explain(fault, options) from None
    except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
        raise Undelivered(
            f'no Odoo answers at {options.url} ({error}); is make run running?', EX_TEMPFAIL
        ) from None


def main(arguments=None):
    options = parse_arguments(arguments)
    try:
        record = deliver(read_message(options.file), options)
    except Undelivered as reason:
        sys.stderr.write(f'error: not delivered: {reason}\n')
        return reason.code
    taken = f'delivered (record {record})' if record else 'taken, and no record was made of it'
    sys.stdout.write(f'The message was {taken}.\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
