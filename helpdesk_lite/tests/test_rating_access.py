import contextlib
from textwrap import dedent

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import VISIBILITIES
from .rating_common import RatingCommon

# What stands in a cell of the tables:
#   2      both ratings of the team's tickets: of the one that they follow, and of its sibling
#   1      only that of the one that they follow
#   0      allowed, and nothing is found
#   !      refused
# Of the third ticket's unanswered request nobody finds anything. "post" is whether a rating that
# comes with a message counts, "write" and "unlink" whether the ratings change.
TABLES = {
    'invited_internal': """
        role             search  read  group  name  write  create  unlink  post
        stranger         !       !     !      !     !      !       !       !
        portal           !       !     !      !     !      !       !       !
        portal_stranger  !       !     !      !     !      !       !       !
        employee         0       !     0      0     !      !       !       !
        agent            0       !     0      0     !      !       !       !
        agent_ticket     1       1     1      1     !      !       !       0
        assignee         1       1     1      1     !      !       !       0
        agent_team       2       2     2      2     !      !       !       0
        manager          2       2     2      2     !      !       !       0
        system           0       !     0      0     !      !       !       !
        other_agent      0       !     0      0     !      !       !       !
        other_manager    0       !     0      0     !      !       !       !
    """,
    'internal': """
        role             search  read  group  name  write  create  unlink  post
        stranger         !       !     !      !     !      !       !       !
        portal           !       !     !      !     !      !       !       !
        portal_stranger  !       !     !      !     !      !       !       !
        employee         0       !     0      0     !      !       !       !
        agent            2       2     2      2     !      !       !       0
        agent_ticket     2       2     2      2     !      !       !       0
        assignee         2       2     2      2     !      !       !       0
        agent_team       2       2     2      2     !      !       !       0
        manager          2       2     2      2     !      !       !       0
        system           0       !     0      0     !      !       !       !
        other_agent      0       !     0      0     !      !       !       !
        other_manager    0       !     0      0     !      !       !       !
    """,
    'portal': """
        role             search  read  group  name  write  create  unlink  post
        stranger         !       !     !      !     !      !       !       !
        portal           !       !     !      !     !      !       !       0
        portal_stranger  !       !     !      !     !      !       !       !
        employee         0       !     0      0     !      !       !       !
        agent            2       2     2      2     !      !       !       0
        agent_ticket     2       2     2      2     !      !       !       0
        assignee         2       2     2      2     !      !       !       0
        agent_team       2       2     2      2     !      !       !       0
        manager          2       2     2      2     !      !       !       0
        system           0       !     0      0     !      !       !       !
        other_agent      0       !     0      0     !      !       !       !
        other_manager    0       !     0      0     !      !       !       !
    """,
}


class TestRatingAccess(RatingCommon):
    """The matrix of DESIGN, section 3, on ratings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('base.group_user').implied_ids += cls.env.ref('base.group_allow_export')
        cls.system = cls.make_user('system', 'base.group_system')
        cls.ratings, cls.unanswered, cls.followed = {}, {}, {}
        for visibility, team in cls.teams.items():
            cls.follow(team, cls.agent_team)
            followed, sibling, asked = (
                cls.make_ticket(team, name=f'{name} of {visibility}', user_id=cls.assignee.id,
                                partner_id=cls.portal.partner_id.id)
                for name in ('Followed', 'Sibling', 'Asked'))
            for ticket in (sibling, asked):
                ticket.message_unsubscribe(ticket.message_partner_ids.ids)
                ticket.user_id = False
                ticket.message_unsubscribe(ticket.message_partner_ids.ids)
            cls.follow(followed, cls.agent_ticket + cls.portal + cls.employee)
            cls.followed[visibility] = followed
            cls.ratings[visibility] = cls.rate(followed, 3, 'so so') + cls.rate(sibling, 5)
            cls.unanswered[visibility] = cls.make_request(asked)
        cls.env.flush_all()

    def cell(self, role, visibility, path):
        user = getattr(self, role)
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint(), mute_logger('odoo.addons.base.models.ir_rule'):
                found = str(getattr(self, f'try_{path}')(user, visibility))
        except (AccessError, UserError):
            return '!'
        return found

    def ratings_of(self, user, visibility):
        return (self.ratings[visibility] + self.unanswered[visibility]).with_user(user)

    def try_search(self, user, visibility):
        ratings = self.ratings_of(user, visibility)
        found = ratings.search([('id', 'in', ratings.ids)])
        self.assertNotIn(self.unanswered[visibility], found.sudo())
        return len(found)

    def try_read(self, user, visibility):
        """How many of them can be read one by one; refused where it is none."""
        seen = 0
        for rating in self.ratings_of(user, visibility):
            try:
                rating.read(['rating', 'feedback', 'res_name', 'parent_res_name', 'partner_id'])
            except AccessError:
                continue
            self.assertNotEqual(rating.sudo(), self.unanswered[visibility])
            seen += 1
        return seen or '!'

    def try_group(self, user, visibility):
        ratings = self.ratings_of(user, visibility)
        groups = ratings._read_group([('id', 'in', ratings.ids)], ['parent_res_name'], ['__count'])
        return sum(count for _name, count in groups)

    def try_name(self, user, visibility):
        ratings = self.ratings_of(user, visibility)
        return len(ratings.name_search(f'of {visibility}', [('id', 'in', ratings.ids)]))

    def try_write(self, user, visibility):
        changed = 0
        for rating in self.ratings_of(user, visibility):
            with contextlib.suppress(AccessError):
                rating.write({'rating': 5, 'consumed': True})
                changed += 1
        return changed or '!'

    def try_create(self, user, visibility):
        self.env['rating.rating'].with_user(user).create({
            'res_model_id': self.env['ir.model']._get_id('helpdesk.lite.ticket'),
            'res_id': self.followed[visibility].id, 'rating': 5, 'consumed': True})
        return 'yes'

    def try_unlink(self, user, visibility):
        self.ratings_of(user, visibility)[:1].unlink()
        return 'yes'

    def try_post(self, user, visibility):
        ticket = self.followed[visibility]
        before = len(ticket.rating_ids)
        ticket.with_user(user).message_post(
            body='Great', message_type='comment', subtype_xmlid='mail.mt_comment',
            rating_value=5, rating_feedback='Great')
        self.env.invalidate_all()
        return len(ticket.rating_ids) - before

    def test_matrix(self):
        for visibility in VISIBILITIES:
            head, *rows = dedent(TABLES[visibility]).strip().splitlines()
            for row in rows:
                role, *cells = row.split()
                for path, expected in zip(head.split()[1:], cells, strict=True):
                    with self.subTest(team=visibility, role=role, path=path):
                        self.assertEqual(self.cell(role, visibility, path), expected)

    # ------------------------------------------------------------------
    # Tokens
    # ------------------------------------------------------------------

    def test_tokens_are_read_by_nobody(self):
        rating, token = self.ratings['portal'][:1], self.ratings['portal'][0].access_token
        Rating, Ticket = self.env['rating.rating'], self.env['helpdesk.lite.ticket']
        Message = self.env['mail.message']
        prefix = f'{token[:3]}%'
        ways = {
            'read': lambda user: rating.with_user(user).read(['access_token']),
            'field': lambda user: rating.with_user(user).access_token,
            'search': lambda user: Rating.with_user(user).search(
                [('access_token', '=like', prefix)]),
            'order': lambda user: Rating.with_user(user).search([], order='access_token'),
            'group': lambda user: Rating.with_user(user)._read_group([], ['access_token']),
            'ticket': lambda user: Ticket.with_user(user).search(
                [('rating_ids.access_token', '=like', prefix)]),
            'any': lambda user: Ticket.with_user(user).search(
                [('rating_ids', 'any', [('access_token', '=like', prefix)])]),
            'message': lambda user: Message.with_user(user).search(
                [('rating_ids.access_token', '=like', prefix)]),
            'messages': lambda user: Ticket.with_user(user).search(
                [('message_ids.rating_ids.access_token', '=like', prefix)]),
            'team': lambda user: self.env['helpdesk.lite.team'].with_user(user).search(
                [('rating_ids.access_token', '=like', prefix)]),
            'export': lambda user: rating.with_user(user).export_data(['access_token']),
            'write': lambda user: rating.with_user(user).write({'access_token': 'x' * 32}),
            'nested': lambda user: self.followed['portal'].with_user(user).web_read(
                {'rating_ids': {'fields': {'access_token': {}}}}),
        }
        for user in (self.employee, self.agent, self.manager, self.system):
            for name, read in ways.items():
                with self.subTest(user=user.login, way=name), self.assertRaises(AccessError), \
                        self.env.cr.savepoint():
                    read(user)

    def test_tokens_of_others_are_as_odoo_has_them(self):
        others = self.env['rating.rating'].create([{
            'res_model_id': self.env['ir.model']._get_id('res.partner'),
            'res_id': self.customer.id} for _ in range(2)])
        tokens = others.mapped('access_token')
        ours = self.ratings['portal'][0].access_token
        Rating = self.env['rating.rating'].with_user(self.employee)
        self.env.invalidate_all()
        self.assertEqual(others[0].with_user(self.employee).access_token, tokens[0])
        self.env.invalidate_all()
        read = others.with_user(self.employee).read(['access_token'])
        self.assertEqual([values['access_token'] for values in read], tokens)
        for wanted, expected in (
                ([('access_token', '=', tokens[0])], others[0]),
                ([('access_token', 'in', [*tokens, ours])], others),
                ([('access_token', '=', ours)], Rating),
                (['!', '!', ('access_token', '=', ours)], Rating),
                ([('access_token', 'in', [ours, False])], Rating)):
            with self.subTest(domain=wanted):
                self.assertEqual(
                    Rating.with_user(self.manager).search(wanted, order='id'), expected)
                self.assertEqual(Rating.search(wanted, order='id'), expected)
        self.assertNotIn('access_token', Rating.fields_get())

    def test_lists_of_a_ticket_hold_no_request(self):
        ticket = self.env['helpdesk.lite.ticket'].browse(self.unanswered['portal'].res_id)
        self.assertFalse(ticket.with_user(self.manager).rating_ids)
        self.assertFalse(ticket.with_user(self.manager).rating_count)

    # ------------------------------------------------------------------
    # Sideways
    # ------------------------------------------------------------------

    def test_rating_of_something_else_becomes_no_tickets(self):
        ticket, team = self.followed['portal'], self.team_private
        message = self.env['mail.message'].search(
            [('model', '=', ticket._name), ('res_id', '=', ticket.id)], limit=1)
        get_id = self.env['ir.model']._get_id
        foreign = {'res_model_id': get_id('res.partner'), 'res_id': self.customer.id, 'rating': 3}
        ways = {
            'target': {'res_model_id': get_id(ticket._name), 'res_id': ticket.id},
            'team': {'res_model_id': get_id(team._name), 'res_id': team.id},
            'parent': {'parent_res_model_id': get_id(team._name), 'parent_res_id': team.id},
            'message': {'message_id': message.id},
        }
        for user in (self.employee, self.agent, self.system):
            for name, values in ways.items():
                Rating = self.env['rating.rating'].with_user(user)
                with self.subTest(user=user.login, way=name):
                    if name != 'parent':  # Odoo works it out when a rating is made
                        with self.assertRaises(AccessError), self.env.cr.savepoint():
                            Rating.create({**foreign, **values})
                    own = Rating.create(foreign)
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        own.write(values)

    def test_typed_numbers_name_nothing(self):
        """A form computes the name of what is typed into it in superuser mode."""
        get_id = self.env['ir.model']._get_id
        for user in (self.employee, self.agent):
            for model, record in (('helpdesk.lite.ticket', self.followed['invited_internal']),
                                  ('helpdesk.lite.team', self.team_private)):
                with self.subTest(user=user.login, model=model):
                    found = self.env['rating.rating'].with_user(user).onchange({
                        'res_model_id': get_id(model), 'res_id': record.id,
                        'parent_res_model_id': get_id(model), 'parent_res_id': record.id},
                        [], {name: {} for name in (
                            'res_model_id', 'res_id', 'res_name', 'parent_res_name')})
                    self.assertNotIn(record.sudo().name, str(found))

    def test_other_applications_keep_theirs(self):
        """Ratings of other models are seen, made and changed as Odoo has it."""
        rating = self.env['rating.rating'].with_user(self.employee).create({
            'res_model_id': self.env['ir.model']._get_id('res.partner'),
            'res_id': self.customer.id, 'rating': 3})
        rating.rating = 5
        self.assertEqual(rating.search([('id', '=', rating.id)]).rating, 5)

    def test_visible_internally_only(self):
        """An administrator of Helpdesk says it; nothing else can be written with it."""
        rating = self.ratings['portal'][:1]
        for user, may in ((self.agent, False), (self.system, False), (self.manager, True)):
            with self.subTest(user=user.login):
                if not may:
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        rating.with_user(user).write({'is_internal': True})
                    continue
                rating.with_user(user).write({'is_internal': True})
                self.assertTrue(rating.is_internal)
                self.assertTrue(rating.message_id.is_internal)
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    rating.with_user(user).write({'is_internal': False, 'rating': 5})

    def test_message_edited_changes_no_rating(self):
        rating, ticket = self.ratings['portal'][:1], self.followed['portal']
        for value in (5, False):
            with self.subTest(value=value):
                ticket._message_update_content(
                    rating.message_id, body='Changed', rating_value=value, strict=False)
                self.assertEqual(rating.exists().rating, 3)
