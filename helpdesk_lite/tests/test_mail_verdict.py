from odoo.tests import BaseCase

from ..tools.mail_verdict import decide

ANSWER, NOTE, NEW, DROP = 'answer', 'note', 'new', 'drop'
# who, flags: what it becomes by message id, by reference alone, from a machine (by id)
TABLE = (
    ('customer', {}, (ANSWER, ''), (ANSWER, ''), (NOTE, 'machine')),
    ('correspondent', {}, (ANSWER, ''), (ANSWER, ''), (NOTE, 'machine')),
    ('stranger', {}, (NOTE, 'stranger'), (NEW, ''), (NOTE, 'machine')),
    ('colleague', {}, (NOTE, 'colleague'), (NOTE, 'colleague'), (DROP, '')),
    ('agent', {}, (ANSWER, ''), (NOTE, 'unproven'), (DROP, '')),
    ('agent', {'public': False}, (NOTE, 'internal'), (NOTE, 'unproven'), (DROP, '')),
    ('agent', {'clean': False}, (NOTE, 'others'), (NOTE, 'unproven'), (DROP, '')),
    ('unproven', {}, (NOTE, 'unproven'), (NOTE, 'unproven'), (DROP, '')),
    ('unproven', {'public': False}, (NOTE, 'unproven'), (NOTE, 'unproven'), (DROP, '')),
    ('agent', {'involved': False}, (ANSWER, ''), (NEW, ''), (DROP, '')),
    ('unproven', {'involved': False}, (NOTE, 'unproven'), (NEW, ''), (DROP, '')),
)


class TestVerdict(BaseCase):
    """The table of what a mail becomes, cell by cell (docs/email.md)."""

    def test_each_cell(self):
        for role, flags, by_id, by_reference, machine in TABLE:
            for found, is_machine, expected in (
                    ('id', False, by_id), ('reference', False, by_reference),
                    ('id', True, machine)):
                with self.subTest(role=role, flags=flags, found=found, machine=is_machine):
                    verdict = decide(role, found, machine=is_machine, **flags)
                    self.assertEqual((verdict.kind, verdict.status), expected)

    def test_cc_counts_only_by_message_id(self):
        """Nobody reads a history by being put into the Cc of a mail with a guessed reference."""
        for role, _flags, *_cells in TABLE:
            with self.subTest(role=role):
                verdict = decide(role, 'reference')
                self.assertEqual(verdict.keep_cc, verdict.kind == NEW)
                self.assertFalse(decide(role, 'id', machine=True).keep_cc)
        self.assertTrue(decide('customer', 'id').keep_cc)
        self.assertFalse(decide('stranger', 'id').keep_cc)

    def test_whom_it_tells(self):
        """Colleagues hear that nobody outside got their mail; machines and strangers never do."""
        for role, flags, *_cells in TABLE:
            for found in ('id', 'reference'):
                with self.subTest(role=role, flags=flags, found=found):
                    verdict = decide(role, found, **flags)
                    inside = role in ('agent', 'unproven', 'colleague')
                    self.assertEqual(verdict.tell, inside and verdict.kind == NOTE)
                    self.assertFalse(decide(role, found, machine=True, **flags).tell)
