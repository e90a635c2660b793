from odoo.tools import SQL

# The fields that the addon adds, and those of portal's mixin that it brings to tickets
FIELDS = {
    'helpdesk.lite.team': (
        'allow_portal_ticket_closing', 'use_website_form', 'website_form_url'),
    'helpdesk.lite.ticket': (
        'access_token', 'access_url', 'access_warning', 'portal_post_token'),
    'helpdesk.lite.form.post': (),
}


def uninstall_hook(env):
    """Remove what Odoo leaves of the addon: what users made by means of it.

    Odoo drops the fields and the records with an xmlid of the addon. Parameters that were made by
    hand would stay, and so would filters and export templates that name the fields.
    """
    env['ir.config_parameter'].search([('key', '=like', r'helpdesk\_lite\_portal.%')]).unlink()
    env.flush_all()
    for model, names in FIELDS.items():
        words = list(names) or ['']
        env.cr.execute(SQL(
            """DELETE FROM ir_exports_line line USING ir_exports export
                WHERE export.id = line.export_id AND export.resource = %s
                  AND split_part(line.name, '/', 1) = ANY(%s)""", model, words))
        env.cr.execute(SQL(
            """DELETE FROM ir_filters
                WHERE model_id = %s AND concat(domain, context, sort) LIKE ANY(%s)""",
            model, [f'%{word}%' for word in words]))
    env.invalidate_all(flush=False)
