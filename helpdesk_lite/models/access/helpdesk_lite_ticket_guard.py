from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# What an import of old tickets brings with them
HISTORY_FIELDS = {
    'creation_date', 'assign_date', 'close_date', 'date_last_stage_update', 'last_activity_date'}
# Refused where they are worked out, with a text of their own
REFUSED_ELSEWHERE = {'ticket_ref', 'is_closed', 'company_id'}


class HelpdeskLiteTicket(models.Model):
    """Keep people from writing what the system keeps, by RPC and imports, too.

    The addons' own code works in superuser mode where it writes such values.
    """

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    def _without_kept_defaults(self):
        """The model, without default values of the context for what the system keeps."""
        context = {
            key: value for key, value in self.env.context.items()
            if not key.startswith('default_') or not self._is_kept(key.removeprefix('default_'))}
        return self.with_env(self.env(context=context))

    def _prepare_create_vals_list(self, vals_list):
        self._check_seen_links_of_new(vals_list)
        for vals in vals_list:
            for name in HISTORY_FIELDS:
                if not vals.get(name, True):  # an empty cell of an import is no date
                    del vals[name]
        if not self.env.su:
            for vals in vals_list:
                self._drop_derived(vals, allowed=HISTORY_FIELDS)
            default = self.default_get(['user_id']).get('user_id')
            self._check_assignees({vals.get('user_id', default) for vals in vals_list})
        vals_list = super()._prepare_create_vals_list(vals_list)
        for vals in vals_list:
            self._drop_company(vals, vals['team_id'])
        return vals_list

    def _check_create(self, vals_list):  # pylint: disable=missing-return
        super()._check_create(vals_list)
        self._check_active_teams({vals['team_id'] for vals in vals_list})

    def _prepare_write_vals(self, vals):
        self._check_seen_links(vals)
        if not self.env.su:
            self._drop_derived(vals)
        if 'company_id' in vals:
            for team_id in {vals.get('team_id')} - {None} or self.team_id.ids:
                self._drop_company(dict(vals), team_id)
            del vals['company_id']
        return super()._prepare_write_vals(vals)

    def _check_write(self, vals):  # pylint: disable=missing-return
        super()._check_write(vals)
        if not self.env.su and any(ticket.user_id.id != vals.get('user_id') for ticket in self):
            self._check_assignees({vals.get('user_id')})
        if vals.get('team_id') and self.team_id.ids != [vals['team_id']]:
            self._check_active_teams({vals['team_id']})

    def copy_data(self, default=None):
        """Leave the assignee of a copy empty if they can't be assigned any more."""
        vals_list = super().copy_data(default=default)
        agents = self._filter_agents({vals.get('user_id') for vals in vals_list} - {False, None})
        for vals in vals_list:
            if vals.get('user_id') not in agents.ids:
                vals.pop('user_id', None)
        return vals_list

    # ------------------------------------------------------------------
    # Values that the system keeps
    # ------------------------------------------------------------------

    def _drop_derived(self, vals, allowed=()):
        """Take what the system works out by itself from values that a user gives.

        What a ticket has already may come back, as from an export that is imported again.

        :param dict vals: values of a write to these tickets, or of a new one; changed in place
        :param allowed: names of fields that may be given
        :raise UserError: for another value than the tickets have
        """
        for name in [name for name in vals if self._is_derived(name) and name not in allowed]:
            field, value = self._fields[name], vals.pop(name)
            changes = bool(value) if not self or field.type == 'one2many' else any(
                field.convert_to_cache(value, ticket, validate=False)
                != field.convert_to_cache(ticket[name], ticket, validate=False)
                for ticket in self)
            if changes:
                self.check_access('write' if self else 'create')  # a missing right says more
                raise UserError(self.env._(
                    'The field "%(field)s" of a ticket is kept by the system: leave it out.',
                    field=field._description_string(self.env)))

    @api.model
    def _is_kept(self, name):
        """Tell whether the system keeps this field, so that no default value counts."""
        return name == 'company_id' or (not self.env.su and self._is_derived(name))

    @api.model
    def _is_derived(self, name):
        """Whether a field is stored and read-only: of such values the system takes care."""
        field = self._fields.get(name)
        return bool(field and field.store and field.readonly
                    and name not in REFUSED_ELSEWHERE and name not in models.MAGIC_COLUMNS)

    def _drop_company(self, vals, team_id):
        """Drop the company from the values: a ticket's company is its team's.

        :raise ValidationError: in superuser mode, where an alias' defaults may hold an old
            company and no mail must be lost, it is only left out
        """
        company_id = vals.pop('company_id', False)
        # sudo: helpdesk.lite.team - the company of the ticket's own team
        team = self.env['helpdesk.lite.team'].sudo().browse(team_id)
        if company_id and not self.env.su and company_id != team.company_id.id:
            raise ValidationError(self.env._(
                'A ticket is of its team\'s company: leave "Company" out, or choose a team of '
                'the other company. (Team: %s)', team.name))

    @api.model
    def _check_active_teams(self, team_ids):
        """Refuse to put tickets into archived teams, which stand on no dashboard.

        Not in superuser mode: mail to the address of an archived team, and customers' answers,
        must not be lost.

        :raise UserError: naming the first of them
        """
        # sudo: helpdesk.lite.team - the ticket's own team
        teams = self.env['helpdesk.lite.team'].sudo().browse(team_ids)
        if not self.env.su and (archived := teams.filtered(lambda team: not team.active)):
            raise UserError(self.env._(
                'The team "%s" is archived: choose another one, or unarchive it first.',
                archived[0].name))

    # ------------------------------------------------------------------
    # Assignees
    # ------------------------------------------------------------------

    @api.model
    def _filter_agents(self, user_ids):
        """Those of the users who may be assigned: active, internal, with a right for Helpdesk."""
        # sudo: res.users - only who of those that the user named holds the right
        Users = self.env['res.users'].sudo()
        if not user_ids:
            return Users
        return Users.search(
            Domain('id', 'in', list(user_ids)) & Users._get_helpdesk_lite_domain())

    @api.model
    def _check_assignees(self, user_ids):
        """Refuse assignees who don't work on tickets.

        Who loses the right keeps their tickets; only assigning is refused.

        :param user_ids: ids of users, or False
        :raise ValidationError: naming the first of them
        """
        wanted = {user_id for user_id in user_ids if user_id}
        strangers = wanted - set(self._filter_agents(wanted).ids)
        if strangers:
            # sudo: res.users - the name of somebody whom the user chose
            user = self.env['res.users'].sudo().browse(min(strangers)).exists()
            raise ValidationError(self.env._(
                "%s can't be assigned: that takes an active account of an employee with a right "
                'for Helpdesk.', user.name or min(strangers)))
