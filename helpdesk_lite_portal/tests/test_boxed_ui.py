from odoo.tests import tagged
from odoo.tools import SQL

from .common import PortalCommon

# As if it had come through everything: straight into the database
OVERLAY = (
    '<a id="evil" href="https://evil.example.com" style="position:fixed;top:0;left:0;width:100%;'
    'height:100%;z-index:99999;background:red">Sign in again</a><p>My invoice is wrong</p>')
# What is drawn on top at places of the page, below which the stranger's text was found
LOOK = """(async () => {
    const roots = () => [
        document, ...[...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)];
    const evil = () => roots().flatMap((root) => [...root.querySelectorAll('%(text)s')]);
    for (let tries = 0; evil().length < %(count)s; tries++) {
        if (tries > 200) { throw new Error(`only ${evil().length} texts of the stranger`); }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    window.scrollTo(0, 0);
    for (const [x, y] of [[5, 5], [innerWidth / 2, 15], [innerWidth - 20, 15], [30, 60]]) {
        const path = roots().map((root) => root.elementFromPoint(x, y)).filter(Boolean);
        if (path.some((element) => evil().some((text) => text.contains(element)))) {
            throw new Error(`a stranger covers ${x}, ${y}`);
        }
    }
    console.log('test successful');
})()"""


@tagged('post_install', '-at_install')
class TestBoxedUi(PortalCommon):
    """What a stranger wrote covers nothing of the page, in Chromium."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.message = cls.ticket.message_post(
            body='<p>x</p>', body_is_html=True, message_type='comment',
            subtype_xmlid='mail.mt_comment', author_id=cls.portal.partner_id.id)
        cls.env.flush_all()

    def let_through(self):
        """Let the text come through all that makes it safe: the box on the page holds it."""
        self.env.cr.execute(SQL(
            'UPDATE helpdesk_lite_ticket SET description = %s WHERE id = %s',
            OVERLAY, self.ticket.id))
        self.env.cr.execute(SQL(
            'UPDATE mail_message SET body = %s WHERE id = %s', OVERLAY, self.message.id))
        self.env.invalidate_all()

    def write_as_usual(self):
        self.ticket.description = OVERLAY
        self.message.body = OVERLAY
        self.env.flush_all()

    def look(self, url, login, text, count):
        self.browser_js(url, LOOK % {'text': text, 'count': count}, login=login)

    def test_agent(self):
        url = f'/odoo/action-helpdesk_lite.helpdesk_lite_ticket_action_all/{self.ticket.id}'
        self.write_as_usual()
        self.look(url, 'hdl_agent', 'a[href*="evil.example"]', 2)
        self.let_through()
        self.look(url, 'hdl_agent', '#evil', 2)

    def test_customer(self):
        self.write_as_usual()
        self.look(self.link(self.ticket), None, 'a[href*="evil.example"]', 2)
        self.let_through()
        self.look(self.link(self.ticket), None, '#evil', 2)
