import { isHtmlEmpty } from "@web/core/utils/html";

export const TICKET = "helpdesk.lite.ticket";

/** What was known of a ticket when one began to write, and what one was warned of: by its id. */
const drafts = new Map();

/** The draft on a ticket, which begins now if there is none. */
export function getDraft(thread) {
    if (!drafts.has(thread.id)) {
        drafts.set(thread.id, {
            since: {
                message_id: thread.newestPersistentOfAllMessage?.id ?? 0,
                is_closed: Boolean(thread.helpdeskLiteAnswer?.isClosed),
            },
            warned: new Set(),
        });
    }
    return drafts.get(thread.id);
}

/** Begin or forget the draft, as there is text or none. */
export function followDraft(thread, html) {
    if (isHtmlEmpty(html)) {
        drafts.delete(thread.id);
    } else {
        getDraft(thread);
    }
}
