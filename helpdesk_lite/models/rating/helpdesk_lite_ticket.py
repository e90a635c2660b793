from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.rating.models import rating_data

from .rating_rating import SATISFACTION

POOR = 1  # of 1, 3 and 5


class HelpdeskLiteTicket(models.Model):
    """Take the customer's rating, which comes by the page of its token alone."""

    _inherit = 'helpdesk.lite.ticket'

    # those that were given: a request that nobody answered is no rating
    rating_ids = fields.One2many(
        domain=lambda self: [('res_model', '=', self._name), ('consumed', '=', True)])
    # no measure: tickets that nobody rated would count as 0
    # with the ticket: none has a rating when it is made, and an update of it costs as much again
    rating_last_value = fields.Float(
        'Last Rating', aggregator=None, compute='_compute_rating_last_value', store=True,
        precompute=True)

    rating_last_text_label = fields.Selection(
        SATISFACTION, 'Last Satisfaction', compute='_compute_rating_last_text_label')

    # ------------------------------------------------------------------
    # Odoo's settings of ratings
    # ------------------------------------------------------------------

    def _rating_get_parent_field_name(self):
        return 'team_id'

    def _rating_apply_get_default_subtype_id(self):
        """A customer's comment is for the desk alone."""
        return self.env['ir.model.data']._xmlid_to_res_id('mail.mt_note')

    def _allow_publish_rating_stats(self):
        return False

    def _rating_domain(self):
        """Count ratings for employees alone: portal's calls ask in superuser mode."""
        return Domain.FALSE if self.env.user.share else super()._rating_domain()

    def _compute_rating_last_value(self):  # pylint: disable=missing-return
        """Read what was just made, too: ``rating.mixin`` reads the table, and flushes less."""
        self.env['rating.rating'].flush_model(['res_model', 'res_id'])
        super()._compute_rating_last_value()

    def _compute_rating_stats(self):  # pylint: disable=missing-return
        """Count the ratings of rated tickets: each chatter asks, and most were never rated."""
        rated = self.filtered('rating_last_value')
        super(HelpdeskLiteTicket, rated)._compute_rating_stats()
        for ticket in self - rated:
            ticket.rating_count = ticket.rating_avg = 0

    @api.depends('rating_last_value')
    def _compute_rating_last_text_label(self):
        for ticket in self:
            # sudo: helpdesk.lite.ticket - the field is for employees alone
            ticket.rating_last_text_label = rating_data._rating_to_text(
                ticket.sudo().rating_last_value)

    @api.readonly
    def action_view_ratings(self):
        """Open the ratings of the ticket."""
        self.ensure_one()
        self.check_access('read')  # reading the action reads as superuser
        action = self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.rating_rating_action_helpdesk_lite')
        action['domain'] = [
            ('res_model', '=', self._name), ('res_id', '=', self.id), ('consumed', '=', True)]
        action['context'] = {}
        return action

    # ------------------------------------------------------------------
    # Nobody else rates
    # ------------------------------------------------------------------

    def _prepare_post(self, values):
        """Drop the ratings that Odoo lets whoever may post bring along."""
        values = super()._prepare_post(values)
        forged = {'rating_value', 'rating_feedback'} | (set() if self.env.su else {'rating_id'})
        return {name: value for name, value in values.items() if name not in forged}

    def _message_update_content(self, message, /, *, body, rating_value=None, **kwargs):
        """Change the text of a message, and no rating; see ``mail.thread``."""
        return super()._message_update_content(message, body=body, **kwargs)

    # ------------------------------------------------------------------
    # What a rating does
    # ------------------------------------------------------------------

    @api.private
    def rating_apply(self, rate, token=None, rating=None, feedback=None, subtype_xmlid=None,
                     notify_delay_send=False):
        """Take a rating of this ticket; see ``mail.thread``.

        :raise ValueError: for another ticket's rating, or one that can't be changed any more
        """
        self.ensure_one()
        if not rating or not self._may_be_rated(rating):
            raise ValueError(self.env._('This ticket can not be rated.'))
        first = not rating.consumed
        was_poor = rating.consumed and rating.rating == POOR
        values = {'helpdesk_lite_first_rated_on': fields.Datetime.now()} if first else {}
        rating.write({**values, 'parent_res_id': self.team_id.id})
        result = super().rating_apply(
            rate, rating=rating, feedback=feedback, subtype_xmlid=None,
            notify_delay_send=notify_delay_send)
        self.invalidate_recordset(['rating_ids'])
        if rate == POOR and not was_poor:
            self._answer_poor_rating(rating)
        return result

    def _may_be_rated(self, rating):
        """Whether a rating belongs to this ticket, and still counts."""
        self.ensure_one()
        return (rating.res_model == self._name and rating.res_id == self.id
                and rating.helpdesk_lite_asked_id == self.id
                and not self.merged_into_id and rating._is_open())

    def _adopt_ratings(self):
        """Let the ratings be of the tickets' own teams, after they came here by a merge."""
        # sudo: rating.rating - the team of ratings that are moved already
        for ticket in self.sudo():
            ticket.invalidate_recordset(['rating_ids'])
            ticket.rating_ids.filtered(
                lambda rating, ticket=ticket: rating.parent_res_id != ticket.team_id.id
            ).parent_res_id = ticket.team_id.id

    def _answer_poor_rating(self, rating):
        """Tell the assignee, and do what the team chose."""
        team = self.team_id._in_company_language()
        if self.user_id.active:
            self._tell_of_poor_rating(team)
        policy = team.rating_poor_policy
        if policy == 'reopen' and self.is_closed and self._get_reopen_stage():
            self._reopen_by_rating(team)
        elif policy == 'activity' or not self.user_id.active:
            self._plan_for_poor_rating(team)

    def _tell_of_poor_rating(self, team):
        """Notify the assignee; what the customer wrote stands in the log."""
        user = self.user_id
        env = self.with_context(lang=user.lang or team.env.lang).env
        self.message_notify(
            partner_ids=user.partner_id.ids, model=self._name, res_id=self.id,
            author_id=self.env['ir.model.data']._xmlid_to_res_id('base.partner_root'),
            subject=env._('Poor rating: %s', self.display_name),
            body=env._('The customer is dissatisfied: see the log of the ticket.'))

    def _plan_for_poor_rating(self, team):
        summary = team.env._('Poor rating')
        if summary in self.activity_ids.mapped('summary'):
            return
        if self.user_id.active:
            self.activity_schedule(
                'mail.mail_activity_data_todo', summary=summary, user_id=self.user_id.id)
        else:
            self._schedule_for_administrators(summary)

    def _reopen_by_rating(self, team):
        """Open the closed ticket again. No mail or SMS of the stage goes out."""
        ticket = self._as_system()
        ticket._mute_stages()
        ticket._track_set_log_message(team.env._('Reopened by a poor rating of the customer.'))
        archived = {} if ticket.active else {'active': True}
        ticket.write({'stage_id': ticket._get_reopen_stage().id, **archived})
