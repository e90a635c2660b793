from odoo import api, fields, models

from ...tools import answer_times

TICKET = 'helpdesk.lite.ticket'


class MailMessage(models.Model):
    """Note on messages of tickets which side wrote them, whatever way they come.

    That is chatter, mail, portal, the composer, imports. What is noted decides answer times, and
    stays when the author or the ticket's customer becomes another.
    """

    _inherit = 'mail.message'

    helpdesk_lite_side = fields.Selection(
        [(answer_times.CUSTOMER, 'Customer'), (answer_times.STRANGER, 'Stranger'),
         (answer_times.ANSWER, 'Answer'), (answer_times.PHONE, 'Answered by phone')],
        string='Side', readonly=True, copy=False,
        help="Technical: what a ticket's message is for its answer times.")
    helpdesk_lite_date = fields.Datetime(
        'Counts at', readonly=True, copy=False,
        help="Technical: when a ticket's message counts; the date of a mail is a claim.")

    @api.model_create_multi
    def create(self, vals_list):
        """Note which side wrote, and let it count on the tickets; see ``mail.message``."""
        Ticket = self.env[TICKET]
        now = fields.Datetime.now()
        for vals in vals_list:
            vals.pop('helpdesk_lite_side', None)
            vals.pop('helpdesk_lite_date', None)
            if vals.get('model') == TICKET and vals.get('res_id') and (
                    side := Ticket.browse(vals['res_id'])._get_side(vals)):
                vals['helpdesk_lite_side'] = side
                vals['helpdesk_lite_date'] = now if Ticket._get_incoming_mail() else min(
                    fields.Datetime.to_datetime(vals.get('date')) or now, now)
        messages = super().create(vals_list)
        if not self.env.su and self.env.user.share:  # of whose values Odoo drops what is ours
            for message, vals in zip(messages, vals_list, strict=True):
                if side := vals.get('helpdesk_lite_side'):
                    # sudo: mail.message - what the system noted just now
                    message.sudo().write({
                        'helpdesk_lite_side': side, 'helpdesk_lite_date': now})
        Ticket._count_messages([
            (vals['res_id'], vals['helpdesk_lite_side'], vals['helpdesk_lite_date'])
            for vals in vals_list if vals.get('helpdesk_lite_side')])
        Ticket._work_by_answers([
            (vals['res_id'], vals['author_id']) for vals in vals_list
            if vals.get('helpdesk_lite_side') in (answer_times.ANSWER, answer_times.PHONE)
            and vals['helpdesk_lite_date'] == now])
        return messages

    def write(self, vals):
        """Keep what was noted from everybody but the system."""
        if not self.env.su:
            vals = {name: value for name, value in vals.items()
                    if name not in ('helpdesk_lite_side', 'helpdesk_lite_date')}
        return super().write(vals)

    def unlink(self):
        """Count anew on tickets whose messages are deleted."""
        # sudo: mail.message - which tickets it is that lose a message that counts
        counted = self.sudo().filtered(
            lambda message: message.model == TICKET and message.helpdesk_lite_side)
        ticket_ids = set(counted.mapped('res_id'))
        res = super().unlink()
        self.env[TICKET].browse(ticket_ids).exists()._recount_answers()
        return res
