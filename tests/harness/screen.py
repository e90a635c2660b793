"""A person before a browser: clicks what a text names, types, chooses and drags."""

import json
import re
import time

from playwright import sync_api
from shots.browser import FRAMES, Browser

STEPS = 12  # of a drag
SIZE = (1440, 1000)
PATIENCE = 20  # seconds until something that is looked for counts as missing
# Elements that a person sees, by a selector and a text, the innermost ones last.
FIND = """((selector, text) => [...document.querySelectorAll(selector)].filter((node) =>
    node.checkVisibility({visibilityProperty: true})
    && (!text || (node.innerText || node.value || '').includes(text))))"""
VIEW = ('.o_action_manager :is(.o_form_renderer, .o_kanban_renderer, .o_list_renderer, '
        '.o_view_nocontent)')
SAVE = "document.querySelector('.o_form_button_save')"
SAVED = "!!document.querySelector('.o_form_status_indicator_buttons.invisible')"
CANCEL = "document.querySelector('.o_form_button_cancel')"
OPTIONS = '.o-autocomplete--dropdown-menu'
OPTION = f'{OPTIONS} :is(.o-autocomplete--dropdown-item a, .dropdown-item)'


class Screen(Browser):
    """One browser, in which a person after the other works.

    :param server: the running server
    :param lang: what they read, as ``ko_KR``
    """

    def __init__(self, server, lang):
        super().__init__(lang)
        self.server, self.who, self.windows = server, None, {}

    def begin(self):
        """Begin a session; whatever its pages ask is answered by yes."""
        super().begin()
        self.resize(*SIZE)
        self.page.on('dialog', lambda dialog: dialog.accept())

    # ------------------------------------------------------------------
    # Where one is
    # ------------------------------------------------------------------

    def be(self, login):
        """Let somebody sit down, who stays until somebody else does; ``None`` is a stranger.

        Each has a window of their own, which keeps what it has loaded.
        """
        if login in self.windows:
            self.context, self.page = self.windows[login]
        else:
            self.begin()
            if login:
                self.enter(self.server.url, self.server.database, login, login)
                self.windows[login] = self.context, self.page
        self.who = login

    def visit(self, path, ready=VIEW):
        """Open a page of the server and wait for what it is about; drop what wasn't saved."""
        if self.who and self.run(f'!!({CANCEL})'):
            self.run(f"document.querySelector('.modal .btn-close')?.click(), {CANCEL}.click(); 0")
            self.rest()
        self.go(f'{self.server.url}{path}')
        if ready:
            self.find(ready)
        self.rest()  # what was shown of a record at another time gives way to what it is now

    def open_record(self, action, record, debug=False):
        """Open a form by the path of its action, as its address does."""
        self.visit(f'/odoo/{action}/{record}{"?debug=1" if debug else ""}', '.o_form_renderer')

    def menu(self, *names):
        """Choose an application's menu by its names."""
        first, *more = names
        self.click('.o_menu_sections button, .o_menu_sections a', first)
        for name in more:
            self.click('.o-dropdown--menu .dropdown-item', name)

    # ------------------------------------------------------------------
    # What one sees
    # ------------------------------------------------------------------

    def until(self, condition, message=None):
        """Wait for a script to be true, also where its page gives way to another one.

        :raises AssertionError: where it never is
        """
        try:
            self.page.wait_for_function(f'() => ({condition})', timeout=PATIENCE * 1000)
        except sync_api.TimeoutError:
            seen = f'{message or condition}\n{self.words()[:1500]}'
            raise AssertionError(seen) from None

    def ask(self, script, leaving=None):
        """What a script says; `leaving` where the page gives way to another one meanwhile."""
        try:
            return self.run(script)
        except sync_api.Error as error:
            if 'context was destroyed' not in str(error):
                raise
            return leaving

    def count(self, selector, text=''):
        return self.run(f'{self._find(selector, text)}.length')

    def find(self, selector, text=''):
        """Wait for an element; return a script that is the last of its kind, the innermost."""
        self.until(f'{self._find(selector, text)}.length > 0', f'not seen: {selector} {text}')
        return f'{self._find(selector, text)}.at(-1)'

    def gone(self, selector, text=''):
        """Wait until there is no such element."""
        self.until(f'{self._find(selector, text)}.length == 0', f'still seen: {selector} {text}')

    def read(self, selector):
        """The texts of the elements that are seen."""
        return [re.sub(r'\s+', ' ', text).strip() for text in self.run(
            f"{self._find(selector)}.map((node) => node.innerText || node.value || '')")]

    def words(self):
        """All that can be read now."""
        return self.run('document.body.innerText')

    def place(self, selector, text=''):
        """The box of an element on the screen: left, top, width, height."""
        return self.run(f"""((box) => [box.left, box.top, box.width, box.height])(
            {self.find(selector, text)}.getBoundingClientRect())""")

    @staticmethod
    def _find(selector, text=''):
        return f'{FIND}({json.dumps(selector)}, {json.dumps(text)})'

    # ------------------------------------------------------------------
    # What one does
    # ------------------------------------------------------------------

    def click(self, selector, text=''):
        self.act(selector, text, 'node.click()')

    def act(self, selector, text, script):
        """Do something with an element (``node``) once it is there."""
        limit = time.monotonic() + PATIENCE
        found = f'{self._find(selector, text)}.at(-1)'
        doing = f'((node) => node && !node.disabled && ({script}, true))({found})'
        while True:
            self.find(selector, text)
            if self.ask(doing, leaving=True):  # else it is drawn anew, or can't be used yet
                break
            assert time.monotonic() < limit, f'not kept: {selector} {text}'
        self.rest()

    def rest(self):
        """Wait until nothing is on its way to the server, and all that came is drawn."""
        self.ask('window.quietFrames = 0')
        self.until(f'window.quietFrames >= {FRAMES}', 'never came to rest')

    def fill(self, field, text, within=''):
        """Type into a field in the place of what stands there."""
        place = f'{within} .o_field_widget[name="{field}"]'
        self.act(', '.join(
            f'{place} {kind}' for kind in ('input', 'textarea', '.odoo-editor-editable')), '',
            'node.click(), node.focus(), node.select ? node.select() '
            ': getSelection().selectAllChildren(node)')
        self.type(text)
        self.rest()

    def choose(self, field, text, option=None, within=''):
        """Pick a record in a field's drop-down: what is typed, or an option that names it."""
        self.fill(field, text, within)
        self.click(OPTION, option or text)
        self.run("""document.activeElement?.blur();
            document.body.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true})); 0""")
        self.rest()
        self.gone(OPTION)

    def toggle(self, field, within=''):
        self.click(f'{within} .o_field_widget[name="{field}"] input[type=checkbox]')

    def radio(self, label):
        self.click('.o_field_radio label', label)

    def save(self):
        """Save the form as it is now, and see that it could be."""
        self.rest()
        self.run(f'{SAVE}.click()')  # also where the form doesn't show yet that it was changed
        self.rest()
        self.until(SAVED, 'the form was not saved')

    def hover(self, selector):
        left, top, width, height = self.place(selector)
        self.page.mouse.move(left + width / 2, top + height / 2)

    def drag(self, start, end):
        """Move the mouse from a point to another with its button held."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        for step in range(1, STEPS + 1):
            self.page.mouse.move(*(
                begin + (stop - begin) * step / STEPS
                for begin, stop in zip(start, end, strict=True)))
            self.run('new Promise(requestAnimationFrame)')
        self.find('.o_dragged')
        self.page.mouse.up()
        self.gone('.o_dragged')
        self.rest()
