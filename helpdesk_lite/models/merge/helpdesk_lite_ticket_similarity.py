import unicodedata

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.request_text import get_own_subject, get_own_text
from ...tools.word_likeness import compare_words, find_words

# How much each likeness counts, in points of 100. What two tickets say decides; who wrote and when
# count in full only where the texts are alike by `ALIKE_IN_FULL` or more, and fade with them, so
# that two requests of one customer on one day are not duplicates for that alone.
TEXT_POINTS = 70
PERSON_POINTS = 20  # the same contact or address; half of it for a colleague of the same company
DAY_POINTS = 10  # made on the same day, in UTC
ALIKE_IN_FULL = 0.4

# Of the texts' likeness, the share of the words that both have; the rest is their trigrams'.
WORD_SHARE = 0.6
# Of the trigrams' likeness: the rest is the descriptions'. Subjects are short and say little.
SUBJECT_SHARE = 0.35
# Where only one of two tickets has a description, subjects alone prove a little less.
ONE_DESCRIPTION_FACTOR = 0.9

SHOW_FROM = 30  # what "Similar tickets" shows
DUPLICATE_FROM = 45  # what separates duplicates from others; see tests/similar_pairs.py

# Candidates, at most 50; of the customer's and of the colleagues' the latest 200 are looked at
NEAREST_SUBJECTS = 15
OF_CUSTOMER = 20
OF_COLLEAGUES = 15
LATEST = 200
RAW_LENGTH = 20_000  # characters of a description's HTML that are looked at


class HelpdeskLiteTicket(models.Model):
    """How alike two tickets are, and which tickets are like one.

    The measure is explained by the constants above, symmetric, and the same on the page that
    merges as among the similar tickets. Texts are compared by the words that tell something
    (tools/word_likeness.py), which finds the same request in other sentences, and by their trigrams
    (PostgreSQL's pg_trgm), which forgive misspellings. Syllables are taken apart into letters
    before (Unicode NFD): Korean words change by their last letters, and a word of two syllables has
    few trigrams otherwise.
    """

    _inherit = 'helpdesk.lite.ticket'

    similarity = fields.Float(
        compute='_compute_similarity', digits=(5, 1), export_string_translation=False,
        help='How alike the ticket is to the one whose similar tickets are listed, 0 to 100.')
    similar_ticket_count = fields.Integer(
        'Similar Tickets', compute='_compute_similar_ticket_count',
        help='Only counted when it is asked for; no view does on opening.')

    # candidates by nearest subjects: see `_find_similar_candidates`
    _name_nearest_idx = models.Index(
        'USING gist (name gist_trgm_ops (siglen=256)) WHERE active IS TRUE')

    @api.depends('name', 'description', 'partner_id', 'email_normalized')
    @api.depends_context('helpdesk_lite_similar_to')
    def _compute_similarity(self):
        reference = self._get_reference()
        measured = reference._measure_similarity(self) if reference else {}
        for ticket in self:
            ticket.similarity = measured.get(ticket._origin.id, 0)

    def _compute_similar_ticket_count(self):
        for ticket in self:
            ticket.similar_ticket_count = len(ticket._find_similar()) if ticket._origin else 0

    @api.readonly
    def action_view_similar_tickets(self):
        """Open the tickets that are like this one, the likest first."""
        self.ensure_one()
        similar = self._find_similar()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'helpdesk_lite.helpdesk_lite_ticket_action_similar')
        action['display_name'] = self.env._(
            'Similar to %(ticket)s: %(count)s', ticket=self.ticket_ref, count=len(similar))
        action['domain'] = [('id', 'in', list(similar))]
        action['context'] = {'helpdesk_lite_similar_to': self.id, 'create': False}
        return action

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Order the list of similar tickets by the measure, which no column holds."""
        if field_name != 'similarity':
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        reference = self._get_reference()
        measured = reference._find_similar() if reference else {}
        return SQL(
            'COALESCE((%s::jsonb ->> %s::text)::float, 0) %s %s',
            fields.Json().convert_to_column(measured, self), SQL.identifier(alias, 'id'),
            direction, nulls)

    @api.model
    def _get_reference(self):
        """The ticket whose similar ones are listed, if it is one that the user may read."""
        reference = self.browse(self.env.context.get('helpdesk_lite_similar_to'))
        return reference.exists()._filtered_access('read')

    # ------------------------------------------------------------------
    # Candidates
    # ------------------------------------------------------------------

    def _find_similar(self, minimum=SHOW_FROM):
        """The tickets that are like this one and that the user may see, open or closed.

        Archived and merged tickets are left out, and those of other companies.

        :param minimum: what is less alike, 0 to 100, is left out
        :return: ``{ticket id: similarity, 0 to 100}``, the likest first
        """
        self.ensure_one()
        self.check_access('read')
        measured = self._measure_readable(self._find_similar_candidates())
        found = [(value, ticket_id) for ticket_id, value in measured.items() if value >= minimum]
        return {ticket_id: value for value, ticket_id in sorted(found, reverse=True)}

    def _find_similar_candidates(self):
        """Find at most 50 tickets worth measuring.

        They have the nearest subjects, or are the customer's or their colleagues'. The statements
        contain the record rules, so that no hidden ticket is a candidate. ``%`` (alike by 0.3,
        PostgreSQL's ``pg_trgm.similarity_threshold``) bounds the search in the index where few
        tickets are near, or visible.
        """
        # sudo: helpdesk.lite.ticket - the values of a ticket that the user reads
        ticket = self.sudo()
        subject = get_own_subject(ticket.name)
        domain = [('company_id', '=', ticket.company_id.id), ('id', '!=', ticket.id),
                  ('merged_into_id', '=', False)]
        query = self.with_context(active_test=True)._search(domain)
        name = SQL.identifier(self._table, 'name')
        query.add_where(SQL('%s %% %s', name, subject))
        query.order = SQL('%s <-> %s', name, subject)
        query.limit = NEAREST_SUBJECTS
        ids = [ticket_id for ticket_id, in self.env.execute_query(query.select())]
        for whose, count in ticket._get_domains_of_customer():
            ids += self._find_nearest_of([*domain, *whose], subject, count)
        return self.browse(dict.fromkeys(ids))

    def _get_domains_of_customer(self):
        """Domains of the customer's and their colleagues' tickets: ``[(domain, how many)]``."""
        domains = []
        if self.partner_id:
            domains.append(([('partner_id', '=', self.partner_id.id)], OF_CUSTOMER))
        elif self.email_normalized:
            domains.append(([('email_normalized', '=', self.email_normalized)], OF_CUSTOMER))
        company = self.commercial_partner_id
        if company.is_company or company != self.partner_id:
            domains.append(([
                ('commercial_partner_id', '=', company.id),
                ('partner_id', '!=', self.partner_id.id)], OF_COLLEAGUES))
        return domains

    def _find_nearest_of(self, domain, subject, count):
        """Of the latest tickets that match a domain, the ids of those with the nearest subjects."""
        query = self.with_context(active_test=True)._search(domain)
        rows = self.env.execute_query(SQL(
            """WITH own AS MATERIALIZED (%s)
               SELECT id FROM (SELECT id, name FROM own ORDER BY id DESC LIMIT %s) latest
                ORDER BY name <-> %s, id DESC LIMIT %s""",
            query.select(SQL.identifier(self._table, 'id'), SQL.identifier(self._table, 'name')),
            LATEST, subject, count))
        return [ticket_id for ticket_id, in rows]

    # ------------------------------------------------------------------
    # The measure
    # ------------------------------------------------------------------

    def _measure_similarity(self, tickets):
        """How alike this ticket is to each of `tickets` that the user may read.

        If they may not read this one, the result is empty: a measure tells what is in a text.

        :return: ``{ticket id: 0 to 100, with one decimal}``; a ticket is 100 like itself
        """
        reference = self._origin[:1]._filtered_access('read')
        tickets = tickets._origin.with_env(self.env)._filtered_access('read')
        return reference._measure_readable(tickets)

    def _measure_readable(self, tickets):
        """See `_measure_similarity`, for tickets whose access was checked before."""
        reference = self._origin[:1]
        tickets = tickets._origin
        if not reference or not tickets:
            return {}
        rows = {row['id']: row for row in (reference | tickets)._read_for_similarity()}
        own = rows.get(reference.id)
        others = [rows[ticket_id] for ticket_id in tickets.ids if own and ticket_id in rows]
        alike = self._compare_texts(own, others) if others else {}
        return {
            row['id']: 100.0 if row['id'] == own['id'] else round(
                self._weigh(own, row, alike[row['id']]), 1)
            for row in others
        }

    def _read_for_similarity(self):
        """What the measure needs of the tickets, with their texts prepared."""
        self.flush_recordset([
            'name', 'description', 'partner_id', 'commercial_partner_id', 'email_normalized'])
        rows = self.env.execute_query_dict(SQL(
            """SELECT id, name, left(description, %s) AS description, partner_id,
                      commercial_partner_id, email_normalized, create_date::date AS day
                 FROM helpdesk_lite_ticket WHERE id = ANY(%s)""", RAW_LENGTH, self.ids))
        for row in rows:
            subject, text = get_own_subject(row['name']), get_own_text(row['description'])
            row['words'] = find_words(f'{subject} {text}')
            row['subject'] = unicodedata.normalize('NFD', subject)
            row['text'] = unicodedata.normalize('NFD', text)
        return rows

    @api.model
    def _compare_texts(self, own, others):
        """How alike the texts of a ticket are to those of others: ``{id: 0 to 1}``.

        Trigrams forgive misspellings. Texts without any letter or digit have none, and are alike
        if they are the same.
        """
        rows = self.env.execute_query(SQL(
            """SELECT CASE WHEN subject = %(subject)s THEN 1
                           ELSE similarity(subject, %(subject)s) END,
                      CASE WHEN text = %(text)s THEN 1 ELSE similarity(text, %(text)s) END
                 FROM unnest(%(subjects)s::text[], %(texts)s::text[]) WITH ORDINALITY
                   AS other(subject, text, position) ORDER BY position""",
            subject=own['subject'], text=own['text'],
            subjects=[row['subject'] for row in others], texts=[row['text'] for row in others]))
        alike = {}
        for row, (subject, text) in zip(others, rows, strict=True):
            trigrams = self._join_trigrams(subject, text, bool(own['text']) + bool(row['text']))
            words = compare_words(own['words'], row['words'])
            alike[row['id']] = trigrams if words is None else (
                WORD_SHARE * words + (1 - WORD_SHARE) * trigrams)
        return alike

    @api.model
    def _join_trigrams(self, subject, text, texts):
        """The likeness of two tickets from those of their subjects and descriptions: 0 to 1.

        :param int texts: how many of the two have a description
        """
        if texts == 2:
            return SUBJECT_SHARE * subject + (1 - SUBJECT_SHARE) * text
        return subject * ONE_DESCRIPTION_FACTOR if texts else subject

    @api.model
    def _weigh(self, one, other, likeness):
        """The similarity of two tickets, 0 to 100.

        :param float likeness: how alike their texts are, 0 to 1
        """
        context = DAY_POINTS * (one['day'] == other['day'])
        context += PERSON_POINTS * self._get_person_likeness(one, other)
        return TEXT_POINTS * likeness + context * min(1, likeness / ALIKE_IN_FULL)

    @api.model
    def _get_person_likeness(self, one, other):
        """1 for the same person, by contact or address; 0.5 for colleagues; else 0."""
        def same(name):
            return bool(one[name]) and one[name] == other[name]
        if same('partner_id') or same('email_normalized'):
            return 1
        if not any(row['partner_id'] or row['email_normalized'] for row in (one, other)):
            return 1  # neither has a customer: nothing tells them apart
        return 0.5 if same('commercial_partner_id') else 0

    # ------------------------------------------------------------------
    # The database
    # ------------------------------------------------------------------

    @api.model
    def _database_knows_letters(self):
        """Whether trigrams work for all alphabets: under ctype C no Korean syllable is a letter."""
        return self.env.execute_query(SQL("SELECT show_trgm('한글') != '{}'"))[0][0]
