from odoo import SUPERUSER_ID, api

from odoo.addons.helpdesk_lite.hooks import reload_rules


def migrate(cr, version):
    """Record rules as this version ships them."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    reload_rules(env, 'helpdesk_lite')
