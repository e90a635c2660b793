import re

from odoo import api, models
from odoo.tools import SQL

# Regular expressions of PostgreSQL
TAG = '<[^>]*>'
BLANK = rf'(?:{TAG}|\s|\u00a0|&nbsp;)'
ENTITIES = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '(?:"|&quot;)', "'": "(?:'|&#39;)"}


class HelpdeskLiteTicket(models.Model):
    """Searching in the list of the portal: what a customer reads of their tickets."""

    _inherit = 'helpdesk.lite.ticket'

    @api.model
    def _search_in_portal(self, domain, names, text):
        """The tickets within `domain` that hold a text, in constant queries.

        PostgreSQL first gets the tickets that the user may see, and nothing but these is searched:
        OFFSET keeps it from reading all tickets and messages that there are.

        :param Domain domain: on tickets, on top of the user's rights
        :param names: which of ``name``, ``ticket_ref`` and ``description``; the last one stands
            for what is written in a ticket: its description and its public messages
        :param str text: upper and lower case are alike, and so are all blanks
        :return: a list of ids
        """
        self.flush_model(['name', 'ticket_ref', 'description'])
        matches = [
            self._match_html(SQL('ticket.description'), text) if name == 'description'
            else self._match_line(SQL.identifier('ticket', name), text) for name in names]
        found = [SQL(
            """SELECT id FROM (
                SELECT ticket.id, ticket.name, ticket.ticket_ref, ticket.description
                  FROM own JOIN helpdesk_lite_ticket ticket ON ticket.id = own.id OFFSET 0
               ) AS ticket WHERE %s""", SQL(' OR ').join(matches))]
        if 'description' in names:
            found.append(self._select_by_messages(text))
        return [ticket_id for ticket_id, in self.env.execute_query(SQL(
            'WITH own AS MATERIALIZED (%s) %s', self._search(domain).select(),
            SQL(' UNION ').join(found)))]

    @api.model
    def _select_by_messages(self, text):
        """A SELECT of those of the tickets ``own`` with a public message that holds `text`."""
        self.env['mail.message'].flush_model(
            ['model', 'res_id', 'body', 'subtype_id', 'is_internal'])
        return SQL(
            """SELECT own.id FROM own CROSS JOIN LATERAL (
                SELECT body FROM mail_message
                 WHERE model = %s AND res_id = own.id AND subtype_id = %s
                   AND is_internal IS NOT TRUE OFFSET 0
               ) AS message WHERE %s""",
            self._name, self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment'),
            self._match_html(SQL('message.body'), text))

    @api.model
    def _match_line(self, column, text):
        """A condition: whether a line of plain text holds `text`, each character as it stands."""
        pattern = re.sub(r'([\\%_])', r'\\\1', ' '.join(text.split()))
        unaccent = self.env.registry.unaccent
        return SQL('%s ILIKE %s', unaccent(column), unaccent(SQL('%s', f'%{pattern}%')))

    @api.model
    def _match_html(self, column, text):
        """A condition: whether a reader of HTML finds `text`, whatever tags and entities it has.

        The pattern begins outside of a tag. Tags may stand around words and signs of `text`, not
        within a word; where it has a blank, a tag or more will do. Ten times faster than taking
        the tags away first.
        """
        words = [
            f'(?:{TAG})*'.join(map(self._get_part_pattern, re.findall(r'\w+|[^\w\s]', word)))
            for word in text.split()]
        unaccent = self.env.registry.unaccent
        return SQL('%s ~* %s', unaccent(column), unaccent(SQL(
            '%s', f'(?:^|>)[^<]*{f"{BLANK}+".join(words)}')))

    @api.model
    def _get_part_pattern(self, part):
        """A word, or a single sign, as it stands in HTML."""
        return part if part[0].isalnum() or part[0] == '_' else ENTITIES.get(part, f'\\{part}')
