"""Fill a database for ``make bench`` (called by scripts/hdl/bench.py, which tells its progress)."""

import argparse
import sys

import desk
import peer

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

DESKS = {'ours': desk.Desk, 'peer': peer.PeerDesk}


def say(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--config', required=True)
    parser.add_argument('--database', required=True)
    parser.add_argument('--desk', choices=DESKS, required=True)
    parser.add_argument('--tickets', type=int, required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(['-c', options.config, '--log-level', 'error'])
    with Registry(options.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        desk.build(env, options.tickets, say, DESKS[options.desk]())


if __name__ == '__main__':
    sys.exit(main())
