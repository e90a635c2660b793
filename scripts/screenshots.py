"""Take the pictures of README and app pages from a running helpdesk; `make screenshots` runs it.

    python scripts/screenshots.py --port=8069 --database=helpdesk --outbox=.dev/outbox

With ``--look=ko_KR`` it takes every screen, wide and narrow, in that language and with its texts
into a folder of its own: to look for what is cut off or not translated.
"""

import argparse
import base64
import sys
from pathlib import Path

from shots import png, scenery
from shots.browser import Browser
from shots.scenes import ADMIN, CUSTOMER, PHONE, READER, SCENES
from shots.server import Server

ROOT = Path(__file__).resolve().parents[1]
LOGINS = {ADMIN: ('admin', 'admin'), CUSTOMER: (scenery.CUSTOMER, scenery.PASSWORD)}


def stage(browser, base, scene, names):
    """Bring a scene before the browser."""
    if scene.who == READER:
        page = base64.b64encode(names['mail'].encode()).decode()
        browser.go(f'data:text/html;charset=utf-8;base64,{page}')
    else:
        browser.go(base + scene.path.format(**names))
    browser.wait_until(scene.ready)
    browser.settle()
    if scene.script:
        browser.run(scene.script.format(**names) if '{' in scene.script else scene.script)
        browser.wait_until(scene.then)
        browser.settle()
    if scene.text:
        if scene.focus:
            browser.run(f'document.querySelector({scene.focus!r}).focus()')
        browser.type(scene.text)
        browser.settle()


def shoot(browser, server, scenes, names, save):
    """Take the pictures of scenes; ``save(scene, content, texts)`` keeps each."""
    who = None
    for scene in scenes:
        if scene.who != who and scene.who != READER:
            who = scene.who
            browser.log_in(server.base, server.database, *LOGINS.get(who, (None, None)))
        browser.resize(*scene.size)
        stage(browser, server.base, scene, names)
        save(scene, browser.picture(), browser.texts())


def keep(scene, content, texts):
    """Save a picture of the tour, and its copies on the pages of the addons."""
    paths = [ROOT / 'docs' / 'images' / f'{scene.name}.png']
    for addon in scene.addons:
        name = scene.name.removeprefix(addon.removeprefix('helpdesk_lite').strip('_') + '-')
        paths.append(ROOT / addon / 'static' / 'description' / f'{name}.png')
    for path in paths:
        size = png.save(path, content)
        sys.stdout.write(f'  {path.relative_to(ROOT)} {size // 1024} kB\n')


def look(folder):
    """Save what is taken to be looked at."""
    def keep_there(scene, content, texts):
        width = '' if scene.size[0] > PHONE[0] else '-narrow'
        name = scene.name.removesuffix('-phone') + width
        folder.joinpath(f'{name}.png').write_bytes(content)
        folder.joinpath(f'{name}.txt').write_text(texts, encoding='utf-8')
        sys.stdout.write(f'  {folder / name}.png\n')
    return keep_there


def every_size(scenes):
    """Each scene wide and as narrow as a phone."""
    for scene in scenes:
        if not scene.name.endswith('-phone'):
            yield scene
            yield type(scene)(**{**vars(scene), 'size': (PHONE[0], scene.size[1])})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', default='8069')
    parser.add_argument('--database', default='helpdesk')
    parser.add_argument('--outbox', required=True, type=Path)
    parser.add_argument('--look', default='')
    parser.add_argument('--look-folder', default='.dev/look', type=Path)
    parser.add_argument('--only', default='', help='names of pictures')
    options = parser.parse_args()
    only = options.only.replace(',', ' ').split()
    scenes = [scene for scene in SCENES if not only or scene.name in only]
    with Server(f'http://127.0.0.1:{options.port}', options.database) as server:
        lang = options.look or 'en_US'
        scenery.speak(server, lang)
        names = scenery.prepare(server, options.outbox)
        with Browser(lang) as browser:
            if options.look:
                folder = options.look_folder / lang
                folder.mkdir(parents=True, exist_ok=True)
                shoot(browser, server, every_size(scenes), names, look(folder))
            else:
                shown = [scene for scene in scenes if scene.shown]
                shoot(browser, server, shown, names, keep)


if __name__ == '__main__':
    main()
