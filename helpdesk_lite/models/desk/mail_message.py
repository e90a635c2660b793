from odoo import models


class MailMessage(models.Model):
    """The index that tickets are found by through what their messages say."""

    _inherit = 'mail.message'

    _helpdesk_lite_body_idx = models.Index(
        "USING gin (body gin_trgm_ops) WHERE model = 'helpdesk.lite.ticket'")
