from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import HelpdeskLiteCommon

MARK = 'zqxhidden'
PEOPLE = ('stranger', 'portal', 'portal_stranger', 'employee', 'agent', 'other_manager',
          'other_agent')
FOREIGN = ('mail.message', 'mail.followers', 'mail.activity', 'mail.notification',
           'mail.scheduled.message', 'mail.alias', 'ir.attachment', 'rating.rating')
# Anybody at the desk reads all tags: they are nobody's
SHARED = ('helpdesk.lite.tag',)
REFUSED = (AccessError, MissingError, NotImplementedError, UserError, ValueError)
TEXTS = {'char', 'text', 'html'}
# Columns of rows that say whose they are, and so are never overwritten
KEPT = {'id', 'model', 'res_model', 'res_field', 'message_type', 'create_uid', 'write_uid'}


@tagged('post_install', '-at_install')
class TestTrustFields(HelpdeskLiteCommon):
    """No stored field of what belongs to a hidden ticket or team tells anything to others.

    Models and fields come from the registry. Every text of the hidden rows holds `MARK`. Each of
    the seven has a part in them that Odoo itself would let them read by: the portal user is the
    customer, all were notified of the messages and wrote some, activities are theirs.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {name: getattr(cls, name) for name in PEOPLE}
        stage = cls.env['helpdesk.lite.stage'].create({'name': MARK, 'team_ids': False})
        cls.hidden_team = cls.make_team(
            name=MARK, privacy_visibility='invited_internal', alias_name=MARK, description=MARK,
            stage_ids=[Command.set(stage.ids)],
            ticket_properties=[{'name': MARK, 'string': MARK, 'type': 'char'}])
        policy = cls.env['helpdesk.lite.sla'].create({
            'name': MARK, 'company_id': cls.company.id, 'team_ids': cls.hidden_team.ids})
        macro = cls.env['helpdesk.lite.macro'].create({
            'name': MARK, 'note': MARK, 'answer': MARK, 'company_id': cls.company.id,
            'team_ids': cls.hidden_team.ids, 'user_id': False})
        cls.hidden = cls.make_ticket(
            cls.hidden_team, name=MARK, partner_id=cls.portal.partner_id.id,
            properties={MARK: MARK})
        twin = cls.make_ticket(cls.hidden_team, name=MARK)
        link = cls.env['helpdesk.lite.ticket.link'].create(
            {'ticket_id': cls.hidden.id, 'other_id': twin.id})
        cls.env.flush_all()
        cls.rows = {'helpdesk.lite.team': cls.hidden_team.ids,
                    'helpdesk.lite.ticket': cls.hidden.ids,
                    'helpdesk.lite.ticket.link': link.ids,
                    'helpdesk.lite.stage': stage.ids,
                    'helpdesk.lite.sla': policy.ids,
                    'helpdesk.lite.macro': macro.ids,
                    'helpdesk.lite.sla.status': cls.hidden.sla_status_ids.ids,
                    'helpdesk.lite.sla.event': cls.hidden.sla_status_ids.event_ids.ids,
                    'mail.alias': cls.hidden_team.alias_id.ids}
        for record in (cls.hidden_team, cls.hidden):
            cls._add_rows(record)
        for name in cls._get_models():
            if not cls.rows.get(name):
                cls.rows[name] = [cls._insert(name)]
            cls._mark(name)
        cls.env.invalidate_all()

    # ------------------------------------------------------------------
    # What is hidden
    # ------------------------------------------------------------------

    @classmethod
    def _get_models(cls):
        own = [name for name, model in cls.env.registry.items()
               if name.startswith('helpdesk.lite.') and not model._abstract and model._auto
               and name not in SHARED]
        return [*sorted(own), *(name for name in FOREIGN if name in cls.env)]

    @classmethod
    def _add_rows(cls, record):
        """Messages, notes, notifications, activities, files of a ticket or a team."""
        users = sum(cls.people.values(), cls.env['res.users'])
        add = cls._add
        for user in users:
            for subtype in ('mail.mt_comment', 'mail.mt_note'):
                message = add('mail.message', record, {
                    'body': MARK, 'subject': MARK, 'author_id': user.partner_id.id,
                    'message_type': 'comment', 'subtype_id': cls.env.ref(subtype).id,
                    'partner_ids': users.partner_id.ids}, 'model')
                for recipient in users.partner_id:
                    add('mail.notification', None, {
                        'mail_message_id': message.id, 'res_partner_id': recipient.id,
                        'notification_type': 'inbox', 'author_id': recipient.id})
            if record == cls.hidden and not user.share:
                add('mail.activity', None, {
                    'res_model_id': cls.env['ir.model']._get_id(record._name),
                    'res_id': record.id, 'user_id': cls.manager.id, 'summary': MARK})
        for consumed in (True, False):
            add('rating.rating', None, {
                'res_model_id': cls.env['ir.model']._get_id(record._name), 'res_id': record.id,
                'partner_id': cls.portal.partner_id.id, 'rating': 3, 'consumed': consumed,
                'feedback': MARK})
        add('ir.attachment', record, {'name': MARK, 'raw': MARK.encode()})
        add('mail.scheduled.message', record, {
            'subject': MARK, 'body': MARK, 'author_id': cls.manager.partner_id.id,
            'partner_ids': cls.customer.ids,
            'scheduled_date': '2099-01-01'}, 'model')
        cls.rows.setdefault('mail.followers', []).extend(record.message_follower_ids.ids)
        cls.env.flush_all()
        cls.env.cr.execute(
            'UPDATE mail_activity SET user_id = %s WHERE id = ANY(%s)',
            [cls.employee.id, cls.rows.get('mail.activity', [])])

    @classmethod
    def _add(cls, name, record, values, model_field='res_model'):
        if record is not None:
            values = {**values, model_field: record._name, 'res_id': record.id}
        row = cls.env[name].create(values)
        cls.rows.setdefault(name, []).append(row.id)
        return row

    @classmethod
    def _insert(cls, name):
        """A row of a model that nobody has a case for: its links lead to what is hidden."""
        model = cls.env[name]
        links = {'helpdesk.lite.ticket': cls.hidden.id, 'helpdesk.lite.team': cls.hidden_team.id,
                 'helpdesk.lite.stage': cls.rows['helpdesk.lite.stage'][0],
                 'res.company': cls.company.id, 'res.users': cls.manager.id,
                 'res.partner': cls.customer.id}
        values = {}
        for field in model._fields.values():
            if not (field.store and field.column_type) or field.name == 'id':
                continue
            value = cls._make_value(field, links)
            if value is not None:
                values[field.name] = value
        row = cls.env.execute_query(SQL(
            'INSERT INTO %s (%s) VALUES %s RETURNING id', SQL.identifier(model._table),
            SQL(', ').join(map(SQL.identifier, values)), tuple(values.values())))
        return row[0][0]

    @classmethod
    def _make_value(cls, field, links):
        if field.type == 'many2one':
            if field.comodel_name not in links and field.required:
                links[field.comodel_name] = cls.rows.get(field.comodel_name, [None])[0] \
                    or cls._insert(field.comodel_name)
            return links.get(field.comodel_name)
        if field.type == 'many2one_reference':
            return cls.hidden.id
        if field.name in ('model', 'res_model'):
            return cls.hidden._name
        if field.type == 'selection':
            return field.get_values(cls.env)[0]
        if field.type in TEXTS and not field.translate:
            return MARK
        return {'integer': 7, 'float': 7.0, 'boolean': True, 'date': '2025-01-01',
                'datetime': '2025-01-01'}.get(field.type)

    @classmethod
    def _mark(cls, name):
        """Write the mark into every text of the model's hidden rows, also those kept by code."""
        model = cls.env[name]
        columns = [field for field in model._fields.values()
                   if field.store and field.column_type and field.type in TEXTS
                   and not field.translate and field.name not in KEPT]
        for row_id in cls.rows[name] if columns else ():
            cls.env.cr.execute(SQL(
                'UPDATE %s SET %s WHERE id = %s', SQL.identifier(model._table),
                SQL(', ').join(SQL('%s = %s', SQL.identifier(field.name), f'{MARK}{row_id}')
                               for field in columns), row_id))

    # ------------------------------------------------------------------
    # The ways to ask
    # ------------------------------------------------------------------

    def _get_ways(self, records, field, value):
        """Each way to ask for a field: ``{name: function}``."""
        name, ids = field.name, [('id', 'in', records.ids)]
        spec = f'{name}:month' if field.type in ('date', 'datetime') else name
        ways = {
            'read': lambda: records.read([name]),
            'web_read': lambda: records.web_read({name: {}}),
            'order': lambda: records.search(ids, order=name).ids,
            'group': lambda: records.formatted_read_group(ids, [spec], ['__count']),
            'aggregate': lambda: records.formatted_read_group(ids, [], [f'{name}:array_agg']),
            'export': lambda: records.export_data([name])['datas'],
        }
        if field.type in TEXTS:
            for operator, text in (('ilike', MARK), ('=like', f'%{MARK}%')):
                ways[operator] = lambda operator=operator, text=text: (
                    records.search([(name, operator, text)]) & records).ids
        elif value is not None:
            ways['='] = lambda: records.search([('id', 'in', records.ids), (name, '=', value)]).ids
        return ways

    def _is_told(self, way, result):
        """Whether an answer tells anything: not the ids that were asked for, nor no numbers."""
        if way in ('read', 'web_read'):
            return any(row.keys() - {'id'} for row in result)
        if way == 'aggregate':
            return any(value for group in result for key, value in group.items()
                       if key != '__extra_domain' and value not in ([], [None], [False]))
        return bool(result)

    def _ask(self, way, work):
        """What an answer tells that it shouldn't, or None."""
        try:
            result = work()
        except REFUSED as error:
            return str(error) if MARK in str(error).lower() else None
        return result if self._is_told(way, result) else None

    @mute_logger('odoo.addons.base.models.ir_rule', 'odoo.addons.base.models.ir_model',
                 'odoo.models', 'odoo.domains')
    def test_no_stored_field_tells_anything(self):
        told = []
        for name in self._get_models():
            values = self._get_values(name)
            for person, user in self.people.items():
                records = self.env[name].with_user(user).browse(self.rows[name])
                if not records.browse().has_access('read'):
                    told += self._ask_without_right(records)
                    continue
                told += [f'{person}: {name}.{field.name} by {way}: {answer}'
                         for field in self._get_fields(name)
                         for way, work in self._get_ways(
                             records, field, values.get(field.name)).items()
                         if (answer := self._ask(way, work)) is not None]
        self.assertFalse(told, '\n'.join(line[:300] for line in told[:60]))

    def _ask_without_right(self, records):
        """Who has no right for the model at all gets nothing, so no field needs asking for."""
        ways = {
            'search': lambda: (records.search([]) & records).ids,
            'read': lambda: records.read(['display_name']),
        }
        return [f'{records.env.user.name}: {records._name} by {way}: {answer}'
                for way, work in ways.items() if (answer := self._ask(way, work)) is not None]

    def _get_fields(self, name):
        return [field for field in self.env[name]._fields.values() if field.store]

    def _get_values(self, name):
        """The values of a hidden row that others could search for."""
        row = self.env[name].browse(self.rows[name][0])
        return {field.name: row[field.name].ids or None if field.relational else row[field.name]
                for field in self._get_fields(name)
                if field.type not in ('binary', 'properties', 'properties_definition', 'json')
                and not field.name.startswith('has_')}

    def test_the_rows_are_there(self):
        """Whoever sees the ticket finds by these ways what the others don't."""
        for name in ('helpdesk.lite.ticket', 'helpdesk.lite.team', 'mail.message',
                     'mail.activity', 'mail.notification', 'mail.followers', 'mail.alias',
                     'ir.attachment', 'mail.scheduled.message'):
            rows = self.env[name].with_user(self.manager).browse(self.rows[name])
            with self.subTest(name):
                self.assertTrue(rows.search([('id', 'in', rows.ids)]))
                self.assertTrue(rows[:1].read(['display_name']))
