from odoo import api, models
from odoo.tools import is_html_empty

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
        for log in self:
            new = log.ticket_id.tag_ids - tags
            if only is not None:
                new &= tags.browse(only)
            if new:
                log.tags = [*(log.tags or []), *new.ids]
                tags |= new
        if tags != self.destination_id.tag_ids:
            self.destination_id.tag_ids = tags

    def _remove_tags(self):
        """Take away the tags that this merge added.

        :return: ids of those that were still there
        """
        tags = self.destination_id.tag_ids
        removed = tags & tags.browse(self.tags or [])
        self.destination_id.tag_ids = tags - removed
        return removed.ids

    def _add_addresses(self, only=None):
        """Add the tickets' cc addresses, except those of another customer's ticket."""
        destination = self.destination_id
        known = {*self._split_addresses(destination.email_cc),
                 destination._normalize(destination.partner_email)}
        added = []
        for log in self.filtered(lambda log: not log.kept_apart):
            new = {
                address: raw
                for address, raw in self._split_addresses(log.ticket_id.email_cc).items()
                if address not in known and (only is None or address in only)}
            if new:
                log.addresses = {**(log.addresses or {}), **new}
                known.update(new)
                added += new.values()
        if added:
            destination.email_cc = ', '.join([*filter(None, [destination.email_cc]), *added])

    def _remove_addresses(self):
        """Take away the cc addresses that this merge added.

        :return: the normalised addresses
        """
        destination = self.destination_id
        text = destination.email_cc or ''
        for address, raw in (self.addresses or {}).items():
            if address in self._split_addresses(text):
                text = self._cut_address(text, address, raw)
        if text != (destination.email_cc or ''):
            destination.email_cc = text or False
        return list(self.addresses or {})

    @api.model
    def _split_addresses(self, text):
        """``{normalised address: as it was written}``."""
        return {
            address: raw
            for address, raw in self.env['mail.thread.cc']._mail_cc_sanitized_raw_dict(text).items()
            if address}

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
        """Fill the empty fields of the ticket that stays from the others, the oldest first.

        :param only: names of fields, None means all
        """
        columns = self._read_columns(self.ticket_id | self.destination_id, ['properties'])
        properties = {ticket_id: row['properties'] or {} for ticket_id, row in columns.items()}
        for log in self:
            if vals := log._get_fill_vals(properties, only):
                log._write_destination(vals)
                properties[self.destination_id.id] = vals.get(
                    'properties', properties[self.destination_id.id])

    def _get_fill_vals(self, properties, only=None):
        """What this merged ticket has and the one that stays lacks.

        :param dict properties: ``{ticket id: its properties by name}``
        :param only: see `_fill_values`
        """
        source, destination = self.ticket_id, self.destination_id
        vals = {
            name: source._fields[name].convert_to_write(source[name], source)
            for name in self._get_filled_fields()
            if self._has_value(source, name) and not self._has_value(destination, name)}
        if 'user_id' in vals and not self._may_assign(source.user_id):
            del vals['user_id']
        vals.update(self._get_later_activity())
        if not self.kept_apart and source.team_id == destination.team_id:
            own, other = properties[destination.id], properties[source.id]
            new = {name: value for name, value in other.items() if value and not own.get(name)}
            vals.update({'properties': {**own, **new}} if new else {})
        if only is not None:
            vals = {name: value for name, value in vals.items() if name in only}
        if vals.get('partner_id'):
            for name in OF_CUSTOMER:
                vals.pop(name, None)
        return vals

    @api.model
    def _has_value(self, ticket, name):
        """Whether a field holds anything to read. Editors leave empty paragraphs behind."""
        value = ticket[name]
        return not is_html_empty(value) if ticket._fields[name].type == 'html' else bool(value)

    def _may_assign(self, user):
        """Whether the assignee of the merged ticket may be that of the one that stays.

        Users who have left may not, nor those whom it would invite to a private team.
        """
        companies = list(user._get_company_ids())  # not those of whoever merges
        # sudo: helpdesk.lite.ticket - asked as that user, who has less right than the system
        ticket = self.destination_id.with_user(user).with_context(allowed_company_ids=companies)
        return bool(ticket._filter_agents(user.ids)) and ticket.has_access('read')

    def _get_later_activity(self):
        """Take over the later activity of both tickets."""
        source, destination = self.ticket_id, self.destination_id
        if (source.last_activity_date or source.create_date) <= (
                destination.last_activity_date or destination.create_date):
            return {}
        return {'last_activity_date': source.last_activity_date}

    def _get_filled_fields(self):
        """Names of the fields that may be filled: those that an agent can fill in.

        Fields of other addons are among them.
        """
        Ticket = self.env['helpdesk.lite.ticket']
        return [
            name for name, field in Ticket._fields.items()
            if field.store and field.type in FILLED_TYPES and name not in models.MAGIC_COLUMNS
            and not field.readonly and not field.related and name not in NEVER_FILLED
            and (not self.kept_apart or name in FILLED_APART)]

    def _write_destination(self, vals):
        """Write on the ticket that stays, and note what was there before.

        Nobody is notified: whoever merges doesn't assign, and customers are told once.
        """
        destination = self.destination_id
        names = {*vals, *(name for lead in vals for name in CHANGED_WITH.get(lead, ()))}
        before = self._read_columns(destination, names)[destination.id]
        followers = destination.message_follower_ids
        destination._as_system().with_context(
                mail_auto_subscribe_no_notify=True).write(vals)
        after = self._read_columns(destination, names)[destination.id]
        self.filled_values = {
            **(self.filled_values or {}),
            **{name: [before[name], after[name]] for name in names}}
        if new := destination.message_follower_ids - followers:
            self.followers = [*(self.followers or []), *new.ids]

    def _clear_filled_values(self):
        """Empty again what this ticket filled, unless somebody changed it since.

        :return: names of the fields
        """
        destination, filled = self.destination_id, self.filled_values or {}
        if not filled:
            return []
        now = self._read_columns(destination, filled)[destination.id]
        back = {name: before for name, (before, after) in filled.items() if now[name] == after}
        changed_since = filled.keys() - back.keys()
        for lead in changed_since:
            for name in CHANGED_WITH.get(lead, ()):
                back.pop(name, None)
        self._pass_on_values(changed_since)
        if 'properties' in filled:
            back['properties'] = self._get_cleared_properties(
                *filled['properties'], now['properties'])
        # the ORM logs the change and computes what depends on it, then each column gets its value
        if vals := {name: value or False for name, value in back.items() if name != 'properties'}:
            destination._as_system().with_context(
                mail_auto_subscribe_no_notify=True).write(vals)
        self._write_columns(destination, back)
        return list(back)

    def _pass_on_values(self, names):
        """Tell the merge that overwrote a value of this one what was there before.

        :param names: fields whose value is another merge's, or a person's, now
        """
        for log in self._get_other_logs():
            filled = log.filled_values or {}
            for name in names & filled.keys():
                before, after = self.filled_values[name]
                if filled[name][0] == after:
                    log.filled_values = {**log.filled_values, name: [before, filled[name][1]]}

    @api.model
    def _get_cleared_properties(self, before, after, now):
        """The properties as they are now, with those that a merge filled as they were before."""
        was, filled = before or {}, after or {}
        kept = {
            name: value for name, value in (now or {}).items()
            if value != filled.get(name) or value == was.get(name)}
        return {**was, **kept} or before
