from werkzeug.urls import url_join

from odoo import api, fields, models


class HelpdeskLiteTeam(models.Model):
    _inherit = 'helpdesk.lite.team'

    allow_portal_ticket_closing = fields.Boolean(
        'Closure by Customers',
        help='Customers may close their tickets themselves, in the portal and by the link in '
             'their mails.')
    portal_show_sla = fields.Boolean(
        'Show When We Answer',
        help='The page of a ticket says by when its customer is answered, by the SLA policies. '
             'Nothing else of these is ever shown to customers.')
    use_website_form = fields.Boolean(
        'Website Form', help='A public page where anybody may send a request to this team.')
    website_form_url = fields.Char(
        'Public Address', compute='_compute_website_form_url',
        help='The address of the form: put it where customers look for help.')

    @api.depends('name', 'use_website_form')
    def _compute_website_form_url(self):
        for team in self:
            team.website_form_url = team.use_website_form and team._origin.id and url_join(
                team.get_base_url(), team._get_form_path())

    def _get_form_path(self):
        """The path of the team's public form."""
        self.ensure_one()
        return f'/helpdesk/{self.env["ir.http"]._slug(self._origin)}'

    @api.model
    def _get_new_ticket_path(self):
        """Where a customer writes a new ticket: the one form, or the list of forms; else None."""
        # sudo: helpdesk.lite.team - those with a public form; nothing but its address is used
        teams = self.sudo().search([('use_website_form', '=', True)], limit=2)
        if len(teams) > 1:
            return '/helpdesk'
        return teams._get_form_path() if teams else None

    @api.readonly
    def action_open_website_form(self):
        """Look at the public form in another tab."""
        self.ensure_one()
        self.check_access('read')
        return {'type': 'ir.actions.act_url', 'url': self._get_form_path(), 'target': 'new'}

    def _get_customer_closing_stage(self):
        """The stage that a customer's closing moves a ticket to: the one of an agent's *Solve*."""
        return self._get_solving_stage()
