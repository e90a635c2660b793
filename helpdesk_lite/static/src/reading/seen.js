import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

const LIMIT = 1000; // tickets, the ones looked at last

function getKey() {
    return `helpdesk_lite.seen.${user.userId}`;
}

function read() {
    try {
        return new Map(JSON.parse(browser.localStorage.getItem(getKey()) || "[]"));
    } catch {
        return new Map(); // somebody else's, or broken: nothing is known, so nothing is new
    }
}

/** The newest message that the user saw on a ticket with this browser; undefined if none. */
export function getSeen(ticketId) {
    return read().get(ticketId);
}

/** Note the newest message that the user sees on a ticket now. */
export function setSeen(ticketId, messageId) {
    const seen = read();
    if (seen.get(ticketId) >= messageId) {
        return;
    }
    seen.delete(ticketId);
    seen.set(ticketId, messageId);
    try {
        browser.localStorage.setItem(getKey(), JSON.stringify([...seen].slice(-LIMIT)));
    } catch {
        // a full storage: the line is where it was before
    }
}
