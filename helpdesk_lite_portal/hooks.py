from odoo.tools import SQL

# The fields that the addon adds, and those of portal's mixin that it brings to tickets
FIELDS = (
    'allow_portal_ticket_closing', 'use_website_form', 'website_form_url', 'access_token',
    'access_url', 'access_warning', 'portal_post_token', 'closed_by_partner_id')


def uninstall_hook(env):
    """Remove what Odoo leaves of the addon: what users made by means of it.

    Odoo drops the fields and the records with an xmlid of the addon. Parameters that were made by
    hand would stay, and so would filters and export templates that name the fields, by whatever
    path.
    """
    env['ir.config_parameter'].search([('key', '=like', r'helpdesk\_lite\_portal.%')]).unlink()
    env.flush_all()
    env.cr.execute(SQL(
        """DELETE FROM ir_exports_line line USING ir_exports export
            WHERE export.id = line.export_id AND (export.resource = 'helpdesk.lite.form.post'
               OR export.resource LIKE 'helpdesk.lite.%%'
                  AND string_to_array(line.name, '/') && %s)""", list(FIELDS)))
    env.cr.execute(SQL(
        """DELETE FROM ir_filters
            WHERE model_id = 'helpdesk.lite.form.post'
               OR model_id LIKE 'helpdesk.lite.%%'
                  AND concat(domain, context, sort) LIKE ANY(%s)""",
        [f'%{name}%' for name in FIELDS]))
    env.invalidate_all(flush=False)
