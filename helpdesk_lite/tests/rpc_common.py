import inspect
import json
import logging

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw, get_public_method
from odoo.tools import SQL

from .common import HelpdeskLiteCommon

ADDON = 'odoo.addons.helpdesk_lite'  # and those whose names go on after it
MARKS = ('xylophone', 'glockenspiel')  # the first one stands in texts, the second in addresses
MAIL = (
    'From: Helpdesk manager <manager@staff.example.com>\nTo: {address}\n'
    'Subject: [{reference}] Xylo\nMessage-ID: <intruder@x.example.org>\n\nTaken over\n')


class Undo(Exception):
    """Ends a call whose changes are to be taken back."""


class RpcCommon(HelpdeskLiteCommon):
    """A private ticket that is full of secrets, and calls by RPC of people who may not see it.

    ``portal`` is its customer and follows it: in a private team that shows them nothing.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hidden_team = cls.make_team(
            name='Xylophone team', description='<p>Xylophone team</p>', alias_name='glockenspiel',
            privacy_visibility='invited_internal', ticket_properties=[
                {'name': 'secret', 'string': 'Xylophone property', 'type': 'char'}])
        cls.hidden_tag = cls.env['helpdesk.lite.tag'].create({'name': 'Plain tag'})
        cls.hidden, cls.hidden_twin = (cls._make_hidden(number) for number in (1, 2))
        cls.follower = cls.env['res.partner'].create(
            {'name': 'Xylophone follower', 'email': 'follower@glockenspiel.example.org'})
        for record in (cls.hidden, cls.hidden_team):
            record._message_subscribe((cls.follower + cls.agent_team.partner_id).ids)
        cls.activity = cls.hidden.activity_schedule(
            'mail.mail_activity_data_todo', summary='Xylophone activity',
            user_id=cls.manager.id)
        cls.env.ref('base.group_allow_export').user_ids += (
            cls.manager + cls.employee + cls.agent + cls.other_manager + cls.other_agent)
        cls.records = cls._make_records()
        cls.env.flush_all()
        # read once: each call forgets what was read
        cls.mail_text = MAIL.format(
            address=cls.hidden_team.alias_email, reference=cls.hidden.ticket_ref)
        cls.hidden_alias_id = cls.hidden_team.alias_id.id
        cls.manager_author = cls.manager.partner_id.id, cls.manager.email
        cls.marks = (*MARKS, cls.hidden.ticket_ref.lower(), cls.hidden_twin.ticket_ref.lower())

    @classmethod
    def _make_hidden(cls, number):
        ticket = cls.make_ticket(
            cls.hidden_team, name=f'Xylophone subject {number}',
            partner_id=cls.portal.partner_id.id,
            description='<p>Xylophone description</p>', partner_name='Xylophone customer',
            email_cc='cc@glockenspiel.example.org', properties={'secret': 'Xylophone value'})
        ticket.message_post(
            body='Xylophone body', subject='Xylophone mail', message_type='comment',
            subtype_xmlid='mail.mt_comment', author_id=cls.manager.partner_id.id,
            partner_ids=cls.agent_team.partner_id.ids,
            attachments=[('xylophone.txt', b'xylophone file')])
        ticket.message_post(body='Xylophone note')
        return ticket

    @classmethod
    def _make_records(cls):
        """Rows of each model that belong to the hidden tickets and team: ``{model: records}``."""
        merge = cls.env['helpdesk.lite.ticket.merge'].with_user(cls.manager).create({
            'destination_id': cls.hidden.id,
            'line_ids': [Command.create({'ticket_id': ticket.id})
                         for ticket in cls.hidden + cls.hidden_twin]})
        teams = cls.env['helpdesk.lite.team.delete'].with_user(cls.manager).create(
            {'team_ids': cls.hidden_team.ids})
        messages = (cls.hidden + cls.hidden_twin).message_ids
        records = [
            cls.hidden + cls.hidden_twin, cls.hidden_team, merge, merge.line_ids, teams,
            messages, messages.attachment_ids, cls.hidden.message_follower_ids,
            cls.hidden_team.alias_id]
        return {rows._name: rows.with_env(cls.env) for rows in records}

    # ------------------------------------------------------------------
    # What can be called
    # ------------------------------------------------------------------

    @classmethod
    def get_methods(cls):
        """All that RPC can call of our models, and of others what our addons extend.

        :return: ``[(model name, method name)]``
        """
        found = []
        for name in sorted(cls.env.registry):
            model = cls.env[name]
            own = name.startswith('helpdesk.lite.')
            names = dir(type(model)) if own else {
                key for part in type(model).mro() if part.__module__.startswith(ADDON)
                for key in vars(part)}
            found += [(name, key) for key in sorted(names) if cls._is_public(model, key)]
        return found

    @classmethod
    def _is_public(cls, model, name):
        if name.startswith('_') or not inspect.isroutine(getattr(type(model), name, None)):
            return False
        try:
            get_public_method(model, name)
        except (AccessError, AttributeError):
            return False
        return True

    # ------------------------------------------------------------------
    # With what
    # ------------------------------------------------------------------

    def get_arguments(self, user, model, name, hostile):
        """Arguments and context of a call.

        :param bool hostile: give each parameter a value, and a context that asks for much
        :return: ``(args, kwargs)``, with the context in `kwargs`
        """
        method = inspect.unwrap(getattr(type(self.env[model]), name))
        values = self._get_values(user, model)
        if not hostile:
            values['vals'] = values['values'] = {
                name: 'Taken over' for name in ('name', 'body') if name in self.env[model]._fields}
            values['vals_list'] = [values['vals']]
        kwargs = {}
        for parameter in list(inspect.signature(method).parameters.values())[1:]:
            if parameter.kind == parameter.VAR_KEYWORD:
                if 'post' in name or 'notify' in name:
                    kwargs.update(self._get_hostile_post() if hostile else {'body': 'Taken'})
            elif parameter.kind == parameter.VAR_POSITIONAL:
                continue
            elif hostile or parameter.default is parameter.empty or parameter.name in values:
                kwargs[parameter.name] = values.get(
                    parameter.name, self._get_records(model).ids if hostile else False)
        kwargs['context'] = self._get_hostile_context() if hostile else {}
        args = [] if getattr(method, '_api_model', False) else [self._get_records(model).ids]
        if name in ('message_post', 'message_post_with_source') and args:
            args[0] = args[0][:1]
        return args, kwargs

    def _get_records(self, model):
        return self.records.get(model, self.env[model].sudo().browse())

    def _get_values(self, user, model):
        """What a parameter of that name is given."""
        ids = self._get_records(model).ids
        fields = self.env[model]._fields
        names = [name for name in ('name', 'display_name', 'description', 'body', 'subject',
                                   'email_cc', 'ticket_ref', 'alias_name') if name in fields]
        vals = self._get_hostile_values(user, model)
        domain = [('id', 'in', ids)]
        partner = self.partner_id
        return {
            'domain': domain, 'args': domain, 'fields': names, 'field_names': names,
            'allfields': names, 'fields_to_export': names, 'fnames': names, 'vals': vals,
            'values': vals, 'vals_list': [vals], 'default': {}, 'groupby': ['display_name'][:0],
            'aggregates': ['__count'], 'name': 'Xylo', 'operator': 'ilike', 'limit': 100,
            'offset': 0, 'order': 'id', 'partner_ids': [partner], 'user_id': user.id,
            'res_id': self.hidden.id, 'thread_id': self.hidden.id,
            'thread_model': self.hidden._name, 'model': self.hidden._name,
            'res_model': self.hidden._name,
            'custom_values': self._get_hostile_values(user, self.hidden._name),
            'update_vals': vals, 'message': self.mail_text, 'body': 'Taken over',
            'field_name': 'stage_id' if 'stage_id' in fields else names[-1],
            'fname': names[-1], 'full_name': 'properties.secret', 'specification': {
                name: {} for name in names}, 'fields_spec': {name: {} for name in names},
            'field': 'name', 'after': None, 'before': None, 'subtype_ids': None,
            'new_thread': [self.hidden_twin.id], 'act_type_xmlid': 'mail.mail_activity_data_todo',
            'act_type_xmlids': ['mail.mail_activity_data_todo'], 'summary': 'Taken',
            'source_ref': 'mail.message_origin_link', 'import_fields': ['id', *names[:1]],
            'load': '_classic_read', 'data': [['', 'Taken']],
            'field_onchange': dict.fromkeys(names, ''), 'attributes': ['string'], 'unique': False,
            'search_domain': domain, 'search': 'xylo', 'cursor': None, 'lazy': False,
        }

    def _get_hostile_values(self, user, model):
        """Values that would take a ticket or a team over, where the model has such fields."""
        partner = self.partner_id
        vals = {
            'name': 'Taken over', 'user_id': user.id, 'partner_id': partner,
            'privacy_visibility': 'portal', 'access_token': 'guessed',
            'message_follower_ids': [Command.create({'partner_id': partner})],
            'merged_ticket_ids': [Command.update(self.hidden_twin.id, {'name': 'Taken over'})],
            'alias_id': self.hidden_alias_id, 'body': 'Taken over', 'author_id': partner,
            'destination_id': self.hidden.id, 'alias_force_thread_id': self.hidden.id,
        }
        return {key: value for key, value in vals.items() if key in self.env[model]._fields}

    def _get_hostile_post(self):
        author_id, email_from = self.manager_author
        return {
            'body': 'Taken over', 'author_id': author_id, 'email_from': email_from,
            'partner_ids': [self.partner_id], 'message_type': 'comment',
            'subtype_xmlid': 'mail.mt_comment', 'subject': 'Taken over',
        }

    def _get_hostile_context(self):
        rows = [Command.create({'partner_id': self.partner_id})]
        return {
            'default_message_follower_ids': rows, 'default_merged_ticket_ids': [
                Command.update(self.hidden.id, {'name': 'Taken over'})],
            'mail_post_autofollow': True, 'active_model': self.hidden._name,
            'active_ids': self.hidden.ids, 'active_id': self.hidden.id, 'active_test': False,
            'default_destination_id': self.hidden.id, 'default_ticket_id': self.hidden.id,
            'default_team_id': self.hidden_team.id, 'default_team_ids': self.hidden_team.ids,
            'default_res_id': self.hidden.id, 'default_res_model': self.hidden._name,
            'helpdesk_lite_system_write': True, 'helpdesk_lite_new_from_mail': True,
            'helpdesk_lite_automatic_mail': True, 'helpdesk_lite_ask': True,
            'helpdesk_lite_similar_to': self.hidden.id,
            'helpdesk_lite_merged_ids': self.hidden.ids,
            'helpdesk_lite_only_partner_id': self.partner_id,
        }

    # ------------------------------------------------------------------
    # What comes of it
    # ------------------------------------------------------------------

    def get_state(self):
        """A hash of all that belongs to the hidden tickets and team, and of everybody's rights."""
        tickets, teams = self.records[self.hidden._name].ids, self.hidden_team.ids
        of_both = SQL(
            "(res_id = ANY(%s) AND {0} = 'helpdesk.lite.ticket' "
            "OR res_id = ANY(%s) AND {0} = 'helpdesk.lite.team')".replace('{0}', 'model'),
            tickets, teams)
        of_rows = SQL(
            "(res_id = ANY(%s) AND res_model = 'helpdesk.lite.ticket' "
            "OR res_id = ANY(%s) AND res_model = 'helpdesk.lite.team')", tickets, teams)
        parts = [
            ('helpdesk_lite_ticket', SQL('id = ANY(%s) OR team_id = ANY(%s)', tickets, teams)),
            ('helpdesk_lite_team', SQL('id = ANY(%s)', teams)),
            ('mail_alias', SQL('id = %s', self.hidden_alias_id)),
            ('mail_message', of_both), ('mail_followers', of_rows), ('mail_activity', of_rows),
            ('ir_attachment', of_rows),
            *((self.env[model]._table, SQL('id = ANY(%s)', rows.ids))
              for model, rows in self.records.items() if self.env[model]._transient),
        ]
        selects = [SQL(
            'SELECT md5(string_agg(md5(part::text), %s ORDER BY id)) FROM %s AS part WHERE %s',
            '', SQL.identifier(table), where) for table, where in parts]
        selects.append(SQL(
            'SELECT md5(string_agg(%s, %s ORDER BY uid, gid)) FROM res_groups_users_rel',
            SQL("uid::text || '.' || gid::text"), ''))
        self.env.cr.execute(SQL(
            'SELECT %s', SQL(', ').join(SQL('(%s)', select) for select in selects)))
        return self.env.cr.fetchone()

    def call(self, user, model, name, args, kwargs):
        """Call a method as RPC does, look at what comes of it, and take all of it back.

        :return: ``(what it told: text, whether it changed anything)``
        """
        told, changed = '', False
        self.env.transaction.clear()  # a call begins with nothing that others have read
        try:
            with self.env.cr.savepoint(flush=False):
                try:
                    env = self.env(user=user, context={}, su=False)
                    result = call_kw(env[model], name, args, kwargs)
                    told = json.dumps(result, default=str)
                    env.cr.flush()
                except Exception as error:  # noqa: BLE001 (refused, whatever it says)
                    told = str(error)
                    raise Undo from None
                changed = self.get_state() != self.state
                raise Undo
        except Undo:
            for hooks in (self.env.cr.precommit, self.env.cr.postcommit):
                hooks.clear()
            self.env.transaction.clear()
        return told, changed

    def attack(self, user, methods):
        """What a person gets by calling methods: ``[text]``, a line a finding."""
        findings = []
        self.state, self.partner_id = self.get_state(), user.partner_id.id
        logging.disable(logging.CRITICAL)
        try:
            for model, name in methods:
                for hostile in (False, True):
                    args, kwargs = self.get_arguments(user, model, name, hostile)
                    told, changed = self.call(user, model, name, args, kwargs)
                    lowered = told.lower()
                    if any(mark in lowered for mark in self.marks):
                        findings.append(f'{model}.{name} told {told[:200]}')
                    if changed:
                        findings.append(f'{model}.{name} changed what is hidden')
        finally:
            logging.disable(logging.NOTSET)
        return findings
