import logging

from markupsafe import Markup

from odoo import api, fields, models

from ...tools.savepoint import attempt

_logger = logging.getLogger(__name__)

# In a call that assigns more tickets than this, also who got only one is told by the job:
# Odoo's own notification costs 14 queries.
DIRECT_NOTICES = 5


class HelpdeskLiteTicket(models.Model):
    """Tell people of tickets that were assigned to them."""

    _inherit = 'helpdesk.lite.ticket'

    def _notify_assignees(self, tickets):
        """Tell people that tickets were assigned to them, but not of what they did themselves.

        One ticket is told as Odoo does. Who gets several by one call is told once, by a list,
        which a job sends after the call. An import's are listed always: where a row of it fails
        Odoo makes the others one by one. That it leaves no history (``tracking_disable``) is no
        reason not to tell anybody of their work.

        :param tickets: the tickets whose assignee is new
        """
        context = self.env.context
        if (context.get('mail_auto_subscribe_no_notify') or context.get('install_mode')
                or not self.env.registry.ready):
            return
        listed = self.browse()
        # sudo: res.users - an agent is notified by whoever may assign
        for user, own in tickets.sudo().grouped('user_id').items():
            if not user or user == self.env.user or not user.active:
                continue
            if len(own) > 1 or len(tickets) > DIRECT_NOTICES or context.get('import_file'):
                listed |= own
            else:
                # who writes as a customer, with a login or by the link, can't read what it needs
                teller = own if self.env.su or self.env.user.share else own.sudo(False)
                teller = teller.with_context(lang=user.lang or self.env.lang)
                teller._message_auto_subscribe_notify(
                    user.partner_id.ids, 'mail.message_user_assigned')
        if listed:
            # sudo: helpdesk.lite.ticket.notice - the system's own queue
            self.env['helpdesk.lite.ticket.notice'].sudo()._queue(listed)

    @api.model
    def _get_list_body(self, tickets):
        """An HTML list of links to `tickets`; after the first 50 only their number is said."""
        items = Markup().join(
            Markup('<li>%s</li>') % ticket._get_html_link(title=ticket.display_name)
            for ticket in tickets[:50])
        rest = len(tickets) - 50
        more = Markup('<p>%s</p>') % self.env._('… and %s more.', rest) if rest > 0 else ''
        return Markup('<ul>%s</ul>%s') % (items, more)


class HelpdeskLiteTicketNotice(models.Model):
    """Assignments that somebody is still to be told of: a queue, which a triggered job empties."""

    _name = 'helpdesk.lite.ticket.notice'
    _description = 'Notice of an Assignment'
    _log_access = False
    _order = 'id'

    ticket_id = fields.Many2one(
        'helpdesk.lite.ticket', required=True, ondelete='cascade', index=True)
    user_id = fields.Many2one('res.users', required=True, ondelete='cascade', index=True)
    author_id = fields.Many2one('res.partner', ondelete='cascade', index='btree_not_null')

    @api.model
    def _queue(self, tickets):
        """Have the assignees of `tickets` told, by the job, or at once where it is switched off."""
        notices = self.create([
            {
                'ticket_id': ticket.id, 'user_id': ticket.user_id.id,
                'author_id': self.env.user.partner_id.id,
            } for ticket in tickets])
        job = self.env.ref('helpdesk_lite.ir_cron_notify_assignees', raise_if_not_found=False)
        if job and job.active:
            job._trigger()
        else:
            notices._send()

    @api.model
    def _cron_notify_assignees(self):
        """Tell each assignee by one notification, and commit after each."""
        queues = list(self.search([('user_id', '!=', False)]).grouped('user_id').values())
        for done, notices in enumerate(queues, start=1):
            notices.try_lock_for_update()._send()
            if not self.env['ir.cron']._commit_progress(1, remaining=len(queues) - done):
                break

    def _send(self):
        """Tell the assignees and delete the notices, those that fail, too."""
        for user, notices in self.grouped('user_id').items():
            with attempt(self.env, hooks=True) as outcome:
                notices._notify(user)
            if outcome.error:
                _logger.error(
                    'User %s could not be told of assigned tickets', user.id,
                    exc_info=outcome.error)
        self.unlink()

    def _notify(self, user):
        """Tell `user` of the tickets of these notices that are still theirs."""
        tickets = self.ticket_id.filtered(
            lambda ticket: ticket.active and ticket.user_id == user).with_context(
                lang=user.lang or self.env.lang)
        if not tickets or not user.active:
            return
        if len(tickets) == 1:
            tickets._message_auto_subscribe_notify(
                user.partner_id.ids, 'mail.message_user_assigned')
            return
        tickets.env['mail.thread'].message_notify(
            partner_ids=user.partner_id.ids,
            author_id=self[-1:].author_id.id,
            subject=tickets.env._('You have been assigned to %s tickets', len(tickets)),
            body=tickets._get_list_body(tickets),
            email_layout_xmlid='mail.mail_notification_light')
