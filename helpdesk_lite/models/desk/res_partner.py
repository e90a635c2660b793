from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """A contact leads to its tickets, for those who work with them."""

    _inherit = 'res.partner'

    helpdesk_lite_ticket_count = fields.Integer(
        'Open Tickets', compute='_compute_helpdesk_lite_ticket_count',
        groups='helpdesk_lite.group_helpdesk_lite_user',
        help='Open tickets that the user sees: of a person their own, of a company all.')

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_helpdesk_lite_ticket_count(self):
        Ticket = self.env['helpdesk.lite.ticket']
        counts = {}
        for name in ('partner_id', 'commercial_partner_id'):
            contacts = self._filter_by_ticket_field(name)
            groups = Ticket._read_group(
                [(name, 'in', contacts.ids), ('is_closed', '=', False)], [name], ['__count'],
            ) if contacts.ids else ()
            counts.update({contact.id: count for contact, count in groups})
        for contact in self:
            contact.helpdesk_lite_ticket_count = counts.get(contact._origin.id, 0)

    def _filter_by_ticket_field(self, name):
        """Those of the contacts whose tickets are found by a field: a company's are everybody's.

        :param str name: ``partner_id`` or ``commercial_partner_id``
        """
        companies = self.filtered(lambda contact: contact.commercial_partner_id == contact)
        return companies if name == 'commercial_partner_id' else self - companies

    @api.readonly
    def action_view_helpdesk_lite_tickets(self):
        """Open the contact's tickets, a company's with those of everybody there.

        :raise AccessError: for whoever has no right for Helpdesk, or may not read the contact
        """
        self.ensure_one()
        self.check_access('read')
        self.env['helpdesk.lite.ticket'].check_access('read')
        name = 'partner_id' if self._filter_by_ticket_field('partner_id') \
            else 'commercial_partner_id'
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'helpdesk_lite.helpdesk_lite_ticket_action_all'),
            'display_name': self.env._('Tickets of %s', self.name),
            'domain': list(Domain(name, '=', self.id)),
            'context': {'default_partner_id': self.id, 'search_default_filter_open': 1},
        }
