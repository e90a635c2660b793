from hashlib import sha256

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, file_open
from odoo.tools.convert import xml_import

DATA = 'helpdesk_lite/data/mail_template_data.xml'
XMLID = 'mail_template_request_acknowledgment'
# What 19.0.1.0.0 shipped, as `get_digest` sees it: (English, Korean)
SHIPPED = {
    'name': ('dd75fe303c5253b1', 'd0f321fa5cee466f'),
    'description': ('746eb7e9a32ca7ca', 'e83887ea004eb00b'),
    'body_html': ('8a25cb17cabf57ac', '8095f548ad46d72b'),
}


def migrate(cr, version):
    """Give Request Acknowledgment its new texts, where nobody changed the old ones.

    Data files leave an existing template alone, since it may be somebody's own. Korean is taken
    out here: Odoo fills in what a language lacks right after this.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    template = env.ref(f'helpdesk_lite.{XMLID}', raise_if_not_found=False)
    names = template and [
        name for name, digests in SHIPPED.items() if forget(cr, template.id, name, *digests)]
    if names:
        template.invalidate_recordset()
        load(env, names)


def forget(cr, template_id, name, english, korean):
    """Whether the English text is the shipped one; the Korean one is removed if it is, too."""
    column = SQL.identifier(name)
    cr.execute(SQL('SELECT %s FROM mail_template WHERE id = %s', column, template_id))
    texts = cr.fetchone()[0] or {}
    if get_digest(texts.get('en_US')) != english:
        return False
    if get_digest(texts.get('ko_KR')) == korean:
        cr.execute(SQL("UPDATE mail_template SET %s = %s - 'ko_KR' WHERE id = %s",
                       column, column, template_id))
    return True


def get_digest(text):
    """Tell a text from any other, but for its spaces."""
    return sha256(' '.join((text or '').split()).encode()).hexdigest()[:16]


def load(env, names):
    """Write these fields of the template as its data file has them."""
    with file_open(DATA, 'rb') as file:
        record = etree.parse(file).find(f".//record[@id='{XMLID}']")
    for field in record.findall('field'):
        if field.get('name') not in names:
            record.remove(field)
    xml_import(env, 'helpdesk_lite', {}, 'init', noupdate=True)._tag_record(record)
