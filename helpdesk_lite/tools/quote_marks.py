"""Writing into the tree of a mail what of it is old, so that Odoo folds that and no more."""

from lxml import etree

from .quote_lines import BOX_CLASSES, SIGN_CLASSES

NEW, QUOTE, SIGN = range(3)
MARK = 'data-o-mail-quote'
TRIGGER_CLASSES = (*BOX_CLASSES, *SIGN_CLASSES, 'gmail_extra', 'skydriveplaceholder',
                   'stopspelling', 'gmail_attr')
TRIGGER_IDS = ('signature', 'appendonsend', 'divrplyfwdmsg', 'stopspelling')
UNMARKABLE = frozenset(('tr', 'td', 'th', 'tbody', 'thead', 'tfoot', 'col', 'li', 'colgroup'))
INDENT = 'margin:0 0 0 40px'


class Writer:
    """Mark what is old in a tree, and keep Odoo from hiding more."""

    def __init__(self, body, lines, labels):
        self.changed = False
        self.folds = {}  # (element, where) -> [(start, end, label)]
        self.states = {}  # element -> (has new, has old), with all in it
        for line, kind in zip(lines, labels, strict=True):
            for element, where, start, end in line.pieces:
                self.folds.setdefault((element, where), []).append((start, end, kind))
        for element in list(body.iter(etree.Element)):
            self._disarm(element)
        self._weigh(body)
        self._write(body)
        for element in list(body.iter(etree.Element)):
            self._shield(element)
            self._part(element)

    def _disarm(self, element):
        """Take away by what Odoo's sanitiser would tell quotes."""
        for name in (MARK, f'{MARK}-container', f'{MARK}-node'):
            if element.attrib.pop(name, None) is not None:
                self.changed = True
        names = element.get('class', '').lower()
        if any(trigger in names for trigger in TRIGGER_CLASSES):
            del element.attrib['class']
            self.changed = True
        if any(trigger in element.get('id', '').lower() for trigger in TRIGGER_IDS):
            del element.attrib['id']
            self.changed = True

    def _weigh(self, element):
        """Note whether there is new and old text in an element."""
        kinds = {kind for where in ('self', 'text') for kind in self._get_kinds(element, where)}
        for child in element:
            kinds |= self._weigh(child) | self._get_kinds(child, 'tail')
        self.states[element] = kinds
        return kinds

    def _get_kinds(self, element, where):
        text = {'text': element.text, 'tail': element.tail, 'self': 'x'}[where] or ''
        return {kind for start, end, kind in self.folds.get((element, where), ())
                if where == 'self' or text[start:end].strip()}

    def _write(self, element):
        """Mark the outermost elements that are old as a whole, and wrap texts that are.

        What is empty goes with what is old beside it.
        """
        folding, empty = self._wrap(element, 'text', False), []
        for child in list(element):
            kinds = self.states.get(child, set())
            if kinds and NEW not in kinds and child.tag not in UNMARKABLE:
                self._mark(child, *empty)
                folding, empty = True, []
            elif kinds:
                folding, empty = False, []
                self._write(child)
            elif child.tag not in UNMARKABLE and folding:
                self._mark(child)
            elif child.tag not in UNMARKABLE:
                empty.append(child)
            folded = self._wrap(child, 'tail', folding)
            if folded and not folding:
                self._mark(*empty)
            if folded or self._get_kinds(child, 'tail'):
                empty = []
            folding = folded

    def _mark(self, *elements):
        for element in elements:
            element.set(MARK, '1')
            self.changed = True

    def _wrap(self, element, where, folding):
        """Wrap what is old of a text; return whether what comes next stands behind old text."""
        text = element.text if where == 'text' else element.tail
        kinds = self._get_kinds(element, where)
        if not kinds:
            return folding
        if kinds == {NEW}:
            return False
        runs = []
        for start, end, kind in self.folds[element, where]:
            if runs and (runs[-1][1] == kind or (not text[start:end].strip() and kind == NEW)):
                runs[-1][0] += text[start:end]
            else:
                runs.append([text[start:end], kind])
        self._insert(element, where, runs)
        return runs[-1][1] != NEW

    def _insert(self, element, where, runs):
        parent = element if where == 'text' else element.getparent()
        position = 0 if where == 'text' else parent.index(element) + 1
        setattr(element, where, None)
        last, place = element, where
        for text, kind in runs:
            if kind == NEW:
                setattr(last, place, (getattr(last, place) or '') + text)
                continue
            span = etree.Element('span', {MARK: '1'})
            span.text = text
            parent.insert(position, span)
            position += 1
            last, place = span, 'tail'
        self.changed = True

    def _shield(self, element):
        """Keep Odoo's sanitiser from marking what isn't old.

        It looks for ``>`` and ``--`` in what stands before an element's first child, and it marks
        every blockquote.
        """
        if element.tag == 'blockquote' and not self._is_marked(element):
            element.tag = 'div'
            element.set('style', f'{INDENT}; {element.get("style", "")}'.rstrip('; '))
            self.changed = True
        text = element.text or ''
        if element.get(MARK) and element.tag == 'span' and not len(element):
            return
        if '\n>' in text or any(line.strip(' \xa0') == '--' for line in text.split('\n')):
            empty = etree.Element('span')
            empty.tail, element.text = text, None
            element.insert(0, empty)
            self.changed = True

    def _is_marked(self, element):
        return element.get(MARK) or any(
            parent.get(MARK) for parent in element.iterancestors())

    def _part(self, parent):
        """Put what is new behind a quotation into an element of its own.

        Odoo's sanitiser marks what has no text there, as a picture, and its web client hides each
        line break, so that lines run into one another.
        """
        children = list(parent)
        first = next((i for i, child in enumerate(children) if child.get(MARK)), len(children))
        if parent.get(MARK) or not any(
                not child.get(MARK) and (child.tag == 'br' or not _get_text(child))
                for child in children[first:]):
            return
        box = None
        for child in children[first:]:
            if child.get(MARK):
                box = None
                if (child.tail or '').strip():
                    box = etree.Element('span')
                    box.text, child.tail = child.tail, None
                    child.addnext(box)
                continue
            if box is None:
                box = etree.Element('span')
                child.addprevious(box)
            box.append(child)
            if not _get_text(box) and child.tag != 'br':
                box.text = '\N{ZERO WIDTH SPACE}'
        self.changed = True


def _get_text(element):
    return ''.join(element.itertext()).strip()
