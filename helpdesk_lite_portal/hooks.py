from odoo.tools import SQL

from odoo.addons.helpdesk_lite.hooks import MODELS, escape_like

# The fields that the addon adds, and those of portal's mixin that it brings to tickets
FIELDS = (
    'allow_portal_ticket_closing', 'use_website_form', 'website_form_url', 'access_token',
    'access_url', 'access_warning', 'portal_post_token', 'closed_by_partner_id')
FORM_MODELS = ('helpdesk.lite.form.post', 'helpdesk.lite.form.receipt')


def uninstall_hook(env):
    """Remove what Odoo leaves of the addon: what users made by means of it.

    Odoo drops the fields and the records with an xmlid of the addon. Parameters that were made by
    hand would stay, and so would filters and export templates that name the fields, by whatever
    path.
    """
    env['ir.config_parameter'].search([
        ('key', '=like', f'{escape_like("helpdesk_lite_portal.")}%')]).unlink()
    env.flush_all()
    env.cr.execute(SQL(
        """DELETE FROM ir_exports_line line USING ir_exports export
            WHERE export.id = line.export_id AND (export.resource IN %s
               OR export.resource IN %s AND string_to_array(line.name, '/') && %s)""",
        FORM_MODELS, MODELS, list(FIELDS)))
    # whole names alone: theirs_access_token is a field of somebody else
    env.cr.execute(SQL(
        """DELETE FROM ir_filters
            WHERE model_id IN %s
               OR model_id IN %s AND concat_ws(' ', domain, context, sort) ~ %s""",
        FORM_MODELS, MODELS, fr'\m({"|".join(FIELDS)})\M'))
    env.invalidate_all(flush=False)
