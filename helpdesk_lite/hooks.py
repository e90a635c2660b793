import logging
import re

from lxml import etree
from psycopg2 import Error

from odoo.exceptions import UserError
from odoo.modules.db import has_trigram
from odoo.modules.module import Manifest
from odoo.tools import SQL, file_open, mute_logger
from odoo.tools.convert import convert_file
from odoo.tools.sql import table_exists

_logger = logging.getLogger(__name__)

MODELS = (
    'helpdesk.lite.ticket', 'helpdesk.lite.team', 'helpdesk.lite.stage', 'helpdesk.lite.tag',
    'helpdesk.lite.ticket.merge', 'helpdesk.lite.ticket.merge.line',
    'helpdesk.lite.ticket.merge.log', 'helpdesk.lite.ticket.closing', 'helpdesk.lite.ticket.link',
    'helpdesk.lite.sla', 'helpdesk.lite.sla.status', 'helpdesk.lite.sla.event',
    'helpdesk.lite.sla.escalation', 'helpdesk.lite.sla.escalation.done', 'helpdesk.lite.macro',
)

# Rows that name one of our models by a text that no foreign key ties to it: (table, column)
ROWS_BY_MODEL_NAME = (
    ('rating_rating', 'res_model'),
    ('rating_rating', 'parent_res_model'),
    ('mail_followers', 'res_model'),
    ('mail_message', 'model'),
    ('mail_scheduled_message', 'model'),
    ('mail_activity', 'res_model'),
    ('ir_attachment', 'res_model'),
    ('ir_filters', 'model_id'),
    ('ir_exports', 'resource'),
    ('mail_message_subtype', 'res_model'),
    ('mail_activity_type', 'res_model'),
    ('mail_activity_plan', 'res_model'),
    ('base_import_mapping', 'res_model'),
)


def pre_init_hook(env):
    """Make sure that PostgreSQL compares texts by trigrams (pg_trgm).

    The extension is a trusted one: whoever owns the database may create it.

    :raise UserError: where it can't be made; the text says what to do
    """
    if not has_trigram(env.cr):
        try:
            with env.cr.savepoint(), mute_logger('odoo.sql_db'):
                env.cr.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')
        except Error as error:
            raise UserError(env._(
                'Helpdesk Lite compares tickets by the extension pg_trgm of PostgreSQL, which the '
                'database %(database)s lacks and this user of the database may not create: '
                '%(error)s\nAsk the administrator of the database server to install '
                "PostgreSQL's contributed modules (on Debian and Ubuntu they come with the server) "
                'and to run, in this database: CREATE EXTENSION pg_trgm; Then install again.',
                database=env.cr.dbname, error=str(error).strip())) from error
        env.registry.has_trigram = has_trigram(env.cr)
    env.cr.execute("SELECT show_trgm('한글') = '{}'")
    if env.cr.fetchone()[0]:
        _logger.warning(
            'The database %s has the character type "C": to PostgreSQL only unaccented Latin '
            'letters are letters there, and the similarity of Korean and other tickets will be too '
            'low. Create databases with the character type C.UTF-8 or that of a language.',
            env.cr.dbname)


# What users make for a model and nothing ties to the module: (model, field that names it). In this
# order: what depends on another comes before it.
RECORDS_BY_MODEL_NAME = (
    ('mail.activity.plan.template', 'activity_type_id.res_model'),
    ('ir.embedded.actions', 'parent_res_model'),
    ('res.users.settings.embedded.action', 'res_model'),
    ('ir.cron', 'model_id.model'),
    ('ir.actions.server', 'model_id.model'),
    ('base.automation', 'model_id.model'),  # of a module that needn't be there
    ('ir.ui.view', 'model'),
    ('ir.sequence', 'code'),
)


def get_external_ids(env, modules):
    """Ids of the records with an external id of these modules: ``{model: {id, …}}``."""
    ids = {}
    for data in env['ir.model.data'].search_read(
            [('module', 'in', modules)], ['model', 'res_id'], load=None):
        ids.setdefault(data['model'], set()).add(data['res_id'])
    return ids


def escape_like(text):
    r"""`text` as a pattern of SQL's LIKE that matches it alone: ``_`` and ``%`` are wildcards."""
    return re.sub(r'([\\%_])', r'\\\1', text)


def _remove_records_of_users(env):
    """Remove what users made of other models for ours, with what hangs on it."""
    env = env(context={**env.context, 'active_test': False})
    # what goes with this module: Odoo removes their records itself, with the external ids
    leaving = env['ir.module.module'].search([('state', '=', 'to remove')]).mapped('name')
    own = get_external_ids(env, [*leaving, 'helpdesk_lite'])
    actions = env['ir.actions.act_window'].search([('res_model', 'in', MODELS)])
    actions = actions.filtered(lambda action: action.id not in own.get(action._name, ()))
    env['ir.ui.menu'].search([
        ('action', 'in', [f'ir.actions.act_window,{id_}' for id_ in actions.ids]),
    ]).unlink()
    for model, field in RECORDS_BY_MODEL_NAME:
        if model not in env:
            continue
        records = env[model].search([(field, 'in', MODELS)])
        records.filtered(lambda record: record.id not in own.get(record._name, ())).unlink()
    actions.unlink()
    names = [f'model_inherit__{model.replace(".", "_")}__' for model in MODELS]
    env['ir.model.data'].search([
        ('model', '=', 'ir.model.inherit'), *['|'] * (len(names) - 1),
        *(('name', '=like', f'{escape_like(name)}%') for name in names),
    ]).unlink()


def _remove_aliases(cr):
    """Remove the aliases that make our records; let go those that merely belong to one of ours.

    An alias of another model stays, whichever record it is shown with.
    """
    cr.execute(SQL(
        """DELETE FROM mail_alias USING ir_model model
            WHERE model.id = alias_model_id AND model.model IN %s""", MODELS))
    cr.execute(SQL(
        """UPDATE mail_alias SET alias_parent_model_id = NULL, alias_parent_thread_id = NULL
             FROM ir_model model
            WHERE model.id = alias_parent_model_id AND model.model IN %s""", MODELS))


def uninstall_hook(env):
    """Remove what Odoo leaves of an uninstalled module.

    Odoo drops tables, columns and records with an xmlid of the module. Rows that only name a
    model, and what users made for it by themselves, stay; here they go.
    """
    _remove_records_of_users(env)
    env.flush_all()
    cr = env.cr
    cr.execute(SQL(
        'DELETE FROM mail_mail WHERE mail_message_id IN '
        '(SELECT id FROM mail_message WHERE model IN %s)', MODELS))
    for table, column in ROWS_BY_MODEL_NAME:
        if not table_exists(cr, table):
            continue  # of a module that needn't be there
        cr.execute(SQL(
            'DELETE FROM %s WHERE %s IN %s',
            SQL.identifier(table), SQL.identifier(column), MODELS))
    cr.execute(SQL(
        'DELETE FROM ir_config_parameter WHERE key LIKE %s', f'{escape_like("helpdesk_lite.")}%'))
    # a team's alias can't go before the team
    cr.execute('DELETE FROM helpdesk_lite_ticket')
    cr.execute('DELETE FROM helpdesk_lite_team')
    _remove_aliases(cr)
    env.invalidate_all(flush=False)


def reload_rules(env, module):
    """Bring the record rules of a module to what it ships: see ``migrations/``.

    Rules are ``noupdate``: a mere update leaves to an administrator what they made of them. But a
    database must not keep a rule that was wrong; so whatever version changes a rule calls this in
    a migration.
    """
    owned = env['ir.model.data'].search([('module', '=', module), ('model', '=', 'ir.rule')])
    env['ir.rule'].browse(owned.mapped('res_id')).exists().unlink()
    owned.exists().unlink()
    for path in Manifest.for_addon(module)['data']:
        if path.endswith('.xml') and has_rules(f'{module}/{path}'):
            convert_file(env, module, path, {}, mode='init')


def has_rules(path):
    """Whether a data file has record rules, and nothing besides that loading would undo."""
    with file_open(path) as file:
        models = set(etree.parse(file).xpath('//record/@model | //function/@model'))
    if 'ir.rule' in models and models != {'ir.rule'}:
        raise ValueError(f'{path} holds record rules beside other records')
    return models == {'ir.rule'}
