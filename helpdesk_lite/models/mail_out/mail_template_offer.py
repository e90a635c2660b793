from odoo import api, fields, models
from odoo.fields import Domain

ALWAYS, NEVER = 'always', 'never'
OWN_MODULES = r'helpdesk\_lite%'  # this addon, and those that extend it


class MailTemplate(models.Model):
    """Tell answers, which the composer of tickets offers, from the system's own mails."""

    _inherit = 'mail.template'

    helpdesk_lite_offer = fields.Selection(
        [(ALWAYS, 'Always'), (NEVER, 'Never')], 'Offer in Tickets',
        help="Whether agents find the template in a ticket's composer. Empty: unless it is one "
             'that the system sends, of a stage or team, or one that came with Helpdesk.')
    is_helpdesk_lite_answer = fields.Boolean(
        compute='_compute_is_helpdesk_lite_answer', search='_search_is_helpdesk_lite_answer',
        string='Offered in Tickets')

    @api.depends('helpdesk_lite_offer', 'model')
    def _compute_is_helpdesk_lite_answer(self):
        offered = self.filtered_domain(Domain('id', 'in', self.search(
            Domain('id', 'in', self.ids) & Domain('is_helpdesk_lite_answer', '=', True)).ids))
        for template in self:
            template.is_helpdesk_lite_answer = template in offered

    @api.model
    def _search_is_helpdesk_lite_answer(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return Domain('model', '=', 'helpdesk.lite.ticket') & (
            Domain('helpdesk_lite_offer', '=', ALWAYS)
            | Domain('helpdesk_lite_offer', '=', False)
            & Domain('id', 'not in', self._get_system_templates()))

    @api.model
    def _get_system_templates(self):
        """The templates that stages and teams send, and those that came with Helpdesk.

        Stages and teams that one doesn't see count, too: what they send is the system's.
        """
        # sudo: helpdesk.lite.stage, helpdesk.lite.team - only which templates they send
        stages = self.env['helpdesk.lite.stage'].sudo().with_context(active_test=False).search(
            [('template_id', '!=', False)])
        # sudo: helpdesk.lite.team - as above
        teams = self.env['helpdesk.lite.team'].sudo().with_context(active_test=False).search(
            [('auto_close_warn_template_id', '!=', False)])
        # sudo: ir.model.data - which templates came with Helpdesk
        own = self.env['ir.model.data'].sudo().search([
            ('model', '=', 'mail.template'), ('module', '=like', OWN_MODULES)])
        return [*stages.template_id.ids, *teams.auto_close_warn_template_id.ids,
                *own.mapped('res_id')]
