import io

from odoo import http
from odoo.tests import mute_logger, tagged

from .common import BOUNDARY, TICKET, PortalCommon

NOTE = 'Internal: customer is difficult'


@tagged('post_install', '-at_install')
class TestChatter(PortalCommon):
    """portal's and mail's own routes: reading, posting, files; by right and by link."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        post = cls.ticket.with_user(cls.agent).message_post
        cls.public = post(
            body='We look into it', message_type='comment', subtype_xmlid='mail.mt_comment',
            attachments=[('answer.txt', b'public file')])
        cls.note = post(
            body=NOTE, message_type='comment', subtype_xmlid='mail.mt_note',
            attachments=[('note.txt', b'secret file')])
        cls.internal = post(
            body=f'{NOTE} too', message_type='comment', subtype_xmlid='mail.mt_comment')
        cls.internal.is_internal = True
        cls.loose = cls.env['ir.attachment'].create({
            'name': 'loose.txt', 'raw': b'secret file', 'res_model': TICKET,
            'res_id': cls.ticket.id})
        cls.env.flush_all()

    def access(self, ticket=None):
        return {'token': self.token(ticket or self.ticket)}

    def mail_access(self, partner=None):
        """What a link in a mail says besides the token."""
        partner = partner or self.portal.partner_id
        return {**self.access(), 'pid': partner.id, 'hash': self.ticket._sign_token(partner.id)}

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def test_notes_are_nowhere(self):
        for user, access in (
            (None, self.access()), (None, self.mail_access()), (self.portal, {}),
            (self.portal, self.access()), (self.employee, self.access()),
            (self.agent, {}),  # who previews sees what the customer sees
        ):
            self.login(user)
            answer = self.fetch(self.ticket, access)
            self.assertEqual(answer['result']['messages'], self.public.ids, (user, access))
            self.assertNotIn(NOTE, str(answer))
        own = f'/my/ticket/{self.ticket.id}'
        for user, url in ((None, self.link(self.ticket)), (self.portal, own)):
            self.login(user)
            page = self.get(url).text
            self.assertNotIn('difficult', page)
            self.assertNotIn('note.txt', page)
            self.assertNotIn('loose.txt', page)
            self.assertIn('answer.txt', page)

    def test_link_opens_messages_of_its_own_ticket_only(self):
        wrong = {'token': self.token(self.other_ticket)}
        for access in ({}, wrong, {'token': 'x'}, {'token': 'ü'}, {'token': ['x']}, {'token': None},
                       {'hash': 'x', 'pid': self.portal.partner_id.id}):
            with mute_logger('odoo.http'):
                self.assertIn('error', self.fetch(self.ticket, access), access)
                self.assertIn('error', self.post_message(self.ticket, access=access), access)
        self.assertNotIn('Hello', str(self.ticket.message_ids.mapped('body')))

    def test_absurd_ids(self):
        for thread_id in (0, -1, BOUNDARY, BOUNDARY + 1, 10**30):
            params = {'thread_model': TICKET, 'thread_id': thread_id, 'token': 'x'}
            for url, more in (('/mail/chatter_fetch', {}), ('/mail/message/post', {
                    'post_data': {'body': 'x'}})):
                answer = self.rpc(url, {**params, **more})
                self.assertEqual(answer['error']['code'], 404, (url, thread_id))

    def test_thread_data_by_link(self):
        """The route of the web client would give out followers and all files of the ticket."""
        wanted = ['attachments', 'followers', 'activities', 'suggestedRecipients',
                  'scheduledMessages', 'contact_fields', 'display_name']
        for access in (self.access(), self.mail_access()):
            answer = self.rpc('/mail/data', {'fetch_params': [['mail.thread', {
                'thread_model': TICKET, 'thread_id': self.ticket.id, 'request_list': wanted,
                'access_params': access}]]})
            text = str(answer)
            self.assertNotIn('note.txt', text)
            self.assertNotIn('loose.txt', text)
            self.assertNotIn('staff.example.com', text)
            self.assertNotIn('mail.followers', text)

    def test_private_message_by_id(self):
        """No route gives an internal message to who guesses its id."""
        for message in (self.note, self.internal):
            with mute_logger('odoo.http'):
                for url, params in (
                    ('/mail/message/reaction', {'content': 'x', 'action': 'add'}),
                    ('/mail/message/update_content', {'update_data': {'body': 'x'}}),
                ):
                    answer = self.rpc(
                        url, {'message_id': message.id, **params, **self.mail_access()})
                    self.assertIn('error', answer)
            self.assertFalse(message.sudo().reaction_ids)
            self.assertIn(NOTE, message.body)

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def test_files_of_notes_by_guessed_ids(self):
        for user in (None, self.portal, self.portal_stranger):
            self.login(user)
            for file in self.note.attachment_ids | self.loose:
                for query in ('', f'?access_token={self.token(self.ticket)}', '?access_token=x'):
                    for path in (f'/web/content/{file.id}', f'/web/image/{file.id}'):
                        with mute_logger('odoo.http', 'odoo.addons.base.models.ir_binary'):
                            response = self.url_open(path + query)
                        self.assertNotIn('secret file', response.text)

    def test_file_of_public_message(self):
        link = self.page(self.link(self.ticket)).xpath("//a[contains(@href, '/web/content')]/@href")
        self.assertEqual(self.url_open(link[0]).text, 'public file')

    def test_addresses_of_files_stop_working_with_the_access(self):
        link = self.page(self.link(self.ticket)).xpath("//a[contains(@href, '/web/content')]/@href")
        self.team.privacy_visibility = 'internal'
        self.env.flush_all()
        self.assertNotIn('public file', self.url_open(link[0]).text)
        self.login(self.portal)
        self.assertNotIn('public file', self.url_open(link[0]).text)
        self.login(self.agent)
        self.assertEqual(self.url_open(link[0]).text, 'public file')

    def get_file_links(self, page_url):
        """Addresses of the public file as a page and its chatter have them."""
        page, = self.page(page_url).xpath("//a[contains(@href, '/web/content')]/@href")
        answer = self.fetch(self.ticket, {'token': self.token(self.ticket)} if '?' in page_url
                            else {})
        message, = answer['result']['data']['mail.message']
        file, = message['attachment_ids']
        links = [page, *(
            f'/web/{kind}/{file["id"]}?access_token={file["raw_access_token"]}'
            for kind in ('content', 'image'))]
        for link in links:
            self.assertOpens(link)
        return links

    def assertOpens(self, link, opens=True):
        with mute_logger('odoo.http', 'odoo.addons.base.models.ir_binary'):
            response = self.get(link)
        if '/web/image/' not in link:  # text is no picture: Odoo shows another one
            self.assertEqual('public file' in response.text, opens, link)
        self.assertEqual(response.status_code == 200 and b'public' in response.content, opens, link)

    def test_addresses_of_files_stop_working_with_the_link(self):
        mine = f'/my/ticket/{self.ticket.id}'
        by_link = self.get_file_links(self.link(self.ticket))
        self.login(self.portal)
        by_right = self.get_file_links(mine)
        self.ticket.with_user(self.manager).action_reset_portal_link()
        self.env.flush_all()
        for link in by_right:  # who is logged in sees the ticket without the link
            self.assertOpens(link)
        self.login(None)
        for link in by_link + by_right:
            self.assertOpens(link, opens=False)
        self.get_file_links(self.link(self.ticket))
        for link in by_link + by_right:  # a new link doesn't revive the old one's
            self.assertOpens(link, opens=False)
        self.login(self.portal)
        self.ticket.message_unsubscribe(self.portal.partner_id.ids)
        self.env.flush_all()
        for link in by_link + by_right:
            self.assertOpens(link, opens=False)

    def test_address_of_another_file(self):
        """A signature is its own file's, also for who knows two."""
        link = self.get_file_links(self.link(self.ticket))[0]
        self.note.attachment_ids.flush_recordset()
        note = self.note.attachment_ids.id
        self.assertOpens(link.replace(str(self.public.attachment_ids.id), str(note)), opens=False)
        for token in ('x', 'x.y', '.', 'ü', '', link.rpartition('.')[2]):
            self.assertOpens(
                f'/web/content/{self.public.attachment_ids.id}?access_token={token}', opens=False)

    def upload(self, name, content, access=None, **data):
        return self.url_open('/mail/attachment/upload', data={
            'thread_model': TICKET, 'thread_id': self.ticket.id, 'is_pending': 'true', **data,
            **(access or {}), 'csrf_token': self.csrf_token()},
            files={'ufile': (name, io.BytesIO(content))})

    def csrf_token(self):
        return http.Request.csrf_token(self)

    def test_answer_with_file_by_link(self):
        access = self.mail_access()
        answer = self.upload('../../etc/photo.txt', b'my file', access).json()['data']
        file = self.env['ir.attachment'].browse(answer['attachment_id'])
        self.assertEqual((file.name, file.res_model, file.res_id), (
            'photo.txt', 'mail.compose.message', 0))
        token = answer['store_data']['ir.attachment'][0]['ownership_token']
        posted = self.post_message(
            self.ticket, 'See the file', access, attachment_ids=file.ids, attachment_tokens=[token])
        message = self.env['mail.message'].browse(posted['result']['message_id'])
        self.assertEqual(message.attachment_ids, file)
        self.assertEqual((file.res_model, file.res_id), (TICKET, self.ticket.id))
        self.assertIn('photo.txt', self.get(self.link(self.ticket)).text)

    def test_files_are_never_put_on_the_ticket_without_a_message(self):
        answer = self.upload('x.txt', b'x', self.access(), is_pending='false').json()['data']
        file = self.env['ir.attachment'].browse(answer['attachment_id'])
        self.assertEqual(file.res_model, 'mail.compose.message')

    def test_no_upload_without_access(self):
        for access in ({}, {'token': 'x'}, {'token': self.token(self.other_ticket)}):
            self.assertEqual(self.upload('x.txt', b'x', access).status_code, 404)

    def test_foreign_file_is_not_taken_along(self):
        foreign = self.note.attachment_ids
        with mute_logger('odoo.http'):
            answer = self.post_message(
                self.ticket, 'x', self.access(), attachment_ids=foreign.ids,
                attachment_tokens=['x'])
        self.assertIn('error', answer)

    # ------------------------------------------------------------------
    # Posting
    # ------------------------------------------------------------------

    def test_answer_by_link_is_the_customers(self):
        for access in (self.access(), self.mail_access()):
            answer = self.post_message(self.ticket, 'It works', access)
            message = self.env['mail.message'].browse(answer['result']['message_id'])
            self.assertEqual(message.author_id, self.portal.partner_id)
            self.assertEqual(message.subtype_id, self.env.ref('mail.mt_comment'))
            self.assertFalse(message.is_internal)
        self.env.invalidate_all()
        self.assertEqual(self.ticket.waiting_for, 'desk')

    def test_answer_of_the_contact_whom_the_link_was_sent_to(self):
        answer = self.post_message(self.ticket, 'Me', self.mail_access(self.customer))
        message = self.env['mail.message'].browse(answer['result']['message_id'])
        self.assertEqual(message.author_id, self.customer)

    def test_customers_post_public_comments_and_nothing_else(self):
        before = self.agent.partner_id.ids
        for user, access in ((None, self.mail_access()), (self.portal, {})):
            self.login(user)
            answer = self.rpc('/mail/message/post', {
                'thread_model': TICKET, 'thread_id': self.ticket.id, **access,
                'context': {'helpdesk_lite_automatic_mail': True, 'default_is_internal': True,
                            'default_author_id': self.agent.partner_id.id},
                'post_data': {
                    'body': 'Hello <script>alert(1)</script>', 'message_type': 'notification',
                    'subtype_xmlid': 'mail.mt_note', 'partner_ids': before, 'is_internal': True,
                    'author_id': self.agent.partner_id.id, 'email_from': 'x@example.com',
                    'stage_id': self.stage_solved.id}})
            message = self.env['mail.message'].browse(answer['result']['message_id'])
            self.assertEqual(message.message_type, 'comment')
            self.assertEqual(message.subtype_id, self.env.ref('mail.mt_comment'))
            self.assertFalse(message.is_internal)
            self.assertEqual(message.author_id, self.portal.partner_id)
            self.assertFalse(message.partner_ids)
            self.assertNotIn('<script>', message.body)

    def test_customer_edits_own_message_only(self):
        access = self.mail_access()
        posted = self.post_message(self.ticket, 'Typo', access)['result']['message_id']
        answer = self.rpc('/mail/message/update_content', {
            'message_id': posted, 'update_data': {'body': 'Corrected'}, **access})
        self.assertIn('result', answer)
        self.assertIn('Corrected', self.env['mail.message'].browse(posted).body)
        with mute_logger('odoo.http'):
            answer = self.rpc('/mail/message/update_content', {
                'message_id': self.public.id, 'update_data': {'body': 'Forged'}, **access})
        self.assertIn('error', answer)

    def test_agents_still_write_notes(self):
        self.login(self.agent)
        answer = self.post_message(self.ticket, 'Note', subtype_xmlid='mail.mt_note')
        message = self.env['mail.message'].browse(answer['result']['message_id'])
        self.assertEqual(message.subtype_id, self.env.ref('mail.mt_note'))

    def test_reaction_by_link(self):
        answer = self.rpc('/mail/message/reaction', {
            'message_id': self.public.id, 'content': '👍', 'action': 'add', **self.access()})
        self.assertIn('result', answer)
        self.assertEqual(self.public.sudo().reaction_ids.partner_id, self.portal.partner_id)

    def test_chatter_init(self):
        for access in (
            self.access(), self.mail_access(), {'token': 'ü'}, {'hash': 'ü', 'pid': 'x'},
        ):
            answer = self.rpc('/portal/chatter_init', {
                'thread_model': TICKET, 'thread_id': self.ticket.id, **access})
            self.assertIn('result', answer)
            self.assertNotIn(self.agent.email, str(answer))
