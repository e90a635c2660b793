from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .helpdesk_lite_sla import MANAGER, PRIORITIES

ACTIONS = [
    ('notify_assignee', 'Tell the assignee'),
    ('notify_followers', "Tell the team's followers"),
    ('notify_users', 'Tell users'),
    ('priority', 'Raise the priority'),
    ('assign', 'Give it to somebody'),
    ('auto_assign', 'Give it to automatic assignment'),
    ('activity', 'Plan an activity'),
]
# What an action can't do without: another action empties it, so that nothing decides unseen
NEEDED = {'notify_users': 'user_ids', 'priority': 'priority', 'assign': 'user_id'}


class HelpdeskLiteSlaEscalation(models.Model):
    """What a policy does by itself when a deadline is near, or has passed.

    It acts as it stands now: on clocks that began before it was made, too, and no more on any once
    it is deleted. When it is due, ``helpdesk_lite_sla_escalation_due.py`` finds out.
    """

    _name = 'helpdesk.lite.sla.escalation'
    _description = 'Helpdesk SLA Escalation'
    _order = 'sla_id, when desc, hours, id'

    sla_id = fields.Many2one(
        'helpdesk.lite.sla', 'Policy', required=True, index=True, ondelete='cascade')
    hours = fields.Float(
        required=True, default=1, help="Working hours of the policy's clock. 0: at the deadline.")
    when = fields.Selection(
        [('before', 'before the deadline'), ('after', 'after the deadline')],
        required=True, default='before')
    action = fields.Selection(
        ACTIONS, string='Then', required=True, default='notify_assignee',
        help="Where nobody is assigned, the team's followers are told instead of the assignee. "
             'Nobody is told of a ticket that they may not see.')
    user_ids = fields.Many2many(
        'res.users', 'helpdesk_lite_sla_escalation_user_rel', 'escalation_id', 'user_id',
        string='Users', domain="[('share', '=', False)]", help='Who is told.')
    user_id = fields.Many2one(
        'res.users', 'Somebody', ondelete='restrict', index='btree_not_null',
        domain="[('share', '=', False)]",
        help='Who gets the ticket, or the activity. An activity without anybody here is the '
             "assignee's, or the administrators' where nobody is assigned.")
    priority = fields.Selection(
        PRIORITIES[2:], help='The priority is raised to this one, and never lowered.')

    _hours_not_negative = models.Constraint(
        'CHECK (hours >= 0)', "An escalation's hours can't be negative.")

    @api.model_create_multi
    def create(self, vals_list):
        """See `_complete_vals`."""
        return super().create([self._complete_vals(dict(vals)) for vals in vals_list])

    def write(self, vals):
        """See `_complete_vals`."""
        return super().write(self._complete_vals(dict(vals)))

    @api.model
    def _complete_vals(self, vals):
        """Leave out what the action doesn't use."""
        action = vals.get('action')
        if action and action != 'notify_users':
            vals['user_ids'] = [(5,)]
        if action and action not in ('assign', 'activity'):
            vals['user_id'] = False
        if action and action != 'priority':
            vals['priority'] = False
        return vals

    @api.constrains('action', 'user_ids', 'user_id', 'priority')
    def _check_action(self):
        for escalation in self:
            name = NEEDED.get(escalation.action)
            if name and not escalation[name]:
                raise ValidationError(self.env._(
                    'Choose %(what)s for the escalation "%(escalation)s".',
                    what=self._fields[name]._description_string(self.env),
                    escalation=escalation.display_name))
            if escalation.action == 'assign':
                self.env['helpdesk.lite.ticket']._check_assignees(escalation.user_id.ids)

    @api.depends('hours', 'when', 'action')
    @api.depends_context('lang')
    def _compute_display_name(self):
        labels = dict(self._fields['action']._description_selection(self.env))
        for escalation in self:
            escalation.display_name = self.env._(
                '%(when)s: %(action)s', when=escalation._say_when(),
                action=labels.get(escalation.action, ''))

    def _say_when(self):
        hours, minutes = divmod(round(self.hours * 60), 60)
        if not hours and not minutes:
            return self.env._('At the deadline')
        amount = (self.env._('%(hours)s h %(minutes)s min', hours=hours, minutes=minutes)
                  if minutes else self.env._('%s h', hours))
        if self.when == 'before':
            return self.env._('%s before the deadline', amount)
        return self.env._('%s after the deadline', amount)


class HelpdeskLiteSla(models.Model):
    """Policies that act by themselves."""

    _inherit = 'helpdesk.lite.sla'

    escalation_ids = fields.One2many(
        'helpdesk.lite.sla.escalation', 'sla_id', 'Escalations', copy=True, groups=MANAGER)


class HelpdeskLiteSlaEscalationDone(models.Model):
    """Which escalations have acted on which clocks: what makes each act once."""

    _name = 'helpdesk.lite.sla.escalation.done'
    _description = 'Helpdesk SLA Escalation That Has Acted'
    _log_access = False
    _rec_name = 'escalation_id'

    status_id = fields.Many2one(
        'helpdesk.lite.sla.status', required=True, readonly=True, ondelete='cascade')
    escalation_id = fields.Many2one(
        'helpdesk.lite.sla.escalation', required=True, readonly=True, ondelete='cascade',
        index=True)
    date = fields.Datetime(required=True, readonly=True)
    error = fields.Char(readonly=True, help='Why it failed; it is not tried again.')

    _once = models.UniqueIndex(
        '(status_id, escalation_id)', 'An escalation acts once on an SLA deadline.')
