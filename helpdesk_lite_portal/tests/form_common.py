import re
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tools.misc import hmac

from odoo.addons.helpdesk_lite_portal.controllers.form import HONEYPOT

from .common import TICKET, PortalCommon

REQUEST = {
    'name': 'Vera Visitor', 'email': 'vera@visitor.example.net', 'phone': '+32 2 123 45 67',
    'subject': 'The door is locked', 'message': 'I can not get in.\nPlease help.',
}


class FormCommon(PortalCommon):
    """A visitor with the public form of ``team`` open for as long as people need."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({'use_website_form': True, 'description': '<p>We answer in a day.</p>'})
        cls.set_limit('form_limit', 1000)
        cls.set_limit('form_min_seconds', 2)
        cls.env['helpdesk.lite.form.post'].search([]).unlink()
        cls.path = cls.team._get_form_path()
        cls.env.flush_all()

    @classmethod
    def set_limit(cls, name, value):
        cls.env['ir.config_parameter'].set_param(f'helpdesk_lite_portal.{name}', str(value))

    def open_form(self, path=None, seconds=10):
        """The hidden fields of the form, as if it had been opened so many seconds ago."""
        page = html.fromstring(self.get(path or self.path).content)
        form, = page.xpath("//form[contains(@class, 'o_helpdesk_lite_form')]")
        hidden = {
            field.get('name'): field.get('value') or ''
            for field in form.xpath(".//input[@type='hidden']") if field.get('name')}
        return {**hidden, 'stamp': self.age_stamp(hidden['stamp'], seconds)}

    def age_stamp(self, stamp, seconds):
        """A stamp as the server would have signed it so many seconds ago."""
        shown, nonce, _signature = stamp.split('.')
        text = f'{int(shown) - seconds}.{nonce}'
        signature = hmac(
            self.env(su=True), 'helpdesk_lite_portal.stamp', f'{self.team.id}.{text}')
        return f'{text}.{signature}'

    def send(self, values=None, files=(), path=None, hidden=None, **kwargs):
        data = {**(hidden or self.open_form(path)), HONEYPOT: '', **REQUEST, **(values or {})}
        return self.post(path or self.path, data, csrf=False, files=[
            ('attachments', file) for file in files], **kwargs)

    def tickets(self):
        self.env.invalidate_all()
        return self.env[TICKET].search([
            ('team_id', '=', self.team.id),
            ('id', 'not in', (self.ticket | self.other_ticket).ids)], order='id')

    def assert_refused(self, response, field=None, status=200):
        """The form is there again, with an error by the field, and no ticket was made."""
        self.assertEqual(response.status_code, status, response.text[:300])
        page = html.fromstring(response.content)
        self.assertTrue(page.xpath("//div[@id='form_error']"), 'no error is shown')
        if field:
            control, = page.xpath(f"//*[@id='{field}']")
            self.assertEqual(control.get('aria-invalid'), 'true', field)
            described = control.get('aria-describedby')
            self.assertTrue(page.xpath(f"//*[@id='{described}']")[0].text_content().strip())
        self.assertFalse(self.tickets())
        return page

    def assert_sent(self, response):
        """The visitor is led to the page of thanks; return the ticket."""
        self.assertEqual(response.status_code, 303, re.sub(r'\s+', ' ', response.text)[:2000])
        self.assertTrue(response.headers['Location'].endswith(f'{self.path}/thanks'))
        return self.tickets()[-1:]

    def later(self, **delta):
        return fields.Datetime.now() + timedelta(**delta)
