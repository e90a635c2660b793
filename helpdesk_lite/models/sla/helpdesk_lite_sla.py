from collections import namedtuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

TARGETS = [
    ('first_response', 'First answer'),
    ('next_response', 'Every answer'),
    ('stage', 'Reach stage'),
    ('closed', 'Close'),
]
PRIORITIES = [
    ('any', 'Any'), ('0', 'Low'), ('1', 'Medium'), ('2', 'High'), ('3', 'Urgent')]
CALENDARS = [
    ('team', 'Working hours of the team'),
    ('own', 'Other working hours'),
    ('always', 'Round the clock'),
]

# Who makes policies; agents see what a policy promises, and not to whom
MANAGER = 'helpdesk_lite.group_helpdesk_lite_manager'

# What decides whether a policy applies, and what its clocks are made of. Kept for the worker.
Policy = namedtuple('Policy', (
    'id', 'teams', 'priority', 'or_higher', 'tags', 'partners', 'target', 'stage_id', 'time',
    'calendar', 'resource_calendar_id', 'exclude', 'pause_waiting', 'pause_snoozed', 'name'))


class HelpdeskLiteSla(models.Model):
    """A promise: which tickets, what is reached, in what time, by which clock."""

    _name = 'helpdesk.lite.sla'
    _description = 'Helpdesk SLA Policy'
    _order = 'sequence, id'
    _check_company_auto = True

    name = fields.Char('Policy', required=True, translate=True)
    description = fields.Html(translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, export_string_translation=False)
    company_id = fields.Many2one(
        'res.company', required=True, index=True, default=lambda self: self.env.company)
    team_ids = fields.Many2many(
        'helpdesk.lite.team', 'helpdesk_lite_sla_team_rel', 'sla_id', 'team_id', string='Teams',
        check_company=True, groups=MANAGER, help='Empty: every team of the company.')
    priority = fields.Selection(
        PRIORITIES, required=True, default='any', help='Tickets of this priority.')
    priority_or_higher = fields.Boolean('Or Higher', help='Tickets of a higher priority, too.')
    tag_ids = fields.Many2many(
        'helpdesk.lite.tag', 'helpdesk_lite_sla_tag_rel', 'sla_id', 'tag_id', string='Tags',
        groups=MANAGER,
        help='Tickets with any of these tags. Empty: whatever tags they have.')
    partner_ids = fields.Many2many(
        'res.partner', 'helpdesk_lite_sla_partner_rel', 'sla_id', 'partner_id',
        string='Customers', groups=MANAGER,
        help='Tickets of these customers; a company stands for all its contacts. Empty: every '
             'customer.')
    target = fields.Selection(
        TARGETS, required=True, default='closed',
        help='First answer: the first public answer. Every answer: each message of the customer '
             'after that is answered. Reach stage: this stage or a later one. Close: a folded '
             'stage.')
    stage_id = fields.Many2one(
        'helpdesk.lite.stage', ondelete='restrict', index='btree_not_null',
        help='This stage, or a later one of the pipeline, or closing.')
    time = fields.Float('Within', required=True, default=8, help='Hours of the clock.')
    calendar = fields.Selection(
        CALENDARS, string='Clock', required=True, default='team',
        help='When the clock runs. Public holidays of the working hours never count.')
    resource_calendar_id = fields.Many2one(
        'resource.calendar', string='Working Hours', check_company=True, ondelete='restrict',
        index='btree_not_null')
    exclude_stage_ids = fields.Many2many(
        'helpdesk.lite.stage', 'helpdesk_lite_sla_exclude_stage_rel', 'sla_id', 'stage_id',
        string='Paused in Stages',
        help='The clock stands still while a ticket is in one of these stages. A closed ticket '
             'in one of them, cancelled or spam, has no deadline any more.')
    pause_waiting = fields.Boolean(
        'Paused while Waiting for the Customer',
        help="The clock stands still while it is the customer's turn.")
    pause_snoozed = fields.Boolean('Paused while Snoozed')
    sentence = fields.Char(
        'In a Sentence', compute='_compute_sentence', groups=MANAGER)
    never_warning = fields.Char(compute='_compute_never_warning')

    _time_positive = models.Constraint(
        'CHECK (time > 0)', 'The time of an SLA policy must be more than nothing.')

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create([self._complete_vals(dict(vals)) for vals in vals_list])
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        res = super().write(self._complete_vals(dict(vals)))
        self.env.registry.clear_cache()
        return res

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _complete_vals(self, vals):
        """Leave out what another choice makes meaningless: it would decide unseen."""
        if vals.get('target') and vals['target'] != 'stage':
            vals['stage_id'] = False
        if vals.get('calendar') and vals['calendar'] != 'own':
            vals['resource_calendar_id'] = False
        if vals.get('target') in ('first_response', 'next_response'):
            vals.update(pause_waiting=False, pause_snoozed=False)
        return vals

    @api.constrains('target', 'stage_id', 'calendar', 'resource_calendar_id', 'pause_waiting')
    def _check_target(self):
        for policy in self:
            if policy.target == 'stage' and not policy.stage_id:
                raise ValidationError(self.env._(
                    'Choose the stage that "%s" promises to reach.', policy.name))
            if policy.calendar == 'own' and not policy.resource_calendar_id:
                raise ValidationError(self.env._(
                    'Choose the working hours by which the clock of "%s" runs.', policy.name))
            if policy.pause_waiting and policy.target in ('first_response', 'next_response'):
                raise ValidationError(self.env._(
                    'An answer can\'t wait for the customer: take the pause out of "%s".',
                    policy.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep policies that promised something: their clocks are evidence."""
        # sudo: helpdesk.lite.sla.status - existence only
        if used := self.env['helpdesk.lite.sla.status'].sudo().search(
                [('sla_id', 'in', self.ids)], limit=1).sla_id:
            raise UserError(self.env._(
                'Tickets have deadlines of the policy "%s": archive it instead.', used.name))

    @api.model
    def _archive_without(self, name, gone):
        """Archive policies that are for nothing but what is deleted: empty means for everything.

        :param str name: of the criterion, a many2many field
        :param gone: records that are about to be deleted
        """
        # sudo: helpdesk.lite.sla - whoever may delete a team, tag or contact, promises end
        policies = self.sudo().with_context(active_test=False).search([(name, 'in', gone.ids)])
        policies.filtered(lambda policy: not policy[name] - gone).active = False

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Refuse to group by what one may not read: Odoo forgets it for many2many fields."""
        if field := self._fields.get(groupby_spec.split(':')[0].split('.')[0]):
            self._check_field_access(field, 'read')
        return super()._read_group_groupby(alias, groupby_spec, query)

    # ------------------------------------------------------------------
    # Which tickets
    # ------------------------------------------------------------------

    @api.model
    @ormcache('company_id')
    def _get_policies(self, company_id):
        """Return the active policies of a company in order, as plain values.

        :rtype: tuple[Policy]
        """
        # sudo: helpdesk.lite.sla - whoever changes a ticket, its company's promises hold
        policies = self.sudo().search([('company_id', '=', company_id)])
        lang = self.env['res.company'].sudo().browse(company_id).partner_id.lang
        return tuple(
            Policy(
                policy.id, frozenset(policy.team_ids.ids), policy.priority,
                policy.priority_or_higher, frozenset(policy.tag_ids.ids),
                frozenset(policy.partner_ids.ids), policy.target, policy.stage_id.id, policy.time,
                policy.calendar, policy.resource_calendar_id.id,
                frozenset(policy.exclude_stage_ids.ids), policy.pause_waiting,
                policy.pause_snoozed, policy.name)
            for policy in policies.with_context(lang=lang, active_test=False))

    @api.model
    @ormcache('company_id')
    def _has_policies(self, company_id):
        """Whether a company ever promised anything: else there are no clocks to look for."""
        # sudo: helpdesk.lite.sla - existence only
        return bool(self.sudo().with_context(active_test=False).search_count(
            [('company_id', '=', company_id)], limit=1))

    @api.model
    def _match(self, ticket):
        """Find the policies that apply to a ticket now.

        For one target, and one stage, it is the first of the list.

        :return: ``{(target, stage id): Policy}``
        """
        found = {}
        if not ticket.team_id.use_sla:
            return found
        for policy in self._get_policies(ticket.company_id.id):
            key = policy.target, policy.stage_id
            if key not in found and self._applies(policy, ticket):
                found[key] = policy
        return found

    @api.model
    def _applies(self, policy, ticket):
        if policy.teams and ticket.team_id.id not in policy.teams:
            return False
        if policy.priority != 'any' and ticket.priority != policy.priority and not (
                policy.or_higher and ticket.priority > policy.priority):
            return False
        if policy.tags and policy.tags.isdisjoint(ticket.tag_ids.ids):
            return False
        return not policy.partners or not policy.partners.isdisjoint(
            {ticket.partner_id.id, ticket.commercial_partner_id.id} - {False})

    def action_apply_to_open_tickets(self):
        """Give the open tickets the deadlines of the policies, with the time since they began."""
        self.check_access('write')
        # sudo: helpdesk.lite.ticket - an administrator promises for all tickets of the company
        Ticket = self.env['helpdesk.lite.ticket'].sudo()
        for company, policies in self.grouped('company_id').items():
            teams = policies.team_ids if all(policies.mapped('team_ids')) else None
            domain = [('team_id', 'in', teams.ids)] if teams else [('company_id', '=', company.id)]
            Ticket._match_policies_on([*domain, ('is_closed', '=', False)])
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification',
            'params': {'type': 'success', 'message': self.env._(
                'The open tickets have the deadlines of their policies now.')}}

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.depends('resource_calendar_id', 'calendar', 'resource_calendar_id.attendance_ids')
    def _compute_never_warning(self):
        for policy in self:
            calendar = policy.resource_calendar_id
            policy.never_warning = policy.calendar == 'own' and calendar and (
                calendar._origin._get_helpdesk_lite_timetable(policy.company_id.id).is_empty()
                and self.env._(
                    'Nobody ever works by "%s": these deadlines are never.', calendar.name))

    @api.depends(
        'team_ids', 'priority', 'priority_or_higher', 'tag_ids', 'partner_ids', 'target',
        'stage_id', 'time', 'calendar', 'resource_calendar_id', 'exclude_stage_ids',
        'pause_waiting', 'pause_snoozed')
    @api.depends_context('lang')
    def _compute_sentence(self):
        for policy in self:
            policy.sentence = policy._say_what() + policy._say_pauses() + '.'

    def _say_what(self):
        labels = dict(self._fields['priority']._description_selection(self.env))
        env = self.env
        tickets = env._('Tickets')
        if self.priority != 'any' and self.priority_or_higher:
            tickets = env._('Tickets of priority %s or higher', labels[self.priority])
        elif self.priority != 'any':
            tickets = env._('Tickets of priority %s', labels[self.priority])
        if self.tag_ids:
            tickets = env._('%(tickets)s tagged %(tags)s', tickets=tickets,
                        tags=', '.join(self.tag_ids.mapped('name')))
        if self.partner_ids:
            tickets = env._('%(tickets)s of %(customers)s', tickets=tickets,
                        customers=', '.join(self.partner_ids.mapped('display_name')))
        teams = ', '.join(self.team_ids.mapped('name')) or env._('every team')
        return env._('%(tickets)s of %(teams)s: %(target)s within %(time)s', tickets=tickets,
                 teams=teams, target=self._say_target(), time=self._say_time())

    def _say_target(self):
        return {
            'first_response': self.env._('first answer'),
            'next_response': self.env._('every answer'),
            'closed': self.env._('closed'),
        }.get(self.target) or self.env._('in stage "%s"', self.stage_id.name or '')

    def _say_time(self):
        hours, minutes = divmod(round(self.time * 60), 60)
        amount = (self.env._('%(hours)s h %(minutes)s min', hours=hours, minutes=minutes)
                  if minutes else self.env._('%s h', hours))
        if self.calendar == 'always':
            return self.env._('%s round the clock', amount)
        if self.calendar == 'own':
            return self.env._('%(amount)s of "%(calendar)s"', amount=amount,
                              calendar=self.resource_calendar_id.name or '')
        return self.env._("%s of the team's working hours", amount)

    def _say_pauses(self):
        pauses = []
        if self.pause_waiting and self.target in ('stage', 'closed'):
            pauses.append(self.env._('while we wait for the customer'))
        if self.pause_snoozed and self.target in ('stage', 'closed'):
            pauses.append(self.env._('while snoozed'))
        if self.exclude_stage_ids:
            pauses.append(self.env._('in %s', ', '.join(self.exclude_stage_ids.mapped('name'))))
        return self.env._(', paused %s', ', '.join(pauses)) if pauses else ''
