
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.boxed_field import BoxedHtml
from ..tools.system_write import SystemWrite


class HelpdeskLiteTicket(models.Model):
    """A request of a customer.

    Fields, CRUD and its hooks stand here; each concern extends them in a folder of its own, see
    ``docs/architecture.md``.
    """

    _name = 'helpdesk.lite.ticket'
    _description = 'Helpdesk Ticket'
    _inherit = [
        'mail.thread.cc', 'mail.activity.mixin', 'rating.mixin', 'mail.tracking.duration.mixin']
    _order = 'priority desc, id desc'
    _rec_names_search = ['name', 'ticket_ref']
    _check_company_auto = True
    _mail_post_access = 'read'
    _mail_thread_customer = True
    _primary_email = 'partner_email'
    _track_duration_field = 'stage_id'

    # What a portal user may read of a ticket that they follow; everything else is the desk's own.
    PORTAL_READABLE_FIELDS = frozenset({
        'id', 'display_name', 'name', 'ticket_ref', 'description', 'team_id', 'team_name',
        'stage_id', 'company_id', 'user_id', 'partner_id', 'partner_name', 'partner_email',
        'priority', 'active', 'is_closed', 'close_date', 'create_date', 'write_date',
        'last_activity_date', 'date_last_stage_update', 'message_is_follower', 'has_message',
        'message_ids', 'message_needaction', 'message_needaction_counter',
    })

    name = fields.Char('Subject', required=True, tracking=True)
    ticket_ref = fields.Char(
        'Reference', readonly=True, copy=False, required=True, index='trigram')
    description = BoxedHtml()
    active = fields.Boolean(default=True, tracking=True)
    color = fields.Integer(export_string_translation=False)
    team_id = fields.Many2one(
        'helpdesk.lite.team', required=True, index=True, ondelete='restrict', tracking=True,
        default=lambda self: self._default_team_id())
    team_privacy_visibility = fields.Selection(
        related='team_id.privacy_visibility', string='Team Visibility')
    team_name = fields.Char(
        related='team_id.name', string='Name of the Team', tracking=False,
        export_string_translation=False,
        help='Technical: for those who see a ticket of a team that is hidden from them.')
    company_id = fields.Many2one(related='team_id.company_id', store=True, precompute=True)
    priority = fields.Selection(
        [('0', 'Low'), ('1', 'Medium'), ('2', 'High'), ('3', 'Urgent')],
        default='0', required=True, tracking=True)
    kanban_state = fields.Selection(
        [('normal', 'In Progress'), ('done', 'Ready'), ('blocked', 'Blocked')],
        string='Status', default='normal', required=True, copy=False, tracking=True)
    tag_ids = fields.Many2many(
        'helpdesk.lite.tag', 'helpdesk_lite_ticket_tag_rel', 'ticket_id', 'tag_id', string='Tags')
    properties = fields.Properties(definition='team_id.ticket_properties', copy=True)
    last_activity_date = fields.Datetime(
        'Last Activity', readonly=True, copy=False, default=fields.Datetime.now,
        help="When somebody last did something: a message, a note, a move, an assignment. "
             "What the system does by itself doesn't count.")
    merged_into_id = fields.Many2one(
        'helpdesk.lite.ticket', readonly=True, copy=False, index='btree_not_null')
    merged_ticket_ids = fields.One2many(
        'helpdesk.lite.ticket', 'merged_into_id', 'Merged Tickets',
        context={'active_test': False})

    _ticket_ref_uniq = models.UniqueIndex('(ticket_ref)', 'The reference of a ticket is unique.')
    _list_idx = models.Index('(priority DESC, id DESC) WHERE active IS TRUE')
    _team_list_idx = models.Index('(team_id, priority DESC, id DESC) WHERE active IS TRUE')
    _stage_list_idx = models.Index(
        '(team_id, stage_id, priority DESC, id DESC) INCLUDE (company_id, kanban_state) '
        'WHERE active IS TRUE')
    _open_list_idx = models.Index(
        '(priority DESC, id DESC) WHERE active IS TRUE AND is_closed IS NOT TRUE')
    _open_idx = models.Index(
        '(team_id, stage_id, priority DESC, id DESC) INCLUDE (user_id, company_id, kanban_state) '
        'WHERE active IS TRUE AND is_closed IS NOT TRUE')
    _close_date_idx = models.Index(
        '(team_id, close_date) INCLUDE (company_id) WHERE active IS TRUE AND is_closed IS TRUE')
    _user_list_idx = models.Index(
        '(user_id, priority DESC, id DESC) WHERE active IS TRUE AND user_id IS NOT NULL')

    def _default_team_id(self):
        """The team of tickets made outside a pipeline: the user's own, else the first seen."""
        Team = self.env['helpdesk.lite.team']
        if not Team.has_access('read'):
            return Team
        domain = [('company_id', '=', self.env.company.id)]
        return (Team.search([*domain, ('member_ids', 'in', self.env.uid)], limit=1)
                or Team.search(domain, limit=1))

    @api.depends('name', 'ticket_ref')
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = (
                f'{ticket.name} ({ticket.ticket_ref})' if ticket.ticket_ref else ticket.name)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create tickets with all that belongs to them, in constant queries for a whole call.

        In order: what was given is checked and completed, assignees are chosen, and what follows
        from the new tickets (followers, log, activities) is done for all at once. Concerns extend
        the hooks, and never this method.

        The stage stands in the values: mail's tracking sends a stage's template on creation only
        for fields that do.
        """
        vals_list = self._prepare_create_vals_list([dict(vals) for vals in vals_list])
        self._check_create(vals_list)
        choices = self._assign_new(vals_list)
        tickets = super(HelpdeskLiteTicket, self._without_kept_defaults().with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True)).create(
            vals_list).with_env(self.env)
        tickets._after_create(
            vals_list, {tickets[position]: choice for position, choice in choices.items()})
        return tickets

    def _prepare_create_vals_list(self, vals_list):
        """Hook: complete the values of new tickets.

        :param vals_list: dicts of the caller's own, which may be changed
        :return: the same list
        """
        default = None
        for vals in vals_list:
            if vals.get('ticket_ref'):
                raise UserError(self.env._(
                    "A ticket's reference is given by the system: leave \"Reference\" out. "
                    "(Given: %s)", vals['ticket_ref']))
            vals['name'] = (vals.get('name') or '').strip() or self.env._('No subject')
            if not vals.get('team_id'):
                default = default or self.default_get(['team_id']).get('team_id')
                vals['team_id'] = default
            if not vals['team_id']:
                raise UserError(self.env._('A ticket needs a team: make one first.'))
        self._fill_stage(vals_list)
        self._fill_customer(vals_list)
        for vals, reference in zip(vals_list, self._draw_references(len(vals_list)), strict=True):
            vals['ticket_ref'] = reference
        return vals_list

    def _check_create(self, vals_list):
        """Hook: refuse complete values of new tickets; see `_prepare_create_vals_list`."""

    def _after_create(self, vals_list, choices):
        """Hook: do what follows from new tickets.

        :param vals_list: the values that they were made of, in their order
        :param dict choices: ``{ticket: Choice}``, see `_assign_new`
        """
        self._subscribe_creator()
        self._subscribe_by_values()
        self._notify_assignees(self.filtered('user_id') - self._filter_told_by_mail())
        self._log_creation(choices)
        (self - self._call_for_unassigned(choices))._call_administrators()

    @api.model
    def _draw_references(self, count):
        """Draw `count` numbers of the tickets' sequence in one statement.

        ``ir.sequence.next_by_code`` costs 2 queries a number.
        """
        # sudo: ir.sequence - everybody who may create a ticket draws its number
        sequence = self.env['ir.sequence'].sudo().search_fetch(
            [('code', '=', 'helpdesk.lite.ticket'), ('company_id', '=', False)], limit=1)
        if not sequence:
            raise UserError(self.env._(
                'The sequence of ticket references (helpdesk.lite.ticket) is missing. '
                'Update the app Helpdesk Lite to get it back.'))
        if sequence.implementation != 'standard' or sequence.use_date_range:
            return [sequence.next_by_id() for _index in range(count)]
        numbers = self.env.execute_query(SQL(
            'SELECT nextval(%s) FROM generate_series(1, %s)',
            f'ir_sequence_{sequence.id:03d}', count))
        # as `get_next_char` has it, with the dates of prefix and suffix worked out once
        prefix, suffix = sequence._get_prefix_suffix()
        return [f'{prefix}{number:0{sequence.padding}d}{suffix}' for number, in numbers]

    def write(self, vals):
        """Write values with all that follows from them, for all tickets at once.

        In order: what was given is prepared and checked, assignees are chosen, each ticket gets
        the values that its own transition asks for, and what follows from the new values is done.
        Concerns extend the hooks, and never this method.
        """
        vals = self._prepare_write_vals(dict(vals))
        self._check_write(vals)
        before = self._get_before(vals)
        changed = self._get_changed_fields(vals)
        choices = self._assign_moved(vals, changed)
        for tickets, ticket_vals in [
                *self._split_by_transition(vals), *self._split_by_choice(choices)]:
            super(HelpdeskLiteTicket, tickets).write(ticket_vals)
        self._after_write(vals, changed, before)
        self._explain_assignments(choices)
        self._call_for_unassigned(choices)
        return True

    def _prepare_write_vals(self, vals):
        """Hook: complete the values of a write.

        :param dict vals: the caller's own, which may be changed
        :return: the same dict
        """
        if 'name' in vals:
            vals['name'] = (vals['name'] or '').strip() or self.env._('No subject')
        return vals

    def _check_write(self, vals):
        """Hook: refuse a write of prepared values."""
        refusal = self._get_write_refusal(vals)
        if refusal:
            self.check_access('write')  # a missing right says more
            raise UserError(refusal)
        if 'team_id' in vals:
            self._check_destination_team(
                self.env['helpdesk.lite.team'].browse(vals['team_id']))

    def _get_write_refusal(self, vals):
        """Why values can't be written, whoever writes them; None if they can."""
        if 'ticket_ref' in vals and any(t.ticket_ref != vals['ticket_ref'] for t in self):
            return self.env._('The reference of a ticket never changes.')
        if 'is_closed' in vals and any(t.is_closed != bool(vals['is_closed']) for t in self):
            return self.env._(
                'A ticket is closed by moving it to a folded stage, and open in any other.')
        if 'team_id' in vals and not vals['team_id']:
            return self.env._('A ticket needs a team: choose one.')
        return None

    def _get_before(self, vals):
        """Hook: note what `_after_write` compares the new values with.

        :return: a dict: ``public``, those of the tickets that are in public teams
        """
        return {'public': self._filter_public() if 'team_id' in vals else self.browse()}

    def _get_changed_fields(self, vals):
        """Which tickets get another value: ``{field name: tickets}``."""
        names = vals.keys() & {
            'team_id', 'stage_id', 'user_id', 'partner_id', 'priority', 'merged_into_id'}
        return {
            name: tickets
            for name in names
            if (tickets := self.filtered(
                lambda ticket, name=name:  # compares ids of many2one fields, and priorities
                (ticket[name].id if name != 'priority' else ticket[name]) != vals[name]))
        }

    def _after_write(self, vals, changed, before):
        """Hook: do what follows from new values.

        :param dict vals: the values that were asked for, see `_prepare_write_vals`
        :param dict changed: see `_get_changed_fields`
        :param dict before: see `_get_before`
        """
        for name in ('partner_id', 'user_id', 'team_id'):
            if name in changed:
                changed[name]._subscribe_by_values((name,))
        if 'team_id' in changed:
            changed['team_id']._after_team_change(before['public'])
        if {'stage_id', 'team_id', 'user_id', 'merged_into_id'} & changed.keys():
            self._update_working_hours()
        if 'user_id' in changed:
            changed['user_id']._notify_assignees(changed['user_id'])

    def _as_system(self, log_in_batch=False, raise_failures=False):
        """The tickets for a write by the system itself, which is no act of a person.

        It is no activity, and what an agent's typing sets off (contacts that are completed,
        customers that are replaced) doesn't follow from it.

        :param bool log_in_batch: log the moves in one go where nobody follows them
        :param bool raise_failures: raise what fails in a stage's mail, instead of logging it
        """
        return self.with_context(helpdesk_lite_system_write=SystemWrite(
            log_in_batch, raise_failures))

    @api.model
    def _get_system_write(self):
        """How the system writes: a `SystemWrite`, or None where a person does.

        Only an object counts, which nobody can send by RPC.
        """
        how = self.env.context.get('helpdesk_lite_system_write')
        return how if isinstance(how, SystemWrite) else None

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        """Export the team's name to whoever may read the ticket, as the screens show it.

        A list with one followed ticket of a private team could not be exported else.
        """
        names = (['team_id'], ['team_id', 'display_name'], ['team_id', 'name'])
        fields = [['team_name'] if list(path) in names else path for path in fields]
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            {**vals, 'name': self.env._('%s (copy)', ticket.name)}
            for ticket, vals in zip(self, vals_list, strict=True)
        ]

    # ------------------------------------------------------------------
    # Access
    # ------------------------------------------------------------------

    def _has_field_access(self, field, operation):
        # Asked for each value that is read, so what takes no look at the user stands first.
        # An employee is in the group of employees: `has_groups` would find it out anew.
        readable = operation == 'read' and field.name in self.PORTAL_READABLE_FIELDS
        if readable and not field.groups:
            return True
        if field.groups in (None, 'base.group_user') and self.env.user.helpdesk_lite_is_employee:
            return True
        if not super()._has_field_access(field, operation):
            return False
        return self.env.su or self.env.user.helpdesk_lite_is_employee or readable

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type='form', **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._user_is_manager()) if view_type == 'kanban' else key

    @api.model
    def _get_view(self, view_id=None, view_type='form', **options):
        """Give users who may not change a pipeline a kanban with fixed columns."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == 'kanban' and not self._user_is_manager():
            for attribute in ('groups_draggable', 'group_create', 'group_edit', 'group_delete'):
                arch.set(attribute, 'false')
        return arch, view

    @api.model
    def _user_is_manager(self):
        return self.env.user.has_group('helpdesk_lite.group_helpdesk_lite_manager')
