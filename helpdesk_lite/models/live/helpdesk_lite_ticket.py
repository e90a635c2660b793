from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.http import request

from ...tools.live_news import LiveNews

# What screens show of a ticket: a write of anything else is told to nobody
SHOWN_FIELDS = frozenset({
    'active', 'description', 'email_cc', 'kanban_state', 'merged_into_id', 'name', 'partner_email',
    'partner_id', 'partner_name', 'partner_phone', 'priority', 'properties', 'snooze_until',
    'stage_id', 'tag_ids', 'team_id', 'user_id',
})
# Of these `_get_changed_fields` says for which tickets the value is another one
COMPARED_FIELDS = frozenset({
    'merged_into_id', 'partner_id', 'priority', 'stage_id', 'team_id', 'user_id'})
# The second part of a channel's name, and the types of what is sent on it
LIVE = 'helpdesk_lite_live'
NEWS = 'helpdesk.lite.ticket/news'
PRESENCE = 'helpdesk.lite.ticket/presence'


class HelpdeskLiteTicket(models.Model):
    """Tell open lists, pipelines and forms that something happened, and who else is here.

    News go to the channel of the ticket's team, whatever the number of tickets; who is here goes
    to the ticket's own. Both say ids and technical names, and no text of a ticket or message.
    Whoever joined a channel is asked for their right to the ticket again at every delivery, see
    ``bus.bus``: the channel of a private team tells its strangers nothing.
    """

    _inherit = 'helpdesk.lite.ticket'

    # ------------------------------------------------------------------
    # News
    # ------------------------------------------------------------------

    def _after_create(self, vals_list, choices):  # pylint: disable=missing-return
        super()._after_create(vals_list, choices)
        self._note_news('new')

    def _get_before(self, vals):
        """See `_get_before`; ``teams``, where lists may still show moved tickets, by ticket."""
        before = super()._get_before(vals)
        if 'team_id' in vals:
            # sudo: helpdesk.lite.ticket - the ids of the teams that are told
            before['teams'] = {ticket.id: ticket.team_id.id for ticket in self.sudo()}
        return before

    def _after_write(self, vals, changed, before):  # pylint: disable=missing-return
        super()._after_write(vals, changed, before)
        names = vals.keys() & SHOWN_FIELDS
        for name in names & changed.keys():
            changed[name]._note_news('changed', [name], before.get('teams'))
        if others := names - COMPARED_FIELDS:
            self._note_news('changed', others)

    def _after_post(self, message, values):  # pylint: disable=missing-return
        super()._after_post(message, values)
        self._note_news('message')

    def _note_news(self, kind, names=(), former_teams=None):
        """Note what is told of the tickets when the transaction ends; see `LiveNews`.

        :param dict former_teams: ``{ticket id: id of the team}``, of moved tickets
        """
        news, author_id = self._get_pending_news(), self._get_screen_user_id()
        # sudo: helpdesk.lite.ticket - the ids of the teams that are told, also after a move away
        for ticket in self.sudo():
            for team_id in {ticket.team_id.id, (former_teams or {}).get(ticket.id)} - {None}:
                news.add(team_id, ticket.id, kind, names, author_id)

    @api.model
    def _get_pending_news(self):
        """The news of this transaction, a `LiveNews` that is told when it ends."""
        data = self.env.cr.precommit.data
        if LIVE not in data:
            data[LIVE] = LiveNews()
            self.env.cr.precommit.add(self._tell_news)
        return data[LIVE]

    @api.model
    def _tell_news(self):
        """Tell what was noted: one row of the bus for each team."""
        news = self.env.cr.precommit.data.pop(LIVE)
        for team_id, rows in news.get_rows().items():
            self.env['bus.bus']._sendone(
                (self.env['helpdesk.lite.team'].browse(team_id), LIVE), NEWS,
                {'date': fields.Datetime.now(), 'tickets': rows})

    @api.model
    def _get_screen_user_id(self):
        """Whose web client asks for what happens: it shows that by itself.

        A program that logs in without a session, as the gate for mails does, is no screen.
        """
        return (request and request.session.uid) or None

    @api.model
    @api.readonly
    def get_news_mark(self):
        """Where the bus stands, for a list that was just loaded.

        Odoo repeats up to a day of news to a socket that joins anew: what has no higher number is
        in the list already.

        :return: the id of the last row of the bus; 0 for whoever is no agent
        """
        # sudo: bus.bus - the last number, which every socket is told
        return 0 if self._as_seen_live() is None else self.env['bus.bus'].sudo()._bus_last_id()

    # ------------------------------------------------------------------
    # Who else is here
    # ------------------------------------------------------------------

    def tell_presence(self, state):
        """Tell the others who have the ticket open that the user is here; nothing is stored.

        :param str state: ``opened``, which the others answer; ``here``; ``writing``; ``left``
        :return: see `get_news_mark`
        :raise AccessError: for whoever may not read the ticket, and for customers
        """
        self.ensure_one()
        self.check_access('read')
        user = self.env.user
        if not user._is_internal():
            raise AccessError(self.env._('Only the desk tells who has a ticket open.'))
        if state not in ('opened', 'here', 'writing', 'left'):
            raise UserError(self.env._('Nobody can be "%s" on a ticket.', state))
        self.env['bus.bus']._sendone((self.browse(self.id), LIVE), PRESENCE, {
            'ticket_id': self.id, 'user_id': user.id, 'name': user.name, 'state': state,
            'avatar': f'/web/image/res.users/{user.id}/avatar_128'})
        return self.get_news_mark()

    # ------------------------------------------------------------------
    # To whom
    # ------------------------------------------------------------------

    @api.model
    def _find_live_ids(self, ticket_ids):
        """Those of the tickets of which the user is told: which they may read at this moment.

        :return: a set of ids; an empty one for customers and for those who logged out
        """
        tickets = self._as_seen_live()
        if not (ticket_ids and tickets is not None):
            return set()
        return set(tickets.search([('id', 'in', list(ticket_ids))]).ids)

    @api.model
    def _find_live_team_ids(self):
        """The teams with tickets that the user may read: those they see, and of what they follow.

        :return: a set of ids
        """
        tickets = self._as_seen_live()
        if tickets is None:
            return set()
        # every team: there are some dozens
        team_ids = tickets.env['helpdesk.lite.team'].search(Domain.TRUE).ids
        followed = tickets._read_group([('team_id', 'not in', team_ids)], ['team_id'])
        return {*team_ids, *(team.id for team, in followed)}

    @api.model
    def _as_seen_live(self):
        """The model for an agent in all their companies; None for anybody else."""
        user = self.env(su=False).user if self.env.uid else self.env['res.users']
        if not (user and user._is_internal()):
            return None
        tickets = self.with_env(self.env(su=False, context={
            'active_test': False, 'allowed_company_ids': user.company_ids.ids}))
        return tickets if tickets.has_access('read') else None
