from markupsafe import Markup

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from ..tools.raw_write import raw_update
from .common import HelpdeskLiteMailCommon


class LinkCommon(HelpdeskLiteMailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second, cls.third = cls.make_tickets(3)
        cls.hidden = cls.make_ticket(cls.team_private, name='Hidden', partner_id=cls.customer.id)
        cls.Link = cls.env['helpdesk.lite.ticket.link']

    def link(self, ticket, other, kind='related'):
        return self.Link.create({'ticket_id': ticket.id, 'other_id': other.id, 'kind': kind})

    def logs(self, ticket):
        return ' '.join(str(body) for body in ticket.message_ids.mapped('body'))


@tagged('post_install', '-at_install')
class TestLinks(LinkCommon):
    """Tickets are linked, both show it, and only to who sees both."""

    @users('hdl_agent')
    def test_both_ends_show_a_link(self):
        first, second, third = (self.first + self.second + self.third).with_env(self.env)
        first.write({
            'parent_ticket_id': second.id, 'related_ticket_ids': [Command.link(third.id)]})
        second.write({'duplicate_of_ids': [Command.link(third.id)]})
        self.assertEqual(first.parent_ticket_id, second)
        self.assertEqual(second.child_ticket_ids, first)
        self.assertEqual((second.child_count, second.open_child_count), (1, 1))
        self.assertEqual(third.related_ticket_ids, first)
        self.assertEqual(third.duplicate_ids, second)
        self.assertIn(second.ticket_ref, self.logs(self.first))
        self.assertIn(first.ticket_ref, self.logs(self.second))
        # taken away from the other end
        third.write({'related_ticket_ids': [Command.unlink(first.id)]})
        first.write({'parent_ticket_id': False})
        self.assertFalse(first.related_ticket_ids + first.parent_ticket_id)
        self.assertEqual(self.Link.search([]).kind, 'duplicate')

    def test_what_came_of_a_ticket(self):
        """Follow-ups, merged tickets and the same mail's others: each as far as one sees them.

        Archived ones are shown among the merged alone, as merging archives them.
        """
        seen, hidden, archived = self.second, self.hidden, self.third
        archived.active = False
        for shown, column in (
                ('seen_next_ids', 'previous_ticket_id'), ('seen_merged_ids', 'merged_into_id'),
                ('seen_quote_ids', 'quoted_ticket_id')):
            kept = archived if shown == 'seen_merged_ids' else archived.browse()
            raw_update(self.first, [{'id': other.id, column: self.first.id}
                                    for other in seen + hidden + archived])
            self.env.invalidate_all()
            for user, expected in ((self.agent, seen + kept),
                                   (self.manager, seen + hidden + kept)):
                with self.subTest(shown=shown, user=user.login):
                    self.assertEqual(self.first.with_user(user)[shown], expected)

    def test_nothing_came_of_a_draft(self):
        """Also where it is looked at beside a ticket of which something came."""
        self.second.previous_ticket_id = self.first
        draft = self.first.new({'name': 'Draft', 'team_id': self.team.id})
        (draft | self.first).with_user(self.manager)._compute_seen_tickets()
        for name in ('seen_next_ids', 'seen_merged_ids', 'seen_quote_ids'):
            self.assertFalse(draft.with_user(self.manager)[name], name)
        self.assertEqual(self.first.with_user(self.manager).seen_next_ids, self.second)

    @users('hdl_agent')
    def test_a_new_ticket_has_a_parent(self):
        ticket = self.env['helpdesk.lite.ticket'].create({
            'name': 'New', 'team_id': self.team.id, 'parent_ticket_id': self.first.id})
        self.assertEqual(ticket.parent_ticket_id.id, self.first.id)

    @users('hdl_agent')
    def test_search(self):
        self.link(self.first, self.second, 'parent')
        Ticket = self.env['helpdesk.lite.ticket']
        ours = [('id', 'in', (self.first + self.second + self.third).ids)]
        for domain, found in [
            ([('has_open_children', '=', True)], self.second),
            ([('has_open_children', '=', False)], self.first + self.third),
            ([('parent_ticket_id', '=', self.second.id)], self.first),
            ([('parent_ticket_id', '!=', False)], self.first),
            ([('parent_ticket_id', '=', False)], self.second + self.third),
            ([('parent_ticket_id', 'ilike', self.second.ticket_ref)], self.first),
            ([('parent_ticket_id.ticket_ref', '=', self.second.ticket_ref)], self.first),
        ]:
            with self.subTest(domain=domain):
                self.assertEqual(set(Ticket.search(ours + domain).ids), set(found.ids))
        self.first.stage_id = self.stage_solved
        self.assertFalse(Ticket.search([*ours, ('has_open_children', '=', True)]))

    def test_what_cannot_be_linked(self):
        fourth = self.make_ticket()
        other = self.make_ticket(self.other_team)
        self.link(self.first, self.second, 'parent')
        self.link(self.second, self.third, 'parent')
        for ticket, linked, kind, error in [
            (self.third, self.first, 'parent', ValidationError),  # a circle
            (self.first, self.second, 'related', Exception),  # twice
            (self.second, self.first, 'duplicate', Exception),  # twice, the other way round
            (self.first, fourth, 'parent', Exception),  # a second parent
            (fourth, fourth, 'related', Exception),
            (fourth, other, 'related', ValidationError),
        ]:
            with (self.subTest(kind=kind), mute_logger('odoo.sql_db'), self.assertRaises(error),
                  self.env.cr.savepoint()):
                self.link(ticket, linked, kind)
        self.assertEqual(self.Link.search_count([('ticket_id', 'in', self.first.ids)]), 1)

    def test_a_hidden_end_is_neither_named_nor_counted(self):
        self.link(self.hidden, self.first, 'parent')
        self.link(self.second, self.hidden)
        for user, seen in ((self.agent, False), (self.manager, True)):
            first, second = (self.first + self.second).with_user(user)
            self.assertEqual(first.open_child_count, int(seen))
            self.assertEqual(bool(first.child_ticket_ids), seen)
            self.assertEqual(bool(second.related_ticket_ids), seen)
            found = first.search([('has_open_children', '=', True), ('id', '=', first.id)])
            self.assertEqual(bool(found), seen)
            self.assertEqual(self.Link.with_user(user).search_count([]), 2 * seen)
            # a cache that superuser mode filled shows nothing more
            self.env.invalidate_all()
            first.sudo().mapped('child_ticket_ids')
            self.assertEqual(bool(first.child_ticket_ids), seen)
        self.assertNotIn(self.hidden.ticket_ref, self.logs(self.first) + self.logs(self.second))
        self.assertIn(self.first.ticket_ref, self.logs(self.hidden))

    def test_removing_what_one_sees_leaves_what_one_does_not(self):
        self.link(self.first, self.hidden)
        self.first.with_user(self.agent).write(
            {'related_ticket_ids': [Command.set(self.second.ids)]})
        self.first.with_user(self.agent).write({'related_ticket_ids': [Command.clear()]})
        self.assertEqual(self.Link.search([]).other_id, self.hidden)

    def test_archived_ends_stay_linked(self):
        self.link(self.first, self.second)
        self.second.active = False
        first = self.first.with_user(self.agent)
        first.write({'related_ticket_ids': [Command.set(self.third.ids)]})
        self.assertEqual(len(self.Link.search([])), 2)

    def test_rights(self):
        link = self.link(self.first, self.second)
        hidden = self.link(self.first, self.hidden)
        for user, call in [
            (self.agent, lambda env: hidden.with_env(env).unlink()),
            (self.agent, lambda env: self.third.with_env(env).write(
                {'parent_ticket_id': self.hidden.id})),
            (self.agent, lambda env: self.third.with_env(env).write(
                {'related_ticket_ids': [Command.link(self.hidden.id)]})),
            (self.agent, lambda env: env[self.Link._name].create(
                {'ticket_id': self.third.id, 'other_id': self.hidden.id})),
            (self.agent, lambda env: self.third.with_env(env).onchange(
                {'parent_ticket_id': self.hidden.id}, ['parent_ticket_id'],
                {'parent_ticket_id': {'fields': {'display_name': {}}}})),
            (self.other_agent, lambda env: link.with_env(env).unlink()),
            (self.employee, lambda env: link.with_env(env).read(['kind'])),
            (self.portal, lambda env: link.with_env(env).read(['kind'])),
            (self.portal, lambda env: self.first.with_env(env).read(['related_ticket_ids'])),
        ]:
            with self.subTest(user=user.login), self.assertRaises(AccessError), \
                    self.env.cr.savepoint():
                call(self.env(user=user))
        with self.assertRaises(ValidationError):
            link.with_user(self.agent).write({'kind': 'duplicate'})

    def test_merge_takes_links_along_and_gives_them_back(self):
        third, fourth = self.third, self.make_ticket()
        parent = self.link(self.first, third, 'parent')
        related = self.link(fourth, self.first)
        pair = self.link(self.first, self.second)
        self.first._merge_into(self.second)
        self.assertEqual(parent.ticket_id, self.second)
        self.assertEqual(related.other_id, self.second)
        self.assertEqual(pair.ticket_id, self.first, 'no ticket is linked with itself')
        self.first.action_unmerge()
        self.assertEqual(parent.ticket_id, self.first)
        self.assertEqual(related.other_id, self.first)

    def test_merge_makes_no_circle(self):
        """The child of the ticket that is merged away stays its own parent's parent."""
        self.link(self.second, self.third, 'parent')
        link = self.link(self.third, self.first, 'parent')
        self.first._merge_into(self.second)
        self.assertEqual(link.other_id, self.first)

    def test_deleted_tickets_take_their_links_along(self):
        self.link(self.first, self.second)
        self.first.unlink()
        self.assertFalse(self.Link.search([]))

    def test_queries_of_a_list(self):
        parents = self.make_tickets(20)
        for parent in parents:
            self.link(self.make_ticket(), parent, 'parent')
        tickets = parents.with_user(self.agent)
        self.assertEqual(tickets[0].open_child_count, 1)  # reads what a session reads once
        with self.assert_queries(30, tickets.env):
            tickets.mapped('open_child_count')


@tagged('post_install', '-at_install')
class TestIncident(LinkCommon):
    """A parent's children are answered and closed with it."""

    def make_children(self, count, **values):
        children = self.make_tickets(count, partner_id=self.customer.id, **values)
        self.Link.create([
            {'ticket_id': child.id, 'other_id': self.first.id, 'kind': 'parent'}
            for child in children])
        self.flush_tracking()
        return children

    def answer_all(self, body='<p>Works again</p>', **values):
        action = self.first.with_user(self.agent).action_answer_children()
        wizard = self.env[action['res_model']].with_user(self.agent).with_context(
            **action['context']).create({'body': body, **values})
        with self.mock_mail_gateway():
            wizard.action_send()
        return wizard

    def test_answer_all(self):
        children = self.make_children(3)
        children[2].stage_id = self.stage_solved
        nobody = self.make_ticket()
        self.link(nobody, self.first, 'parent')
        file = self.env['ir.attachment'].with_user(self.agent).create(
            {'name': 'plan.txt', 'raw': b'plan', 'res_model': 'helpdesk.lite.ticket.answer.all'})
        wizard = self.answer_all(attachment_ids=file.ids)
        self.assertEqual((wizard.child_count, wizard.left_out_count), (2, 1))
        self.assertEqual(len(self.sent_to('carla@customer.example.org')), 2)
        for child in children[:2]:
            message = child.message_ids[0]
            self.assertEqual(message.author_id, self.agent.partner_id)
            self.assertEqual(message.subtype_id, self.env.ref('mail.mt_comment'))
            self.assertEqual(message.attachment_ids.raw, b'plan')
            self.assertEqual(child.waiting_for, 'customer')
            self.assertTrue(child.first_response_date, 'it counts as an answer')
        self.assertNotIn('Works again', self.logs(children[2]) + self.logs(nobody))

    def test_nothing_to_send(self):
        for count, body in ((0, '<p>Text</p>'), (1, '<p><br></p>')):
            self.make_children(count)
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.answer_all(body)

    def test_a_hidden_child_gets_nothing(self):
        self.make_children(1)
        self.link(self.hidden, self.first, 'parent')
        self.answer_all()
        self.assertNotIn('Works again', self.logs(self.hidden))

    def test_all_or_nothing(self):
        children = self.make_children(2)
        post = type(children).message_post

        def fail(ticket, **values):
            if ticket == children[1]:
                raise ValueError('No')
            return post(ticket, **values)

        self.patch(type(children), 'message_post', fail)
        with self.assertRaises(ValueError), self.env.cr.savepoint():
            self.answer_all()
        self.assertNotIn('Works again', self.logs(children[0]))

    def test_queries_of_200(self):
        self.make_children(200)
        first = self.first.with_user(self.agent)
        with self.mock_mail_gateway(), self.assert_queries(200 * 40, first.env):
            first._answer_children(Markup('<p>Works again</p>'), self.env['ir.attachment'])

    def test_close_children(self):
        children = self.make_children(2)
        self.link(self.hidden, self.first, 'parent')
        self.first.with_user(self.agent).action_close_children()
        self.assertEqual(children.stage_id, self.stage_solved)
        self.assertFalse(self.hidden.is_closed)
        self.assertFalse(self.first.with_user(self.agent).open_child_count)

    def test_rights(self):
        self.make_children(1)
        for name in ('action_answer_children', 'action_close_children'):
            for user in (self.other_agent, self.employee, self.portal):
                with self.subTest(name=name, user=user.login), self.assertRaises(AccessError):
                    getattr(self.first.with_user(user), name)()


@tagged('post_install', '-at_install')
class TestSplit(LinkCommon):
    """A message becomes a ticket of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.partner_id = cls.customer
        cls.message = cls.first.message_post(
            body=Markup('<p>And my <b>printer</b> burns</p>'), author_id=cls.customer.id,
            message_type='comment', subtype_xmlid='mail.mt_comment',
            attachments=[('fire.txt', b'hot')])
        cls.stage_new.template_id = cls.env.ref(
            'helpdesk_lite.mail_template_request_acknowledgment')

    def split(self, message=None, user=None, ticket=None):
        with self.mock_mail_gateway():
            action = (ticket or self.first).with_user(user or self.agent).action_split(
                (message or self.message).id)
            self.flush_tracking()
        return self.env[action['res_model']].browse(action['res_id'])

    def test_split(self):
        ticket = self.split()
        self.assertIn('<b>printer</b>', ticket.description)
        self.assertRecordValues(ticket, [{
            'name': f'{self.first.name} (from {self.first.ticket_ref})',
            'team_id': self.team.id, 'partner_id': self.customer.id}])
        files = self.env['ir.attachment'].search(
            [('res_model', '=', ticket._name), ('res_id', '=', ticket.id)])
        self.assertEqual((files.name, files.raw), ('fire.txt', b'hot'))
        self.assertNotEqual(files, self.message.attachment_ids)
        self.assertEqual(ticket.with_user(self.agent).related_ticket_ids, self.first)
        self.assertIn(ticket.ticket_ref, self.logs(self.first))
        self.assertIn(self.first.ticket_ref, self.logs(ticket))
        self.assertFalse(self.sent_to('carla@customer.example.org'), 'no acknowledgement')

    def test_author(self):
        """Who is from outside becomes the customer; a colleague doesn't."""
        for author, address, customer in [
            (self.agent.partner_id, False, ''),
            (self.env['res.partner'], '"Kim" <kim@new.example.org>', 'kim@new.example.org'),
            (self.portal.partner_id, False, self.portal.email),
        ]:
            message = self.first.message_post(
                body='Text', message_type='email', subtype_xmlid='mail.mt_note',
                author_id=author.id, email_from=address or author.email_formatted)
            self.assertEqual(self.split(message).partner_id.email or '', customer)

    def test_subject_and_images(self):
        file = self.env['ir.attachment'].create(
            {'name': 'a.png', 'raw': b'x', 'res_model': 'mail.compose.message', 'res_id': 0})
        message = self.first.message_post(
            body=Markup('<img src="/web/image/%s?access_token=abc"/>') % file.id,
            subject='Printer', message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=self.customer.id)
        message.attachment_ids = file
        ticket = self.split(message)
        self.assertEqual(ticket.name, 'Printer')
        self.assertNotIn(f'/web/image/{file.id}?', ticket.description)
        self.assertIn('/web/image/', ticket.description)

    def test_what_cannot_be_split(self):
        elsewhere = self.second.message_post(body='Elsewhere', message_type='comment')
        note = self.first._message_log(body='The system says')
        contact = self.customer.message_post(body='Contact', message_type='comment')
        for message_id in (elsewhere.id, note.id, contact.id, 0, 'x', None, 2 ** 31 - 1):
            with self.subTest(message_id=message_id), self.assertRaises(UserError):
                self.first.with_user(self.agent).action_split(message_id)

    def test_rights(self):
        self.first.message_subscribe(self.portal.partner_id.ids)
        for user in (self.portal, self.employee, self.other_agent):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.first.with_user(user).action_split(self.message.id)
        secret = self.hidden.message_post(body='Secret', message_type='comment')
        with self.assertRaises(AccessError):
            self.hidden.with_user(self.agent).action_split(secret.id)
