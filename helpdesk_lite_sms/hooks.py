from odoo.tools import SQL

from odoo.addons.helpdesk_lite.hooks import MODELS

# The fields that the addon adds
FIELDS = ('sms_template_id', 'failed_sms_count')


def uninstall_hook(env):
    """Remove what Odoo leaves of the addon: what users made by means of it.

    Odoo drops the field and the records with an xmlid of the addon. SMS templates that
    administrators made for tickets would stay, and so would filters and export templates that
    name a field of the addon, of stages or by way of their stages of others.
    """
    env['sms.template'].search([('model', '=', 'helpdesk.lite.ticket')]).unlink()
    env.flush_all()
    env.cr.execute(SQL(
        """DELETE FROM ir_exports_line line USING ir_exports export
            WHERE export.id = line.export_id AND export.resource IN %s
              AND string_to_array(line.name, '/') && %s""", MODELS, list(FIELDS)))
    # whole names alone: theirs_sms_template_id is a field of somebody else
    env.cr.execute(SQL(
        """DELETE FROM ir_filters
            WHERE model_id IN %s AND concat_ws(' ', domain, context, sort) ~ %s""",
        MODELS, fr'\m({"|".join(FIELDS)})\M'))
    env.invalidate_all(flush=False)
