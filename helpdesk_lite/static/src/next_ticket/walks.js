import { browser } from "@web/core/browser/browser";
import { orderByToString } from "@web/search/utils/order_by";

export const TICKET = "helpdesk.lite.ticket";
const KEY = "helpdesk_lite.walks";
// the lists that one came from last, and how many tickets before a page are worth a request
const KEPT = 5;
const EARLIER = 2000;

/**
 * The lists that tickets were opened from, the last one first. They are kept in the tab, so that a
 * reload of the page doesn't forget them.
 */
function read() {
    try {
        return JSON.parse(browser.sessionStorage.getItem(KEY)) || [];
    } catch {
        return [];
    }
}

function keep(walk) {
    const walks = [walk, ...read().filter(({ id }) => id !== walk.id)].slice(0, KEPT);
    try {
        browser.sessionStorage.setItem(KEY, JSON.stringify(walks));
    } catch {
        // a full storage costs the button, and nothing else
    }
}

/** What a list shows in order: one part for each of its groups, or one for all. */
function getParts(list, withFolded) {
    if (!list.isGrouped) {
        const ids = list.records.map(({ resId }) => resId);
        return [{ domain: list.domain, ids, earlier: [], offset: list.offset || 0 }];
    }
    return list.groups
        .filter((group) => withFolded || !group.isFolded)
        .flatMap((group) =>
            group.isFolded
                ? [{ domain: group.groupDomain, ids: [], earlier: [], offset: 0 }]
                : getParts(group.list, withFolded)
        );
}

/**
 * Note what a list shows, from which a ticket is opened. Of a page in the middle, what stands
 * before it is asked for: tickets that are closed there meanwhile would shift the next page else.
 */
export async function rememberList(orm, root, withFolded) {
    const walk = {
        id: `${root.id}-${Date.now()}`,
        order: orderByToString(root.orderBy || []),
        context: root.context,
        parts: getParts(root, withFolded),
        part: 0,
        visited: [],
    };
    keep(walk);
    for (const part of walk.parts.filter(({ offset }) => offset && offset <= EARLIER)) {
        const { order, context } = walk;
        part.earlier = await orm.silent.search(TICKET, part.domain, {
            order,
            context,
            limit: part.offset,
        });
        part.offset = 0;
        if (read().some(({ id, visited }) => id === walk.id && !visited.length)) {
            keep(walk);
        }
    }
}

/** The list that a ticket was opened from, if there is one. */
export function findWalk(resId) {
    return read().find(({ parts }) => parts.some(({ ids }) => ids.includes(resId)));
}

/**
 * @returns {Promise<{resId: number, resIds: number[]} | undefined>} the ticket after this one,
 *  with those that the pager then walks; nothing at the end
 */
export async function findNext(orm, resId) {
    const walk = findWalk(resId);
    const isHere = ({ ids }) => ids.includes(resId);
    const first = isHere(walk.parts[walk.part])
        ? walk.part
        : walk.parts.findIndex(isHere);
    walk.visited = [...new Set([...walk.visited, resId])];
    const rest = walk.parts.slice(first).map(({ domain, ids, earlier, offset }, index) => ({
        domain,
        offset,
        ids: index
            ? ids.filter((id) => !walk.visited.includes(id))
            : ids.slice(ids.indexOf(resId) + 1),
        known_ids: [...ids, ...earlier],
    }));
    const found = await orm.call(TICKET, "get_next_ticket", [rest, walk.order, walk.visited], {
        context: walk.context,
    });
    if (found) {
        walk.part = first + found.part;
        const { ids } = walk.parts[walk.part];
        if (!ids.includes(found.id)) {
            ids.push(found.id);
        }
    }
    keep(walk);
    return found ? { resId: found.id, resIds: walk.parts[walk.part].ids } : undefined;
}
