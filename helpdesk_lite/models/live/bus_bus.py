from odoo import api, models

from .helpdesk_lite_ticket import NEWS, PRESENCE


class BusBus(models.Model):
    """Deliver what is said of tickets to those who may read them at the moment of delivery.

    Odoo asks for rights when a channel is joined, and no server can make another one's socket
    leave. Whoever loses a follower's place, a team, a company or the right itself meanwhile is
    told nothing more, also by a socket that stays open.
    """

    _inherit = 'bus.bus'

    @api.model
    def _poll(self, channels, last=0, ignore_ids=None):
        """See ``bus.bus``."""
        notifications = super()._poll(channels, last, ignore_ids)
        ticket_ids = {
            ticket_id for notification in notifications
            for ticket_id in self._get_live_ticket_ids(notification['message'])}
        if not ticket_ids:
            return notifications
        seen = self.env['helpdesk.lite.ticket']._find_live_ids(ticket_ids)
        return [
            shown for notification in notifications
            if (shown := self._keep_seen(notification, seen))]

    @api.model
    def _get_live_ticket_ids(self, message):
        """The tickets that a message of the bus tells of."""
        if message['type'] == NEWS:
            return [row['id'] for row in message['payload']['tickets']]
        return [message['payload']['ticket_id']] if message['type'] == PRESENCE else []

    @api.model
    def _keep_seen(self, notification, seen):
        """The notification with the tickets that are seen alone; None where it tells of no other.

        :param set seen: ids of tickets
        """
        message = notification['message']
        told = self._get_live_ticket_ids(message)
        if not told:
            return notification
        if not seen.intersection(told):
            return None
        if message['type'] == PRESENCE:
            return notification
        payload = message['payload']
        rows = [row for row in payload['tickets'] if row['id'] in seen]
        return {**notification, 'message': {**message, 'payload': {**payload, 'tickets': rows}}}
