from psycopg2.errors import SerializationFailure

from odoo.tests.common import TransactionCase
from odoo.tools import SQL, mute_logger

from ..tools.raw_write import raw_write
from ..tools.savepoint import attempt


class TestRawWrite(TransactionCase):
    """The one way around the ORM."""

    def test_what_is_computed_follows(self):
        partners = self.env['res.partner'].create([{'name': 'Before'}, {'name': 'Other'}])
        partners[0].name = 'Pending'  # is flushed before the statement reads it
        rows = raw_write(self.env['res.partner'], ['name'], SQL(
            "UPDATE res_partner SET name = name || ' and after' WHERE id = ANY(%s) "
            "AND name = 'Pending' RETURNING id", partners.ids))
        self.assertEqual(rows, [(partners[0].id,)])
        self.assertEqual(partners.mapped('name'), ['Pending and after', 'Other'])
        self.assertEqual(partners.mapped('complete_name'), ['Pending and after', 'Other'])


class TestAttempt(TransactionCase):
    """The one policy for failures that must not cost the rest."""

    def test_failure_is_undone_and_handed_over(self):
        partner = self.env['res.partner'].create({'name': 'Before'})
        with attempt(self.env) as outcome:
            partner.name = 'After'
            raise ValueError('A reason\nand more')
        self.assertEqual(partner.name, 'Before')
        self.assertEqual(outcome.reason, 'A reason')

    def test_failure_of_the_database(self):
        with mute_logger('odoo.sql_db'), attempt(self.env) as outcome:
            self.env.cr.execute('SELECT 1 / 0')
        self.assertIn('division by zero', outcome.reason)
        self.env.cr.execute('SELECT 1')  # the transaction goes on

    def test_conflict_is_raised(self):
        with self.assertRaises(SerializationFailure), attempt(self.env):
            raise SerializationFailure

    def test_success(self):
        with attempt(self.env) as outcome:
            partner = self.env['res.partner'].create({'name': 'Made'})
        self.assertIsNone(outcome.error)
        self.assertTrue(partner.exists())
