from odoo import api, models
from odoo.tools import SQL

# Values of the ticket that stays that another ticket's never fill, empty or not
NEVER_FILLED = frozenset({
    'active', 'name', 'ticket_ref', 'team_id', 'stage_id', 'company_id', 'priority', 'kanban_state',
    'email_cc', 'properties', 'merged_into_id', 'access_token',
})
FILLED_TYPES = frozenset({
    'char', 'text', 'html', 'integer', 'float', 'monetary', 'date', 'datetime', 'selection',
    'many2one',
})
# What one customer may get from another's ticket: nothing that a customer reads
FILLED_APART = frozenset({'user_id', 'color'})
# Computed from the customer: they come and go with it
OF_CUSTOMER = ('partner_name', 'partner_email', 'partner_phone')
# What else changes with a value that is filled, and goes back only together with it
CHANGED_WITH = {
    'partner_id': OF_CUSTOMER,
    'user_id': ('assign_date', 'assign_hours', 'close_hours'),
    'last_activity_date': ('customer_has_answered',),
}


class HelpdeskLiteTicketMergeLog(models.Model):
    """What the ticket that stays gets: tags, addresses, and values that it lacks.

    Each method can be called again for tickets that stay merged when another one is taken out:
    ``only`` then limits it to what was just taken away, since theirs may hold it as well.
    """

    _inherit = 'helpdesk.lite.ticket.merge.log'

    # ------------------------------------------------------------------
    # Tags and addresses
    # ------------------------------------------------------------------

    def _add_tags(self, only=None):
        tags = self.destination_id.tag_ids
        added = tags.browse()
        for log in self:
            new = log.ticket_id.tag_ids - tags - added
            if only is not None:
                new &= tags.browse(only)
            if new:
                log.tags = [*(log.tags or []), *new.ids]
                added |= new
        if added:
            self.destination_id.tag_ids = tags | added

    def _add_addresses(self, only=None):
        """The tickets' cc go on; those of another customer don't."""
        destination = self.destination_id
        known = self._split_addresses(destination.email_cc)
        own = {destination._normalize(destination.partner_email)}
        count = len(known)
        for log in self.filtered(lambda log: not log.kept_apart):
            new = {
                address: raw
                for address, raw in self._split_addresses(log.ticket_id.email_cc).items()
                if address not in known and address not in own
                and (only is None or address in only)}
            if new:
                log.addresses = {**(log.addresses or {}), **new}
                known.update(new)
        if len(known) > count:
            added = list(known.values())[count:]
            destination.email_cc = ', '.join([*filter(None, [destination.email_cc]), *added])

    @api.model
    def _split_addresses(self, text):
        """``{normalised address: as it was written}``."""
        return {
            address: raw
            for address, raw in self.env['mail.thread.cc']._mail_cc_sanitized_raw_dict(text).items()
            if address}

    def _remove_tags(self):
        self.ensure_one()
        tags = self.destination_id.tag_ids
        self.destination_id.tag_ids = tags - tags.browse(self.tags or [])
        return self.tags or []

    def _remove_addresses(self):
        self.ensure_one()
        destination = self.destination_id
        text = destination.email_cc or ''
        for address, raw in (self.addresses or {}).items():
            if address in self._split_addresses(text):
                text = self._cut_address(text, address, raw)
        if text != (destination.email_cc or ''):
            destination.email_cc = text or False
        return list(self.addresses or {})

    @api.model
    def _cut_address(self, text, address, raw):
        """Take an address out of a text, and leave the rest of it as somebody wrote it.

        :param str address: normalised
        :param str raw: as it was added
        """
        before, found, after = f', {text}, '.rpartition(f', {raw}, ')
        if found:
            return f'{before}, {after}'[2:-2]
        return ', '.join(
            raw for known, raw in self._split_addresses(text).items() if known != address)

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    def _fill_values(self, only=None):
        """Fill the empty fields of the ticket that stays from the others, in the order of their
        ids; its filled ones stay."""
        properties = dict(self.env.execute_query(SQL(
            'SELECT id, properties FROM helpdesk_lite_ticket WHERE id = ANY(%s)',
            (self.ticket_id | self.destination_id).ids)))
        for log in self.sorted(lambda log: log.ticket_id.id):
            if vals := log._get_fill_vals(properties, only):
                log._write_destination(vals)
                if 'properties' in vals:
                    properties[log.destination_id.id] = vals['properties']

    def _get_fill_vals(self, properties, only=None):
        """What this merged ticket has and the one that stays lacks.

        :param dict properties: ``{ticket id: its properties by name}``
        :param only: names of fields, None means all
        """
        self.ensure_one()
        source, destination = self.ticket_id, self.destination_id
        vals = {}
        for name in self._get_filled_fields():
            if source._has_value(name) and not destination._has_value(name) and (
                    only is None or name in only):
                vals[name] = source._fields[name].convert_to_write(source[name], source)
        if 'user_id' in vals and not self._may_assign(source.user_id):
            del vals['user_id']
        if vals.get('partner_id'):
            for name in OF_CUSTOMER:
                vals.pop(name, None)
        if only is None or 'properties' in only:
            vals.update(self._get_fill_properties(properties))
        if only is None or 'last_activity_date' in only:
            vals.update(self._get_later_activity())
        return vals

    def _may_assign(self, user):
        """Whether the assignee of the merged ticket may be that of the one that stays.

        Not whoever has left, nor whom assigning would invite to a private team.
        """
        companies = list(user._get_company_ids())  # not those of whoever merges
        # sudo: helpdesk.lite.ticket - asked as that user, who has less right than the system
        ticket = self.destination_id.with_user(user).with_context(allowed_company_ids=companies)
        return bool(ticket._filter_agents(user.ids)) and ticket.has_access('read')

    def _get_later_activity(self):
        """The last activity of both tickets is the later one; it says whose turn it is."""
        source, destination = self.ticket_id, self.destination_id
        if (source.last_activity_date or source.create_date) <= (
                destination.last_activity_date or destination.create_date):
            return {}
        vals = {'last_activity_date': source.last_activity_date}
        if not self.kept_apart:
            vals['customer_has_answered'] = source.customer_has_answered
        return vals

    def _get_filled_fields(self):
        """Names of the fields that may be filled: whatever an agent can fill in, also fields of
        other addons."""
        Ticket = self.env['helpdesk.lite.ticket']
        return [
            name for name, field in Ticket._fields.items()
            if field.store and field.type in FILLED_TYPES and name not in models.MAGIC_COLUMNS
            and not field.readonly and not field.related and name not in NEVER_FILLED
            and (not self.kept_apart or name in FILLED_APART)]

    def _get_fill_properties(self, properties):
        """The other's properties, where both tickets' properties are the same team's."""
        source, destination = self.ticket_id, self.destination_id
        if self.kept_apart or source.team_id != destination.team_id:
            return {}
        own, other = properties[destination.id] or {}, properties[source.id] or {}
        new = {name: value for name, value in other.items() if value and not own.get(name)}
        return {'properties': {**own, **new}} if new else {}

    def _write_destination(self, vals):
        """Write on the ticket that stays, and note what was there before.

        Without notices: who merges doesn't assign, and a merge is told once.
        """
        self.ensure_one()
        destination = self.destination_id
        names = {*vals, *(name for lead in vals for name in CHANGED_WITH.get(lead, ()))}
        before = self._read_columns(destination, names)[destination.id]
        followed = self._get_follower_ids(vals)
        destination._as_system().with_context(
            mail_auto_subscribe_no_notify=True).write(vals)
        after = self._read_columns(destination, names)[destination.id]
        self.filled_values = {
            **(self.filled_values or {}),
            **{name: [before[name], after[name]] for name in names}}
        self.followers = (self.followers or []) + [
            [follower_id, partner_id, None]
            for follower_id, partner_id in self._get_follower_ids(vals).items()
            if follower_id not in followed]

    def _get_follower_ids(self, vals):
        """Who follows the ticket that stays, if a write of `vals` adds any: ``{id: partner}``."""
        if not {'partner_id', 'user_id'} & vals.keys():
            return {}
        return dict(self.env.execute_query(SQL(
            'SELECT id, partner_id FROM mail_followers WHERE res_model = %s AND res_id = %s',
            self.destination_id._name, self.destination_id.id)))

    def _clear_filled_values(self):
        """Empty again what this ticket filled, unless somebody changed it since.

        :return: names of the fields
        """
        self.ensure_one()
        destination, filled = self.destination_id, self.filled_values or {}
        if not filled:
            return []
        now = self._read_columns(destination, filled)[destination.id]
        back = {name: before for name, (before, after) in filled.items() if now[name] == after}
        for lead in filled.keys() - back.keys():
            for name in CHANGED_WITH.get(lead, ()):
                back.pop(name, None)
        # what has consequences (followers, log, what is computed of it); then each to its column
        vals = {name: value or False for name, value in back.items() if name != 'properties'}
        if 'properties' in filled.keys() - back.keys():
            vals['properties'] = self._get_cleared_properties(
                *filled['properties'], now['properties'] or {})
        if vals:
            destination._as_system().with_context(
                mail_auto_subscribe_no_notify=True).write(vals)
        self._write_columns(destination, back)
        self._pass_on_values(filled.keys() - back.keys())
        return [*back, *vals]

    def _pass_on_values(self, names):
        """Tell the next merge that filled a value what was there before this one.

        :param names: of values that are another merge's, or a person's, now
        """
        others = self.search([
            ('destination_id', '=', self.destination_id.id), ('id', '!=', self.id)])
        for name in names:
            before, after = self.filled_values[name]
            for other in others:
                was, became = (other.filled_values or {}).get(name, (None, None))
                if became is not None and was == after:
                    other.filled_values = {**other.filled_values, name: [before, became]}
                    break

    @api.model
    def _get_cleared_properties(self, before, after, now):
        before, after = before or {}, after or {}
        return {
            name: before.get(name, False)
            if value == after.get(name) and value != before.get(name) else value
            for name, value in now.items()}

    # ------------------------------------------------------------------
    # All of it
    # ------------------------------------------------------------------

    def _move_all(self):
        """Do the whole move of the tickets of these logs, all of one merge."""
        if apart := self.filtered('kept_apart'):
            apart._hide_messages()
        self._move_records()
        self.env.invalidate_all(flush=True)
        self._keep_descriptions()
        self._add_to_destination()
        self.env.flush_all()

    def _add_to_destination(self, followers=None, tags=None, addresses=None, names=None):
        self._move_followers(followers)
        self.env['helpdesk.lite.ticket']._invalidate_followers()
        self._add_tags(tags)
        self._add_addresses(addresses)
        self._fill_values(names)

    def _restore_all(self):
        """Take everything back, and forget the merge.

        What other tickets that are still merged have as well stays, and is noted as theirs from
        now on.
        """
        self.ensure_one()
        names = self._clear_filled_values()
        self.env.flush_all()
        self._restore_records()
        self._restore_hidden()
        self.env['mail.message'].browse(self.made_messages or []).exists().unlink()
        partner_ids = self._restore_followers()
        taken = {'followers': partner_ids, 'tags': self._remove_tags(),
                 'addresses': self._remove_addresses(), 'names': names}
        self.env.flush_all()
        self.env.invalidate_all(flush=False)
        others = self.search([
            ('destination_id', '=', self.destination_id.id), ('id', '!=', self.id)])
        if others and any(taken.values()):
            others._add_to_destination(**taken)
        self.unlink()
