from odoo import api, fields, models


class HelpdeskLiteTicket(models.Model):
    """What an agent reads to understand a deadline."""

    _inherit = 'helpdesk.lite.ticket'

    @api.readonly
    def get_sla_ledger(self):
        """Tell of each promise on the ticket what happened to its clock, until now.

        :return: a list of dicts; the minutes of a promise's rows add up to its ``total``
        """
        self.ensure_one()
        self.check_access('read')
        now = fields.Datetime.now()
        # sudo: helpdesk.lite.sla.status - of a ticket that the user reads
        clocks = self.sudo().sla_status_ids.sorted('id')
        rows = {row['id']: row for row in clocks._read_clocks(self.ids).get(self.id, ())}
        return [clock._tell(rows[clock.id], now) for clock in clocks]


class HelpdeskLiteSlaStatus(models.Model):
    """The ledger of one promise, in the words of the reader's language."""

    _inherit = 'helpdesk.lite.sla.status'

    def _tell(self, row, now):
        """Put together what happened to the clock, and what follows from the time alone.

        :param dict row: its columns
        """
        kinds = dict(self.event_ids._fields['kind']._description_selection(self.env))
        states = dict(self._fields['state']._description_selection(self.env))
        clock = self._make_clock(row)
        clock.look(now)
        rows = [
            {'date': fields.Datetime.to_string(event.date), 'what': kinds[event.kind],
             'why': event.reason, 'user': event.user_id.name or '', 'minutes': event.minutes,
             'deadline': fields.Datetime.to_string(event.deadline)}
            for event in self.event_ids.sorted('id')]
        rows += [
            {'date': fields.Datetime.to_string(entry.date),
             'what': kinds.get(entry.kind) or self.env._('Until now'),
             'why': self.env._('The deadline passed.') if entry.kind == 'failed' else '',
             'user': '', 'minutes': entry.minutes,
             'deadline': fields.Datetime.to_string(entry.deadline)}
            for entry in clock.rows]
        total, time = sum(entry['minutes'] for entry in rows), round(self.time * 60)
        return {
            'id': self.id, 'name': self.name, 'state': clock.state,
            'state_name': states[clock.state], 'clock': self._say_clock(), 'rows': rows,
            'time': time, 'total': total,
            'left': max(time - total, 0) if clock.state in ('ongoing', 'paused') else 0}

    def _say_clock(self):
        """Say by which hours the clock runs."""
        if self.calendar == 'always' or not self.resource_calendar_id:
            return self.env._('Round the clock')
        return self.resource_calendar_id.name
