"""What is to be seen: one request on its way through the helpdesk, beside the demo data."""

import email
import email.message
import email.policy
import io
import sys
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SUBJECT = 'Two more ovens for our service contract'
CUSTOMER, PASSWORD = 'helena', 'helena'
VISITOR_NAME, VISITOR_EMAIL = 'Emily Tran', 'emily.tran@example.com'
FORM_SUBJECT = 'Which oven fits into a small office kitchen?'
REQUEST = """\
<p>Hello,</p>
<p>we opened a shop in Antwerp on Monday and took over two of your ovens with it. Could you add them
to our contract? Their numbers are in the file.</p>
<p>Helena Maes</p>
"""
ANSWER = '<p>From the first of next month, please. Thank you!</p>'
REPLY = ('Hello Helena, congratulations on the new shop! Both ovens are still under warranty. '
         'From which day on shall the contract cover them?')

REPETITIONS = (
    ('Glass door cracked on arrival', 'The glass of the oven door has a crack across the corner.'),
    ('Cracked glass door: any news?', 'When does the new glass for the oven door arrive?'),
)


def speak(server, lang):
    """Give the people of the pictures a language, and load it where it is missing."""
    language, = server.search(
        'res.lang', [('code', '=', lang)], context={'active_test': False}, limit=1)
    if not server.read('res.lang', language, 'active')['active']:
        wizard, = server.call(
            'base.language.install', 'create', [{'lang_ids': [(6, 0, [language])]}])
        server.call('base.language.install', 'lang_install', [wizard])
        server.undo.append(lambda: server.call('res.lang', 'write', [language], {'active': False}))
    for name in ('base.main_partner', 'base.partner_admin',  # the company: what the system logs
                 'helpdesk_lite.res_partner_helena_demo'):
        server.change('res.partner', server.ref(name), lang=lang)
    server.lang = lang


def prepare(server, outbox):
    """Tell the story of one request.

    :param outbox: the folder where the served Odoo's mails go
    :return dict: what the pictures refer to by name
    """
    quiet_crons(server)
    team = server.ref('helpdesk_lite.helpdesk_lite_team_care_demo')
    stage = server.ref('helpdesk_lite.stage_new')
    server.change('helpdesk.lite.stage', stage, sms_template_id=server.ref(
        'helpdesk_lite_sms.sms_template_ticket_received'))
    ticket = receive(server)
    server.remove_later('helpdesk.lite.ticket', [('name', '=', FORM_SUBJECT)])
    found = server.read('helpdesk.lite.ticket', ticket, 'ticket_ref', 'access_token')
    return {
        'team': team, 'stage': stage, 'ticket': ticket, 'token': found['access_token'],
        'original': server.ref('helpdesk_lite.helpdesk_lite_ticket_glass_door_demo'),
        'duplicates': ', '.join(str(number) for number in repeat(server, team)),
        'mail': find_mail(outbox, found['ticket_ref']),
    }


def quiet_crons(server):
    """Nobody closes tickets, nor hands SMS to a provider, while pictures are taken."""
    for name in ('helpdesk_lite.ir_cron_auto_close_ticket', 'sms.ir_cron_sms_scheduler_action'):
        server.change('ir.cron', server.ref(name), active=False)


def receive(server):
    """The request comes by mail, is acknowledged, assigned, answered and taken on: its number."""
    ticket = server.tell('mail.thread', 'message_process', False, write_mail(
        SUBJECT, REQUEST, document=print_plates()))
    server.remove_later('helpdesk.lite.ticket', [('id', '=', ticket)])
    server.call('helpdesk.lite.ticket', 'write', [ticket], {
        'priority': '1', 'tag_ids': [(4, server.ref('helpdesk_lite.helpdesk_lite_tag_vip_demo'))],
        'properties': {'order_number': 'SO-20431', 'product_line': 'oven'},
    })
    found = server.read('helpdesk.lite.ticket', ticket, 'ticket_ref', 'user_id')
    author = server.read('res.users', found['user_id'], 'partner_id')['partner_id']
    server.tell('helpdesk.lite.ticket', 'message_post', [ticket], body=REPLY, author_id=author,
                message_type='comment', subtype_xmlid='mail.mt_comment')
    server.tell('helpdesk.lite.ticket', 'write', [ticket], {
        'stage_id': server.ref('helpdesk_lite.stage_in_progress')})
    server.tell('mail.thread', 'message_process', False, write_mail(
        f'Re: [{found["ticket_ref"]}] {SUBJECT}', ANSWER))
    server.remove_later('sms.sms', [('mail_message_id.res_id', '=', ticket)])
    server.call('mail.mail', 'process_email_queue')
    return ticket


def repeat(server, team):
    """A customer asks for the same thing again, twice."""
    customer = server.ref('helpdesk_lite.res_partner_tom_demo')
    return [
        server.make('helpdesk.lite.ticket', team_id=team, partner_id=customer, name=name,
                    description=f'<p>{text}</p>')
        for name, text in REPETITIONS]


def write_mail(subject, body, document=None):
    """A mail of the customer to the team.

    :param bytes document: a PDF file to attach
    """
    message = email.message.EmailMessage()
    message['Message-ID'] = f'<{time.time_ns()}@northwind.example.com>'
    message['From'] = '"Helena Maes" <helena.maes@northwind.example.com>'
    message['To'] = 'support@helpdesk.example.com'
    message['Subject'] = subject
    message.set_content(body, subtype='html')
    if document:
        message.add_attachment(document, 'application', 'pdf', filename='type-plates.pdf')
    return message.as_string()


def print_plates():
    """A PDF file with the ovens' type plates."""
    image = Image.new('RGB', (480, 160), 'white')
    draw = ImageDraw.Draw(image)
    for top, line in ((30, 'Type D-200   No. 4471 0092'), (90, 'Type D-200   No. 4471 0117')):
        draw.text((40, top), line, 'black', ImageFont.load_default(28))
    stream = io.BytesIO()
    image.save(stream, 'pdf')
    return stream.getvalue()


def find_mail(outbox, reference):
    """The acknowledgement: the first mail to the customer with this reference, as a web page."""
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        for path in sorted(Path(outbox).glob('*.eml'), reverse=True):  # of an earlier run?
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if message['Subject'].startswith(f'[{reference}]') and is_acknowledgement(message):
                return as_page(message)
        time.sleep(0.5)
    sys.exit(f'error: No acknowledgement of {reference} came into {outbox}.')


def is_acknowledgement(message):
    """Mails of stages come from the team's own address."""
    return 'support@' in message['From'] and 'helena' in message['To']


def as_page(message):
    """A mail with its head, as a program shows it."""
    head = ''.join(
        f'<div><span style="color:#888">{name}:</span> {escape(message[name])}</div>'
        for name in ('From', 'To', 'Subject'))
    body = message.get_body(('html',)).get_content()
    return (
        '<meta charset="utf-8"><body style="margin:24px;font-family:sans-serif;font-size:14px">'
        '<div style="border-bottom:1px solid #ddd;padding-bottom:12px;margin-bottom:12px;'
        f'line-height:1.6">{head}</div>{body}')


def escape(text):
    return str(text).replace('&', '&amp;').replace('<', '&lt;')
